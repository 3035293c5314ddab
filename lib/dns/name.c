/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Names in wire form: reading them from messages, comparing and ordering them. The text form is in
 * name_text.c, the hashes are in name_hash.c. */
#include "dns/name.h"

#include <string.h>

#include "dns/fold.h"
#include "dns/name_scan.h"

#define POINTER_BITS 0xc0u

enum result dns_name_parse_plain(struct bytes_reader *reader, struct dns_name *out)
{
	const uint8_t *start = reader->data + reader->at;
	size_t len;
	uint8_t labels;

	const enum result result = dns_name_scan(start, bytes_left(reader), &len, &labels);
	if (UNLIKELY(result != RESULT_OK))
		return result;
	out->len = (uint8_t)len;
	out->label_count = labels;
	memcpy(out->wire, start, len);
	reader->at += len;
	return RESULT_OK;
}

/* The walk of dns_name_parse(): where it reads, and how far back the next pointer must lead. */
struct walk {
	size_t at; /* next octet to read */
	size_t segment; /* where the run of labels began: a pointer must lead before it */
	size_t end; /* behind the name as it stands in the message; 0 until known */
	unsigned jumps;
};

/* Follows the pointer at walk->at. A pointer into its own run of labels, or behind it, can only make a
 * loop (RFC 1035 §4.1.4 speaks of a prior occurrence). */
static enum result jump(const struct bytes_reader *reader, struct walk *walk)
{
	if (reader->len - walk->at < 2)
		return RESULT_TOO_SHORT;
	const size_t target = bytes_load_u16(reader->data + walk->at) & 0x3fffu;
	if (target >= walk->segment || ++walk->jumps > DNS_LABELS_MAX)
		return RESULT_MALFORMED;
	if (walk->end == 0)
		walk->end = walk->at + 2;
	walk->at = walk->segment = target;
	return RESULT_OK;
}

enum result dns_name_parse(struct bytes_reader *reader, struct dns_name *out)
{
	struct walk walk = {.at = reader->at, .segment = reader->at};
	uint8_t wire[DNS_NAME_MAX + 1];
	size_t len = 0;
	uint8_t labels = 0;

	for (;;) {
		if (UNLIKELY(walk.at >= reader->len))
			return RESULT_TOO_SHORT;
		const uint8_t octet = reader->data[walk.at];
		if (octet == 0)
			break;
		if ((octet & POINTER_BITS) == POINTER_BITS) {
			const enum result result = jump(reader, &walk);
			if (UNLIKELY(result != RESULT_OK))
				return result;
			continue;
		}
		if (UNLIKELY(octet > DNS_LABEL_MAX))
			return RESULT_MALFORMED;
		const size_t step = (size_t)octet + 1;
		if (UNLIKELY(reader->len - walk.at < step))
			return RESULT_TOO_SHORT;
		if (UNLIKELY(len + step >= DNS_NAME_MAX))
			return RESULT_TOO_LONG;
		memcpy(wire + len, reader->data + walk.at, step);
		len += step;
		walk.at += step;
		labels++;
	}
	wire[len++] = 0;
	out->len = (uint8_t)len;
	out->label_count = labels;
	memcpy(out->wire, wire, len);
	reader->at = walk.end != 0 ? walk.end : walk.at + 1;
	return RESULT_OK;
}

enum result dns_name_skip(struct bytes_reader *reader)
{
	const size_t start = reader->at;
	size_t at = start;

	for (;;) {
		if (UNLIKELY(at >= reader->len))
			return RESULT_TOO_SHORT;
		const uint8_t octet = reader->data[at];
		if (octet == 0)
			break;
		if ((octet & POINTER_BITS) == POINTER_BITS) {
			if (UNLIKELY(reader->len - at < 2))
				return RESULT_TOO_SHORT;
			reader->at = at + 2;
			return RESULT_OK;
		}
		if (UNLIKELY(octet > DNS_LABEL_MAX))
			return RESULT_MALFORMED;
		at += (size_t)octet + 1;
		if (UNLIKELY(at - start >= DNS_NAME_MAX))
			return RESULT_TOO_LONG;
	}
	reader->at = at + 1;
	return RESULT_OK;
}

size_t dns_name_len(const uint8_t *wire)
{
	size_t at = 0;
	while (wire[at] != 0)
		at += (size_t)wire[at] + 1;
	return at + 1;
}

bool dns_name_equal(const uint8_t *a, const uint8_t *b)
{
	const size_t len = dns_name_len(a);
	return dns_name_len(b) == len && fold_equal(a, b, len);
}

bool dns_name_is_below(const uint8_t *name, const uint8_t *parent)
{
	const size_t parent_len = dns_name_len(parent);
	size_t left = dns_name_len(name);

	while (left > parent_len) {
		const size_t step = (size_t)*name + 1;
		name += step;
		left -= step;
	}
	return left == parent_len && fold_equal(name, parent, left);
}

/* Where each label starts; gives their number. */
static size_t label_starts(const uint8_t *wire, uint8_t starts[DNS_LABELS_MAX])
{
	size_t count = 0;
	for (size_t at = 0; wire[at] != 0; at += (size_t)wire[at] + 1)
		starts[count++] = (uint8_t)at;
	return count;
}

/* Labels compare as left-justified strings of unsigned octets, lower case; a shorter one that is the
 * other's beginning comes first (RFC 4034 §6.1). */
static int label_compare(const uint8_t *a, const uint8_t *b)
{
	const size_t len = a[0] < b[0] ? a[0] : b[0];
	for (size_t i = 1; i <= len; i++) {
		const int difference = (int)dns_name_lower[a[i]] - (int)dns_name_lower[b[i]];
		if (difference != 0)
			return difference;
	}
	return (int)a[0] - (int)b[0];
}

int dns_name_compare(const uint8_t *a, const uint8_t *b)
{
	uint8_t a_starts[DNS_LABELS_MAX];
	uint8_t b_starts[DNS_LABELS_MAX];
	size_t a_count = label_starts(a, a_starts);
	size_t b_count = label_starts(b, b_starts);

	while (a_count > 0 && b_count > 0) {
		const int order = label_compare(a + a_starts[--a_count], b + b_starts[--b_count]);
		if (order != 0)
			return order;
	}
	return (a_count > b_count) - (a_count < b_count);
}

void dns_name_to_lower(uint8_t *wire, size_t len)
{
	size_t at = 0;
	for (; at + 8 <= len; at += 8) {
		const uint64_t word = fold_lower(fold_load_u64(wire + at));
		memcpy(wire + at, &word, sizeof(word));
	}
	for (; at < len; at++)
		wire[at] = dns_name_lower[wire[at]];
}

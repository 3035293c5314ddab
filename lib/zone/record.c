/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Reads one record: owner, TTL, class, type and rdata. */
#include <string.h>

#include "dns/rrtype.h"
#include "zone/reader.h"
#include "zone/zone_limits.h"

/* RFC 5155 §3: a SHA-1 hash in base32hex. */
#define NSEC3_DIGITS 32

/* What stands before the rdata. */
struct preamble {
	bool ttl_given;
	bool class_given;
	uint32_t ttl;
	uint16_t type;
	size_t rdata_at; /* index of the first rdata token */
};

void zone_reader_wrong(struct zone_reader *reader, const struct zone_source *source, size_t token,
                       const char *expected)
{
	const struct zone_scan *scan = source->scan;
	char owner[DNS_NAME_TEXT_MAX] = "(no owner yet)";
	char quote[ZONE_QUOTE_MAX];
	if (source->owner_known)
		dns_name_to_text(source->owner.wire, owner);
	if (expected == NULL)
		expected = "something else";
	if (token >= scan->token_count) {
		zone_error_add(reader->errors, false, zone_scan_place(scan, scan->entry_end),
		               "%.255s: found the end of the entry, expected %s", owner, expected);
		return;
	}
	const struct dns_token *at = &scan->token[token];
	zone_error_add(reader->errors, false,
	               zone_scan_place(scan, (size_t)(at->text - scan->buffer)),
	               "%.255s: found \"%s\", expected %s", owner,
	               zone_error_quote(at->text, at->len, quote), expected);
}

/* Seconds in a unit, 0 for what is none. */
static uint32_t unit_seconds(char unit)
{
	switch (unit) {
	case 's':
	case 'S':
		return 1;
	case 'm':
	case 'M':
		return 60;
	case 'h':
	case 'H':
		return 3600;
	case 'd':
	case 'D':
		return 86400;
	case 'w':
	case 'W':
		return 604800;
	}
	return 0;
}

bool zone_reader_ttl(const char *text, size_t len, uint32_t *out)
{
	uint64_t sum = 0;
	size_t at = 0;
	while (at < len) {
		const size_t start = at;
		uint64_t number = 0;
		for (; at < len && text[at] >= '0' && text[at] <= '9'; at++) {
			number = number * 10 + (uint64_t)(text[at] - '0');
			if (number > ZONE_TTL_MAX)
				return false;
		}
		if (at == start)
			return false;
		if (at < len) {
			const uint32_t seconds = unit_seconds(text[at++]);
			if (seconds == 0)
				return false;
			number *= seconds;
		}
		sum += number;
		if (sum > ZONE_TTL_MAX)
			return false;
	}
	if (len == 0)
		return false;
	*out = (uint32_t)sum;
	return true;
}

/* Takes the owner from the first token unless the line starts with a blank. */
static bool read_owner(struct zone_reader *reader, struct zone_source *source)
{
	const struct zone_scan *scan = source->scan;
	if (scan->blank_start) {
		if (!source->owner_known)
			zone_reader_wrong(reader, source, 0,
			                  "an owner name, since no record stands before this one");
		return source->owner_known;
	}
	struct dns_name owner;
	const struct dns_token *token = &scan->token[0];
	if (dns_name_from_text(token->text, token->len, &source->origin, &owner) != RESULT_OK) {
		zone_reader_wrong(reader, source, 0,
		                  "a domain name (labels of 1 to 63 octets, 255 in all)");
		source->owner_known = false;
		return false;
	}
	/* By the time that the rdata is read, the owner's bucket is there. */
	zone_draft_prefetch(reader->draft, &owner);
	source->owner = owner;
	source->owner_known = true;
	source->node[0] = source->node[1] = ZONE_DRAFT_NONE;
	return true;
}

/* A TTL and a class, each at most once, in any order (RFC 1035 §5.1); then the type. */
static bool read_preamble(struct zone_reader *reader, const struct zone_source *source,
                          struct preamble *out)
{
	const struct zone_scan *scan = source->scan;
	size_t i = scan->blank_start ? 0 : 1;
	for (; i < scan->token_count; i++) {
		const struct dns_token *token = &scan->token[i];
		uint16_t class;
		if (!out->ttl_given && token->len > 0 && token->text[0] >= '0' &&
		    token->text[0] <= '9') {
			if (!zone_reader_ttl(token->text, token->len, &out->ttl)) {
				zone_reader_wrong(
				    reader, source, i,
				    "a TTL of 0 to 2147483647 seconds (units s m h d w)");
				return false;
			}
			out->ttl_given = true;
		} else if (!out->class_given &&
		           dns_class_from_text(token->text, token->len, &class)) {
			if (class != DNS_CLASS_IN) {
				zone_reader_wrong(reader, source, i, "class IN");
				return false;
			}
			out->class_given = true;
		} else {
			break;
		}
	}
	const struct dns_token *token = &scan->token[i];
	if (i >= scan->token_count || token->quoted ||
	    !dns_type_from_text(token->text, token->len, &out->type)) {
		zone_reader_wrong(reader, source, i, "a record type");
		return false;
	}
	if (dns_type_is_meta(out->type)) {
		zone_reader_wrong(reader, source, i, "a type that can be in a zone");
		return false;
	}
	out->rdata_at = i + 1;
	return true;
}

/* RFC 2308 §4, RFC 1035 §5.1: its own, $TTL's, the last record's, the caller's, or the SOA's minimum. */
static bool find_ttl(struct zone_reader *reader, struct zone_source *source,
                     const struct preamble *preamble, uint32_t *out)
{
	if (preamble->ttl_given) {
		source->ttl_seen = true;
		source->last_ttl = preamble->ttl;
		*out = preamble->ttl;
	} else if (source->ttl_set) {
		*out = source->ttl;
	} else if (source->ttl_seen) {
		*out = source->last_ttl;
	} else if (reader->default_ttl != 0) {
		*out = reader->default_ttl;
	} else if (reader->soa_seen) {
		*out = reader->soa_minimum;
	} else {
		zone_reader_wrong(reader, source, preamble->rdata_at - 1,
		                  "a TTL before the type, since there is no $TTL");
		return false;
	}
	return true;
}

static void rdata_wrong(struct zone_reader *reader, const struct zone_source *source,
                        const struct preamble *preamble, enum result result, size_t token,
                        const char *expected)
{
	const size_t count = source->scan->token_count;
	/* No space: the record is too long, not the field that did not fit any more. */
	if (result == RESULT_NO_SPACE || (result == RESULT_TOO_LONG && expected == NULL))
		expected = "rdata of at most 65535 octets";
	token += preamble->rdata_at;
	zone_reader_wrong(reader, source, token < count ? token : count, expected);
}

/* The SOA's minimum serves as the default TTL where there is no other (RFC 1035 §5.1). */
static void note_soa(struct zone_reader *reader, uint16_t len)
{
	const uint32_t minimum = bytes_load_u32(reader->rdata + len - 4);
	reader->soa_seen = true;
	reader->soa_minimum = minimum <= ZONE_TTL_MAX ? minimum : 0;
}

/* Finds the owner's node, which a run of records of one owner does once. */
static enum result find_node(struct zone_reader *reader, struct zone_source *source, bool nsec3,
                             uint32_t *out)
{
	if (source->node[nsec3] == ZONE_DRAFT_NONE) {
		uint32_t node;
		const enum result result =
		    zone_draft_node(reader->draft, &source->owner, nsec3, &node);
		if (result != RESULT_OK)
			return result;
		source->node[nsec3] = node;
	}
	*out = source->node[nsec3];
	return RESULT_OK;
}

static enum result store(struct zone_reader *reader, struct zone_source *source,
                         struct zone_draft_record *record)
{
	if (record->type == DNS_TYPE_RRSIG)
		record->covers = bytes_load_u16(reader->rdata);
	const bool nsec3 = record->type == DNS_TYPE_NSEC3 || record->covers == DNS_TYPE_NSEC3;
	const int prefix = source->owner.len - reader->draft->origin.len;
	if (nsec3 && (prefix != 1 + NSEC3_DIGITS || source->owner.wire[0] != NSEC3_DIGITS)) {
		zone_reader_wrong(reader, source, 0,
		                  "a hash of 32 base32hex digits below the zone's name");
		return RESULT_OK;
	}
	uint32_t node;
	const enum result result = find_node(reader, source, nsec3, &node);
	if (result == RESULT_OUT_OF_RANGE) {
		char owner[DNS_NAME_TEXT_MAX], origin[DNS_NAME_TEXT_MAX];
		dns_name_to_text(source->owner.wire, owner);
		dns_name_to_text(reader->draft->origin.wire, origin);
		zone_error_add(reader->errors, false,
		               zone_scan_place(source->scan, source->scan->entry_at),
		               "%.200s: found an owner outside of the zone, expected one in %.200s",
		               owner, origin);
		return RESULT_OK;
	}
	if (result != RESULT_OK)
		return result;
	return zone_draft_add(reader->draft, node, record, reader->rdata);
}

enum result zone_reader_record(struct zone_reader *reader, struct zone_source *source)
{
	const struct zone_scan *scan = source->scan;
	struct preamble preamble = {0};
	if (!read_owner(reader, source) || !read_preamble(reader, source, &preamble))
		return RESULT_OK;

	struct zone_draft_record record = {
	    .type = preamble.type, .line = scan->entry_line, .file = source->file};
	size_t error_token = 0;
	const char *expected = NULL;
	const enum result result = dns_rdata_from_tokens(
	    record.type, scan->token + preamble.rdata_at, scan->token_count - preamble.rdata_at,
	    &source->origin, reader->rdata, sizeof(reader->rdata), &record.len, &error_token,
	    &expected);
	if (result != RESULT_OK) {
		rdata_wrong(reader, source, &preamble, result, error_token, expected);
		return RESULT_OK;
	}
	if (record.type == DNS_TYPE_SOA && !reader->soa_seen)
		note_soa(reader, record.len);
	if (!find_ttl(reader, source, &preamble, &record.ttl))
		return RESULT_OK;
	return store(reader, source, &record);
}

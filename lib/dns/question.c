/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Takes a question apart: label places, lower case and all suffix hashes in one walk. This runs once
 * for every packet. The labels are mixed while the walk finds them, left to right, since the mixes do
 * not depend on each other; then they are chained right to left. */
#include "dns/question.h"

#include <string.h>

#include "dns/fold.h"
#include "dns/name_hash.h"
#include "dns/name_scan.h"

/* Copies a whole name in lower case. Both spans may be exactly `len` octets long. */
static inline void copy_lower(uint8_t *restrict out, const uint8_t *restrict name, size_t len)
{
	uint64_t word;
	if (len < 8) {
		for (size_t i = 0; i < len; i++)
			out[i] = dns_name_lower[name[i]];
		return;
	}
	for (size_t at = 0; at + 8 < len; at += 8) {
		word = fold_lower(fold_load_u64(name + at));
		memcpy(out + at, &word, sizeof(word));
	}
	word = fold_lower(fold_load_u64(name + len - 8));
	memcpy(out + len - 8, &word, sizeof(word));
}

/* What is left when each label's place and mix are in `out`: chain, copy, numbers. */
static inline void finish(struct dns_question *out, const uint8_t *name, size_t len, size_t labels)
{
	uint64_t hash = name_hash_secret.root;
	out->hash[labels] = hash;
	for (size_t i = labels; i > 0; i--) {
		hash = name_hash_chain(hash, out->hash[i - 1]);
		out->hash[i - 1] = hash;
	}
	out->label_at[labels] = (uint8_t)(len - 1);
	out->label_count = (uint8_t)labels;
	out->name_len = (uint8_t)len;
	copy_lower(out->name, name, len);
}

void dns_question_set(struct dns_question *out, const uint8_t *name, uint16_t type, uint16_t class)
{
	size_t at = 0;
	size_t labels = 0;
	for (; name[at] != 0; at += (size_t)name[at] + 1) {
		out->hash[labels] = name_hash_mix(name + at, true);
		out->label_at[labels++] = (uint8_t)at;
	}
	out->type = type;
	out->class = class;
	finish(out, name, at + 1, labels);
}

enum result dns_question_parse(struct bytes_reader *reader, struct dns_question *out)
{
	const uint8_t *start = reader->data + reader->at;
	const size_t left = bytes_left(reader);
	size_t len;
	uint8_t labels;
	const enum result result = dns_name_scan(start, left, &len, &labels);
	if (UNLIKELY(result != RESULT_OK))
		return result;
	if (UNLIKELY(left - len < 4))
		return RESULT_TOO_SHORT;
	dns_question_set(out, start, bytes_load_u16(start + len), bytes_load_u16(start + len + 2));
	reader->at += len + 4;
	return RESULT_OK;
}

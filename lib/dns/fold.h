/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* fold -- ASCII case folding of eight octets at a time, and loads that never leave their span.
 *
 * What:    the inner steps of name comparison and name hashing. Whole wire names may be folded without
 *          looking at labels: a length octet (0..63) is below 'A' and so never changes.
 * Threads: any; pure.
 * Memory:  the caller's.
 * Limits:  none.
 * Trust:   needs spans whose length is known.
 * RFC:     4343 §3. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"

#define FOLD_EACH(octet) (UINT64_C(0x0101010101010101) * (octet))

static inline uint64_t fold_load_u64(const uint8_t *p)
{
	uint64_t word;
	memcpy(&word, p, sizeof(word));
	return word;
}

static inline uint32_t fold_load_u32(const uint8_t *p)
{
	uint32_t word;
	memcpy(&word, p, sizeof(word));
	return word;
}

/* Each octet 'A'..'Z' of the word becomes 'a'..'z'; the others stay. */
static inline uint64_t fold_lower(uint64_t word)
{
	const uint64_t low7 = word & FOLD_EACH(0x7f);
	const uint64_t above_z = low7 + FOLD_EACH(0x7f - 'Z');
	const uint64_t from_a = low7 + FOLD_EACH(0x80 - 'A');
	const uint64_t upper = (from_a ^ above_z) & ~word & FOLD_EACH(0x80);
	return word | upper >> 2;
}

/* Packs a span of 1 to 7 octets into a word; equal spans of equal length give equal words. */
static inline uint64_t fold_load_tail(const uint8_t *p, size_t len)
{
	if (len >= 4)
		return (uint64_t)fold_load_u32(p) << 32 | fold_load_u32(p + len - 4);
	return (uint64_t)p[0] << 16 | (uint64_t)p[len >> 1] << 8 | p[len - 1];
}

/* Whether two spans of equal length are equal but for ASCII case. */
static inline bool fold_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
	if (len < 8)
		return len == 0 ||
		       fold_lower(fold_load_tail(a, len)) == fold_lower(fold_load_tail(b, len));
	for (size_t at = 0; at + 8 < len; at += 8)
		if (fold_lower(fold_load_u64(a + at)) != fold_lower(fold_load_u64(b + at)))
			return false;
	return fold_lower(fold_load_u64(a + len - 8)) == fold_lower(fold_load_u64(b + len - 8));
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* name_hash -- the body of the keyed name hash, inline for the two loops that live on it.
 *
 * What:    each label is mixed on its own (so that a processor works on several at once), then chained to
 *          the hash of the suffix on its right by one folded 64x64->128-bit multiplication.
 * Threads: the secret is written once, before threads start; pure after that.
 * Memory:  one cache line of secrets.
 * Limits:  none.
 * Trust:   needs checked labels. Keyed, so that nobody outside can choose names that collide.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "dns/fold.h"

struct name_hash_secret {
	uint64_t word[4];
	uint64_t root;
};

extern struct name_hash_secret name_hash_secret;

static inline uint64_t name_hash_multiply(uint64_t a, uint64_t b)
{
	__extension__ typedef unsigned __int128 wide;
	const wide product = (wide)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Mixes one label, length octet included: 2..64 octets. `lower`: fold upper case on the way. */
static ALWAYS_INLINE uint64_t name_hash_mix(const uint8_t *label, bool lower)
{
	const uint64_t *secret = name_hash_secret.word;
	const size_t len = (size_t)label[0] + 1;
	uint64_t chain = secret[1];

	if (len < 8) {
		const uint64_t word = fold_load_tail(label, len);
		return name_hash_multiply((lower ? fold_lower(word) : word) ^ secret[0], chain);
	}
	size_t at = 0;
	for (; at + 16 < len; at += 16) {
		uint64_t a = fold_load_u64(label + at);
		uint64_t b = fold_load_u64(label + at + 8);
		if (lower) {
			a = fold_lower(a);
			b = fold_lower(b);
		}
		chain = name_hash_multiply(a ^ secret[2], b ^ chain);
	}
	/* 1 to 16 octets are left: two loads that may overlap each other or what was read before. */
	uint64_t a = fold_load_u64(label + (at + 8 <= len ? at : len - 8));
	uint64_t b = fold_load_u64(label + len - 8);
	if (lower) {
		a = fold_lower(a);
		b = fold_lower(b);
	}
	return name_hash_multiply(a ^ secret[0], b ^ chain);
}

static inline uint64_t name_hash_chain(uint64_t suffix_hash, uint64_t mixed)
{
	return name_hash_multiply(suffix_hash ^ mixed, name_hash_secret.word[3]);
}

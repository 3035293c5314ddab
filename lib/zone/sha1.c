/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* SHA-1 as RFC 3174 writes it down. */
#include "zone/sha1.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#define ROUNDS 80

static uint32_t rotate(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

/* RFC 3174 §5: f(t) and K(t). */
static uint32_t mix(unsigned round, const uint32_t s[5])
{
	if (round < 20)
		return ((s[1] & s[2]) | (~s[1] & s[3])) + UINT32_C(0x5a827999);
	if (round < 40)
		return (s[1] ^ s[2] ^ s[3]) + UINT32_C(0x6ed9eba1);
	if (round < 60)
		return ((s[1] & s[2]) | (s[1] & s[3]) | (s[2] & s[3])) + UINT32_C(0x8f1bbcdc);
	return (s[1] ^ s[2] ^ s[3]) + UINT32_C(0xca62c1d6);
}

static void block(uint32_t state[5], const uint8_t *data)
{
	uint32_t w[ROUNDS];
	uint32_t s[5];
	for (unsigned t = 0; t < 16; t++)
		w[t] = bytes_load_u32(data + 4 * t);
	for (unsigned t = 16; t < ROUNDS; t++)
		w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	memcpy(s, state, sizeof(s));
	for (unsigned t = 0; t < ROUNDS; t++) {
		const uint32_t next = rotate(s[0], 5) + mix(t, s) + s[4] + w[t];
		s[4] = s[3];
		s[3] = s[2];
		s[2] = rotate(s[1], 30);
		s[1] = s[0];
		s[0] = next;
	}
	for (unsigned i = 0; i < 5; i++)
		state[i] += s[i];
}

void zone_sha1(const uint8_t *data, size_t len, uint8_t out[SHA1_BYTES])
{
	uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
	uint8_t padded[SHA1_INPUT_MAX + 9];
	CHECK(len <= SHA1_INPUT_MAX);
	/* RFC 3174 §4: a bit, zeros, and the length in bits. */
	const size_t size = (len + 9 + SHA1_BLOCK - 1) / SHA1_BLOCK * SHA1_BLOCK;
	memcpy(padded, data, len);
	memset(padded + len, 0, size - len);
	padded[len] = 0x80;
	bytes_store_u32(padded + size - 4, (uint32_t)len * 8);
	for (size_t at = 0; at < size; at += SHA1_BLOCK)
		block(state, padded + at);
	for (unsigned i = 0; i < 5; i++)
		bytes_store_u32(out + 4 * i, state[i]);
}

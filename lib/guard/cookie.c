/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The server cookie of RFC 9018 §4: version, reserved, timestamp, SipHash-2-4 over all that and the
 * client's cookie and address. */
#include "guard/cookie.h"

#include <string.h>

#include "base/bytes.h"

#define VERSION_1 1
#define VERSION_AT COOKIE_CLIENT_BYTES
#define TIME_AT (VERSION_AT + 4)
#define HASH_AT (TIME_AT + 4)

/* RFC 9018 §4.4: Hash = SipHash-2-4( Client Cookie | Version | Reserved | Timestamp | Client-IP ). */
static void hash(const uint8_t secret[SIPHASH_KEY_BYTES], const uint8_t *cookie, uint8_t family,
                 const uint8_t *octets, uint8_t out[8])
{
	uint8_t input[HASH_AT + 16];
	size_t address_len = family == 4 ? 4 : 16;
	memcpy(input, cookie, HASH_AT);
	memcpy(input + HASH_AT, octets, address_len);
	siphash24(secret, input, HASH_AT + address_len, out);
}

/* Compares without telling by its duration where the difference is. */
static bool equal(const uint8_t *a, const uint8_t *b)
{
	uint8_t difference = 0;
	for (int i = 0; i < 8; i++)
		difference |= a[i] ^ b[i];
	return difference == 0;
}

enum cookie_state cookie_check(const struct cookie_keys *keys, const uint8_t *cookie, uint8_t len,
                               uint8_t family, const uint8_t *octets, uint32_t now_s)
{
	if (len == COOKIE_CLIENT_BYTES)
		return COOKIE_NONE;
	if (len != COOKIE_BYTES || cookie[VERSION_AT] != VERSION_1)
		return COOKIE_BAD;
	/* RFC 9018 §4.3: serial number arithmetic (RFC 1982). */
	int32_t age = (int32_t)(now_s - bytes_load_u32(cookie + TIME_AT));
	if (age > COOKIE_AGE_MAX_S || age < -COOKIE_AHEAD_MAX_S)
		return COOKIE_BAD;
	for (uint8_t i = 0; i < keys->secret_count; i++) {
		uint8_t expected[8];
		hash(keys->secret[i], cookie, family, octets, expected);
		if (equal(expected, cookie + HASH_AT))
			return i > 0 || age > COOKIE_RENEW_S ? COOKIE_GOOD_RENEW : COOKIE_GOOD;
	}
	return COOKIE_BAD;
}

void cookie_make(const struct cookie_keys *keys, const uint8_t *client_cookie, uint8_t family,
                 const uint8_t *octets, uint32_t now_s, uint8_t out[COOKIE_BYTES])
{
	memmove(out, client_cookie, COOKIE_CLIENT_BYTES);
	bytes_store_u32(out + VERSION_AT, (uint32_t)VERSION_1 << 24);
	bytes_store_u32(out + TIME_AT, now_s);
	hash(keys->secret[0], out, family, octets, out + HASH_AT);
}

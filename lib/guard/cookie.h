/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cookie -- DNS server cookies: proof that a client receives what we send to its address.
 *
 * What:    makes and checks the interoperable server cookie of RFC 9018. A client that shows a good one
 *          does not forge its address.
 * Threads: any; pure. The keys are an immutable object.
 * Memory:  the caller's.
 * Limits:  two secrets: the one in use and its neighbour while a roll-over is under way (RFC 9018 §5).
 * Trust:   cookies come from the wire.
 * RFC:     7873, 9018. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/siphash.h"

#define COOKIE_CLIENT_BYTES 8
#define COOKIE_SERVER_BYTES 16
#define COOKIE_BYTES (COOKIE_CLIENT_BYTES + COOKIE_SERVER_BYTES)

/* RFC 9018 §4.3: not older than an hour, not more than five minutes in the future, renewed after half
 * an hour. */
#define COOKIE_AGE_MAX_S 3600
#define COOKIE_AHEAD_MAX_S 300
#define COOKIE_RENEW_S 1800

struct cookie_keys {
	uint8_t secret[2][SIPHASH_KEY_BYTES]; /* [0] makes cookies, both check them */
	uint8_t secret_count; /* 1 or 2 */
};

enum cookie_state {
	COOKIE_NONE, /* only a client cookie: nothing to check */
	COOKIE_BAD, /* not ours, or too old: RFC 7873 §5.2.3 */
	COOKIE_GOOD,
	COOKIE_GOOD_RENEW, /* good, and the client should get a new one */
};

/* Checks the cookie option's data (8, or 16..40 octets) of a client with that address at `now_s` (seconds
 * since 1970, modulo 2^32). */
enum cookie_state cookie_check(const struct cookie_keys *keys, const uint8_t *cookie, uint8_t len,
                               uint8_t family, const uint8_t *octets, uint32_t now_s);

/* Writes the whole option data: the client's cookie and a server cookie of `now_s`. */
void cookie_make(const struct cookie_keys *keys, const uint8_t *client_cookie, uint8_t family,
                 const uint8_t *octets, uint32_t now_s, uint8_t out[COOKIE_BYTES]);

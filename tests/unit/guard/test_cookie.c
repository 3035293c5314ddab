/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Server cookies against the test vectors of RFC 9018, Appendix A, and their life span. */
#include <string.h>

#include "guard/cookie.h"
#include "unit.h"

static const struct cookie_keys keys = {
    .secret = {{0xe5, 0xe9, 0x73, 0xe5, 0xa6, 0xb2, 0xa4, 0x3f, 0x48, 0xe7, 0xdc, 0x84, 0x9e, 0x37,
                0xbf, 0xcf}},
    .secret_count = 1,
};
static const uint8_t client[4] = {198, 51, 100, 100};
static const uint8_t client_cookie[8] = {0x24, 0x64, 0xc4, 0xab, 0xcf, 0x10, 0xc9, 0x57};
static const uint32_t made_at = 0x5cf79f11;

/* RFC 9018 A.1: learning a new server cookie. */
static void learning_vector(void)
{
	static const uint8_t expected[24] = {0x24, 0x64, 0xc4, 0xab, 0xcf, 0x10, 0xc9, 0x57,
	                                     0x01, 0x00, 0x00, 0x00, 0x5c, 0xf7, 0x9f, 0x11,
	                                     0x1f, 0x81, 0x30, 0xc3, 0xee, 0xe2, 0x94, 0x80};
	uint8_t made[COOKIE_BYTES];
	cookie_make(&keys, client_cookie, 4, client, made_at, made);
	CU_ASSERT_EQUAL(memcmp(made, expected, sizeof(expected)), 0);
}

/* RFC 9018 A.2: the same client 40 minutes later gets a renewed one. */
static void renewal_vector(void)
{
	static const uint8_t expected[24] = {0x24, 0x64, 0xc4, 0xab, 0xcf, 0x10, 0xc9, 0x57,
	                                     0x01, 0x00, 0x00, 0x00, 0x5c, 0xf7, 0xa8, 0x71,
	                                     0xd4, 0xa5, 0x64, 0xa1, 0x44, 0x2a, 0xca, 0x77};
	uint8_t made[COOKIE_BYTES];
	cookie_make(&keys, client_cookie, 4, client, made_at, made);
	CU_ASSERT_EQUAL(cookie_check(&keys, made, sizeof(made), 4, client, 0x5cf7a871),
	                COOKIE_GOOD_RENEW);
	cookie_make(&keys, made, 4, client, 0x5cf7a871, made);
	CU_ASSERT_EQUAL(memcmp(made, expected, sizeof(expected)), 0);
}

static void life_span(void)
{
	uint8_t made[COOKIE_BYTES];
	cookie_make(&keys, client_cookie, 4, client, made_at, made);
	const struct {
		int32_t offset_s;
		enum cookie_state state;
	} rows[] = {
	    {0, COOKIE_GOOD},          {1800, COOKIE_GOOD}, {1801, COOKIE_GOOD_RENEW},
	    {3600, COOKIE_GOOD_RENEW}, {3601, COOKIE_BAD},  {-300, COOKIE_GOOD},
	    {-301, COOKIE_BAD},
	};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
		CU_ASSERT_EQUAL(cookie_check(&keys, made, sizeof(made), 4, client,
		                             made_at + (uint32_t)rows[i].offset_s),
		                rows[i].state);
}

static void every_changed_octet_makes_it_bad(void)
{
	uint8_t made[COOKIE_BYTES];
	cookie_make(&keys, client_cookie, 4, client, made_at, made);
	for (size_t i = 0; i < sizeof(made); i++) {
		made[i] ^= 1;
		CU_ASSERT_EQUAL(cookie_check(&keys, made, sizeof(made), 4, client, made_at),
		                COOKIE_BAD);
		made[i] ^= 1;
	}
	const uint8_t other[4] = {198, 51, 100, 101};
	CU_ASSERT_EQUAL(cookie_check(&keys, made, sizeof(made), 4, other, made_at), COOKIE_BAD);
	CU_ASSERT_EQUAL(cookie_check(&keys, made, 8, 4, client, made_at), COOKIE_NONE);
	CU_ASSERT_EQUAL(cookie_check(&keys, made, 16, 4, client, made_at), COOKIE_BAD);
}

static void the_former_secret_still_counts(void)
{
	struct cookie_keys rolled = {.secret_count = 2};
	memset(rolled.secret[0], 7, sizeof(rolled.secret[0]));
	memcpy(rolled.secret[1], keys.secret[0], sizeof(rolled.secret[1]));
	uint8_t made[COOKIE_BYTES];
	cookie_make(&keys, client_cookie, 4, client, made_at, made);
	CU_ASSERT_EQUAL(cookie_check(&rolled, made, sizeof(made), 4, client, made_at),
	                COOKIE_GOOD_RENEW);
}

static const struct unit_case cases[] = {
    {"learning_vector", learning_vector},
    {"renewal_vector", renewal_vector},
    {"life_span", life_span},
    {"every_changed_octet_makes_it_bad", every_changed_octet_makes_it_bad},
    {"the_former_secret_still_counts", the_former_secret_still_counts},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "guard/cookie", cases, ARRAY_COUNT(cases));
}

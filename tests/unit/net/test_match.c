/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The quick look-up must agree with net_prefix_contains() everywhere. */
#include "net/match.h"

#include <stdlib.h>

#include "unit.h"

static void test_agrees(void)
{
	srandom(1);
	for (unsigned round = 0; round < 2000; round++) {
		static struct net_match match;
		memset(&match, 0, sizeof(match));
		struct net_prefix prefixes[3];
		for (unsigned i = 0; i < ARRAY_COUNT(prefixes); i++) {
			struct net_prefix *prefix = &prefixes[i];
			prefix->address.family = random() % 2 ? 4 : 6;
			for (unsigned j = 0; j < 16; j++)
				prefix->address.octets[j] = random() % 4 ? 0x55 : (uint8_t)random();
			prefix->length =
			    (uint8_t)((unsigned long)random() %
			              (net_address_bytes(prefix->address.family) * 8 + 1));
			CU_ASSERT_EQUAL(net_match_add(&match, prefix), RESULT_OK);
		}
		for (unsigned probe = 0; probe < 20; probe++) {
			uint8_t octets[16];
			uint8_t version = random() % 2 ? 4 : 6;
			for (unsigned j = 0; j < 16; j++)
				octets[j] = random() % 8 ? 0x55 : (uint8_t)random();
			bool expected = false;
			for (unsigned i = 0; i < ARRAY_COUNT(prefixes); i++)
				expected |= net_prefix_contains(&prefixes[i], version, octets);
			CU_ASSERT_EQUAL(net_match_has(&match, version, octets), expected);
		}
	}
}

static void test_edges(void)
{
	static struct net_match match;
	struct net_prefix prefix;
	const uint8_t zeros[16] = {0};
	CU_ASSERT_FALSE(net_match_has(&match, 4, zeros));
	CU_ASSERT_FALSE(net_match_has(&match, 6, zeros));
	CU_ASSERT_EQUAL(net_prefix_parse("::/0", &prefix), RESULT_OK);
	CU_ASSERT_EQUAL(net_match_add(&match, &prefix), RESULT_OK);
	CU_ASSERT_FALSE(net_match_has(&match, 4, zeros));
	CU_ASSERT_TRUE(net_match_has(&match, 6, zeros));
	CU_ASSERT_EQUAL(net_prefix_parse("10.0.0.1", &prefix), RESULT_OK);
	for (unsigned i = 0; i < NET_MATCH_MAX; i++)
		CU_ASSERT_EQUAL(net_match_add(&match, &prefix), RESULT_OK);
	CU_ASSERT_EQUAL(net_match_add(&match, &prefix), RESULT_TOO_LONG);
	CU_ASSERT_TRUE(net_match_has(&match, 4, prefix.address.octets));
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {{"agrees", test_agrees}, {"edges", test_edges}};
	return unit_main(argc, argv, "net/match", cases, ARRAY_COUNT(cases));
}

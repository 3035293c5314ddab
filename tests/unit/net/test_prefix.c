/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Texts of addresses, prefixes and endpoints, good and bad, and the match. */
#include "net/prefix.h"

#include <string.h>

#include "unit.h"

static void test_address_round_trip(void)
{
	static const char *const texts[] = {
	    "0.0.0.0",      "192.0.2.1",   "255.255.255.255",  "::",     "::1",
	    "2001:db8::53", "fe80::1:2:3", "::ffff:192.0.2.1", "fd53::2"};
	for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
		struct net_address address;
		char text[NET_TEXT_BYTES];
		CU_ASSERT_EQUAL_FATAL(net_address_parse(texts[i], &address), RESULT_OK);
		CU_ASSERT_STRING_EQUAL(net_address_format(&address, text), texts[i]);
	}
}

static void test_address_bad(void)
{
	static const char *const texts[] = {"",         "1.2.3", "1.2.3.4.5",  "256.1.1.1",
	                                    "1.2.3.4 ", "::1::", "g::",        ":",
	                                    "1:2:3",    "[::1]", "fe80::1%lo", "01x.2.3.4"};
	for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
		struct net_address address;
		CU_ASSERT_EQUAL(net_address_parse(texts[i], &address), RESULT_MALFORMED);
	}
}

static void test_unicast(void)
{
	static const struct {
		const char *text;
		bool unicast;
	} rows[] = {{"10.53.0.2", true},  {"0.0.0.0", false},  {"255.255.255.255", false},
	            {"224.0.0.1", false}, {"127.0.0.1", true}, {"fd53::2", true},
	            {"::", false},        {"ff02::1", false},  {"fe80::1", true}};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct net_address address;
		CU_ASSERT_EQUAL_FATAL(net_address_parse(rows[i].text, &address), RESULT_OK);
		CU_ASSERT_EQUAL(net_address_is_unicast(address.family, address.octets),
		                rows[i].unicast);
	}
}

static void test_prefix_parse(void)
{
	static const struct {
		const char *text;
		enum result result;
		const char *formatted;
	} rows[] = {
	    {"10.0.0.0/8", RESULT_OK, "10.0.0.0/8"},
	    {"10.53.0.1/24", RESULT_OK, "10.53.0.1/24"},
	    {"192.0.2.1", RESULT_OK, "192.0.2.1/32"},
	    {"0.0.0.0/0", RESULT_OK, "0.0.0.0/0"},
	    {"::/0", RESULT_OK, "::/0"},
	    {"fd53::1", RESULT_OK, "fd53::1/128"},
	    {"2001:db8::/127", RESULT_OK, "2001:db8::/127"},
	    {"10.0.0.0/33", RESULT_OUT_OF_RANGE, NULL},
	    {"::/129", RESULT_OUT_OF_RANGE, NULL},
	    {"::/4294967296", RESULT_OUT_OF_RANGE, NULL},
	    {"10.0.0.0/", RESULT_MALFORMED, NULL},
	    {"10.0.0.0/-1", RESULT_MALFORMED, NULL},
	    {"10.0.0.0/8x", RESULT_MALFORMED, NULL},
	    {"/8", RESULT_MALFORMED, NULL},
	    {"10.0.0/8", RESULT_MALFORMED, NULL},
	    {"0000000000000000000000000000000000000000000000000000000000000000000::1/8",
	     RESULT_MALFORMED, NULL},
	};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct net_prefix prefix;
		char text[NET_TEXT_BYTES];
		CU_ASSERT_EQUAL(net_prefix_parse(rows[i].text, &prefix), rows[i].result);
		if (rows[i].formatted != NULL)
			CU_ASSERT_STRING_EQUAL(net_prefix_format(&prefix, text), rows[i].formatted);
	}
}

static bool matches(const char *prefix_text, const char *address_text)
{
	struct net_prefix prefix;
	struct net_address address;
	CU_ASSERT_EQUAL_FATAL(net_prefix_parse(prefix_text, &prefix), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(net_address_parse(address_text, &address), RESULT_OK);
	return net_prefix_contains(&prefix, address.family, address.octets);
}

static void test_contains(void)
{
	CU_ASSERT_TRUE(matches("0.0.0.0/0", "203.0.113.9"));
	CU_ASSERT_FALSE(matches("0.0.0.0/0", "::1"));
	CU_ASSERT_TRUE(matches("::/0", "2001:db8::1"));
	CU_ASSERT_FALSE(matches("::/0", "10.0.0.1"));
	CU_ASSERT_TRUE(matches("10.53.0.1/24", "10.53.0.255"));
	CU_ASSERT_FALSE(matches("10.53.0.1/24", "10.53.1.0"));
	CU_ASSERT_TRUE(matches("10.128.0.0/9", "10.200.1.2"));
	CU_ASSERT_FALSE(matches("10.128.0.0/9", "10.127.255.255"));
	CU_ASSERT_TRUE(matches("192.0.2.1", "192.0.2.1"));
	CU_ASSERT_FALSE(matches("192.0.2.1", "192.0.2.0"));
	CU_ASSERT_TRUE(matches("2001:db8::/33", "2001:db8:7fff::"));
	CU_ASSERT_FALSE(matches("2001:db8::/33", "2001:db8:8000::"));
}

static void test_host_bits(void)
{
	struct net_prefix prefix;
	CU_ASSERT_EQUAL(net_prefix_parse("10.53.0.0/24", &prefix), RESULT_OK);
	CU_ASSERT_FALSE(net_prefix_has_host_bits(&prefix));
	CU_ASSERT_EQUAL(net_prefix_parse("10.53.0.1/24", &prefix), RESULT_OK);
	CU_ASSERT_TRUE(net_prefix_has_host_bits(&prefix));
	CU_ASSERT_EQUAL(net_prefix_parse("fd80::/8", &prefix), RESULT_OK);
	CU_ASSERT_TRUE(net_prefix_has_host_bits(&prefix));
	CU_ASSERT_EQUAL(net_prefix_parse("::1", &prefix), RESULT_OK);
	CU_ASSERT_FALSE(net_prefix_has_host_bits(&prefix));
}

static void test_endpoint(void)
{
	static const struct {
		const char *text;
		enum result result;
		const char *formatted;
	} rows[] = {
	    {"10.0.0.1:5353", RESULT_OK, "10.0.0.1:5353"},
	    {"10.0.0.1", RESULT_OK, "10.0.0.1:53"},
	    {"[::1]:853", RESULT_OK, "[::1]:853"},
	    {"[::1]", RESULT_OK, "[::1]:53"},
	    {"::1", RESULT_OK, "[::1]:53"},
	    {"2001:db8::1:853", RESULT_OK, "[2001:db8::1:853]:53"},
	    {"10.0.0.1:0", RESULT_OUT_OF_RANGE, NULL},
	    {"10.0.0.1:65536", RESULT_OUT_OF_RANGE, NULL},
	    {"10.0.0.1:", RESULT_MALFORMED, NULL},
	    {"10.0.0.1:dns", RESULT_MALFORMED, NULL},
	    {"[::1]853", RESULT_MALFORMED, NULL},
	    {"[::1", RESULT_MALFORMED, NULL},
	    {"[10.0.0.1]:53", RESULT_MALFORMED, NULL},
	    {"", RESULT_MALFORMED, NULL},
	    {":53", RESULT_MALFORMED, NULL},
	};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct net_endpoint endpoint;
		char text[NET_TEXT_BYTES];
		CU_ASSERT_EQUAL(net_endpoint_parse(rows[i].text, 53, &endpoint), rows[i].result);
		if (rows[i].formatted != NULL)
			CU_ASSERT_STRING_EQUAL(net_endpoint_format(&endpoint, text),
			                       rows[i].formatted);
	}
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"address_round_trip", test_address_round_trip},
	    {"address_bad", test_address_bad},
	    {"unicast", test_unicast},
	    {"prefix_parse", test_prefix_parse},
	    {"contains", test_contains},
	    {"host_bits", test_host_bits},
	    {"endpoint", test_endpoint},
	};
	return unit_main(argc, argv, "net/prefix", cases, ARRAY_COUNT(cases));
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Longest match, gateways with and without a MAC address, neighbours, and many entries against a plain scan. */
#include "net/next_hop.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static struct net_next_hops *table;

static void begin(size_t count)
{
	void *memory = malloc(net_next_hops_bytes(count));
	CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
	table = net_next_hops_begin(memory, count);
}

static struct net_address address_of(const char *text)
{
	struct net_address address;
	CU_ASSERT_EQUAL_FATAL(net_address_parse(text, &address), RESULT_OK);
	return address;
}

static void add_neighbour(const char *text, uint8_t number)
{
	const struct net_address address = address_of(text);
	net_next_hops_add_neighbour(table, &address, (const uint8_t[6]){2, 0, 0, 0, 0, number});
}

static void add_route(const char *text, const char *gateway)
{
	struct net_prefix prefix;
	CU_ASSERT_EQUAL_FATAL(net_prefix_parse(text, &prefix), RESULT_OK);
	if (gateway == NULL) {
		net_next_hops_add_route(table, &prefix, NULL);
		return;
	}
	const struct net_address address = address_of(gateway);
	net_next_hops_add_route(table, &prefix, &address);
}

/* The last octet of the next hop's MAC address, -1 for none. */
static int find(const char *text)
{
	const struct net_address address = address_of(text);
	const uint8_t *mac = net_next_hop_find(table, address.family, address.octets);
	return mac == NULL ? -1 : mac[5];
}

static void test_longest(void)
{
	begin(16);
	add_neighbour("10.0.0.1", 1);
	add_neighbour("10.0.0.2", 2);
	add_neighbour("10.0.0.77", 77);
	add_neighbour("fe80::1", 61);
	add_route("0.0.0.0/0", "10.0.0.1");
	add_route("10.0.0.5/24", NULL);
	add_route("192.0.2.0/24", "10.0.0.2");
	add_route("192.0.2.128/25", "10.0.0.3"); /* its MAC address is not known */
	add_route("192.0.2.0/24", "10.0.0.1"); /* a second one: the first counts */
	add_route("2001:db8::/32", "fe80::1");
	net_next_hops_end(table);
	CU_ASSERT_EQUAL(find("8.8.8.8"), 1);
	CU_ASSERT_EQUAL(find("10.0.0.77"), 77);
	CU_ASSERT_EQUAL(find("10.0.0.78"), -1);
	CU_ASSERT_EQUAL(find("192.0.2.1"), 2);
	CU_ASSERT_EQUAL(find("192.0.2.129"), -1);
	CU_ASSERT_EQUAL(find("192.0.3.1"), 1);
	CU_ASSERT_EQUAL(find("2001:db8:1::5"), 61);
	CU_ASSERT_EQUAL(find("2001:db9::"), -1);
	CU_ASSERT_EQUAL(find("::"), -1);
	free(table);
}

static void test_empty(void)
{
	begin(0);
	net_next_hops_end(table);
	CU_ASSERT_EQUAL(find("10.0.0.1"), -1);
	CU_ASSERT_EQUAL(find("2001:db8::1"), -1);
	free(table);
}

/* A thousand random routes give what looking at all of them gives. */
static void test_many(void)
{
	enum {
		ROUTES = 1000
	};
	static struct net_prefix route[ROUTES];
	srandom(1812);
	begin(ROUTES + 250);
	for (unsigned i = 0; i < 250; i++) {
		const struct net_address gateway = {.family = 4, .octets = {10, 0, 0, (uint8_t)i}};
		net_next_hops_add_neighbour(table, &gateway,
		                            (const uint8_t[6]){2, 0, 0, 0, 0, (uint8_t)i});
	}
	for (unsigned i = 0; i < ROUTES; i++) {
		const struct net_address gateway = {.family = 4,
		                                    .octets = {10, 0, 0, (uint8_t)(i % 250)}};
		route[i] = (struct net_prefix){
		    .address = {.family = 4,
		                .octets = {(uint8_t)(random() % 4), (uint8_t)(random() % 4),
		                           (uint8_t)random(), 0}},
		    .length = (uint8_t)(random() % 25)};
		net_next_hops_add_route(table, &route[i], &gateway);
	}
	net_next_hops_end(table);
	for (unsigned round = 0; round < 2000; round++) {
		const uint8_t octets[4] = {(uint8_t)(random() % 4), (uint8_t)(random() % 4),
		                           (uint8_t)random(), (uint8_t)random()};
		int best = -1;
		for (int i = 0; i < ROUTES; i++) {
			if (net_prefix_contains(&route[i], 4, octets) &&
			    (best < 0 || route[i].length > route[best].length))
				best = i;
		}
		const uint8_t *mac = net_next_hop_find(table, 4, octets);
		CU_ASSERT_EQUAL(mac == NULL ? -1 : mac[5], best < 0 ? -1 : best % 250);
	}
	free(table);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"longest", test_longest},
	    {"empty", test_empty},
	    {"many", test_many},
	};
	return unit_main(argc, argv, "net/next_hop", cases, ARRAY_COUNT(cases));
}

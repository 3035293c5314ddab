/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Which of a zone's servers are asked: by family of addresses, and by what they can stand. */
#include "world_run.h"

static const struct world_zone zones[] = {
    {".", "1",
     ". NS a.root.\na.root. A 10.0.0.1\n"
     "test. NS ns.test.\nns.test. A 10.0.0.2\nns.test. AAAA fd00::6\n"
     "six. NS ns.six.\nns.six. AAAA fd00::7\n"
     "far. NS ns.far.test.\n"},
    {"test.", "2 6", "www.test. A 10.1.0.2\nns.far.test. A 10.0.0.3\nns.far.test. AAAA fd00::8\n"},
    {"six.", "7", "www.six. A 10.1.0.7\n"},
    {"far.", "3 8", "www.far. A 10.1.0.3\n"}};

static void open_with(struct resolver_settings settings)
{
	world_open(zones, ARRAY_COUNT(zones), &settings);
}

/* How often two servers were asked for many names. */
static void ask_many(void)
{
	char name[32];
	for (unsigned i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "n%u.test.", i);
		CU_ASSERT_EQUAL(world_resolve(name, "A")->rcode, DNS_RCODE_NXDOMAIN);
	}
}

static void the_wanted_family_comes_first(void)
{
	open_with((struct resolver_settings){.prefer = RESOLVER_PREFER_IPV6});
	ask_many();
	CU_ASSERT_EQUAL(world_count(2, NULL, NULL), 0);
	open_with((struct resolver_settings){.prefer = RESOLVER_PREFER_IPV4});
	ask_many();
	CU_ASSERT_EQUAL(world_count(6, NULL, NULL), 0);
	/* The other one is better than a dead one, or none. */
	WORLD_EXPECT("www.six.", "A", DNS_RCODE_NOERROR, "10.1.0.7");
	world.habits[2] = WORLD_SILENT;
	WORLD_EXPECT("www.test.", "A", DNS_RCODE_NOERROR, "10.1.0.2");
	/* Without a wish both are of use. */
	open_with((struct resolver_settings){.prefer = RESOLVER_PREFER_ANY});
	ask_many();
	CU_ASSERT(world_count(2, NULL, NULL) > 0);
	CU_ASSERT(world_count(6, NULL, NULL) > 0);
}

static void a_family_without_a_route_is_left_out(void)
{
	open_with((struct resolver_settings){.no_ipv6 = true});
	for (unsigned i = 5; i < 10; i++)
		world.habits[i] = WORLD_RESETS;
	ask_many();
	CU_ASSERT_EQUAL(world_count(6, NULL, NULL), 0);
	WORLD_EXPECT("www.far.", "A", DNS_RCODE_NOERROR, "10.1.0.3");
	CU_ASSERT_EQUAL(world_count(0, "ns.far.test.", "AAAA"), 0);
	/* Where there is nothing else it is tried, and if that works it is believed. */
	for (unsigned i = 5; i < 10; i++)
		world.habits[i] = 0;
	WORLD_EXPECT("www.six.", "A", DNS_RCODE_NOERROR, "10.1.0.7");
	ask_many();
	CU_ASSERT(world_count(6, NULL, NULL) > 0);
}

/* A family in which all is refused is left alone, and tried again after a while. */
static void a_family_that_breaks_is_tried_again(void)
{
	open_with((struct resolver_settings){0});
	world.habits[6] = WORLD_RESETS;
	for (unsigned i = 0; i < 8; i++)
		ask_many();
	world.habits[6] = 0;
	world_run(world.now_ms + RESOLVER_FAMILY_RETRY_MS);
	unsigned before = world_count(6, NULL, NULL);
	for (unsigned i = 0; i < 8; i++)
		ask_many();
	CU_ASSERT(world_count(6, NULL, NULL) > before);
}

/* "0x20" costs one question over TCP for a server that does not keep the case, not one each time. */
static void folding_servers_are_remembered(void)
{
	open_with(
	    (struct resolver_settings){.randomise_case = true, .prefer = RESOLVER_PREFER_IPV4});
	world.habits[2] = WORLD_FOLDS;
	ask_many();
	unsigned tcp = 0;
	for (unsigned i = 0; i < world.asked_count; i++)
		tcp += world.asked[i].tcp && world.asked[i].server == 2;
	CU_ASSERT_EQUAL(tcp, 1);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"the_wanted_family_comes_first", the_wanted_family_comes_first},
	    {"a_family_without_a_route_is_left_out", a_family_without_a_route_is_left_out},
	    {"a_family_that_breaks_is_tried_again", a_family_that_breaks_is_tried_again},
	    {"folding_servers_are_remembered", folding_servers_are_remembered},
	};
	return world_main(argc, argv, "servers", cases, ARRAY_COUNT(cases));
}

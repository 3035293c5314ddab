/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Hostile zones: what they may cost others and us, budget by budget. */
#include "world_run.h"

#define ROOT                                                                                       \
	{".", "1",                                                                                 \
	 ". NS a.root.\na.root. A 10.0.0.1\ntest. NS ns.test.\nns.test. A 10.0.0.2\n"              \
	 "victim. NS ns.victim.\nns.victim. A 10.0.0.7\n"},                                        \
	{                                                                                          \
		"victim.", "7", "www.victim. A 10.1.0.8\n"                                         \
	}

/* Lines of a zone made by a pattern with one number. */
static char *made_lines(char *out, const char *pattern, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		char line[128];
		char number[16];
		const char *hole = strchr(pattern, '#');
		const char *rest = strchr(hole + 1, '#');
		snprintf(number, sizeof(number), "%u", i);
		if (rest == NULL)
			snprintf(line, sizeof(line), "%.*s%s%s\n", (int)(hole - pattern), pattern,
			         number, hole + 1);
		else
			snprintf(line, sizeof(line), "%.*s%s%.*s%u%s\n", (int)(hole - pattern),
			         pattern, number, (int)(rest - hole - 1), hole + 1, i + 1,
			         rest + 1);
		size_t len = strlen(line);
		memcpy(out, line, len + 1);
		out += len;
	}
	return out;
}

/* NXNSAttack (CVE-2020-12662): a referral to many names in the victim's zone. */
static void fan_out_is_bounded(void)
{
	static char lines[8192];
	made_lines(lines, "fan.test. NS n#.victim.", 0, 100);
	const struct world_zone zones[] = {ROOT, {"test.", "2", lines}};
	world_open(zones, ARRAY_COUNT(zones), NULL);
	WORLD_FAILS_WITH("www.fan.test.", EDNS_EDE_NO_REACHABLE_AUTHORITY);
	CU_ASSERT(world_count(7, NULL, NULL) <= RESOLVER_FANOUT_ZONE_MAX * 2);
	/* Other names of the same zone find out at once that these do not exist. */
	unsigned before = world_count(7, NULL, NULL);
	WORLD_FAILS_WITH("other.fan.test.", EDNS_EDE_NO_REACHABLE_AUTHORITY);
	CU_ASSERT(world_count(7, NULL, NULL) <= before + RESOLVER_FANOUT_ZONE_MAX * 2);
	WORLD_EXPECT("www.victim.", "A", DNS_RCODE_NOERROR, "10.1.0.8");
}

/* The same in a tree: each name leads to a zone that fans out again. */
static void queries_are_bounded(void)
{
	static char lines[16384];
	char *end = lines;
	for (unsigned i = 0; i < 4; i++) {
		char pattern[64];
		snprintf(pattern, sizeof(pattern), "f%u.test. NS n#.f%u.test.", i, i + 1);
		end = made_lines(end, pattern, 0, 12);
	}
	made_lines(end, "f4.test. NS n#.victim.", 0, 12);
	const struct world_zone zones[] = {ROOT, {"test.", "2", lines}};
	world_open(zones, ARRAY_COUNT(zones), NULL);
	const struct world_client *client = world_resolve("www.f0.test.", "A");
	CU_ASSERT_EQUAL(client->rcode, DNS_RCODE_SERVFAIL);
	CU_ASSERT(client->ede >= 0);
	/* One priming question besides. */
	CU_ASSERT(world.asked_count <= RESOLVER_QUERIES_MAX + 1);
	WORLD_EXPECT("www.victim.", "A", DNS_RCODE_NOERROR, "10.1.0.8");
}

/* Look-ups that were begun for a client end with it: nobody would pay for them. */
static void look_ups_end_with_their_client(void)
{
	static const struct world_zone zones[] = {
	    ROOT,
	    {"test.", "2",
	     "x.test. NS n2.fast.test.\nx.test. NS n2.slow.test.\n"
	     "fast.test. NS ns.fast.test.\nns.fast.test. A 10.0.0.3\n"
	     "slow.test. NS a.slow.test.\na.slow.test. A 10.0.0.8\n"},
	    {"fast.test.", "3", "n2.fast.test. A 10.0.0.3\n"},
	    {"x.test.", "3", "www.x.test. A 10.1.0.1\n"}};
	world_open(zones, ARRAY_COUNT(zones), NULL);
	world.habits[8] = WORLD_SILENT;
	WORLD_EXPECT("www.x.test.", "A", DNS_RCODE_NOERROR, "10.1.0.1");
	CU_ASSERT(world_count(8, NULL, NULL) > 0);
	CU_ASSERT(world.asked[world.asked_count - 1].at_ms <= world.client[0].answered_ms);
}

/* A chain of aliases that needs more questions than one client may cost, though not too many links. */
static void questions_are_bounded(void)
{
	static char lines[2048];
	static char data[RESOLVER_CHAIN_MAX][128];
	static char names[RESOLVER_CHAIN_MAX][16];
	struct world_zone zones[3 + RESOLVER_CHAIN_MAX] = {ROOT, {"test.", "2", lines}};
	char *end = lines;
	for (unsigned i = 0; i < RESOLVER_CHAIN_MAX; i++) {
		end += snprintf(end, 64, "z%u.test. NS ns.z%u.test.\nns.z%u.test. A 10.0.0.3\n", i,
		                i, i);
		snprintf(names[i], sizeof(names[i]), "z%u.test.", i);
		snprintf(data[i], sizeof(data[i]), "a.b.c.d.z%u.test. CNAME a.b.c.d.z%u.test.\n", i,
		         i + 1);
		zones[3 + i] = (struct world_zone){names[i], "3", data[i]};
	}
	world_open(zones, ARRAY_COUNT(zones), NULL);
	world.delay_ms = 1;
	WORLD_FAILS_WITH("a.b.c.d.z0.test.", EDNS_EDE_OTHER);
	CU_ASSERT_EQUAL(world.asked_count, RESOLVER_QUERIES_MAX + 1);
}

/* Delegations without glue, each to a name in the next zone. */
static void depth_is_bounded(void)
{
	static char lines[4096];
	static const struct world_zone last = {"z8.test.", "3", "ns.z8.test. A 10.0.0.3\n"};
	static const struct world_zone between[] = {
	    {"z7.test.", "3", "ns.z7.test. A 10.0.0.3\n"},
	    {"z6.test.", "3", "ns.z6.test. A 10.0.0.3\n"},
	    {"z5.test.", "3", "ns.z5.test. A 10.0.0.3\n"},
	    {"z4.test.", "3", "ns.z4.test. A 10.0.0.3\nwww.z4.test. A 10.1.0.1\n"},
	    {"z3.test.", "3", "ns.z3.test. A 10.0.0.3\n"},
	    {"z2.test.", "3", "ns.z2.test. A 10.0.0.3\n"},
	    {"z1.test.", "3", "ns.z1.test. A 10.0.0.3\n"},
	    {"z0.test.", "3", "www.z0.test. A 10.1.0.2\n"}};
	char *end = made_lines(lines, "z#.test. NS ns.z#.test.", 0, 8);
	snprintf(end, 128, "z8.test. NS ns.z8.test.\nns.z8.test. A 10.0.0.3\n");
	const struct world_zone zones[] = {ROOT, {"test.", "2", lines}};
	world_open(zones, ARRAY_COUNT(zones), NULL);
	world_add_zone(&last);
	for (unsigned i = 0; i < ARRAY_COUNT(between); i++)
		world_add_zone(&between[i]);
	CU_ASSERT_EQUAL(world_resolve("www.z0.test.", "A")->rcode, DNS_RCODE_SERVFAIL);
	WORLD_EXPECT("www.z4.test.", "A", DNS_RCODE_NOERROR, "10.1.0.1");
}

/* Circles end when they are seen, not by time-out. */
static void circles_are_seen(void)
{
	static const struct world_zone zones[] = {
	    ROOT,
	    {"test.", "2",
	     "a.test. NS ns.b.test.\nb.test. NS ns.a.test.\n"
	     "self.test. NS ns.self.test.\nup.test. NS www.up.test.\n"
	     "three1.test. NS ns.three2.test.\nthree2.test. NS ns.three3.test.\n"
	     "three3.test. NS ns.three1.test.\n"}};
	static const char *const names[] = {"www.a.test.", "www.self.test.", "www.up.test.",
	                                    "www.three1.test."};
	world_open(zones, ARRAY_COUNT(zones), NULL);
	for (unsigned i = 0; i < ARRAY_COUNT(names); i++) {
		const struct world_client *client = world_resolve(names[i], "A");
		CU_ASSERT_EQUAL(client->rcode, DNS_RCODE_SERVFAIL);
		CU_ASSERT(client->answered_ms - client->asked_ms < 500);
	}
	/* Both ends of a circle at once. */
	world_ask("www.a.test.", "A");
	world_ask("www.b.test.", "A");
	world_settle();
	CU_ASSERT_EQUAL(world.client[world.client_count - 1].answers, 1);
	CU_ASSERT_EQUAL(world.client[world.client_count - 2].answers, 1);
}

static void chains_are_bounded(void)
{
	static char lines[4096];
	char *end = made_lines(lines, "c#.test. CNAME c#.test.", 0, RESOLVER_CHAIN_MAX + 4);
	snprintf(end, 64, "c%u.test. A 10.1.0.1\n", RESOLVER_CHAIN_MAX + 4);
	const struct world_zone zones[] = {ROOT, {"test.", "2", lines}};
	world_open(zones, ARRAY_COUNT(zones), NULL);
	WORLD_FAILS_WITH("c0.test.", EDNS_EDE_OTHER);
	WORLD_EXPECT("c5.test.", "A", DNS_RCODE_NOERROR, "10.1.0.1");
}

/* CVE-2024-1737. */
static void records_are_bounded(void)
{
	static char lines[16384];
	char *end = made_lines(lines, "big.test. A 10.1.1.#", 1, RESOLVER_RRSET_RECORDS_MAX + 1);
	made_lines(end, "huge.test. A 10.1.2.#", 1, RESOLVER_RRSET_RECORDS_MAX + 2);
	const struct world_zone zones[] = {ROOT, {"test.", "2", lines}};
	world_open(zones, ARRAY_COUNT(zones), NULL);
	CU_ASSERT_EQUAL(world_resolve("big.test.", "A")->rcode, DNS_RCODE_NOERROR);
	WORLD_FAILS_WITH("huge.test.", EDNS_EDE_INVALID_DATA);
}

/* Who runs out of places or budget does not take others along. */
static void others_are_not_hurt(void)
{
	static char lines[8192];
	made_lines(lines, "fan.test. NS n#.victim.", 0, 100);
	const struct world_zone zones[] = {ROOT, {"test.", "2", lines}};
	const struct resolver_settings settings = {.tasks_max = 16};
	char name[32];
	world_open(zones, ARRAY_COUNT(zones), &settings);
	for (unsigned i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "x%u.fan.test.", i);
		world_ask(name, "A");
	}
	unsigned good = world_ask("www.victim.", "A");
	world_settle();
	for (unsigned i = 0; i < world.client_count; i++)
		CU_ASSERT_EQUAL(world.client[i].answers, 1);
	CU_ASSERT_EQUAL(world.client[good].rcode, DNS_RCODE_NOERROR);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"fan_out_is_bounded", fan_out_is_bounded},
	    {"queries_are_bounded", queries_are_bounded},
	    {"look_ups_end_with_their_client", look_ups_end_with_their_client},
	    {"questions_are_bounded", questions_are_bounded},
	    {"depth_is_bounded", depth_is_bounded},
	    {"circles_are_seen", circles_are_seen},
	    {"chains_are_bounded", chains_are_bounded},
	    {"records_are_bounded", records_are_bounded},
	    {"others_are_not_hurt", others_are_not_hurt},
	};
	return world_main(argc, argv, "budgets", cases, ARRAY_COUNT(cases));
}

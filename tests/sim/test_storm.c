/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Thousands of random worlds: datagrams are lost and overtake each other, servers are silent, lame, liars.
 * Whatever happens: every client gets one answer within its time; no client costs more than its budget;
 * nothing that a liar said is believed; nothing is left behind. */
#include "world_run.h"

#define SEEDS 2000
#define QUESTIONS 24

static const struct world_zone zones[] = {
    {".", "1", ". NS a.root.\na.root. A 10.0.0.1\ntest. NS ns.test.\nns.test. A 10.0.0.2\n"},
    {"test.", "2",
     "test. NS ns.test.\nns.test. A 10.0.0.2\n"
     "a.test. NS ns3.a.test.\na.test. NS ns4.a.test.\n"
     "ns3.a.test. A 10.0.0.3\nns4.a.test. A 10.0.0.4\n"
     "b.test. NS ns3.a.test.\nb.test. NS ns.c.test.\n"
     "c.test. NS ns5.c.test.\nns5.c.test. A 10.0.0.5\nns5.c.test. AAAA fd00::5\n"
     "circle.test. NS ns.circle2.test.\ncircle2.test. NS ns.circle.test.\n"
     "evil.test. NS ns.evil.test.\nns.evil.test. A 10.0.0.9\n"
     "victim.test. NS ns.victim.test.\nns.victim.test. A 10.0.0.7\n"},
    {"a.test.", "3 4",
     "ns3.a.test. A 10.0.0.3\nns4.a.test. A 10.0.0.4\nwww.a.test. A 10.1.0.1\n"
     "x.y.z.a.test. A 10.1.0.1\nalias.a.test. CNAME www.b.test.\n"
     "loop.a.test. CNAME loop.b.test.\ntree.a.test. DNAME c.test.\n"},
    {"b.test.", "3 5", "www.b.test. A 10.1.0.1\nloop.b.test. CNAME loop.a.test.\n"},
    {"c.test.", "5", "ns.c.test. A 10.0.0.5\nwww.c.test. A 10.1.0.1\n"},
    {"victim.test.", "7", "www.victim.test. A 10.1.0.1\nns.victim.test. A 10.0.0.7\n"},
    {"evil.test.", "9", "www.evil.test. CNAME www.victim.test.\nx.evil.test. A 10.1.0.1\n"},
};

static const char *const names[] = {
    "www.a.test.",      "x.y.z.a.test.", "alias.a.test.",    "loop.a.test.",
    "www.tree.a.test.", "www.b.test.",   "www.c.test.",      "www.circle.test.",
    "www.evil.test.",   "x.evil.test.",  "www.victim.test.", "missing.b.test.",
};

static void break_something(void)
{
	static const unsigned habits[] = {
	    0,
	    0,
	    WORLD_SILENT,
	    WORLD_REFUSES,
	    WORLD_FAILS,
	    WORLD_NO_EDNS,
	    WORLD_TRUNCATES,
	    WORLD_NO_AUTHORITY,
	    WORLD_DENIES_EMPTY,
	    WORLD_FAILS_EMPTY,
	    WORLD_UPWARDS,
	    WORLD_GUESSES,
	    WORLD_RESETS,
	};
	for (unsigned server = 1; server <= 9; server++) {
		world.habits[server] = 0;
		if (world_draw(3) == 0)
			world.habits[server] = habits[world_draw(ARRAY_COUNT(habits))];
	}
	world.habits[9] |= WORLD_LIES;
	world.loss_percent = world_draw(3) == 0 ? world_draw(40) : 0;
	world.jitter_ms = world_draw(200);
	world.ttl = world_draw(3) * 30;
}

static void look(unsigned from)
{
	struct resolver_stats stats;
	for (unsigned i = from; i < world.client_count; i++) {
		const struct world_client *client = &world.client[i];
		CU_ASSERT_EQUAL_FATAL(client->answers, 1);
		CU_ASSERT_FATAL(client->answered_ms <= client->asked_ms + WORLD_DEADLINE_MS);
		CU_ASSERT_FATAL(client->len > 0 || client->ede >= 0);
		if (client->rcode == DNS_RCODE_NOERROR && world_address(client)[0] != '\0')
			CU_ASSERT_STRING_EQUAL_FATAL(world_address(client), "10.1.0.1");
	}
	resolver_stats(world.engine, &stats);
	CU_ASSERT_EQUAL_FATAL(stats.tasks, 0);
	CU_ASSERT_EQUAL_FATAL(resolver_due_ms(world.engine), UINT64_MAX);
}

/* All is well again: so are the answers, once what is remembered of bad times has ended. */
static void heal_and_look(void)
{
	memset(world.habits, 0, sizeof(world.habits));
	world.loss_percent = 0;
	world.ttl = 60;
	world_run(world.now_ms + RESOLVER_LAME_MS + RESOLVER_BACKOFF_MS_MAX);
	for (unsigned i = 0; i < 3; i++) /* a server that seems dead is tried now and then */
		(void)world_resolve("www.c.test.", "A");
	WORLD_EXPECT("www.a.test.", "A", DNS_RCODE_NOERROR, "10.1.0.1");
	WORLD_EXPECT("www.b.test.", "A", DNS_RCODE_NOERROR, "10.1.0.1");
	WORLD_EXPECT("www.victim.test.", "A", DNS_RCODE_NOERROR, "10.1.0.1");
}

static void everything_goes_wrong(void)
{
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		world_open(zones, ARRAY_COUNT(zones), NULL);
		world.random = seed * 0x9e3779b97f4a7c15u;
		break_something();
		for (unsigned i = 0; i < QUESTIONS; i++) {
			world_ask(names[world_draw(ARRAY_COUNT(names))],
			          world_draw(4) == 0 ? "AAAA" : "A");
			world_run(world.now_ms + world_draw(800));
			if (world_draw(8) == 0)
				break_something();
		}
		world_settle();
		look(0);
		/* The root is primed now and then besides. */
		CU_ASSERT_FATAL(world.asked_count <= (RESOLVER_QUERIES_MAX + 8) * QUESTIONS);
		CU_ASSERT_EQUAL_FATAL(world_count(6, NULL, NULL), 0);
		heal_and_look();
	}
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {{"everything_goes_wrong", everything_goes_wrong}};
	return world_main(argc, argv, "storm", cases, ARRAY_COUNT(cases));
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Which server is asked for which name: policies, groups, zones, dead servers and their return. */
#include "fake_network.h"

static void answer_with_rtt(unsigned index, const char *name, uint64_t rtt_ms)
{
	now_ms += rtt_ms;
	fake_make_a(name);
	fake_respond(&sent[index]);
}

static void round_robin_takes_turns(void)
{
	unsigned seen[4] = {0};
	fake_open(3, RESOLVER_POLICY_ROUND_ROBIN);
	for (unsigned i = 0; i < 30; i++) {
		fake_clear();
		fake_ask(1, "www.example.", DNS_TYPE_A, false);
		seen[fake_server(0)]++;
		answer_with_rtt(0, "www.example.", 1);
	}
	CU_ASSERT_EQUAL(seen[1], 10);
	CU_ASSERT_EQUAL(seen[2], 10);
	CU_ASSERT_EQUAL(seen[3], 10);
	fake_close();
}

static void fastest_is_preferred_and_found_again(void)
{
	static const uint64_t rtt_ms[] = {0, 80, 10, 40};
	unsigned seen[4] = {0};
	fake_open(3, RESOLVER_POLICY_FASTEST);
	for (unsigned i = 0; i < 300; i++) {
		fake_clear();
		fake_ask(1, "www.example.", DNS_TYPE_A, false);
		seen[fake_server(0)]++;
		answer_with_rtt(0, "www.example.", rtt_ms[fake_server(0)]);
		for (unsigned probe = 1; probe < sent_count; probe++)
			answer_with_rtt(probe, "www.example.", rtt_ms[fake_server(probe)]);
	}
	/* Each is tried once, then the second one does the work. */
	CU_ASSERT(seen[1] >= 1 && seen[3] >= 1);
	CU_ASSERT(seen[2] >= 295);
	/* The first one becomes the fastest: the probes find that out. */
	unsigned first = 0;
	for (unsigned i = 0; i < 3000; i++) {
		fake_clear();
		fake_ask(1, "www.example.", DNS_TYPE_A, false);
		first += i >= 2900 && fake_server(0) == 1;
		for (unsigned at = sent_count; at-- > 0;) /* a probe comes back before */
			answer_with_rtt(at, "www.example.", fake_server(at) == 1 ? 2 : 30);
	}
	CU_ASSERT(first >= 95);
	fake_close();
}

static void dead_server_is_left_alone_until_it_is_back(void)
{
	fake_open(2, RESOLVER_POLICY_FIRST);
	for (unsigned i = 0; i < RESOLVER_FAILS_MAX; i++) {
		fake_clear();
		fake_ask(1, "www.example.", DNS_TYPE_A, false);
		fake_wait(1000);
		CU_ASSERT_FATAL(sent_count == 2 && fake_server(0) == 1 && fake_server(1) == 2);
		answer_with_rtt(1, "www.example.", 1);
	}
	/* Now nobody waits for it. */
	fake_clear();
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL_FATAL(sent_count, 1);
	CU_ASSERT_EQUAL(fake_server(0), 2);
	answer_with_rtt(0, "www.example.", 1);
	CU_ASSERT_EQUAL(answer_count, 1);
	struct resolver_server_stats server;
	CU_ASSERT(resolver_server_at(engine, 0, now_ms, &server) == RESULT_OK && server.backed_off);

	/* When its time is up it gets a question of our own; its silence costs no client anything. */
	fake_clear();
	fake_wait(RESOLVER_BACKOFF_MS_MIN);
	CU_ASSERT_EQUAL_FATAL(sent_count, 1);
	CU_ASSERT_EQUAL(fake_server(0), 1);
	fake_ask(2, ".", DNS_TYPE_NS, false);
	CU_ASSERT_EQUAL_FATAL(sent_count, 2);
	CU_ASSERT_EQUAL(fake_server(1), 2);
	make_start(&made, ".", DNS_TYPE_NS, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_ANSWER, ".", DNS_TYPE_NS, 300, "a.root.");
	fake_respond(&sent[1]);
	CU_ASSERT_EQUAL(answer_count, 1);
	CU_ASSERT_EQUAL(kept_count, 0);

	/* When it answers, it is the first choice again: nothing more is asked of it. */
	fake_clear();
	fake_wait(RESOLVER_BACKOFF_MS_MAX);
	CU_ASSERT(sent_count >= 1);
	make_start(&made, ".", DNS_TYPE_NS, DNS_RCODE_SERVFAIL);
	fake_respond(&sent[sent_count - 1]);
	CU_ASSERT_EQUAL(kept_count, 0);
	fake_clear();
	fake_ask(4, "www.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(fake_server(0), 1);
	answer_with_rtt(0, "www.example.", 1);
	fake_wait(RESOLVER_HEALTH_MS);
	CU_ASSERT_EQUAL(sent_count, 1);
	struct resolver_stats stats;
	resolver_stats(engine, &stats);
	CU_ASSERT_EQUAL(stats.tasks, 0);
	fake_close();
}

/* While nobody asks nobody is probed: an idle server sleeps. */
static void probes_end_with_the_questions(void)
{
	struct resolver_stats before;
	struct resolver_stats after;
	fake_open(1, RESOLVER_POLICY_FIRST);
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	fake_wait(RESOLVER_HEALTH_MS + 10000);
	resolver_stats(engine, &before);
	CU_ASSERT(before.probes > 0);
	CU_ASSERT(before.probes <= RESOLVER_HEALTH_MS / RESOLVER_BACKOFF_MS_MIN);
	fake_clear();
	fake_wait(3600000);
	CU_ASSERT_EQUAL(sent_count, 0);
	CU_ASSERT_EQUAL(resolver_due_ms(engine), UINT64_MAX);
	/* The next question begins it anew. */
	fake_ask(2, "www.example.", DNS_TYPE_A, false);
	fake_wait(10000);
	resolver_stats(engine, &after);
	CU_ASSERT(after.probes > before.probes);
	fake_close();
}

/* A minute without anybody, then the first question after the return is answered at once. */
static void recovery_after_all_were_dead(void)
{
	fake_open(2, RESOLVER_POLICY_FIRST);
	for (unsigned second = 0; second < 60; second++) {
		fake_clear();
		fake_ask(second + 1, "www.example.", DNS_TYPE_A, false);
		fake_wait(5000);
		CU_ASSERT_EQUAL(answer_count, 1);
		CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_SERVFAIL);
	}
	fake_clear();
	fake_ask(99, "www.example.", DNS_TYPE_A, false);
	CU_ASSERT_FATAL(sent_count >= 1);
	answer_with_rtt(0, "www.example.", 10);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_NOERROR);
	fake_close();
}

/* Many questions that were out when a server died count as one failure. */
static void one_outage_is_one_failure(void)
{
	struct resolver_server_stats server;
	fake_open(2, RESOLVER_POLICY_FIRST);
	for (unsigned i = 0; i < 40; i++) {
		char name[32];
		snprintf(name, sizeof(name), "n%u.example.", i);
		fake_ask(i, name, DNS_TYPE_A, false);
	}
	fake_wait(1000);
	CU_ASSERT(resolver_server_at(engine, 0, now_ms, &server) == RESULT_OK);
	CU_ASSERT_EQUAL(server.timed_out, 40);
	CU_ASSERT_EQUAL(server.fails, RESOLVER_FAILS_MAX);
	fake_close();
}

static void zones_and_groups(void)
{
	static struct net_endpoint servers[4];
	static const uint32_t general[] = {0, 1};
	static const uint32_t inner[] = {2};
	for (unsigned i = 0; i < 4; i++)
		servers[i] = fake_endpoint((uint8_t)(i + 1));
	struct fake_setup setup = {
	    .groups = {{.name = "a", .servers = &servers[0], .server_count = 1},
	               {.name = "b", .servers = &servers[1], .server_count = 2},
	               {.name = "c", .servers = &servers[3], .server_count = 1}},
	    .group_count = 3,
	    .zones = {{made_name("."), general, 2},
	              {made_name("Corp.Example."), inner, 1},
	              {made_name("out.corp.example."), general, 1}},
	    .zone_count = 3,
	};
	static const struct {
		const char *name;
		uint8_t server;
	} cases[] = {
	    {"www.example.", 1},   {"corp.example.", 4},       {"a.b.corp.example.", 4},
	    {"xcorp.example.", 1}, {"x.out.corp.example.", 1}, {".", 1},
	};
	CU_ASSERT_FATAL(fake_create(&setup) == RESULT_OK);
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		fake_clear();
		fake_ask(1, cases[i].name, DNS_TYPE_A, false);
		CU_ASSERT_EQUAL(fake_server(0), cases[i].server);
	}
	/* The second group takes over when the first one fails. */
	fake_clear();
	fake_ask(1, "else.example.", DNS_TYPE_A, false);
	make_start(&made, "else.example.", DNS_TYPE_A, DNS_RCODE_SERVFAIL);
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(fake_server(i), i + 1);
		fake_respond(&sent[i]);
	}
	CU_ASSERT_EQUAL(answer_count, 1);
	fake_close();
}

static void nobody_to_ask(void)
{
	static const uint32_t none[] = {0};
	struct fake_setup setup = {.zones = {{made_name("example."), none, 0}}, .zone_count = 1};
	CU_ASSERT_FATAL(fake_create(&setup) == RESULT_OK);
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	fake_ask(2, "www.test.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL_FATAL(answer_count, 2);
	CU_ASSERT_EQUAL(answers[0].ede, EDNS_EDE_NO_REACHABLE_AUTHORITY);
	CU_ASSERT_EQUAL(sent_count, 0);
	fake_close();
}

static void settings_are_checked(void)
{
	static const uint32_t wrong[] = {1};
	static struct net_endpoint servers[RESOLVER_ROUTE_MAX + 1];
	static const uint32_t zero[] = {0};
	struct fake_setup setup = {.zones = {{made_name("."), wrong, 1}}, .zone_count = 1};
	CU_ASSERT_EQUAL(fake_create(&setup), RESULT_OUT_OF_RANGE);
	setup = (struct fake_setup){
	    .groups = {{.servers = servers, .server_count = RESOLVER_ROUTE_MAX + 1}},
	    .group_count = 1,
	};
	CU_ASSERT_EQUAL(fake_create(&setup), RESULT_TOO_LONG);
	setup = (struct fake_setup){
	    .groups = {{.servers = servers, .server_count = 1}},
	    .group_count = 1,
	    .zones = {{made_name("a."), zero, 1}, {made_name("A."), zero, 1}},
	    .zone_count = 2,
	};
	CU_ASSERT_EQUAL(fake_create(&setup), RESULT_EXISTS);
	setup = (struct fake_setup){
	    .groups = {{.servers = servers, .server_count = 1, .timeout_ms = 1}},
	    .group_count = 1,
	};
	CU_ASSERT_EQUAL(fake_create(&setup), RESULT_OUT_OF_RANGE);
}

/* The one server is not asked the same again before its time, though it counts as slow by then; what comes
 * meanwhile is welcome. */
static void repetitions_keep_their_distance(void)
{
	struct net_endpoint server = fake_endpoint(1);
	struct fake_setup setup = {
	    .groups = {{.name = "a", .servers = &server, .server_count = 1, .timeout_ms = 100}},
	    .group_count = 1,
	    .retry_ms = 700,
	};
	CU_ASSERT_FATAL(fake_create(&setup) == RESULT_OK);
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	fake_wait(699);
	CU_ASSERT_EQUAL(sent_count, 1);
	fake_wait(1);
	CU_ASSERT_EQUAL(sent_count, 2);
	fake_wait(150);
	fake_make_a("www.example.");
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL(answer_count, 1);
	/* What an answer asks for is done at once. */
	fake_clear();
	fake_ask(1, "other.example.", DNS_TYPE_A, false);
	make_start(&made, "other.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	bytes_store_u16(made.octets + 2, DNS_FLAG_QR | DNS_FLAG_TC);
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL(sent_count, 2);
	CU_ASSERT(sent[1].tcp);
	fake_make_a("other.example.");
	fake_respond(&sent[1]);
	/* The deadline counts more. */
	fake_clear();
	fake_ask(2, "third.example.", DNS_TYPE_A, false);
	fake_wait(4500);
	CU_ASSERT_EQUAL(answers[answer_count - 1].rcode, DNS_RCODE_SERVFAIL);
	struct resolver_stats stats;
	resolver_stats(engine, &stats);
	CU_ASSERT(sent_count - stats.probes <= 4500 / 700 + 1);
	fake_close();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"round_robin_takes_turns", round_robin_takes_turns},
	    {"fastest_is_preferred_and_found_again", fastest_is_preferred_and_found_again},
	    {"dead_server_is_left_alone_until_it_is_back",
	     dead_server_is_left_alone_until_it_is_back},
	    {"probes_end_with_the_questions", probes_end_with_the_questions},
	    {"recovery_after_all_were_dead", recovery_after_all_were_dead},
	    {"one_outage_is_one_failure", one_outage_is_one_failure},
	    {"zones_and_groups", zones_and_groups},
	    {"nobody_to_ask", nobody_to_ask},
	    {"settings_are_checked", settings_are_checked},
	    {"repetitions_keep_their_distance", repetitions_keep_their_distance},
	};
	return fake_main(argc, argv, "server", cases, ARRAY_COUNT(cases));
}

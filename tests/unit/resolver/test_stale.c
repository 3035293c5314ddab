/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Clients that have a stale answer, questions that nobody waits for, and what goes to the cache. */
#include "fake_network.h"

static void open_with(uint32_t stale_after_ms, uint32_t tasks_max)
{
	static struct net_endpoint server;
	server = fake_endpoint(1);
	struct fake_setup setup = {
	    .groups = {{.name = "test", .servers = &server, .server_count = 1, .timeout_ms = 1000}},
	    .group_count = 1,
	    .stale_after_ms = stale_after_ms,
	    .tasks_max = tasks_max,
	};
	CU_ASSERT_FATAL(fake_create(&setup) == RESULT_OK);
}

/* RFC 8767 §5: the client response timer. */
static void stale_clients_do_not_wait(void)
{
	open_with(RESOLVER_STALE_AFTER_MS_DEFAULT, 0);
	fake_ask_with(1, "www.example.", DNS_TYPE_A, false, true);
	fake_ask_with(2, "www.example.", DNS_TYPE_A, false, false);
	fake_wait(RESOLVER_STALE_AFTER_MS_DEFAULT - 1);
	CU_ASSERT_EQUAL(answer_count, 0);
	fake_wait(1);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].client, 1);
	CU_ASSERT(answers[0].late);
	CU_ASSERT_EQUAL(answers[0].len, 0);
	/* The other one has nothing to fall back upon, and takes the answer along to the cache. */
	fake_make_a("www.example.");
	fake_respond(&sent[sent_count - 1]);
	CU_ASSERT_EQUAL_FATAL(answer_count, 2);
	CU_ASSERT_EQUAL(answers[1].client, 2);
	CU_ASSERT(answers[1].first && !answers[1].late);
	CU_ASSERT_EQUAL(kept_count, 0);
	fake_close();
}

static void who_comes_late_gets_it_at_once(void)
{
	open_with(500, 0);
	fake_ask_with(1, "www.example.", DNS_TYPE_A, false, true);
	fake_wait(600);
	CU_ASSERT_EQUAL(answer_count, 1);
	fake_ask_with(2, "www.example.", DNS_TYPE_A, false, true);
	CU_ASSERT_EQUAL_FATAL(answer_count, 2);
	CU_ASSERT_EQUAL(answers[1].client, 2);
	CU_ASSERT(answers[1].late);
	/* Nobody waits any more: the answer goes to the cache alone. */
	fake_make_a("www.example.");
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL(answer_count, 2);
	CU_ASSERT_EQUAL_FATAL(kept_count, 1);
	CU_ASSERT_STRING_EQUAL(kept[0].name, "www.example.");
	CU_ASSERT_EQUAL(kept[0].answers, 1);
	CU_ASSERT_EQUAL(kept[0].rank, DNS_RANK_ANSWER);
	CU_ASSERT_EQUAL(resolver_due_ms(engine), UINT64_MAX);
	fake_close();
}

/* That it failed is to be remembered too (RFC 9520). */
static void failures_of_late_questions_are_kept(void)
{
	open_with(500, 0);
	fake_ask_with(1, "www.example.", DNS_TYPE_A, true, true);
	fake_wait(5000);
	CU_ASSERT_EQUAL(answer_count, 1);
	CU_ASSERT_EQUAL_FATAL(kept_count, 1);
	CU_ASSERT_EQUAL(kept[0].rcode, DNS_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(kept[0].ede, EDNS_EDE_NO_REACHABLE_AUTHORITY);
	CU_ASSERT_EQUAL(kept[0].len, 0);
	CU_ASSERT(kept[0].dnssec_ok);
	fake_close();
}

/* With the timer off stale answers are only for failures, which clients learn of as ever. */
static void without_a_timer_nothing_is_late(void)
{
	open_with(0, 0);
	fake_ask_with(1, "www.example.", DNS_TYPE_A, false, true);
	fake_wait(5000);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_FALSE(answers[0].late);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(kept_count, 0);
	fake_close();
}

/* A failure in time goes to the client, who has his stale answer then. */
static void failures_in_time_come_as_such(void)
{
	open_with(1800, 0);
	fake_ask_with(1, "www.example.", DNS_TYPE_A, false, true);
	for (unsigned i = 0; i < RESOLVER_ATTEMPTS_MAX && answer_count == 0; i++)
		fake_refuse(&sent[i]);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_FALSE(answers[0].late);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_SERVFAIL);
	fake_close();
}

static void refreshes_go_to_the_cache(void)
{
	struct resolver_stats stats;
	open_with(1800, 0);
	fake_ask(0, "www.example.", DNS_TYPE_A, true);
	CU_ASSERT_EQUAL_FATAL(sent_count, 1);
	/* Who asks meanwhile joins it. */
	fake_ask(0, "www.example.", DNS_TYPE_A, true);
	CU_ASSERT_EQUAL(sent_count, 1);
	fake_make_a("www.example.");
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL(answer_count, 0);
	CU_ASSERT_EQUAL_FATAL(kept_count, 1);
	CU_ASSERT(kept[0].dnssec_ok);
	/* A client that joins takes the answer along. */
	fake_ask(0, "b.example.", DNS_TYPE_A, true);
	fake_ask(5, "b.example.", DNS_TYPE_A, true);
	fake_make_a("b.example.");
	fake_respond(&sent[1]);
	CU_ASSERT_EQUAL(answer_count, 1);
	CU_ASSERT_EQUAL(kept_count, 1);
	/* One that fails is remembered. */
	fake_ask(0, "c.example.", DNS_TYPE_A, true);
	fake_wait(5000);
	CU_ASSERT_EQUAL(kept_count, 2);
	CU_ASSERT_EQUAL(kept[1].rcode, DNS_RCODE_SERVFAIL);
	resolver_stats(engine, &stats);
	CU_ASSERT_EQUAL(stats.queries, 1);
	CU_ASSERT_EQUAL(stats.refreshes, 4);
	CU_ASSERT_EQUAL(stats.kept, 2);
	fake_close();
}

/* Half of the places are the clients' alone; who is turned away was nobody. */
static void refreshes_leave_room(void)
{
	char name[32];
	open_with(1800, 8);
	for (unsigned i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "n%u.example.", i);
		fake_ask(0, name, DNS_TYPE_A, false);
	}
	CU_ASSERT_EQUAL(sent_count, 8 / RESOLVER_REFRESH_SHARE);
	CU_ASSERT_EQUAL(answer_count, 0);
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(sent_count, 8 / RESOLVER_REFRESH_SHARE + 1);
	fake_close();
}

/* All who wait when the server stops are told, once each. */
static void stop_ends_all(void)
{
	open_with(500, 0);
	fake_ask_with(1, "www.example.", DNS_TYPE_A, false, true);
	fake_ask_with(2, "www.example.", DNS_TYPE_A, false, false);
	fake_ask(0, "other.example.", DNS_TYPE_A, false);
	fake_wait(600);
	CU_ASSERT_EQUAL(answer_count, 1);
	resolver_stop(engine, &fake_sink);
	CU_ASSERT_EQUAL(answer_count, 2);
	CU_ASSERT_EQUAL(resolver_due_ms(engine), UINT64_MAX);
	fake_close();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"stale_clients_do_not_wait", stale_clients_do_not_wait},
	    {"who_comes_late_gets_it_at_once", who_comes_late_gets_it_at_once},
	    {"failures_of_late_questions_are_kept", failures_of_late_questions_are_kept},
	    {"without_a_timer_nothing_is_late", without_a_timer_nothing_is_late},
	    {"failures_in_time_come_as_such", failures_in_time_come_as_such},
	    {"refreshes_go_to_the_cache", refreshes_go_to_the_cache},
	    {"refreshes_leave_room", refreshes_leave_room},
	    {"stop_ends_all", stop_ends_all},
	};
	return fake_main(argc, argv, "stale", cases, ARRAY_COUNT(cases));
}

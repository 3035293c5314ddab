/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Questions, servers that answer, fail, are silent or lie, and what the clients get. */
#include "fake_network.h"

static void asks_and_answers(void)
{
	fake_open(2, RESOLVER_POLICY_FIRST);
	fake_ask(7, "www.example.", DNS_TYPE_A, true);
	CU_ASSERT_EQUAL_FATAL(sent_count, 1);
	CU_ASSERT_EQUAL(fake_server(0), 1);
	CU_ASSERT_FALSE(sent[0].tcp);
	CU_ASSERT_EQUAL(dns_message_flags(sent[0].message), DNS_FLAG_RD);
	CU_ASSERT_EQUAL(dns_message_count(sent[0].message, DNS_SECTION_ADDITIONAL), 1);
	const uint8_t *opt = sent[0].message + sent[0].len - EDNS_OPT_FIXED_SIZE; /* DO as asked */
	CU_ASSERT_EQUAL(bytes_load_u16(opt + 3), 1232);
	CU_ASSERT_EQUAL(bytes_load_u16(opt + 7), 0x8000);
	now_ms += 20;
	fake_make_a("www.example.");
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].client, 7);
	CU_ASSERT(answers[0].first);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_NOERROR);
	CU_ASSERT_EQUAL(answers[0].ede, EDNS_EDE_NONE);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ANSWER), 1);
	CU_ASSERT_EQUAL(resolver_due_ms(engine), UINT64_MAX);
	struct resolver_stats stats;
	resolver_stats(engine, &stats);
	CU_ASSERT_EQUAL(stats.tasks, 0);
	CU_ASSERT_EQUAL(stats.answered, 1);
	struct resolver_server_stats server;
	CU_ASSERT_EQUAL(resolver_server_at(engine, 0, now_ms, &server), RESULT_OK);
	CU_ASSERT_EQUAL(server.rtt_us, 20000);
	CU_ASSERT_EQUAL(resolver_server_at(engine, 2, now_ms, &server), RESULT_NOT_FOUND);
	fake_close();
}

static void silent_server_then_the_next(void)
{
	fake_open(2, RESOLVER_POLICY_FIRST);
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	fake_wait(999);
	CU_ASSERT_EQUAL(sent_count, 1);
	fake_wait(1);
	CU_ASSERT_EQUAL_FATAL(sent_count, 2);
	CU_ASSERT_EQUAL(fake_server(1), 2);
	CU_ASSERT_NOT_EQUAL(dns_message_id(sent[0].message), dns_message_id(sent[1].message));
	fake_make_a("www.example.");
	fake_respond(&sent[1]);
	CU_ASSERT_EQUAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_NOERROR);
	fake_close();
}

static void late_answers_are_taken(void)
{
	fake_open(2, RESOLVER_POLICY_FIRST);
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	fake_wait(1200);
	CU_ASSERT_EQUAL_FATAL(sent_count, 2);
	fake_make_a("www.example.");
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_NOERROR);
	/* The other one's answer comes to nobody. */
	fake_respond(&sent[1]);
	CU_ASSERT_EQUAL(answer_count, 1);
	fake_close();
}

static void all_dead_ends_in_time(void)
{
	fake_open(3, RESOLVER_POLICY_FIRST);
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	fake_wait(4499);
	CU_ASSERT_EQUAL(answer_count, 0);
	fake_wait(1);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(answers[0].ede, EDNS_EDE_NO_REACHABLE_AUTHORITY);
	CU_ASSERT(answers[0].first);
	CU_ASSERT(sent_count >= 4 && sent_count <= RESOLVER_ATTEMPTS_MAX);
	/* Without clients nobody looks after dead servers any more. */
	fake_wait(RESOLVER_HEALTH_MS + 10000);
	CU_ASSERT_EQUAL(resolver_due_ms(engine), UINT64_MAX);
	fake_close();
}

static void unreachable_ends_at_once(void)
{
	fake_open(2, RESOLVER_POLICY_FIRST);
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	fake_refuse(&sent[0]);
	CU_ASSERT_EQUAL_FATAL(sent_count, 2);
	fake_refuse(&sent[1]);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(answers[0].ede, EDNS_EDE_NETWORK_ERROR);
	fake_close();
}

static void upstream_servfail_then_the_next(void)
{
	fake_open(2, RESOLVER_POLICY_FIRST);
	for (unsigned i = 0; i < 2; i++) {
		fake_clear();
		fake_ask(1, "www.example.", DNS_TYPE_A, false);
		make_start(&made, "www.example.", DNS_TYPE_A,
		           i == 0 ? DNS_RCODE_SERVFAIL : DNS_RCODE_REFUSED);
		fake_respond(&sent[0]);
		CU_ASSERT_EQUAL_FATAL(sent_count, 2);
		CU_ASSERT_EQUAL(fake_server(1), 2);
		fake_respond(&sent[1]);
		/* SERVFAIL without an OPT record may be meant for ours (RFC 2671 §5.3). */
		for (unsigned j = 2; i == 0 && j < 4; j++) {
			CU_ASSERT_EQUAL_FATAL(sent_count, j + 1);
			CU_ASSERT_EQUAL(fake_server(j), j - 1);
			CU_ASSERT_EQUAL(dns_message_count(sent[j].message, DNS_SECTION_ADDITIONAL),
			                0);
			fake_respond(&sent[j]);
		}
		/* All have spoken: no need to wait for the deadline. */
		CU_ASSERT_EQUAL_FATAL(answer_count, 1);
		CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_SERVFAIL);
		CU_ASSERT_EQUAL(answers[0].ede, EDNS_EDE_NO_REACHABLE_AUTHORITY);
	}
	fake_close();
}

static void truncated_goes_to_tcp(void)
{
	fake_open(2, RESOLVER_POLICY_FIRST);
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	fake_make_a("www.example.");
	made.octets[2] |= DNS_FLAG_TC >> 8;
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL_FATAL(sent_count, 2);
	CU_ASSERT(sent[1].tcp);
	CU_ASSERT_EQUAL(fake_server(1), 1);
	CU_ASSERT_EQUAL(answer_count, 0);
	made.octets[2] &= (uint8_t) ~(DNS_FLAG_TC >> 8);
	fake_respond(&sent[1]);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_NOERROR);
	CU_ASSERT_EQUAL(forgotten_count, 1);
	fake_close();
}

static void broken_tcp_goes_to_the_next(void)
{
	fake_open(2, RESOLVER_POLICY_FIRST);
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	fake_make_a("www.example.");
	made.octets[2] |= DNS_FLAG_TC >> 8;
	fake_respond(&sent[0]);
	CU_ASSERT_FATAL(sent_count == 2 && sent[1].tcp);
	fake_refuse(&sent[1]);
	CU_ASSERT_EQUAL_FATAL(sent_count, 3);
	CU_ASSERT_EQUAL(fake_server(2), 2);
	made.octets[2] &= (uint8_t) ~(DNS_FLAG_TC >> 8);
	fake_respond(&sent[2]);
	CU_ASSERT_EQUAL(answer_count, 1);
	fake_close();
}

static void tcp_on_retry(void)
{
	struct net_endpoint server = fake_endpoint(1);
	struct fake_setup setup = {
	    .groups = {{.name = "a",
	                .servers = &server,
	                .server_count = 1,
	                .timeout_ms = 1000,
	                .use_tcp_on_retry = true}},
	    .group_count = 1,
	};
	CU_ASSERT_FATAL(fake_create(&setup) == RESULT_OK);
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(dns_message_count(sent[0].message, DNS_SECTION_ADDITIONAL), 0);
	fake_wait(1000);
	CU_ASSERT_EQUAL_FATAL(sent_count, 2);
	CU_ASSERT(sent[1].tcp);
	fake_close();
}

/* RFC 7858 §3.2: whatever becomes of an attempt, nothing goes out in the clear. */
static void tls_alone(void)
{
	struct net_endpoint servers[] = {fake_endpoint(1), fake_endpoint(2)};
	struct fake_setup setup = {
	    .groups = {{.name = "a",
	                .servers = servers,
	                .server_count = 2,
	                .timeout_ms = 300,
	                .edns = true,
	                .tls = 7}},
	    .group_count = 1,
	};
	CU_ASSERT_FATAL(fake_create(&setup) == RESULT_OK);
	for (unsigned i = 0; i < 8; i++) {
		fake_ask(i + 1, i % 2 == 0 ? "www.example." : "ns.example.", DNS_TYPE_A, false);
		fake_wait(1000);
	}
	CU_ASSERT(sent_count > 8);
	for (unsigned i = 0; i < sent_count; i++)
		CU_ASSERT(sent[i].tcp && sent[i].tls == 7);
	/* RFC 8467 §4.1: the first is one with EDNS. */
	CU_ASSERT_EQUAL(sent[0].len % RESOLVER_PADDING_BLOCK, 0);
	fake_close();
}

/* RFC 6891 §6.2.2: a server that does not like EDNS is asked without, and remembered. */
static void edns_fall_back(void)
{
	fake_open(1, RESOLVER_POLICY_FIRST);
	fake_ask(1, "www.example.", DNS_TYPE_A, true);
	/* Header alone, as old servers do. */
	make_start(&made, "www.example.", DNS_TYPE_A, DNS_RCODE_FORMERR);
	fake_aim(&sent[0]);
	made.octets[5] = 0;
	made.writer.len = DNS_HEADER_SIZE;
	fake_inject(&sent[0], sent[0].port_slot, sent[0].to);
	CU_ASSERT_EQUAL_FATAL(sent_count, 2);
	CU_ASSERT_EQUAL(dns_message_count(sent[1].message, DNS_SECTION_ADDITIONAL), 0);
	fake_make_a("www.example.");
	fake_respond(&sent[1]);
	CU_ASSERT_EQUAL(answer_count, 1);
	fake_ask(1, "other.example.", DNS_TYPE_A, true);
	CU_ASSERT_EQUAL(dns_message_count(sent[2].message, DNS_SECTION_ADDITIONAL), 0);
	fake_close();
}

/* RFC 5452 §4: port, address, id and question all have to be right. */
static void forged_answers_are_ignored(void)
{
	fake_open(1, RESOLVER_POLICY_FIRST);
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	fake_make_a("www.example.");
	fake_aim(&sent[0]);
	fake_inject(&sent[0], (sent[0].port_slot + 1) % FAKE_PORTS, sent[0].to);
	fake_inject(&sent[0], sent[0].port_slot, fake_endpoint(9));
	struct net_endpoint other_port = sent[0].to;
	other_port.port = 54;
	fake_inject(&sent[0], sent[0].port_slot, other_port);
	made.octets[1] ^= 1;
	fake_inject(&sent[0], sent[0].port_slot, sent[0].to);
	made.octets[1] ^= 1;
	made.octets[2] &= 0x7f; /* QR */
	fake_inject(&sent[0], sent[0].port_slot, sent[0].to);
	fake_make_a("wwx.example.");
	memcpy(made.octets, sent[0].message, 2);
	fake_inject(&sent[0], sent[0].port_slot, sent[0].to);
	make_start(&made, "www.example.", DNS_TYPE_AAAA, DNS_RCODE_NXDOMAIN);
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL(answer_count, 0);
	struct resolver_stats stats;
	resolver_stats(engine, &stats);
	CU_ASSERT_EQUAL(stats.mismatched, 7);
	CU_ASSERT_EQUAL(stats.responses, 0);
	fake_make_a("www.example.");
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL(answer_count, 1);
	fake_close();
}

/* RFC 5452 §9.3: after a few near misses the question goes where nobody can guess. */
static void near_misses_lead_to_tcp(void)
{
	fake_open(1, RESOLVER_POLICY_FIRST);
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	for (unsigned i = 0; i <= RESOLVER_NEAR_MISSES_MAX; i++) {
		CU_ASSERT_EQUAL(sent_count, 1);
		make_start(&made, "www.example.", DNS_TYPE_AAAA, DNS_RCODE_NOERROR);
		fake_respond(&sent[0]);
	}
	CU_ASSERT_EQUAL_FATAL(sent_count, 2);
	CU_ASSERT(sent[1].tcp);
	fake_close();
}

static void malformed_answer_goes_to_the_next(void)
{
	fake_open(2, RESOLVER_POLICY_FIRST);
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	fake_make_a("www.example.");
	made.writer.len -= 2;
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL_FATAL(sent_count, 2);
	fake_respond(&sent[1]);
	/* Datagrams may be damaged: each is asked once more, over TCP. */
	for (unsigned i = 2; i < 4; i++) {
		CU_ASSERT_EQUAL_FATAL(sent_count, i + 1);
		CU_ASSERT(sent[i].tcp);
		fake_respond(&sent[i]);
	}
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(answers[0].ede, EDNS_EDE_INVALID_DATA);
	fake_close();
}

static void equal_questions_share_a_task(void)
{
	fake_open(1, RESOLVER_POLICY_FIRST);
	for (uintptr_t client = 1; client <= 20; client++)
		fake_ask(client, client % 2 == 0 ? "www.example." : "WWW.EXAMPLE.", DNS_TYPE_A,
		         false);
	CU_ASSERT_EQUAL(sent_count, 1);
	/* Other type, other DO: other questions. */
	fake_ask(21, "www.example.", DNS_TYPE_AAAA, false);
	fake_ask(22, "www.example.", DNS_TYPE_A, true);
	CU_ASSERT_EQUAL(sent_count, 3);
	fake_make_a("www.example.");
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL_FATAL(answer_count, 20);
	unsigned first = 0;
	uint32_t seen = 0;
	for (unsigned i = 0; i < answer_count; i++) {
		first += answers[i].first;
		seen |= (uint32_t)1 << answers[i].client;
		CU_ASSERT_EQUAL(fake_count(i, DNS_SECTION_ANSWER), 1);
	}
	CU_ASSERT_EQUAL(first, 1);
	CU_ASSERT_EQUAL(seen, 0x1ffffe);
	fake_close();
}

static void places_are_limited(void)
{
	struct net_endpoint server = fake_endpoint(1);
	struct fake_setup setup = {
	    .groups = {{.name = "a", .servers = &server, .server_count = 1, .timeout_ms = 1000}},
	    .group_count = 1,
	    .tasks_max = 2,
	    .clients_max = 4,
	};
	CU_ASSERT_FATAL(fake_create(&setup) == RESULT_OK);
	fake_ask(1, "a.example.", DNS_TYPE_A, false);
	fake_ask(2, "b.example.", DNS_TYPE_A, false);
	fake_ask(3, "c.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].client, 3);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(answers[0].ede, EDNS_EDE_OTHER);
	CU_ASSERT_FALSE(answers[0].first);
	fake_ask(4, "a.example.", DNS_TYPE_A, false);
	fake_ask(5, "a.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(answer_count, 1);
	fake_ask(6, "a.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(answer_count, 2);
	/* Places come back. */
	fake_make_a("a.example.");
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL(answer_count, 5);
	fake_ask(7, "c.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(answer_count, 5);
	CU_ASSERT_EQUAL(sent_count, 3);
	fake_close();
}

static void stop_answers_everybody(void)
{
	fake_open(1, RESOLVER_POLICY_FIRST);
	fake_ask(1, "a.example.", DNS_TYPE_A, false);
	fake_ask(2, "a.example.", DNS_TYPE_A, false);
	fake_ask(3, "b.example.", DNS_TYPE_A, false);
	resolver_stop(engine, &fake_sink);
	CU_ASSERT_EQUAL(answer_count, 3);
	CU_ASSERT_EQUAL(answers[0].ede, EDNS_EDE_NOT_READY);
	struct resolver_stats stats;
	resolver_stats(engine, &stats);
	CU_ASSERT_EQUAL(stats.tasks, 0);
	fake_close();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"asks_and_answers", asks_and_answers},
	    {"silent_server_then_the_next", silent_server_then_the_next},
	    {"late_answers_are_taken", late_answers_are_taken},
	    {"all_dead_ends_in_time", all_dead_ends_in_time},
	    {"unreachable_ends_at_once", unreachable_ends_at_once},
	    {"upstream_servfail_then_the_next", upstream_servfail_then_the_next},
	    {"truncated_goes_to_tcp", truncated_goes_to_tcp},
	    {"broken_tcp_goes_to_the_next", broken_tcp_goes_to_the_next},
	    {"tcp_on_retry", tcp_on_retry},
	    {"tls_alone", tls_alone},
	    {"edns_fall_back", edns_fall_back},
	    {"forged_answers_are_ignored", forged_answers_are_ignored},
	    {"near_misses_lead_to_tcp", near_misses_lead_to_tcp},
	    {"malformed_answer_goes_to_the_next", malformed_answer_goes_to_the_next},
	    {"equal_questions_share_a_task", equal_questions_share_a_task},
	    {"places_are_limited", places_are_limited},
	    {"stop_answers_everybody", stop_answers_everybody},
	};
	return fake_main(argc, argv, "resolver", cases, ARRAY_COUNT(cases));
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Stub zones, whose servers are told by the settings, and forwarders that have the root servers behind them. */
#include "fake_network.h"

static const struct resolver_hint hint = {
    .name = {.len = 8, .label_count = 2, .wire = "\1a\4root"},
    .address = {.family = 4, .octets = {192, 0, 2, 99}},
};

/* A stub zone at 192.0.2.1:5353, and if wanted a forwarder 192.0.2.2 for all else. */
static void open_stub(bool forwards, const struct resolver_hint *root)
{
	static struct net_endpoint servers[2];
	static const uint32_t first[] = {0};
	static const uint32_t second[] = {1};
	servers[0] = fake_endpoint(1);
	servers[0].port = 5353;
	servers[1] = fake_endpoint(2);
	struct fake_setup setup = {
	    .groups = {{.name = "stub", .servers = &servers[0], .server_count = 1},
	               {.name = "all", .servers = &servers[1], .server_count = 1}},
	    .group_count = 2,
	    .zones =
	        {{.name = made_name("corp."), .groups = first, .group_count = 1, .is_stub = true},
	         {.name = made_name("."), .groups = second, .group_count = 1}},
	    .zone_count = forwards ? 2 : 1,
	    .hint = root,
	};
	CU_ASSERT_FATAL(fake_create(&setup) == RESULT_OK);
}

/* What was asked last, in lower case. */
static void expect_sent(unsigned index, uint8_t server, uint16_t port, const char *name, bool rd)
{
	struct dns_name wire = made_name(name);
	CU_ASSERT_FATAL(index < sent_count);
	CU_ASSERT_EQUAL(fake_server(index), server);
	CU_ASSERT_EQUAL(sent[index].to.port, port);
	CU_ASSERT_EQUAL((dns_message_flags(sent[index].message) & DNS_FLAG_RD) != 0, rd);
	CU_ASSERT(dns_name_equal(sent[index].message + DNS_HEADER_SIZE, wire.wire));
}

static void set_authoritative(void)
{
	bytes_store_u16(made.octets + 2, dns_message_flags(made.octets) | DNS_FLAG_AA);
}

static void stub_is_asked_without_recursion(void)
{
	open_stub(true, NULL);
	fake_ask(1, "www.corp.", DNS_TYPE_A, false);
	expect_sent(0, 1, 5353, "www.corp.", false);
	fake_make_a("www.corp.");
	set_authoritative();
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].rank, DNS_RANK_AUTH_ANSWER);
	/* Other names go where they went; so does the zone's parent. */
	fake_ask(2, "www.example.", DNS_TYPE_A, false);
	expect_sent(1, 2, 53, "www.example.", true);
	/* The servers know nothing of the zone's DS; without a root nobody else would. */
	fake_ask(3, "corp.", DNS_TYPE_DS, false);
	expect_sent(2, 1, 5353, "corp.", false);
	fake_close();
}

/* Referrals of the stub's servers are followed, to servers at the usual port. */
static void delegations_below_are_followed(void)
{
	open_stub(false, NULL);
	fake_ask(1, "www.sub.corp.", DNS_TYPE_A, false);
	expect_sent(0, 1, 5353, "sub.corp.", false);
	made.octets[0] = 0;
	make_start(&made, "sub.corp.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_AUTHORITY, "sub.corp.", DNS_TYPE_NS, 300, "ns.sub.corp.");
	make_a(&made, DNS_SECTION_ADDITIONAL, "ns.sub.corp.", 300, 0xc0000207);
	fake_respond(&sent[0]);
	expect_sent(1, 7, 53, "www.sub.corp.", false);
	fake_make_a("www.sub.corp.");
	set_authoritative();
	fake_respond(&sent[1]);
	CU_ASSERT_EQUAL(answer_count, 1);
	/* Names that no zone takes fail at once. */
	fake_clear();
	fake_ask(2, "www.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(sent_count, 0);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].ede, EDNS_EDE_NO_REACHABLE_AUTHORITY);
	fake_close();
}

/* A stub whose servers are dead stays what it is. */
static void dead_stubs_come_back(void)
{
	open_stub(false, NULL);
	fake_ask(1, "www.corp.", DNS_TYPE_A, false);
	fake_wait(5000);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_SERVFAIL);
	now_ms += 3600000;
	fake_clear();
	fake_ask(2, "www.corp.", DNS_TYPE_A, false);
	expect_sent(0, 1, 5353, "www.corp.", false);
	fake_make_a("www.corp.");
	set_authoritative();
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL(answer_count, 1);
	fake_close();
}

/* One forwarder 192.0.2.1 that may be passed over for the root server 192.0.2.99. */
static void open_falling(bool falls_back)
{
	static struct net_endpoint server;
	static const uint32_t groups[] = {0};
	server = fake_endpoint(1);
	struct fake_setup setup = {
	    .groups = {{.name = "all", .servers = &server, .server_count = 1, .timeout_ms = 1000}},
	    .group_count = 1,
	    .zones = {{.name = made_name("."),
	               .groups = groups,
	               .group_count = 1,
	               .falls_back = falls_back}},
	    .zone_count = 1,
	    .hint = &hint,
	};
	CU_ASSERT_FATAL(fake_create(&setup) == RESULT_OK);
}

/* Answers what a root server that has everything was asked last. */
static void answer_from_the_root(const char *name)
{
	for (unsigned i = sent_count; i-- > 0;) {
		struct dns_name wire = made_name(name);
		if (!dns_name_equal(sent[i].message + DNS_HEADER_SIZE, wire.wire))
			continue;
		expect_sent(i, 99, 53, name, false);
		fake_make_a(name);
		set_authoritative();
		fake_respond(&sent[i]);
		return;
	}
	CU_FAIL("nothing was sent");
}

static void failed_forwarders_give_way(void)
{
	struct resolver_stats stats;
	open_falling(true);
	fake_ask(1, "example.", DNS_TYPE_A, false);
	expect_sent(0, 1, 53, "example.", true);
	fake_wait(1000);
	answer_from_the_root("example.");
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_NOERROR);
	/* The client may know that it is not as it should be. */
	CU_ASSERT_EQUAL(answers[0].ede, EDNS_EDE_NETWORK_ERROR);
	resolver_stats(engine, &stats);
	CU_ASSERT_EQUAL(stats.fell_back, 1);
	/* One that says it cannot is as good as silent. */
	fake_clear();
	fake_ask(2, "b.", DNS_TYPE_A, false);
	expect_sent(0, 1, 53, "b.", true);
	make_start(&made, "b.", DNS_TYPE_A, DNS_RCODE_SERVFAIL);
	fake_respond(&sent[0]);
	answer_from_the_root("b.");
	CU_ASSERT_EQUAL(answer_count, 1);
	fake_close();
}

/* Nobody waits for forwarders that are known to be dead. */
static void dead_forwarders_are_not_waited_for(void)
{
	open_falling(true);
	for (unsigned i = 0; i < RESOLVER_FAILS_MAX; i++) {
		fake_ask(1, "a.", DNS_TYPE_A, false);
		fake_wait(1000);
		answer_from_the_root("a.");
	}
	fake_clear();
	fake_ask(2, "b.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL_FATAL(sent_count, 1);
	answer_from_the_root("b.");
	CU_ASSERT_EQUAL(answer_count, 1);
	fake_close();
}

static void without_leave_nobody_else_is_asked(void)
{
	open_falling(false);
	fake_ask(1, "example.", DNS_TYPE_A, false);
	fake_wait(5000);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_SERVFAIL);
	for (unsigned i = 0; i < sent_count; i++)
		CU_ASSERT_EQUAL(fake_server(i), 1);
	fake_close();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"stub_is_asked_without_recursion", stub_is_asked_without_recursion},
	    {"delegations_below_are_followed", delegations_below_are_followed},
	    {"dead_stubs_come_back", dead_stubs_come_back},
	    {"failed_forwarders_give_way", failed_forwarders_give_way},
	    {"dead_forwarders_are_not_waited_for", dead_forwarders_are_not_waited_for},
	    {"without_leave_nobody_else_is_asked", without_leave_nobody_else_is_asked},
	};
	return fake_main(argc, argv, "stub", cases, ARRAY_COUNT(cases));
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Steps of watched questions are told, those of others are not. */
#include "fake_network.h"

#define STEPS_MAX 64

static struct resolver_trace_step steps[STEPS_MAX];
static char names[STEPS_MAX][DNS_NAME_TEXT_MAX];
static unsigned step_count;

static void keep(void *context, const struct resolver_trace_step *step)
{
	(void)context;
	CU_ASSERT_FATAL(step_count < STEPS_MAX);
	steps[step_count] = *step;
	if (step->name != NULL)
		dns_name_to_text(step->name, names[step_count]);
	step_count++;
}

/* One forwarder 192.0.2.1, or the root server 192.0.2.99. */
static void open_engine(bool iterates)
{
	static const struct resolver_hint hint = {
	    .name = {.len = 8, .label_count = 2, .wire = "\1a\4root"},
	    .address = {.family = 4, .octets = {192, 0, 2, 99}},
	};
	static const uint32_t first[] = {0};
	static struct net_endpoint server;
	server = fake_endpoint(1);
	const struct resolver_group group = {.name = "all", .servers = &server, .server_count = 1};
	const struct resolver_zone zone = {
	    .name = made_name("."), .groups = first, .group_count = 1};
	const struct resolver_settings settings = {
	    .groups = &group,
	    .group_count = iterates ? 0 : 1,
	    .zones = &zone,
	    .zone_count = iterates ? 0 : 1,
	    .hints = &hint,
	    .hint_count = iterates ? 1 : 0,
	    .tasks_max = 16,
	    .clients_max = 16,
	    .port_slots = FAKE_PORTS,
	    .random = fake_random,
	    .trace = keep,
	};
	now_ms = 1000000;
	random_state = 88172645463325252u;
	fake_clear();
	step_count = 0;
	CU_ASSERT_FATAL(resolver_create(&settings, &engine) == RESULT_OK);
}

static void watch(uintptr_t client, const char *name, uint8_t watchers)
{
	struct dns_question question = made_question(name, DNS_TYPE_A);
	const struct resolver_event event = {
	    .kind = RESOLVER_EVENT_QUERY,
	    .question = &question,
	    .client = (void *)client,
	    .watchers = watchers,
	};
	resolver_step(engine, &event, now_ms, &fake_sink);
}

static void expect_step(unsigned index, enum resolver_trace_kind kind, const char *name)
{
	CU_ASSERT_FATAL(index < step_count);
	CU_ASSERT_EQUAL(steps[index].kind, kind);
	if (name != NULL)
		CU_ASSERT_STRING_EQUAL(names[index], name);
}

static void a_forwarded_question_is_told(void)
{
	open_engine(false);
	watch(1, "www.example.", 4);
	now_ms += 30;
	fake_make_a("www.example.");
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_EQUAL(step_count, 5);
	expect_step(0, RESOLVER_TRACE_BEGIN, "www.example.");
	expect_step(1, RESOLVER_TRACE_FORWARD, ".");
	expect_step(2, RESOLVER_TRACE_SEND, "www.example.");
	expect_step(3, RESOLVER_TRACE_RESPONSE, NULL);
	expect_step(4, RESOLVER_TRACE_ANSWER, "www.example.");
	CU_ASSERT_EQUAL(steps[3].took_ms, 30);
	CU_ASSERT_EQUAL(steps[3].server.address.octets[3], 1);
	CU_ASSERT_EQUAL(steps[3].count[0], 1);
	CU_ASSERT_STRING_EQUAL(steps[3].text, "an answer");
	for (unsigned i = 0; i < step_count; i++)
		CU_ASSERT_EQUAL(steps[i].watchers, 4);
	fake_close();
}

static void nobody_watches(void)
{
	open_engine(false);
	watch(1, "www.example.", 0);
	fake_make_a("www.example.");
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL(answer_count, 1);
	CU_ASSERT_EQUAL(step_count, 0);
	fake_close();
}

/* Two who ask the same: the second one learns that it met the first. */
static void who_joins_is_told_the_rest(void)
{
	open_engine(false);
	watch(1, "www.example.", 0);
	watch(2, "www.example.", 1);
	expect_step(0, RESOLVER_TRACE_BEGIN, "www.example.");
	CU_ASSERT_PTR_NOT_NULL(steps[0].text);
	fake_make_a("www.example.");
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL(answer_count, 2);
	expect_step(step_count - 1, RESOLVER_TRACE_ANSWER, "www.example.");
	fake_close();
}

static void zones_and_lame_servers_are_told(void)
{
	open_engine(true);
	watch(1, "www.example.", 1);
	expect_step(1, RESOLVER_TRACE_ZONE, ".");
	/* The first message primes the root, or is for the name: answer what asks for "example.". */
	unsigned asked = 0;
	while (asked < sent_count && sent[asked].message[DNS_HEADER_SIZE] != 7)
		asked++;
	CU_ASSERT_FATAL(asked < sent_count);
	make_start(&made, "example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_AUTHORITY, "example.", DNS_TYPE_NS, 300, "ns.example.");
	make_a(&made, DNS_SECTION_ADDITIONAL, "ns.example.", 300, 0xc0000207);
	fake_respond(&sent[asked]);
	expect_step(3, RESOLVER_TRACE_RESPONSE, NULL);
	CU_ASSERT_STRING_EQUAL(steps[3].text, "a referral to the zone below");
	expect_step(4, RESOLVER_TRACE_ZONE, "example.");
	expect_step(5, RESOLVER_TRACE_SEND, "www.example.");
	fake_close();
}

static void time_outs_and_failures_are_told(void)
{
	open_engine(false);
	watch(1, "www.example.", 1);
	fake_wait(60000);
	CU_ASSERT_EQUAL(answer_count, 1);
	unsigned timeouts = 0;
	for (unsigned i = 0; i < step_count; i++)
		timeouts += steps[i].kind == RESOLVER_TRACE_TIMEOUT;
	CU_ASSERT(timeouts > 0);
	expect_step(step_count - 1, RESOLVER_TRACE_FAILED, "www.example.");
	CU_ASSERT_EQUAL(steps[step_count - 1].ede, EDNS_EDE_NO_REACHABLE_AUTHORITY);
	fake_close();
}

static const struct unit_case cases[] = {
    {"a_forwarded_question_is_told", a_forwarded_question_is_told},
    {"nobody_watches", nobody_watches},
    {"who_joins_is_told_the_rest", who_joins_is_told_the_rest},
    {"zones_and_lame_servers_are_told", zones_and_lame_servers_are_told},
    {"time_outs_and_failures_are_told", time_outs_and_failures_are_told},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "resolver/trace", cases, ARRAY_COUNT(cases));
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Sinks get what their filters want, all of it, and nothing after they were detached. */
#include "tap/tap.h"

#include "eal.h"
#include "tap_case.h"

struct seen {
	unsigned count;
	unsigned kinds[TAP_KIND_COUNT];
	char name[DNS_NAME_TEXT_MAX];
	/* Of the last one. */
	uint16_t port;
	uint8_t transport;
	uint8_t drop;
	bool is_frame;
	uint32_t data_len;
	uint32_t message_len;
};

static struct tap *tap;

static void take(void *context, const struct tap_record *record)
{
	struct seen *seen = context;
	uint16_t type;
	uint16_t class;
	seen->count++;
	seen->kinds[record->kind]++;
	seen->port = record->client.port;
	seen->transport = record->transport;
	seen->drop = record->drop;
	seen->is_frame = record->is_frame;
	seen->data_len = record->data_len;
	seen->message_len = record->message_len;
	if (!tap_question(record, seen->name, &type, &class))
		seen->name[0] = '\0';
}

static unsigned attach(struct seen *seen, const struct tap_filter *filter)
{
	const struct tap_sink sink = {
	    .name = "test", .filter = *filter, .take = take, .context = seen};
	unsigned number = 99;
	*seen = (struct seen){.count = 0};
	CU_ASSERT_FATAL(tap_attach(tap, &sink, NULL, &number) == RESULT_OK);
	return number;
}

static void respond(const char *name, uint16_t type, uint16_t rcode)
{
	const struct tap_plan *plan = tap_plan(tap);
	struct rte_mbuf *mbuf = case_packet(name, type);
	query_of(mbuf)->answer.rcode = rcode;
	if (tap_wants(plan, TAP_RESPONSE))
		tap_response(tap, plan, mbuf);
	rte_pktmbuf_free(mbuf);
}

static void drop(enum drop_reason reason)
{
	const struct tap_plan *plan = tap_plan(tap);
	struct rte_mbuf *mbuf = case_packet("dropped.example.", DNS_TYPE_A);
	if (tap_wants(plan, TAP_DROP))
		tap_drop(tap, plan, mbuf, reason);
	rte_pktmbuf_free(mbuf);
}

static void nobody_watches(void)
{
	CU_ASSERT_PTR_NULL(tap_plan(NULL));
	CU_ASSERT_PTR_NULL(tap_plan(tap));
	CU_ASSERT_FALSE(tap_wants(NULL, TAP_QUERY));
}

static void a_sink_gets_all_until_it_is_detached(void)
{
	struct seen seen;
	unsigned number = attach(&seen, &(struct tap_filter){.kinds = 1u << TAP_RESPONSE});
	for (int i = 0; i < 100; i++)
		respond("www.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	drop(DROP_DISPATCHER_ACL);
	tap_detach(tap, number, NULL);
	CU_ASSERT_EQUAL(seen.count, 100);
	CU_ASSERT_STRING_EQUAL(seen.name, "www.example.");
	CU_ASSERT_EQUAL(seen.port, 5300);
	CU_ASSERT_EQUAL(seen.transport, TAP_UDP);
	respond("www.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	CU_ASSERT_EQUAL(seen.count, 100);
	CU_ASSERT_PTR_NULL(tap_plan(tap));
}

static void filters_choose(void)
{
	struct seen by_name, by_type, by_rcode, by_client;
	struct tap_filter filter = {.kinds = 1u << TAP_RESPONSE, .has_name = true};
	filter.name = made_name("example.");
	unsigned numbers[4];
	numbers[0] = attach(&by_name, &filter);
	numbers[1] = attach(&by_type, &(struct tap_filter){.kinds = 1u << TAP_RESPONSE,
	                                                   .has_type = true,
	                                                   .type = DNS_TYPE_MX});
	numbers[2] = attach(&by_rcode, &(struct tap_filter){.kinds = 1u << TAP_RESPONSE,
	                                                    .has_rcode = true,
	                                                    .rcode = DNS_RCODE_SERVFAIL});
	numbers[3] = attach(&by_client, &(struct tap_filter){.kinds = 1u << TAP_RESPONSE,
	                                                     .has_client = true,
	                                                     .client = {{4, {198, 51, 100}}, 24}});
	respond("www.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	respond("www.example.net.", DNS_TYPE_MX, DNS_RCODE_NOERROR);
	respond("example.", DNS_TYPE_A, DNS_RCODE_SERVFAIL);
	for (int i = 0; i < 4; i++)
		tap_detach(tap, numbers[i], NULL);
	CU_ASSERT_EQUAL(by_name.count, 2);
	CU_ASSERT_EQUAL(by_type.count, 1);
	CU_ASSERT_EQUAL(by_rcode.count, 1);
	CU_ASSERT_EQUAL(by_client.count, 0);
}

static void drops_say_what_is_known(void)
{
	struct seen any, some;
	unsigned first = attach(&any, &(struct tap_filter){.kinds = 1u << TAP_DROP});
	unsigned second =
	    attach(&some, &(struct tap_filter){.kinds = 1u << TAP_DROP,
	                                       .only_drops_of = true,
	                                       .drops = UINT64_C(1) << DROP_ENCODER_RATE_LIMIT});
	drop(DROP_LISTENER_BAD_LENGTH);
	drop(DROP_ENCODER_RATE_LIMIT);
	tap_detach(tap, first, NULL);
	tap_detach(tap, second, NULL);
	CU_ASSERT_EQUAL(any.count, 2);
	CU_ASSERT_EQUAL(some.count, 1);
	CU_ASSERT_STRING_EQUAL(some.name, "dropped.example.");
	CU_ASSERT_EQUAL(some.drop, DROP_ENCODER_RATE_LIMIT);
	CU_ASSERT_FALSE(some.is_frame);
	CU_ASSERT_EQUAL(tap_known(DROP_LISTENER_BAD_LENGTH), TAP_KNOWN_FRAME);
	CU_ASSERT_EQUAL(tap_known(DROP_DECODER_TOO_SHORT), TAP_KNOWN_CLIENT);
}

static void samples_and_cuts(void)
{
	struct seen sampled, cut;
	unsigned first =
	    attach(&sampled, &(struct tap_filter){.kinds = 1u << TAP_RESPONSE, .sample = 10});
	for (int i = 0; i < 100; i++)
		respond("www.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	tap_detach(tap, first, NULL);
	CU_ASSERT_EQUAL(sampled.count, 10);
	first = attach(&cut, &(struct tap_filter){.kinds = 1u << TAP_RESPONSE, .snap = 14});
	respond("www.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	tap_detach(tap, first, NULL);
	CU_ASSERT_EQUAL(cut.data_len, 14);
	CU_ASSERT_EQUAL(cut.message_len, 29);
	CU_ASSERT_STRING_EQUAL(cut.name, "");
}

static void there_are_so_many_places(void)
{
	struct seen seen[TAP_SINKS_MAX + 1];
	const struct tap_sink sink = {.take = take, .context = &seen[TAP_SINKS_MAX]};
	unsigned number;
	for (unsigned i = 0; i < TAP_SINKS_MAX; i++)
		CU_ASSERT_EQUAL(attach(&seen[i], &(struct tap_filter){.kinds = 1}), i);
	CU_ASSERT_EQUAL(tap_attach(tap, &sink, NULL, &number), RESULT_BUSY);
	for (unsigned i = 0; i < TAP_SINKS_MAX; i++)
		tap_detach(tap, i, NULL);
}

static const struct unit_case cases[] = {
    {"nobody_watches", nobody_watches},
    {"a_sink_gets_all_until_it_is_detached", a_sink_gets_all_until_it_is_detached},
    {"filters_choose", filters_choose},
    {"drops_say_what_is_known", drops_say_what_is_known},
    {"samples_and_cuts", samples_and_cuts},
    {"there_are_so_many_places", there_are_so_many_places},
};

int main(int argc, char **argv)
{
	unit_eal_start();
	if (!case_open() || tap_create(&tap) != RESULT_OK)
		return 1;
	int status = unit_main(argc, argv, "tap/tap", cases, ARRAY_COUNT(cases));
	tap_destroy(tap);
	return status;
}

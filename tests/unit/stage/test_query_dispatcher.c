/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* QUERY_DISPATCHER: who answers what, who is refused and with which code, views, limits. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dns/rrtype.h"
#include "fake_stage.h"
#include "guard/cookie.h"
#include "guard/policy.h"
#include "guard/views.h"
#include "stage/query_dispatcher.h"
#include "unit.h"
#include "zone/zone.h"

/* The fake's clients come from 192.0.2.1. */
#define CLIENT_PREFIX                                                                              \
	{                                                                                          \
		4, 24,                                                                             \
		{                                                                                  \
			192, 0, 2                                                                  \
		}                                                                                  \
	}

static struct zone *zones[2]; /* example. of everybody, inside. of the view */
static struct zone_set *common;
static struct zone_set *of_view;
static struct views *views;
static struct guard_policy *policy;
static struct cookie_keys keys = {.secret_count = 1, .secret = {{3}}};
static struct snapshot zones_snapshot;
static struct snapshot policy_snapshot;
static struct snapshot keys_snapshot;
static struct stage_query_dispatcher_settings settings;

static struct zone *make_zone(const char *origin)
{
	static const struct zone_text_record records[] = {{"@", 60, "SOA", "ns h 1 2 3 4 5"},
	                                                  {"@", 60, "NS", "ns.example.net."}};
	static struct zone_errors errors;
	struct zone_load load = {0};
	struct zone *zone = NULL;
	CU_ASSERT_EQUAL_FATAL(dns_name_from_text(origin, strlen(origin), NULL, &load.origin),
	                      RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(
	    zone_load_records(&load, records, ARRAY_COUNT(records), &zone, &errors), RESULT_OK);
	return zone;
}

/* `classes`: which of the policy's lists have the client. */
static void open_with(uint64_t classes, bool client_in_view)
{
	const struct acl_prefix client = CLIENT_PREFIX;
	const struct acl_prefix other = {4, 8, {10}};
	zones[0] = make_zone("example.");
	zones[1] = make_zone("inside.");
	CU_ASSERT_EQUAL_FATAL(zone_set_create(&zones[0], 1, &common), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(zone_set_create_over(&zones[1], 1, common, &of_view), RESULT_OK);
	const struct views_row row = {client_in_view ? &client : &other, 1, of_view};
	CU_ASSERT_EQUAL_FATAL(views_create(&row, 1, common, 9, &views), RESULT_OK);

	policy = calloc(1, sizeof(*policy));
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
	CU_ASSERT_EQUAL_FATAL(acl_create_classes(&client, &classes, classes != 0, &policy->acl),
	                      RESULT_OK);
	policy->recursion_enabled = true;

	snapshot_publish(&zones_snapshot, NULL, views);
	snapshot_publish(&policy_snapshot, NULL, policy);
	snapshot_publish(&keys_snapshot, NULL, &keys);
	settings.zones = &zones_snapshot;
	settings.policy = &policy_snapshot;
	settings.cookie_keys = &keys_snapshot;
	settings.version = "1.2";
	settings.identity = NULL;
	fake_open(&stage_query_dispatcher_ops, &settings);
}

static void done(void)
{
	fake_close();
	settings.ratelimit = NULL;
	guard_policy_free(policy);
	views_free(views);
	zone_set_free(of_view);
	zone_set_free(common);
	zone_free(zones[0]);
	zone_free(zones[1]);
}

/* A packet as DECODER leaves it. */
static struct rte_mbuf *decoded(enum query_source source, const char *name, uint16_t type,
                                uint16_t class)
{
	uint8_t message[512];
	size_t len = fake_query(message, sizeof(message), name, type, class);
	struct rte_mbuf *mbuf = fake_packet(source, message, len);
	struct query *query = query_of(mbuf);
	struct dns_name parsed;
	CU_ASSERT_EQUAL_FATAL(dns_name_from_text(name, strlen(name), NULL, &parsed), RESULT_OK);
	dns_question_set(&query->question, parsed.wire, type, class);
	query->question_ok = true;
	query->question_end = (uint16_t)len;
	query->answer_limit = query->section_limit = 512;
	query->answer = (struct dns_answer){.ede = EDNS_EDE_NONE, .end = (uint32_t)len};
	return mbuf;
}

static int output_of(const char *name, uint16_t type, uint16_t class)
{
	return fake_run(decoded(QUERY_SOURCE_PORT, name, type, class)).output;
}

static void expect_refusal(struct rte_mbuf *mbuf, uint16_t rcode, enum edns_ede ede)
{
	CU_ASSERT_EQUAL_FATAL(fake_run(mbuf).output, QUERY_DISPATCHER_TO_ENCODER);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.rcode, rcode);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.ede, ede);
	CU_ASSERT_EQUAL(query_of(mbuf)->verdict, QUERY_VERDICT_ANSWER);
}

static void zone_cache_or_refused(void)
{
	open_with(GUARD_CLASS_RECURSION, false);
	CU_ASSERT_EQUAL(output_of("www.example.", DNS_TYPE_A, 1), QUERY_DISPATCHER_TO_ZONE_MANAGER);
	CU_ASSERT_EQUAL(output_of("www.example.", DNS_TYPE_ANY, DNS_CLASS_ANY),
	                QUERY_DISPATCHER_TO_ZONE_MANAGER);
	CU_ASSERT_EQUAL(output_of("www.test.", DNS_TYPE_A, 1), QUERY_DISPATCHER_TO_CACHE_LOOKUP);
	expect_refusal(decoded(QUERY_SOURCE_PORT, "www.test.", DNS_TYPE_A, DNS_CLASS_ANY),
	               DNS_RCODE_REFUSED, EDNS_EDE_PROHIBITED);
	done();
	open_with(0, false);
	expect_refusal(decoded(QUERY_SOURCE_PORT, "www.test.", DNS_TYPE_A, 1), DNS_RCODE_REFUSED,
	               EDNS_EDE_PROHIBITED);
	policy->recursion_enabled = false;
	expect_refusal(decoded(QUERY_SOURCE_PORT, "www.test.", DNS_TYPE_A, 1), DNS_RCODE_REFUSED,
	               EDNS_EDE_NOT_AUTHORITATIVE);
	done();
}

static void the_view_decides_what_is_ours(void)
{
	open_with(0, true);
	struct rte_mbuf *mbuf = decoded(QUERY_SOURCE_PORT, "www.inside.", DNS_TYPE_A, 1);
	CU_ASSERT_EQUAL(fake_run(mbuf).output, QUERY_DISPATCHER_TO_ZONE_MANAGER);
	CU_ASSERT_EQUAL(query_of(mbuf)->view, 0);
	CU_ASSERT_EQUAL(query_of(mbuf)->views_generation, 9);
	CU_ASSERT_EQUAL(output_of("www.example.", DNS_TYPE_A, 1), QUERY_DISPATCHER_TO_ZONE_MANAGER);
	done();
	open_with(0, false);
	mbuf = decoded(QUERY_SOURCE_PORT, "www.inside.", DNS_TYPE_A, 1);
	expect_refusal(mbuf, DNS_RCODE_REFUSED, EDNS_EDE_PROHIBITED);
	CU_ASSERT_EQUAL(query_of(mbuf)->view, VIEWS_COMMON);
	done();
}

static void a_listener_with_a_list_refuses_others(void)
{
	for (unsigned in = 0; in <= 1; in++) {
		open_with(in ? GUARD_CLASS_LISTENER(0) : 0, false);
		policy->listener[0] = (struct guard_listener){.family = 4, .port = 53};
		policy->listener_count = 1;
		struct rte_mbuf *mbuf = decoded(QUERY_SOURCE_PORT, "www.example.", DNS_TYPE_A, 1);
		if (in)
			CU_ASSERT_EQUAL(fake_run(mbuf).output, QUERY_DISPATCHER_TO_ZONE_MANAGER);
		if (!in)
			expect_refusal(mbuf, DNS_RCODE_REFUSED, EDNS_EDE_PROHIBITED);
		done();
	}
}

static void transfers_notify_and_update(void)
{
	open_with(0, false);
	expect_refusal(decoded(QUERY_SOURCE_PORT, "example.", DNS_TYPE_AXFR, 1), DNS_RCODE_FORMERR,
	               EDNS_EDE_NOT_SUPPORTED);
	expect_refusal(decoded(QUERY_SOURCE_STREAM, "example.", DNS_TYPE_AXFR, 1),
	               DNS_RCODE_REFUSED, EDNS_EDE_PROHIBITED);
	expect_refusal(decoded(QUERY_SOURCE_PORT, "example.", DNS_TYPE_IXFR, 1), DNS_RCODE_REFUSED,
	               EDNS_EDE_PROHIBITED);
	struct rte_mbuf *mbuf = decoded(QUERY_SOURCE_PORT, "example.", DNS_TYPE_SOA, 1);
	query_of(mbuf)->opcode = DNS_OPCODE_NOTIFY;
	expect_refusal(mbuf, DNS_RCODE_NOTIMP, EDNS_EDE_NOT_SUPPORTED);
	mbuf = decoded(QUERY_SOURCE_PORT, "example.", DNS_TYPE_SOA, 1);
	query_of(mbuf)->opcode = DNS_OPCODE_UPDATE;
	expect_refusal(mbuf, DNS_RCODE_NOTIMP, EDNS_EDE_NOT_SUPPORTED);
	done();
}

/* RFC 6895 §3.1: what cannot be a record's type. */
static void every_type_has_its_answer(void)
{
	open_with(0, false);
	for (unsigned type = 0; type <= 300; type++) {
		struct rte_mbuf *mbuf =
		    decoded(QUERY_SOURCE_STREAM, "www.example.", (uint16_t)type, 1);
		const int output = fake_run(mbuf).output;
		const uint16_t rcode = query_of(mbuf)->answer.rcode;
		if (type == DNS_TYPE_AXFR || type == DNS_TYPE_IXFR)
			CU_ASSERT_EQUAL(rcode, DNS_RCODE_REFUSED)
		else if (type == DNS_TYPE_MAILA || type == DNS_TYPE_MAILB || type == DNS_TYPE_TKEY)
			CU_ASSERT_EQUAL(rcode, DNS_RCODE_NOTIMP)
		else if (type == 0 || type == DNS_TYPE_OPT || (type >= 128 && type <= 254))
			CU_ASSERT_EQUAL(rcode, DNS_RCODE_FORMERR)
		else
			CU_ASSERT_EQUAL(output, QUERY_DISPATCHER_TO_ZONE_MANAGER)
		fake_close();
		fake_open(&stage_query_dispatcher_ops, &settings);
	}
	done();
}

/* RFC 4892 §2. */
static void chaos_names(void)
{
	open_with(0, false);
	struct rte_mbuf *mbuf =
	    decoded(QUERY_SOURCE_PORT, "VERSION.bind.", DNS_TYPE_TXT, DNS_CLASS_CH);
	CU_ASSERT_EQUAL(fake_run(mbuf).output, QUERY_DISPATCHER_TO_ENCODER);
	const struct query *query = query_of(mbuf);
	CU_ASSERT_EQUAL(query->answer.rcode, DNS_RCODE_NOERROR);
	CU_ASSERT_TRUE(query->answer.authoritative);
	CU_ASSERT_EQUAL(query->answer.count[DNS_SECTION_ANSWER], 1);
	CU_ASSERT_EQUAL(memcmp(query_message(mbuf) + query->question_end,
	                       "\300\14\0\20\0\3\0\0\0\0\0\4\0031.2", 16),
	                0);
	mbuf = decoded(QUERY_SOURCE_PORT, "version.server.", DNS_TYPE_A, DNS_CLASS_CH);
	CU_ASSERT_EQUAL(fake_run(mbuf).output, QUERY_DISPATCHER_TO_ENCODER);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.rcode, DNS_RCODE_NOERROR);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.count[DNS_SECTION_ANSWER], 0);
	/* A name that we keep to ourselves, one that nobody knows, a class without zones. */
	expect_refusal(decoded(QUERY_SOURCE_PORT, "id.server.", DNS_TYPE_TXT, DNS_CLASS_CH),
	               DNS_RCODE_REFUSED, EDNS_EDE_NONE);
	expect_refusal(decoded(QUERY_SOURCE_PORT, "authors.bind.", DNS_TYPE_TXT, DNS_CLASS_CH),
	               DNS_RCODE_REFUSED, EDNS_EDE_NONE);
	expect_refusal(decoded(QUERY_SOURCE_PORT, "www.example.", DNS_TYPE_A, DNS_CLASS_HS),
	               DNS_RCODE_REFUSED, EDNS_EDE_NOT_AUTHORITATIVE);
	done();
}

/* Asks ten times at a limit of one a second; gives how many were dropped. */
static unsigned dropped_of_ten(enum query_source source, bool good_cookie)
{
	unsigned dropped = 0;
	for (unsigned i = 0; i < 10; i++) {
		struct rte_mbuf *mbuf = decoded(source, "www.example.", DNS_TYPE_A, 1);
		struct query *query = query_of(mbuf);
		query->edns.present = true;
		query->edns.cookie_len = COOKIE_BYTES;
		cookie_make(&keys, (const uint8_t *)"abcdefgh", 4, query->client.octets,
		            (uint32_t)clock_calendar_s(), query->edns.cookie);
		if (!good_cookie)
			query->edns.cookie[COOKIE_BYTES - 1] ^= 1;
		dropped += fake_run(mbuf).reason == DROP_DISPATCHER_RATE_LIMIT;
		CU_ASSERT_EQUAL(query->cookie_state, good_cookie ? COOKIE_GOOD : COOKIE_BAD);
	}
	return dropped;
}

static void limits_hold_for_those_who_prove_nothing(void)
{
	const struct ratelimit_settings one = {.address_qps = 1, .keys_max = 100};
	static struct snapshot limits = {.release = ratelimit_lanes_free};
	struct ratelimit_lanes *lanes;
	CU_ASSERT_EQUAL_FATAL(ratelimit_lanes_create(&one, 1, &lanes), RESULT_OK);
	snapshot_publish(&limits, NULL, lanes);
	settings.ratelimit = &limits;
	open_with(0, false);
	CU_ASSERT_EQUAL(dropped_of_ten(QUERY_SOURCE_STREAM, false), 0);
	CU_ASSERT_EQUAL(dropped_of_ten(QUERY_SOURCE_PORT, true), 0);
	CU_ASSERT_TRUE(dropped_of_ten(QUERY_SOURCE_PORT, false) >= 8);
	done();
	settings.ratelimit = &limits;
	open_with(GUARD_CLASS_EXEMPT, false);
	CU_ASSERT_EQUAL(dropped_of_ten(QUERY_SOURCE_PORT, false), 0);
	/* Taken away while the stage runs. */
	snapshot_publish(&limits, NULL, NULL);
	CU_ASSERT_EQUAL(dropped_of_ten(QUERY_SOURCE_PORT, false), 0);
	done();
}

static const struct unit_case cases[] = {
    {"zone_cache_or_refused", zone_cache_or_refused},
    {"the_view_decides_what_is_ours", the_view_decides_what_is_ours},
    {"a_listener_with_a_list_refuses_others", a_listener_with_a_list_refuses_others},
    {"transfers_notify_and_update", transfers_notify_and_update},
    {"every_type_has_its_answer", every_type_has_its_answer},
    {"chaos_names", chaos_names},
    {"limits_hold_for_those_who_prove_nothing", limits_hold_for_those_who_prove_nothing},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "stage/query_dispatcher", cases, ARRAY_COUNT(cases));
}

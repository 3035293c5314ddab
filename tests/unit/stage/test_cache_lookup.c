/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* CACHE_LOOKUP: hits to ENCODER, misses to RESOLVER, and what happens when RESOLVER has no credit. */
#include "stage/cache_lookup.h"

#include "cache_stage_case.h"

static struct fake_stage *fake;

static void open_stage(void)
{
	static const struct pipeline_pools pools;
	const struct stage_cache_lookup_settings settings = {case_cache, &pools};
	fake = fake_open(&stage_cache_lookup_ops, &settings);
	fake->stage.now_us = CASE_NOW_US;
}

static void close_stage(void)
{
	fake_close();
	cache_destroy(case_cache);
}

static void hit_goes_to_encoder(void)
{
	case_open_cache(0);
	open_stage();
	case_insert("www.example.", 60, CASE_NOW_US);
	struct rte_mbuf *mbuf = case_packet("www.example.", DNS_TYPE_A, 512);
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_LOOKUP_TO_ENCODER);
	const struct dns_answer *answer = &query_of(mbuf)->answer;
	CU_ASSERT_EQUAL(answer->rcode, DNS_RCODE_NOERROR);
	CU_ASSERT_EQUAL(answer->count[DNS_SECTION_ANSWER], 1);
	CU_ASSERT_EQUAL(answer->end, query_of(mbuf)->question_end + 16);
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_LOOKUP_EVENT_HIT], 1);
	close_stage();
}

static void do_bit_is_part_of_the_question(void)
{
	case_open_cache(0);
	open_stage();
	case_insert("www.example.", 60, CASE_NOW_US);
	struct rte_mbuf *mbuf = case_packet("www.example.", DNS_TYPE_A, 512);
	query_of(mbuf)->edns.present = true;
	query_of(mbuf)->edns.dnssec_ok = true;
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_LOOKUP_TO_RESOLVER);
	close_stage();
}

static void miss_goes_to_resolver(void)
{
	case_open_cache(60);
	open_stage();
	case_insert("stale.example.", 1, CASE_NOW_US - 2000000);
	CU_ASSERT_EQUAL(fake_run(case_packet("no.example.", DNS_TYPE_A, 512)).output,
	                CACHE_LOOKUP_TO_RESOLVER);
	CU_ASSERT_FALSE(query_of(fake->event[0].mbuf)->has_stale);
	/* RFC 8767 §5: the stale answer goes along, for when resolution fails or takes long. */
	struct rte_mbuf *mbuf = case_packet("stale.example.", DNS_TYPE_A, 512);
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_LOOKUP_TO_RESOLVER);
	CU_ASSERT_TRUE(query_of(mbuf)->has_stale);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.ede, EDNS_EDE_STALE_ANSWER);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.count[DNS_SECTION_ANSWER], 1);
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_LOOKUP_EVENT_MISS], 2);
	close_stage();
}

/* RFC 8020, and chains from parts: known though never asked. A stale answer gives way to them. */
static void inferred_goes_to_encoder(void)
{
	case_open_cache(60);
	open_stage();
	case_insert("a.no.example.", 1, CASE_NOW_US - 2000000);
	make_start(&case_made, "no.example.", DNS_TYPE_A, DNS_RCODE_NXDOMAIN);
	make_soa(&case_made, "example.", 60, 60);
	const struct cache_item item = {
	    .question = &case_made.question,
	    .message = case_made.octets,
	    .len = case_made.writer.len,
	};
	CU_ASSERT_EQUAL(cache_insert(case_cache, &item, CASE_NOW_US / 1000), RESULT_OK);
	static const char *const names[] = {"a.no.example.", "b.a.no.example."};
	for (unsigned i = 0; i < 2; i++) {
		struct rte_mbuf *mbuf = case_packet(names[i], DNS_TYPE_A, 512);
		CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_LOOKUP_TO_ENCODER);
		const struct dns_answer *answer = &query_of(mbuf)->answer;
		CU_ASSERT_EQUAL(answer->rcode, DNS_RCODE_NXDOMAIN);
		CU_ASSERT_EQUAL(answer->ede, EDNS_EDE_NONE);
		CU_ASSERT_EQUAL(answer->count[DNS_SECTION_ANSWER], 0);
		CU_ASSERT_EQUAL(answer->count[DNS_SECTION_AUTHORITY], 1);
	}
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_LOOKUP_EVENT_INFERRED], 2);
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_LOOKUP_EVENT_HIT], 2);
	close_stage();
}

/* The client has its answer, and a carrier goes to RESOLVER: once, and only where there is room. */
static void refresh_goes_by_a_carrier(void)
{
	case_open_cache(0);
	open_stage();
	for (unsigned i = 0; i < 3; i++) {
		struct rte_mbuf *mbuf = case_packet("www.example.", DNS_TYPE_A, 512);
		case_insert("www.example.", 100, CASE_NOW_US);
		fake->stage.now_us = CASE_NOW_US;
		CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_LOOKUP_TO_ENCODER);
		fake->stage.now_us = CASE_NOW_US + 95000000;
		fake->has_room = i > 0;
		fake->stage.draining = i > 1;
		fake->event_count = 0;
		mbuf = case_packet("WWW.example.", DNS_TYPE_A, 512);
		stage_cache_lookup_ops.process(&fake->stage, &mbuf, 1);
		CU_ASSERT_EQUAL_FATAL(fake->event_count, i == 1 ? 2 : 1);
		CU_ASSERT_PTR_EQUAL(fake->event[fake->event_count - 1].mbuf, mbuf);
		if (i != 1)
			continue;
		const struct query *carrier = query_of(fake->event[0].mbuf);
		CU_ASSERT_EQUAL(fake->event[0].output, CACHE_LOOKUP_TO_RESOLVER);
		CU_ASSERT_EQUAL(carrier->source, QUERY_SOURCE_NONE);
		CU_ASSERT_EQUAL(carrier->question.type, DNS_TYPE_A);
		CU_ASSERT(memcmp(carrier->question.name, "\3www\7example", 13) == 0);
		CU_ASSERT_EQUAL(fake_run(case_packet("www.example.", DNS_TYPE_A, 512)).output,
		                CACHE_LOOKUP_TO_ENCODER);
	}
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_LOOKUP_EVENT_REFRESH], 1);
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_LOOKUP_EVENT_NOT_REFRESHED], 2);
	close_stage();
}

/* However many end at once, servers are asked at a bounded rate. */
static void refreshes_have_a_rate(void)
{
	char name[32];
	const struct cache_settings settings = {.entries_max = 5000, .refresh = true};
	const unsigned more = 50;
	CU_ASSERT_FATAL(cache_create(&settings, &case_cache) == RESULT_OK);
	open_stage();
	for (unsigned i = 0; i < CACHE_LOOKUP_REFRESH_MAX + more; i++) {
		snprintf(name, sizeof(name), "n%u.example.", i);
		case_insert(name, 100, CASE_NOW_US);
		struct rte_mbuf *mbuf = case_packet(name, DNS_TYPE_A, 512);
		fake->stage.now_us = CASE_NOW_US + 95000000 + i;
		for (unsigned hit = 0; hit < 2; hit++) {
			fake->event_count = 0;
			stage_cache_lookup_ops.process(&fake->stage, &mbuf, 1);
		}
	}
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_LOOKUP_EVENT_REFRESH], CACHE_LOOKUP_REFRESH_MAX);
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_LOOKUP_EVENT_NOT_REFRESHED], more);
	close_stage();
}

/* Hits never wait behind misses: without credit there is a stale answer or an honest failure. */
static void no_credit(void)
{
	case_open_cache(60);
	open_stage();
	fake->has_room = false;
	case_insert("stale.example.", 1, CASE_NOW_US - 2000000);
	case_insert("www.example.", 60, CASE_NOW_US);
	struct rte_mbuf *mbuf = case_packet("stale.example.", DNS_TYPE_A, 512);
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_LOOKUP_TO_ENCODER);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.ede, EDNS_EDE_STALE_ANSWER);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.count[DNS_SECTION_ANSWER], 1);
	mbuf = case_packet("no.example.", DNS_TYPE_A, 512);
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_LOOKUP_TO_ENCODER);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.rcode, DNS_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.ede, EDNS_EDE_OTHER);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.end, query_of(mbuf)->question_end);
	mbuf = case_packet("www.example.", DNS_TYPE_A, 512);
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_LOOKUP_TO_ENCODER);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.ede, EDNS_EDE_NONE);
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_LOOKUP_EVENT_STALE], 1);
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_LOOKUP_EVENT_OVERLOAD], 1);
	close_stage();
}

static void without_rd_nobody_is_asked(void)
{
	case_open_cache(0);
	open_stage();
	case_insert("www.example.", 60, CASE_NOW_US);
	struct rte_mbuf *mbuf = case_packet("www.example.", DNS_TYPE_A, 512);
	query_of(mbuf)->flags = 0;
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_LOOKUP_TO_ENCODER);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.rcode, DNS_RCODE_NOERROR);
	mbuf = case_packet("no.example.", DNS_TYPE_A, 512);
	query_of(mbuf)->flags = 0;
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_LOOKUP_TO_ENCODER);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.rcode, DNS_RCODE_REFUSED);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.ede, EDNS_EDE_NOT_AUTHORITATIVE);
	close_stage();
}

/* Who may not recurse may not snoop either. */
static void not_allowed_is_refused_even_a_hit(void)
{
	case_open_cache(0);
	open_stage();
	case_insert("www.example.", 60, CASE_NOW_US);
	struct rte_mbuf *mbuf = case_packet("www.example.", DNS_TYPE_A, 512);
	query_of(mbuf)->recursion_allowed = false;
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_LOOKUP_TO_ENCODER);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.rcode, DNS_RCODE_REFUSED);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.count[DNS_SECTION_ANSWER], 0);
	close_stage();
}

static void bursts(void)
{
	struct rte_mbuf *burst[PIPELINE_BURST];
	case_open_cache(0);
	open_stage();
	for (unsigned i = 0; i < PIPELINE_BURST; i++) {
		char name[32];
		snprintf(name, sizeof(name), "n%u.example.", i);
		if (i % 2 == 0)
			case_insert(name, 60, CASE_NOW_US);
		burst[i] = case_packet(name, DNS_TYPE_A, 512);
	}
	fake->stage.ops->process(&fake->stage, burst, PIPELINE_BURST);
	CU_ASSERT_EQUAL(fake->event_count, PIPELINE_BURST);
	for (unsigned i = 0; i < PIPELINE_BURST; i++) {
		CU_ASSERT_PTR_EQUAL(fake->event[i].mbuf, burst[i]);
		CU_ASSERT_EQUAL(fake->event[i].output,
		                i % 2 == 0 ? CACHE_LOOKUP_TO_ENCODER : CACHE_LOOKUP_TO_RESOLVER);
	}
	close_stage();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"hit_goes_to_encoder", hit_goes_to_encoder},
	    {"do_bit_is_part_of_the_question", do_bit_is_part_of_the_question},
	    {"miss_goes_to_resolver", miss_goes_to_resolver},
	    {"inferred_goes_to_encoder", inferred_goes_to_encoder},
	    {"refresh_goes_by_a_carrier", refresh_goes_by_a_carrier},
	    {"refreshes_have_a_rate", refreshes_have_a_rate},
	    {"no_credit", no_credit},
	    {"without_rd_nobody_is_asked", without_rd_nobody_is_asked},
	    {"not_allowed_is_refused_even_a_hit", not_allowed_is_refused_even_a_hit},
	    {"bursts", bursts},
	};
	static const uint64_t secret[2] = {5, 6};
	dns_name_hash_seed(secret);
	return unit_main(argc, argv, "cache_lookup", cases, ARRAY_COUNT(cases));
}

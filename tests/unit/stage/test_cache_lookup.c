/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* CACHE_LOOKUP: hits to ENCODER, misses to RESOLVER, and what happens when RESOLVER has no credit. */
#include "stage/cache_lookup.h"

#include "cache_stage_case.h"

static struct fake_stage *fake;

static void open_stage(void)
{
	const struct stage_cache_lookup_settings settings = {case_cache};
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
	CU_ASSERT_EQUAL(fake_run(case_packet("stale.example.", DNS_TYPE_A, 512)).output,
	                CACHE_LOOKUP_TO_RESOLVER);
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_LOOKUP_EVENT_MISS], 2);
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
	    {"no_credit", no_credit},
	    {"without_rd_nobody_is_asked", without_rd_nobody_is_asked},
	    {"not_allowed_is_refused_even_a_hit", not_allowed_is_refused_even_a_hit},
	    {"bursts", bursts},
	};
	static const uint64_t secret[2] = {5, 6};
	dns_name_hash_seed(secret);
	return unit_main(argc, argv, "cache_lookup", cases, ARRAY_COUNT(cases));
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* CACHE_WRITER and CACHE_JANITOR: what is kept, remembered, cut, and cleaned up. */
#include "stage/cache_janitor.h"
#include "stage/cache_writer.h"

#include "cache_stage_case.h"

static struct fake_stage *fake;

static void open_stage(uint32_t stale_max_s)
{
	case_open_cache(stale_max_s);
	const struct stage_cache_writer_settings settings = {.cache = case_cache,
	                                                     .failure_ms = 2000};
	fake = fake_open(&stage_cache_writer_ops, &settings);
	fake->stage.now_us = CASE_NOW_US;
}

static void close_stage(void)
{
	fake_close();
	cache_destroy(case_cache);
}

/* A packet from RESOLVER with `records` TXT records of about 100 octets. */
static struct rte_mbuf *answered(const char *name, unsigned records, uint32_t ttl, uint32_t limit)
{
	uint8_t rdata[101] = {100};
	struct dns_builder builder;
	struct rte_mbuf *mbuf = case_packet(name, DNS_TYPE_TXT, limit);
	struct query *query = query_of(mbuf);
	dns_builder_init(&builder, query_message(mbuf), query->question_end, 4096);
	for (unsigned i = 0; i < records; i++) {
		rdata[1] = (uint8_t)i;
		CU_ASSERT_EQUAL(dns_builder_rr(&builder, DNS_SECTION_ANSWER, query->question.name,
		                               DNS_TYPE_TXT, DNS_CLASS_IN, ttl, rdata,
		                               sizeof(rdata)),
		                RESULT_OK);
	}
	query_take_sections(query, &builder);
	query->answer.ede = EDNS_EDE_NONE;
	query->keep = QUERY_KEEP_ANSWER;
	return mbuf;
}

static enum cache_hit find(const char *name, uint64_t now_us, struct dns_answer *answer)
{
	static uint8_t message[4096];
	struct dns_question question = made_question(name, DNS_TYPE_TXT);
	struct dns_builder builder;
	uint32_t end = DNS_HEADER_SIZE + question.name_len + 4u;
	memcpy(message + DNS_HEADER_SIZE, question.name, question.name_len);
	dns_builder_init(&builder, message, end, sizeof(message));
	return cache_find(case_cache, &question, false, now_us / 1000, &builder, answer);
}

static void answers_are_kept(void)
{
	struct dns_answer answer;
	open_stage(0);
	struct rte_mbuf *mbuf = answered("www.example.", 2, 60, 512);
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_WRITER_TO_ENCODER);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.count[DNS_SECTION_ANSWER], 2);
	CU_ASSERT_FALSE(query_of(mbuf)->answer.truncated);
	CU_ASSERT_EQUAL(find("www.example.", CASE_NOW_US, &answer), CACHE_FRESH);
	CU_ASSERT_EQUAL(answer.count[DNS_SECTION_ANSWER], 2);
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_WRITER_EVENT_INSERTED], 1);
	close_stage();
}

static void some_are_not(void)
{
	struct dns_answer answer;
	open_stage(0);
	struct rte_mbuf *mbuf = answered("not.example.", 2, 60, 512);
	query_of(mbuf)->keep = QUERY_KEEP_NOT;
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_WRITER_TO_ENCODER);
	CU_ASSERT_EQUAL(find("not.example.", CASE_NOW_US, &answer), CACHE_MISS);
	/* TTL 0 goes to the client, not into the cache. */
	mbuf = answered("zero.example.", 2, 0, 512);
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_WRITER_TO_ENCODER);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.count[DNS_SECTION_ANSWER], 2);
	CU_ASSERT_EQUAL(find("zero.example.", CASE_NOW_US, &answer), CACHE_MISS);
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_WRITER_EVENT_NOT_KEPT], 1);
	close_stage();
}

/* All of it is kept, the client gets what it takes. */
static void long_answers_are_cut(void)
{
	struct dns_answer answer;
	open_stage(0);
	struct rte_mbuf *mbuf = answered("www.example.", 20, 60, 1232);
	CU_ASSERT(query_of(mbuf)->answer.end > 2000);
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_WRITER_TO_ENCODER);
	const struct query *query = query_of(mbuf);
	CU_ASSERT(query->answer.truncated);
	CU_ASSERT_EQUAL(query->answer.count[DNS_SECTION_ANSWER], 0); /* one RRset, RFC 2181 §9 */
	CU_ASSERT_EQUAL(query->answer.end, query->question_end);
	CU_ASSERT_EQUAL(find("www.example.", CASE_NOW_US, &answer), CACHE_FRESH);
	CU_ASSERT_EQUAL(answer.count[DNS_SECTION_ANSWER], 20);
	close_stage();
}

static void failures_are_remembered(void)
{
	struct dns_answer answer;
	open_stage(3600);
	struct rte_mbuf *mbuf = answered("www.example.", 0, 60, 512);
	query_of(mbuf)->keep = QUERY_KEEP_FAILURE;
	query_of(mbuf)->answer.rcode = DNS_RCODE_SERVFAIL;
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_WRITER_TO_ENCODER);
	CU_ASSERT_EQUAL(find("www.example.", CASE_NOW_US + 1999000, &answer), CACHE_FRESH);
	CU_ASSERT_EQUAL(answer.rcode, DNS_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(find("www.example.", CASE_NOW_US + 2000000, &answer), CACHE_MISS);
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_WRITER_EVENT_FAILURE], 1);
	close_stage();
}

static void writer_frees_what_the_janitor_found(void)
{
	struct cache_stats stats;
	open_stage(0);
	for (unsigned i = 0; i < 20; i++) {
		char name[32];
		snprintf(name, sizeof(name), "n%u.example.", i);
		fake_run(answered(name, 1, 60, 512));
	}
	CU_ASSERT_EQUAL(cache_janitor(case_cache, 1000, (CASE_NOW_US + 60000000) / 1000), 20);
	fake->stage.now_us = CASE_NOW_US + 60000000;
	CU_ASSERT_EQUAL(fake->stage.ops->poll(&fake->stage, PIPELINE_BURST), 20);
	CU_ASSERT_EQUAL(fake->stage.ops->poll(&fake->stage, PIPELINE_BURST), 0);
	cache_stats(case_cache, &stats);
	CU_ASSERT_EQUAL(stats.entries, 0);
	close_stage();
}

static void janitor_works_in_pieces(void)
{
	case_open_cache(0);
	const struct stage_cache_janitor_settings settings = {case_cache};
	fake = fake_open(&stage_cache_janitor_ops, &settings);
	fake->stage.now_us = CASE_NOW_US;
	case_insert("a.example.", 1, CASE_NOW_US - 5000000);
	CU_ASSERT(fake->stage.ops->deadline_us(&fake->stage) <= CASE_NOW_US);
	CU_ASSERT_EQUAL(fake->stage.ops->poll(&fake->stage, PIPELINE_BURST), 1);
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_JANITOR_EVENT_FOUND], 1);
	/* An idle server is left alone: not before the next piece is due. */
	CU_ASSERT_EQUAL(fake->stage.ops->poll(&fake->stage, PIPELINE_BURST), 0);
	uint64_t due_us = fake->stage.ops->deadline_us(&fake->stage);
	CU_ASSERT_EQUAL(due_us, CASE_NOW_US + CACHE_JANITOR_ROUND_US);
	fake->stage.now_us = due_us;
	CU_ASSERT_EQUAL(fake->stage.ops->poll(&fake->stage, PIPELINE_BURST), 1);
	close_stage();
}

/* A carrier has done its work when what it brought is kept. */
static void carriers_end_here(void)
{
	struct dns_answer answer;
	open_stage(0);
	struct rte_mbuf *mbuf = answered("a.example.", 2, 60, 4096);
	query_of(mbuf)->source = QUERY_SOURCE_NONE;
	CU_ASSERT_EQUAL(fake_run(mbuf).output, FAKE_RETIRED);
	CU_ASSERT_EQUAL(find("a.example.", CASE_NOW_US, &answer), CACHE_FRESH);
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_WRITER_EVENT_INSERTED], 1);
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_WRITER_EVENT_RETIRED], 1);
	close_stage();
}

/* RFC 2181 §5.4.1: the packet's rank and security go with its answer. */
static void rank_goes_into_the_cache(void)
{
	struct dns_answer answer;
	open_stage(0);
	struct rte_mbuf *mbuf = answered("a.example.", 1, 60, 4096);
	query_of(mbuf)->answer.rank = DNS_RANK_AUTH_ANSWER;
	query_of(mbuf)->answer.security = DNS_SECURITY_SECURE;
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_WRITER_TO_ENCODER);
	mbuf = answered("a.example.", 2, 60, 4096);
	query_of(mbuf)->answer.rank = DNS_RANK_ANSWER;
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_WRITER_TO_ENCODER);
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_WRITER_EVENT_OUTRANKED], 1);
	CU_ASSERT_EQUAL(find("a.example.", CASE_NOW_US, &answer), CACHE_FRESH);
	CU_ASSERT_EQUAL(answer.count[DNS_SECTION_ANSWER], 1);
	CU_ASSERT_EQUAL(answer.rank, DNS_RANK_AUTH_ANSWER);
	CU_ASSERT_TRUE(answer.authenticated);
	close_stage();
}

/* RFC 8767 §5: who comes while resolution takes long has the stale answer at once. */
static void late_answers_hold_the_stale(void)
{
	struct dns_answer answer;
	open_stage(3600);
	CU_ASSERT_EQUAL(fake_run(answered("a.example.", 1, 1, 4096)).output,
	                CACHE_WRITER_TO_ENCODER);
	const uint64_t later_us = CASE_NOW_US + 10000000;
	CU_ASSERT_EQUAL(find("a.example.", later_us, &answer), CACHE_STALE);
	fake->stage.now_us = later_us;
	struct rte_mbuf *mbuf = answered("a.example.", 1, 30, 4096);
	query_of(mbuf)->keep = QUERY_KEEP_HOLD;
	CU_ASSERT_EQUAL(fake_run(mbuf).output, CACHE_WRITER_TO_ENCODER);
	CU_ASSERT_EQUAL(fake->counters.event[CACHE_WRITER_EVENT_HELD], 1);
	CU_ASSERT_EQUAL(find("a.example.", later_us + 1000000, &answer), CACHE_FRESH);
	CU_ASSERT_EQUAL(answer.ede, EDNS_EDE_STALE_ANSWER);
	CU_ASSERT_EQUAL(find("a.example.", later_us + 2000000, &answer), CACHE_STALE);
	close_stage();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"carriers_end_here", carriers_end_here},
	    {"rank_goes_into_the_cache", rank_goes_into_the_cache},
	    {"late_answers_hold_the_stale", late_answers_hold_the_stale},
	    {"answers_are_kept", answers_are_kept},
	    {"some_are_not", some_are_not},
	    {"long_answers_are_cut", long_answers_are_cut},
	    {"failures_are_remembered", failures_are_remembered},
	    {"writer_frees_what_the_janitor_found", writer_frees_what_the_janitor_found},
	    {"janitor_works_in_pieces", janitor_works_in_pieces},
	};
	static const uint64_t secret[2] = {5, 6};
	dns_name_hash_seed(secret);
	return unit_main(argc, argv, "cache_writer", cases, ARRAY_COUNT(cases));
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What goes into the cache and what comes out: hits, TTLs, negative answers, failures, stale answers,
 * truncation and limits. */
#include <stdlib.h>

#include "cache/copy.h"
#include "cache_case.h"

static void hit_counts_ttls_down(void)
{
	open_cache(100, 0);
	CU_ASSERT_EQUAL(find("www.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_MISS);
	make_start(&made, "www.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_ANSWER, "www.example.", DNS_TYPE_CNAME, 600, "a.example.");
	make_a(&made, DNS_SECTION_ANSWER, "a.example.", 300, 0x0a000001);
	make_a(&made, DNS_SECTION_ANSWER, "a.example.", 300, 0x0a000002);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);

	CU_ASSERT_EQUAL(find("WWW.example.", DNS_TYPE_A, false, NOW_MS + 100 * S, 512),
	                CACHE_FRESH);
	CU_ASSERT_EQUAL(got.answer.rcode, DNS_RCODE_NOERROR);
	CU_ASSERT_EQUAL(got.answer.ede, EDNS_EDE_NONE);
	CU_ASSERT_EQUAL(got.answer.count[DNS_SECTION_ANSWER], 3);
	CU_ASSERT_EQUAL(got.answer.end, got.builder.len);
	CU_ASSERT_FALSE(got.answer.truncated);
	struct dns_rr rr = record(0);
	CU_ASSERT_EQUAL(rr.type, DNS_TYPE_CNAME);
	CU_ASSERT_EQUAL(rr.ttl, 500);
	CU_ASSERT(owner_is(&rr, "www.example."));
	rr = record(2);
	CU_ASSERT_EQUAL(rr.ttl, 200);
	CU_ASSERT(owner_is(&rr, "a.example."));
	CU_ASSERT_EQUAL(bytes_load_u32(rr.rdata), 0x0a000002);

	/* The least TTL ends it, to the millisecond. */
	CU_ASSERT_EQUAL(find("www.example.", DNS_TYPE_A, false, NOW_MS + 300 * S - 1, 512),
	                CACHE_FRESH);
	CU_ASSERT_EQUAL(record(1).ttl, 1);
	CU_ASSERT_EQUAL(find("www.example.", DNS_TYPE_A, false, NOW_MS + 300 * S, 512), CACHE_MISS);
	cache_destroy(cache);
}

static void reader_behind_the_writers_clock(void)
{
	open_cache(100, 0);
	make_start(&made, "www.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "www.example.", 300, 1);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL(find("www.example.", DNS_TYPE_A, false, NOW_MS - 1, 512), CACHE_FRESH);
	CU_ASSERT_EQUAL(record(0).ttl, 300);
	cache_destroy(cache);
}

static void key_has_type_class_and_do(void)
{
	open_cache(100, 0);
	make_start(&made, "www.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "www.example.", 300, 1);
	CU_ASSERT_EQUAL(insert(true, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL(find("www.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_MISS);
	CU_ASSERT_EQUAL(find("www.example.", DNS_TYPE_AAAA, true, NOW_MS, 512), CACHE_MISS);
	CU_ASSERT_EQUAL(find("example.", DNS_TYPE_A, true, NOW_MS, 512), CACHE_MISS);
	CU_ASSERT_EQUAL(find("www.example.", DNS_TYPE_A, true, NOW_MS, 512), CACHE_FRESH);
	cache_destroy(cache);
}

static void insert_replaces(void)
{
	open_cache(100, 0);
	for (uint32_t i = 1; i <= 50; i++) {
		make_start(&made, "www.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
		make_a(&made, DNS_SECTION_ANSWER, "www.example.", 300, i);
		CU_ASSERT_EQUAL(insert(false, NOW_MS + i), RESULT_OK);
		CU_ASSERT_EQUAL(find("www.example.", DNS_TYPE_A, false, NOW_MS + i, 512),
		                CACHE_FRESH);
		CU_ASSERT_EQUAL(bytes_load_u32(record(0).rdata), i);
	}
	struct cache_stats stats;
	cache_stats(cache, &stats);
	CU_ASSERT_EQUAL(stats.entries, 1);
	CU_ASSERT_EQUAL(stats.replaced, 49);
	CU_ASSERT_EQUAL(stats.evictions, 0);
	cache_destroy(cache);
}

static void make_negative(unsigned rcode, uint32_t soa_ttl, uint32_t minimum)
{
	make_start(&made, "no.example.", DNS_TYPE_A, rcode);
	make_soa(&made, "example.", soa_ttl, minimum);
}

/* RFC 2308 §5: min(SOA TTL, MINIMUM); and the cap. */
static void negative_lives_as_the_soa_says(void)
{
	static const struct {
		uint32_t soa_ttl, minimum, lifetime;
	} cases[] = {{3600, 60, 60}, {50, 3600, 50}, {86400, 86400, 300}};
	for (unsigned rcode = 0; rcode <= DNS_RCODE_NXDOMAIN; rcode += DNS_RCODE_NXDOMAIN) {
		for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
			uint64_t end_ms = NOW_MS + cases[i].lifetime * (uint64_t)S;
			open_cache(100, 0);
			make_negative(rcode, cases[i].soa_ttl, cases[i].minimum);
			CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
			CU_ASSERT_EQUAL(find("no.example.", DNS_TYPE_A, false, NOW_MS, 512),
			                CACHE_FRESH);
			CU_ASSERT_EQUAL(got.answer.rcode, rcode);
			CU_ASSERT_EQUAL(got.answer.count[DNS_SECTION_AUTHORITY], 1);
			CU_ASSERT_EQUAL(record(0).ttl, cases[i].lifetime);
			CU_ASSERT_EQUAL(find("no.example.", DNS_TYPE_A, false, end_ms - 1, 512),
			                CACHE_FRESH);
			CU_ASSERT_EQUAL(find("no.example.", DNS_TYPE_A, false, end_ms, 512),
			                CACHE_MISS);
			cache_destroy(cache);
		}
	}
}

static void some_answers_are_not_kept(void)
{
	open_cache(100, 0);
	/* RFC 2308 §5: no SOA, no negative caching. */
	make_start(&made, "no.example.", DNS_TYPE_A, DNS_RCODE_NXDOMAIN);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OUT_OF_RANGE);
	make_start(&made, "no.example.", DNS_TYPE_A, DNS_RCODE_REFUSED);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OUT_OF_RANGE);
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "a.example.", 0, 1);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OUT_OF_RANGE);
	/* RFC 2181 §8: the most significant bit set means zero. */
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "a.example.", 0x80000001, 1);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OUT_OF_RANGE);
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "a.example.", 60, 1);
	made.octets[2] |= DNS_FLAG_TC >> 8;
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OUT_OF_RANGE);
	made.octets[2] &= (uint8_t) ~(DNS_FLAG_TC >> 8);
	made.writer.len--;
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_TOO_SHORT);
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	for (unsigned i = 0; i <= CACHE_RECORDS_MAX; i++)
		make_a(&made, DNS_SECTION_ANSWER, i % 2 == 0 ? "a." : "b.", 60, i);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_TOO_LONG);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_MISS);
	struct cache_stats stats;
	cache_stats(cache, &stats);
	CU_ASSERT_EQUAL(stats.entries, 0);
	cache_destroy(cache);
}

/* RFC 1035 §4.1.4: pointers reach 0x3fff; what is behind is kept all the same. */
static void answers_longer_than_pointers_reach(void)
{
	const unsigned records = 300;
	open_cache(1000, 0);
	make_start(&made, "a.example.", DNS_TYPE_TXT, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_ANSWER, "a.example.", DNS_TYPE_CNAME, 60, "b.example.");
	for (unsigned i = 0; i < records; i++)
		make_txt(&made, DNS_SECTION_ANSWER, "b.example.", 60, (uint8_t)i, 190);
	make_soa(&made, "other.name.", 60, 60);
	CU_ASSERT_FATAL(made.writer.len > 60000);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(find("a.example.", DNS_TYPE_TXT, false, NOW_MS + S, DNS_MESSAGE_MAX),
	                      CACHE_FRESH);
	CU_ASSERT_FALSE(got.answer.truncated);
	CU_ASSERT_EQUAL(got.answer.count[DNS_SECTION_ANSWER], records + 1);
	for (unsigned i = 1; i <= records; i += 13) {
		struct dns_rr rr = record(i);
		CU_ASSERT(owner_is(&rr, "b.example.") && rr.ttl == 59);
		CU_ASSERT_EQUAL(rr.rdata[1], (uint8_t)(i - 1));
	}
	struct dns_rr soa = record(records + 1);
	CU_ASSERT(owner_is(&soa, "other.name."));
	cache_destroy(cache);
}

static void floor_and_cap(void)
{
	struct cache_settings settings = {
	    .entries_max = 16, .ttl_min_s = 30, .ttl_max_s = 100, .negative_ttl_max_s = 50};
	CU_ASSERT_FATAL(cache_create(&settings, &cache) == RESULT_OK);
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "a.example.", 1, 1);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, NOW_MS + 29 * S, 512), CACHE_FRESH);
	CU_ASSERT_EQUAL(record(0).ttl, 1);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, NOW_MS + 30 * S, 512), CACHE_MISS);
	make_start(&made, "b.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "b.example.", 1000000, 1);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL(find("b.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_FRESH);
	CU_ASSERT_EQUAL(record(0).ttl, 100);
	CU_ASSERT_EQUAL(find("b.example.", DNS_TYPE_A, false, NOW_MS + 100 * S, 512), CACHE_MISS);
	cache_destroy(cache);
}

/* RFC 8767: stale after the TTL, TTL 30, until the stale age ends. */
static void stale_answers(void)
{
	open_cache(100, 3600);
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "a.example.", 60, 1);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	make_negative(DNS_RCODE_NXDOMAIN, 60, 60);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, NOW_MS + 60 * S, 512), CACHE_STALE);
	CU_ASSERT_EQUAL(got.answer.ede, EDNS_EDE_STALE_ANSWER);
	CU_ASSERT_EQUAL(record(0).ttl, 30);
	CU_ASSERT_EQUAL(find("no.example.", DNS_TYPE_A, false, NOW_MS + 60 * S, 512), CACHE_STALE);
	CU_ASSERT_EQUAL(got.answer.ede, EDNS_EDE_STALE_NXDOMAIN);
	CU_ASSERT_EQUAL(got.answer.rcode, DNS_RCODE_NXDOMAIN);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, NOW_MS + 3660 * S - 1, 512),
	                CACHE_STALE);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, NOW_MS + 3660 * S, 512), CACHE_MISS);
	cache_destroy(cache);
}

/* RFC 9520 §3.2, RFC 8767 §5 (failure recheck timer). */
static void failures_are_remembered(void)
{
	struct dns_question question = made_question("a.example.", DNS_TYPE_A);
	open_cache(100, 3600);
	cache_insert_failure(cache, &question, false, 2000, NOW_MS);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, NOW_MS + 1999, 512), CACHE_FRESH);
	CU_ASSERT_EQUAL(got.answer.rcode, DNS_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(got.answer.ede, EDNS_EDE_CACHED_ERROR);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, NOW_MS + 2000, 512), CACHE_MISS);

	/* A fresh answer is not harmed by a failure. */
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "a.example.", 60, 1);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	cache_insert_failure(cache, &question, false, 2000, NOW_MS);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, NOW_MS + 1, 512), CACHE_FRESH);
	CU_ASSERT_EQUAL(got.answer.ede, EDNS_EDE_NONE);

	/* A stale one may be given at once for a while, then a client tries again. */
	uint64_t later_ms = NOW_MS + 100 * S;
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, later_ms, 512), CACHE_STALE);
	cache_insert_failure(cache, &question, false, 2000, later_ms);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, later_ms + 1999, 512), CACHE_FRESH);
	CU_ASSERT_EQUAL(got.answer.ede, EDNS_EDE_STALE_ANSWER);
	CU_ASSERT_EQUAL(record(0).ttl, 30);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, later_ms + 2000, 512), CACHE_STALE);
	cache_destroy(cache);
}

/* RFC 2181 §9: whole RRsets or nothing; TC only for what the client needs. */
static void truncates_at_rrsets(void)
{
	open_cache(100, 0);
	make_start(&made, "a.example.", DNS_TYPE_TXT, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_ANSWER, "a.example.", DNS_TYPE_CNAME, 60, "b.example.");
	for (unsigned i = 0; i < 10; i++)
		make_txt(&made, DNS_SECTION_ANSWER, "b.example.", 60, (uint8_t)i, 100);
	make_a(&made, DNS_SECTION_ADDITIONAL, "c.example.", 60, 1);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_TXT, false, NOW_MS, 4096), CACHE_FRESH);
	uint32_t whole = got.builder.len;
	CU_ASSERT_EQUAL(got.answer.count[DNS_SECTION_ANSWER], 11);
	CU_ASSERT_EQUAL(got.answer.count[DNS_SECTION_ADDITIONAL], 1);
	CU_ASSERT_EQUAL(record(10).rdata[1], 9);
	for (uint32_t limit = DNS_HEADER_SIZE + 11 + 4; limit <= whole; limit++) {
		CU_ASSERT_EQUAL_FATAL(find("a.example.", DNS_TYPE_TXT, false, NOW_MS, limit),
		                      CACHE_FRESH);
		unsigned answers = got.answer.count[DNS_SECTION_ANSWER];
		unsigned additional = got.answer.count[DNS_SECTION_ADDITIONAL];
		CU_ASSERT(got.builder.len <= limit);
		CU_ASSERT(answers == 0 || answers == 1 || answers == 11);
		CU_ASSERT_EQUAL(got.answer.truncated, answers < 11);
		CU_ASSERT_EQUAL(additional, limit == whole);
	}
	cache_destroy(cache);
}

static void builder_that_was_written_to_misses(void)
{
	open_cache(100, 0);
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "a.example.", 60, 1);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	dns_builder_init(&got.builder, got.message, 40, 512);
	CU_ASSERT_EQUAL(cache_find(cache, &made.question, false, NOW_MS, &got.builder, &got.answer),
	                CACHE_MISS);
	cache_destroy(cache);
}

static void longest_names_and_the_root(void)
{
	char name[256] = "";
	for (unsigned i = 0; i < 4; i++) {
		memset(name + 64 * i, 'a' + (int)i, 63);
		name[64 * i + 63] = '.';
	}
	name[253] = '.'; /* 63 + 63 + 63 + 61 octets: 255 on the wire */
	name[254] = 0;
	open_cache(100, 0);
	make_start(&made, name, DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, name, 60, 1);
	CU_ASSERT_EQUAL(made.question.name_len, 255);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL(find(name, DNS_TYPE_A, false, NOW_MS, 512), CACHE_FRESH);
	make_start(&made, ".", DNS_TYPE_NS, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_ANSWER, ".", DNS_TYPE_NS, 60, "a.root.");
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL(find(".", DNS_TYPE_NS, false, NOW_MS, 512), CACHE_FRESH);
	CU_ASSERT_PTR_NOT_NULL(cache_bucket_line(cache, &made.question, false));
	CU_ASSERT_PTR_NOT_NULL(cache_entry_line(cache, &made.question, false));
	CU_ASSERT_PTR_NULL(cache_entry_line(cache, &made.question, true));
	cache_destroy(cache);
}

static void settings_out_of_range(void)
{
	struct cache_settings settings = {.entries_max = 0};
	CU_ASSERT_EQUAL(cache_create(&settings, &cache), RESULT_OUT_OF_RANGE);
	settings.entries_max = CACHE_ENTRIES_MAX + 1;
	CU_ASSERT_EQUAL(cache_create(&settings, &cache), RESULT_OUT_OF_RANGE);
	cache_destroy(NULL);
}

/* One question copied out: with its age, and without a mark. */
static void a_question_can_be_looked_at(void)
{
	struct cache_copy *copy = malloc(sizeof(*copy));
	struct dns_question question = made_question("www.example.", DNS_TYPE_A);
	open_cache(100, 3600);
	CU_ASSERT_FALSE(cache_copy_question(cache, &question, false, NOW_MS, copy));
	make_start(&made, "www.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "www.example.", 300, 0x0a000001);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	CU_ASSERT_TRUE(cache_copy_question(cache, &question, false, NOW_MS + 20 * S, copy));
	CU_ASSERT_EQUAL(copy->age_s, 20);
	CU_ASSERT_EQUAL(copy->left_s, 280);
	CU_ASSERT_FALSE(copy->is_popular);
	CU_ASSERT_TRUE(cache_copy_question(cache, &question, false, NOW_MS + 400 * S, copy));
	CU_ASSERT_TRUE(copy->left_s < 0);
	CU_ASSERT_FALSE(cache_copy_question(cache, &question, true, NOW_MS, copy));
	question = made_question("www.example.", DNS_TYPE_AAAA);
	CU_ASSERT_FALSE(cache_copy_question(cache, &question, false, NOW_MS, copy));
	cache_destroy(cache);
	free(copy);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"a_question_can_be_looked_at", a_question_can_be_looked_at},
	    {"hit_counts_ttls_down", hit_counts_ttls_down},
	    {"reader_behind_the_writers_clock", reader_behind_the_writers_clock},
	    {"key_has_type_class_and_do", key_has_type_class_and_do},
	    {"insert_replaces", insert_replaces},
	    {"negative_lives_as_the_soa_says", negative_lives_as_the_soa_says},
	    {"some_answers_are_not_kept", some_answers_are_not_kept},
	    {"answers_longer_than_pointers_reach", answers_longer_than_pointers_reach},
	    {"floor_and_cap", floor_and_cap},
	    {"stale_answers", stale_answers},
	    {"failures_are_remembered", failures_are_remembered},
	    {"truncates_at_rrsets", truncates_at_rrsets},
	    {"builder_that_was_written_to_misses", builder_that_was_written_to_misses},
	    {"longest_names_and_the_root", longest_names_and_the_root},
	    {"settings_out_of_range", settings_out_of_range},
	};
	static const uint64_t secret[2] = {0x0123456789abcdef, 0xfedcba9876543210};
	dns_name_hash_seed(secret);
	return unit_main(argc, argv, "cache", cases, ARRAY_COUNT(cases));
}

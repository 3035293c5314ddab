/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Who has to go when room is needed, and what the janitor and a flush take away. */
#include "cache_case.h"

static void name_number(char *out, unsigned number)
{
	snprintf(out, 32, "n%u.example.", number);
}

static void insert_number(unsigned number, unsigned records, uint64_t now_ms)
{
	char name[32];
	name_number(name, number);
	make_start(&made, name, DNS_TYPE_TXT, DNS_RCODE_NOERROR);
	for (unsigned i = 0; i < records; i++)
		make_txt(&made, DNS_SECTION_ANSWER, name, 600, (uint8_t)(number + i), 100);
	CU_ASSERT_EQUAL(insert(false, now_ms), RESULT_OK);
}

static bool has_number(unsigned number, uint64_t now_ms)
{
	char name[32];
	name_number(name, number);
	return find(name, DNS_TYPE_TXT, false, now_ms, 16384) != CACHE_MISS;
}

static void eviction_keeps_what_is_hit(void)
{
	open_cache(1000, 0);
	struct cache_stats before;
	cache_stats(cache, &before);
	for (unsigned i = 0; i < 1000; i++)
		insert_number(i, 1, NOW_MS);
	/* A hundred popular names survive a scan of ten thousand that nobody asks again. */
	for (unsigned hot = 0; hot < 100; hot++)
		CU_ASSERT(has_number(hot, NOW_MS));
	for (unsigned i = 1000; i < 11000; i++) {
		for (unsigned hot = 0; hot < 100; hot += 10)
			CU_ASSERT_FATAL(has_number(hot + i % 10, NOW_MS));
		insert_number(i, 1, NOW_MS);
	}
	struct cache_stats stats;
	cache_stats(cache, &stats);
	CU_ASSERT_EQUAL(stats.memory_bytes, before.memory_bytes);
	CU_ASSERT_EQUAL(stats.inserts, 11000);
	CU_ASSERT(stats.entries <= 1000 && stats.entries >= 990);
	CU_ASSERT_EQUAL(stats.evictions, 11000 - stats.entries);
	CU_ASSERT(has_number(10999, NOW_MS));
	cache_destroy(cache);
}

static void large_images_share_the_blocks(void)
{
	struct cache_settings settings = {.entries_max = 1000, .memory_bytes = 1};
	CU_ASSERT_FATAL(cache_create(&settings, &cache) == RESULT_OK);
	make_start(&made, "s.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "s.example.", 600, 7);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	for (unsigned i = 0; i < 500; i++) {
		insert_number(i, 1 + i % 120, NOW_MS);
		CU_ASSERT_FATAL(has_number(i, NOW_MS));
		unsigned last = i % 120;
		CU_ASSERT_EQUAL_FATAL(record(0).rdata[1], (uint8_t)i);
		CU_ASSERT_EQUAL_FATAL(record(last).rdata[100], (uint8_t)(i + last));
	}
	struct cache_stats stats;
	cache_stats(cache, &stats);
	CU_ASSERT(stats.evictions > 400);
	/* A want of blocks does not cost the small ones their entries. */
	CU_ASSERT_EQUAL(find("s.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_FRESH);
	cache_destroy(cache);
}

static void janitor_frees_the_dead(void)
{
	open_cache(5000, 60);
	for (unsigned i = 0; i < 3000; i++)
		insert_number(i, 1 + i % 3, NOW_MS + (i < 1500 ? 0 : 1000 * S));
	CU_ASSERT_EQUAL(cache_janitor(cache, 10000, NOW_MS + 600 * S), 0); /* stale age */
	unsigned freed = 0;
	for (unsigned i = 0; i < 100; i++) {
		CU_ASSERT(cache_janitor(cache, 100, NOW_MS + 661 * S) <= 100);
		freed += cache_drain(cache, 64, NOW_MS + 661 * S);
	}
	CU_ASSERT_EQUAL(freed, 1500);
	struct cache_stats stats;
	cache_stats(cache, &stats);
	CU_ASSERT_EQUAL(stats.entries, 1500);
	CU_ASSERT_EQUAL(stats.expired, 1500);
	CU_ASSERT_EQUAL(cache_drain(cache, 64, NOW_MS), 0);
	CU_ASSERT(has_number(2000, NOW_MS + 1001 * S));
	cache_destroy(cache);
}

/* What was renewed between the janitor's look and the writer's turn stays. */
static void janitor_spares_the_renewed(void)
{
	open_cache(100, 0);
	insert_number(1, 1, NOW_MS);
	CU_ASSERT_EQUAL(cache_janitor(cache, 100, NOW_MS + 700 * S), 1);
	insert_number(1, 2, NOW_MS + 700 * S);
	CU_ASSERT_EQUAL(cache_drain(cache, 10, NOW_MS + 700 * S), 1);
	CU_ASSERT(has_number(1, NOW_MS + 701 * S));
	cache_destroy(cache);
}

static void janitor_queue_full(void)
{
	open_cache(5000, 0);
	for (unsigned i = 0; i < 3000; i++)
		insert_number(i, 1, NOW_MS);
	CU_ASSERT_EQUAL(cache_janitor(cache, 5000, NOW_MS + 700 * S), CACHE_QUEUE_SLOTS);
	CU_ASSERT_EQUAL(cache_janitor(cache, 5000, NOW_MS + 700 * S), 0);
	CU_ASSERT_EQUAL(cache_drain(cache, 5000, NOW_MS + 700 * S), CACHE_QUEUE_SLOTS);
	CU_ASSERT_EQUAL(cache_janitor(cache, 5000, NOW_MS + 700 * S), CACHE_QUEUE_SLOTS);
	cache_destroy(cache);
}

static void flush_all(void)
{
	open_cache(100, 60);
	insert_number(1, 1, NOW_MS);
	cache_flush_all(cache);
	CU_ASSERT_FALSE(has_number(1, NOW_MS));
	CU_ASSERT_EQUAL(cache_janitor(cache, 100, NOW_MS), 1);
	CU_ASSERT_EQUAL(cache_drain(cache, 100, NOW_MS), 1);
	insert_number(1, 1, NOW_MS);
	CU_ASSERT(has_number(1, NOW_MS));
	cache_destroy(cache);
}

static uint64_t flush(const char *name, bool subtree, uint16_t type)
{
	struct cache_flush what = {made_name(name), subtree, type};
	uint64_t freed = UINT64_MAX;
	CU_ASSERT_EQUAL(cache_flush_request(cache, &what), RESULT_OK);
	CU_ASSERT_EQUAL(cache_flush_request(cache, &what), RESULT_BUSY);
	CU_ASSERT_FALSE(cache_flush_is_done(cache, NULL));
	for (unsigned i = 0; i < 100 && !cache_flush_is_done(cache, &freed); i++)
		CU_ASSERT(cache_drain(cache, 64, NOW_MS) > 0);
	return freed;
}

static void flush_by_name(void)
{
	open_cache(10000, 0);
	for (unsigned i = 0; i < 9000; i++)
		insert_number(i, 1, NOW_MS);
	CU_ASSERT_EQUAL(flush("N8999.example.", false, 0), 1);
	CU_ASSERT_FALSE(has_number(8999, NOW_MS));
	CU_ASSERT(has_number(8998, NOW_MS));
	CU_ASSERT_EQUAL(flush("n7.example.", false, DNS_TYPE_A), 0);
	CU_ASSERT_EQUAL(flush("other.", true, 0), 0);
	CU_ASSERT_EQUAL(flush("example.", true, DNS_TYPE_TXT), 8999);
	CU_ASSERT_FALSE(has_number(7, NOW_MS));
	cache_destroy(cache);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"eviction_keeps_what_is_hit", eviction_keeps_what_is_hit},
	    {"large_images_share_the_blocks", large_images_share_the_blocks},
	    {"janitor_frees_the_dead", janitor_frees_the_dead},
	    {"janitor_spares_the_renewed", janitor_spares_the_renewed},
	    {"janitor_queue_full", janitor_queue_full},
	    {"flush_all", flush_all},
	    {"flush_by_name", flush_by_name},
	};
	static const uint64_t secret[2] = {0x0123456789abcdef, 0xfedcba9876543210};
	dns_name_hash_seed(secret);
	return unit_main(argc, argv, "room", cases, ARRAY_COUNT(cases));
}

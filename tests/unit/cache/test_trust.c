/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What is believed more than what, for how long a failure and a stale answer count, and who is told to have an
 * entry refreshed. */
#include "cache_case.h"

static void make_version(uint32_t ttl, uint32_t version)
{
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "a.example.", ttl, version);
}

static uint32_t version_at(uint64_t now_ms)
{
	if (find("a.example.", DNS_TYPE_A, false, now_ms, 512) == CACHE_MISS)
		return 0;
	return bytes_load_u32(record(0).rdata);
}

/* RFC 2181 §5.4.1 */
static void lower_rank_waits_for_the_end_of_the_higher(void)
{
	open_cache(100, 3600);
	make_version(60, 1);
	CU_ASSERT_EQUAL(insert_as(DNS_RANK_AUTH_ANSWER, 0, NOW_MS), RESULT_OK);
	make_version(600, 2);
	for (enum dns_rank rank = DNS_RANK_NONE; rank < DNS_RANK_AUTH_ANSWER; rank++)
		CU_ASSERT_EQUAL(insert_as(rank, 0, NOW_MS + 59 * S), RESULT_EXISTS);
	CU_ASSERT_EQUAL(version_at(NOW_MS + 59 * S), 1);
	CU_ASSERT_EQUAL(got.answer.rank, DNS_RANK_AUTH_ANSWER);
	/* It has ended, though it could still serve as stale. */
	CU_ASSERT_EQUAL(insert_as(DNS_RANK_ADDITIONAL, 0, NOW_MS + 60 * S), RESULT_OK);
	CU_ASSERT_EQUAL(version_at(NOW_MS + 60 * S), 2);
	make_version(600, 3);
	CU_ASSERT_EQUAL(insert_as(DNS_RANK_ADDITIONAL, 0, NOW_MS + 61 * S), RESULT_OK);
	CU_ASSERT_EQUAL(version_at(NOW_MS + 61 * S), 3);
	make_version(600, 4);
	CU_ASSERT_EQUAL(insert_as(DNS_RANK_ZONE, 0, NOW_MS + 61 * S), RESULT_OK);
	CU_ASSERT_EQUAL(version_at(NOW_MS + 61 * S), 4);
	cache_destroy(cache);
}

/* The same between "no such name" and data of that name. */
static void rank_holds_against_nxdomain(void)
{
	open_cache(100, 0);
	make_start(&made, "a.example.", DNS_TYPE_TXT, DNS_RCODE_NXDOMAIN);
	make_soa(&made, "example.", 60, 60);
	CU_ASSERT_EQUAL(insert_as(DNS_RANK_AUTHORITY, 0, NOW_MS), RESULT_OK);
	make_version(60, 1);
	CU_ASSERT_EQUAL(insert_as(DNS_RANK_ANSWER, 0, NOW_MS), RESULT_EXISTS);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_FRESH);
	CU_ASSERT_EQUAL(got.answer.rcode, DNS_RCODE_NXDOMAIN);
	CU_ASSERT_EQUAL(insert_as(DNS_RANK_AUTHORITY, 0, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL(version_at(NOW_MS), 1);
	cache_destroy(cache);
}

/* RFC 4035 §4.3: what was found out about an answer comes back with it; a bogus one is never kept. */
static void security_is_kept(void)
{
	open_cache(100, 0);
	for (enum dns_security i = DNS_SECURITY_UNCHECKED; i <= DNS_SECURITY_INDETERMINATE; i++) {
		make_version(60, 10 + i);
		if (i == DNS_SECURITY_BOGUS) {
			CU_ASSERT_EQUAL(insert_as(DNS_RANK_ANSWER, i, NOW_MS), RESULT_OUT_OF_RANGE);
			continue;
		}
		CU_ASSERT_EQUAL(insert_as(DNS_RANK_ANSWER, i, NOW_MS), RESULT_OK);
		CU_ASSERT_EQUAL(version_at(NOW_MS), 10 + i);
		CU_ASSERT_EQUAL(got.answer.security, i);
		CU_ASSERT_EQUAL(got.answer.authenticated, i == DNS_SECURITY_SECURE);
	}
	cache_destroy(cache);
}

/* RFC 8767 §5: while resolution takes long the stale answer is given at once. */
static void hold_lets_the_stale_serve(void)
{
	const uint64_t later_ms = NOW_MS + 100 * S;
	struct dns_question question = made_question("a.example.", DNS_TYPE_A);
	open_cache(100, 3600);
	CU_ASSERT_FALSE(cache_hold(cache, &question, false, 2000, NOW_MS));
	CU_ASSERT_EQUAL(version_at(NOW_MS), 0);
	make_version(60, 1);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, later_ms, 512), CACHE_STALE);
	CU_ASSERT_TRUE(cache_hold(cache, &question, false, 2000, later_ms));
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, later_ms + 1999, 512), CACHE_FRESH);
	CU_ASSERT_EQUAL(got.answer.ede, EDNS_EDE_STALE_ANSWER);
	CU_ASSERT_EQUAL(record(0).ttl, CACHE_STALE_TTL_S);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, later_ms + 2000, 512), CACHE_STALE);
	cache_destroy(cache);
}

/* RFC 8767 §5, RFC 8914 §4.20: that a name did not exist may serve as stale too. */
static void stale_nxdomain_when_resolution_fails(void)
{
	const uint64_t later_ms = NOW_MS + 100 * S;
	struct dns_question question = made_question("a.example.", DNS_TYPE_AAAA);
	open_cache(100, 3600);
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NXDOMAIN);
	make_soa(&made, "example.", 60, 60);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_AAAA, false, later_ms, 512), CACHE_STALE);
	cache_insert_failure(cache, &question, false, 2000, later_ms);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_AAAA, false, later_ms + S, 512), CACHE_FRESH);
	CU_ASSERT_EQUAL(got.answer.rcode, DNS_RCODE_NXDOMAIN);
	CU_ASSERT_EQUAL(got.answer.ede, EDNS_EDE_STALE_NXDOMAIN);
	/* RFC 8020 is for what is known now. */
	CU_ASSERT_EQUAL(infer("b.a.example.", DNS_TYPE_A, false, later_ms + S, 512), CACHE_MISS);
	cache_destroy(cache);
}

static void open_refreshing(void)
{
	const struct cache_settings settings = {.entries_max = 100, .refresh = true};
	CU_ASSERT_FATAL(cache_create(&settings, &cache) == RESULT_OK);
}

/* Once for each entry, in the last tenth of its TTL, and only if it is asked for more than once. */
static void refresh_is_asked_for_once(void)
{
	open_refreshing();
	for (unsigned round = 0; round < 2; round++) {
		const uint64_t now_ms = NOW_MS + round * 95 * S;
		make_version(100, 1);
		CU_ASSERT_EQUAL(insert(false, now_ms), RESULT_OK);
		/* A popular name stays so when it is renewed. */
		if (round == 0)
			CU_ASSERT_EQUAL(version_at(now_ms + 89 * S), 1);
		CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, now_ms + 89 * S, 512),
		                CACHE_FRESH);
		CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, now_ms + 90 * S, 512),
		                CACHE_REFRESH);
		CU_ASSERT_EQUAL(record(0).ttl, 10);
		CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, now_ms + 91 * S, 512),
		                CACHE_FRESH);
		CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, now_ms + 99 * S, 512),
		                CACHE_FRESH);
	}
	cache_destroy(cache);
}

static void refresh_is_not_for_the_unpopular_nor_the_short(void)
{
	open_refreshing();
	make_version(100, 1);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, NOW_MS + 95 * S, 512), CACHE_FRESH);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, NOW_MS + 96 * S, 512), CACHE_REFRESH);
	make_version(9, 2);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	for (unsigned i = 0; i < 9; i++)
		CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, NOW_MS + i * S, 512),
		                CACHE_FRESH);
	cache_destroy(cache);
	const struct cache_settings off = {.entries_max = 100};
	CU_ASSERT_FATAL(cache_create(&off, &cache) == RESULT_OK);
	make_version(100, 1);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	for (unsigned i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, NOW_MS + i * S, 512),
		                CACHE_FRESH);
	cache_destroy(cache);
}

/* RFC 9520 §3.2: a failed refresh leaves the answer alone, and does not make the name fail. */
static void failed_refresh_does_no_harm(void)
{
	struct dns_question question = made_question("a.example.", DNS_TYPE_A);
	open_refreshing();
	make_version(100, 1);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	cache_insert_failure(cache, &question, false, 5000, NOW_MS + 95 * S);
	CU_ASSERT_EQUAL(version_at(NOW_MS + 99 * S), 1);
	CU_ASSERT_EQUAL(got.answer.ede, EDNS_EDE_NONE);
	CU_ASSERT_EQUAL(find("a.example.", DNS_TYPE_A, false, NOW_MS + 100 * S, 512), CACHE_MISS);
	cache_destroy(cache);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"lower_rank_waits_for_the_end_of_the_higher",
	     lower_rank_waits_for_the_end_of_the_higher},
	    {"rank_holds_against_nxdomain", rank_holds_against_nxdomain},
	    {"security_is_kept", security_is_kept},
	    {"hold_lets_the_stale_serve", hold_lets_the_stale_serve},
	    {"stale_nxdomain_when_resolution_fails", stale_nxdomain_when_resolution_fails},
	    {"refresh_is_asked_for_once", refresh_is_asked_for_once},
	    {"refresh_is_not_for_the_unpopular_nor_the_short",
	     refresh_is_not_for_the_unpopular_nor_the_short},
	    {"failed_refresh_does_no_harm", failed_refresh_does_no_harm},
	};
	static const uint64_t secret[2] = {0x0123456789abcdef, 0xfedcba9876543210};
	dns_name_hash_seed(secret);
	return unit_main(argc, argv, "trust", cases, ARRAY_COUNT(cases));
}

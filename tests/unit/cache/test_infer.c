/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What the cache knows of questions that nobody has asked before: names below one that does not exist, and
 * chains of CNAMEs whose parts came at other times. */
#include "cache_case.h"

static void keep_nxdomain(const char *name, uint64_t now_ms)
{
	make_start(&made, name, DNS_TYPE_A, DNS_RCODE_NXDOMAIN);
	make_soa(&made, "example.", 300, 300);
	CU_ASSERT_EQUAL(insert(false, now_ms), RESULT_OK);
}

static void keep_alias(const char *name, const char *target, uint32_t ttl)
{
	make_start(&made, name, DNS_TYPE_CNAME, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_ANSWER, name, DNS_TYPE_CNAME, ttl, target);
	CU_ASSERT_EQUAL(insert_as(DNS_RANK_AUTH_ANSWER, DNS_SECURITY_SECURE, NOW_MS), RESULT_OK);
}

static void keep_address(const char *name, uint32_t ttl)
{
	make_start(&made, name, DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, name, ttl, 7);
	CU_ASSERT_EQUAL(insert_as(DNS_RANK_ANSWER, DNS_SECURITY_INSECURE, NOW_MS), RESULT_OK);
}

/* RFC 2308 §5: NXDOMAIN is kept by name and class, so it answers all types. */
static void nxdomain_is_for_all_types(void)
{
	open_cache(100, 0);
	keep_nxdomain("no.example.", NOW_MS);
	static const uint16_t types[] = {DNS_TYPE_A, DNS_TYPE_AAAA, DNS_TYPE_TXT, DNS_TYPE_NS,
	                                 65280};
	for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
		CU_ASSERT_EQUAL_FATAL(find("NO.example.", types[i], false, NOW_MS + S, 512),
		                      CACHE_FRESH);
		CU_ASSERT_EQUAL(got.answer.rcode, DNS_RCODE_NXDOMAIN);
		struct dns_rr soa = record(0);
		CU_ASSERT(owner_is(&soa, "example.") && soa.ttl == 299);
	}
	CU_ASSERT_EQUAL(find("no.example.", DNS_TYPE_A, true, NOW_MS, 512), CACHE_MISS);
	struct cache_stats stats;
	cache_stats(cache, &stats);
	CU_ASSERT_EQUAL(stats.entries, 1);
	cache_destroy(cache);
}

/* RFC 8020 §2: nothing is below a name that does not exist; beside and above it there may be. */
static void below_nxdomain_is_nothing(void)
{
	open_cache(100, 0);
	keep_nxdomain("no.example.", NOW_MS);
	static const char *const below[] = {"a.no.example.", "very.deep.down.NO.example.",
	                                    "1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.no.example."};
	for (size_t i = 0; i < ARRAY_COUNT(below); i++) {
		CU_ASSERT_EQUAL_FATAL(infer(below[i], DNS_TYPE_TXT, false, NOW_MS + 100 * S, 512),
		                      CACHE_FRESH);
		CU_ASSERT_EQUAL(got.answer.rcode, DNS_RCODE_NXDOMAIN);
		CU_ASSERT_EQUAL(got.answer.count[DNS_SECTION_AUTHORITY], 1);
		CU_ASSERT_EQUAL(got.answer.end, got.builder.len);
		struct dns_rr soa = record(0);
		CU_ASSERT(owner_is(&soa, "example.") && soa.ttl == 200);
	}
	static const char *const other[] = {"example.", "yes.example.", "xno.example.",
	                                    "no.example.org."};
	for (size_t i = 0; i < ARRAY_COUNT(other); i++)
		CU_ASSERT_EQUAL(infer(other[i], DNS_TYPE_A, false, NOW_MS, 512), CACHE_MISS);
	CU_ASSERT_EQUAL(infer("a.no.example.", DNS_TYPE_A, true, NOW_MS, 512), CACHE_MISS);
	CU_ASSERT_EQUAL(infer("a.no.example.", DNS_TYPE_A, false, NOW_MS + 300 * S, 512),
	                CACHE_MISS);
	cache_destroy(cache);
}

/* RFC 8020 §2: only where the name itself does not exist; not at the end of an alias, nor for NODATA. */
static void alias_and_nodata_cut_nothing(void)
{
	open_cache(100, 0);
	make_start(&made, "alias.example.", DNS_TYPE_A, DNS_RCODE_NXDOMAIN);
	make_target(&made, DNS_SECTION_ANSWER, "alias.example.", DNS_TYPE_CNAME, 60, "no.example.");
	make_soa(&made, "example.", 300, 300);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL(find("alias.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_FRESH);
	CU_ASSERT_EQUAL(find("alias.example.", DNS_TYPE_AAAA, false, NOW_MS, 512), CACHE_MISS);
	CU_ASSERT_EQUAL(infer("a.alias.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_MISS);
	make_start(&made, "ent.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_soa(&made, "example.", 300, 300);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL(infer("a.ent.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_MISS);
	cache_destroy(cache);
}

/* A name that has something now exists, and so may those below it. */
static void data_end_nxdomain(void)
{
	open_cache(100, 0);
	keep_nxdomain("new.example.", NOW_MS);
	make_start(&made, "new.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "new.example.", 60, 1);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL(find("new.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_FRESH);
	CU_ASSERT_EQUAL(find("new.example.", DNS_TYPE_AAAA, false, NOW_MS, 512), CACHE_MISS);
	CU_ASSERT_EQUAL(infer("a.new.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_MISS);
	cache_destroy(cache);
}

/* Names of a stub or forward zone are asked for elsewhere: what the public servers say above is not theirs. */
static void configured_zones_are_not_cut(void)
{
	const struct dns_name apexes[] = {made_name("lab.corp.example."), made_name(".")};
	const struct cache_settings settings = {
	    .entries_max = 100, .nxdomain_cut = true, .apexes = apexes, .apex_count = 2};
	CU_ASSERT_FATAL(cache_create(&settings, &cache) == RESULT_OK);
	keep_nxdomain("corp.example.", NOW_MS);
	CU_ASSERT_EQUAL(infer("lab.corp.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_MISS);
	CU_ASSERT_EQUAL(infer("a.b.lab.corp.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_MISS);
	CU_ASSERT_EQUAL(infer("dab.corp.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_FRESH);
	keep_nxdomain("no.lab.corp.example.", NOW_MS);
	CU_ASSERT_EQUAL(infer("a.no.lab.corp.example.", DNS_TYPE_A, false, NOW_MS, 512),
	                CACHE_FRESH);
	cache_destroy(cache);
}

static void cut_can_be_switched_off(void)
{
	const struct cache_settings settings = {.entries_max = 100};
	CU_ASSERT_FATAL(cache_create(&settings, &cache) == RESULT_OK);
	keep_nxdomain("no.example.", NOW_MS);
	CU_ASSERT_EQUAL(infer("a.no.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_MISS);
	CU_ASSERT_EQUAL(find("no.example.", DNS_TYPE_TXT, false, NOW_MS, 512), CACHE_FRESH);
	cache_destroy(cache);
}

/* RFC 1034 §4.3.2: the parts came one by one, the answer is whole, each part with its own TTL. */
static void chain_of_entries(void)
{
	open_cache(100, 0);
	keep_alias("a.example.", "b.example.org.", 100);
	CU_ASSERT_EQUAL(infer("a.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_MISS);
	keep_alias("b.example.org.", "c.example.net.", 200);
	keep_address("c.example.net.", 300);
	CU_ASSERT_EQUAL_FATAL(infer("A.example.", DNS_TYPE_A, false, NOW_MS + 10 * S, 512),
	                      CACHE_FRESH);
	CU_ASSERT_EQUAL(got.answer.count[DNS_SECTION_ANSWER], 3);
	CU_ASSERT_EQUAL(got.answer.rcode, DNS_RCODE_NOERROR);
	CU_ASSERT_EQUAL(got.answer.rank, DNS_RANK_ANSWER);
	CU_ASSERT_EQUAL(got.answer.security, DNS_SECURITY_INSECURE);
	CU_ASSERT_FALSE(got.answer.authenticated);
	static const char *const owners[] = {"a.example.", "b.example.org.", "c.example.net."};
	for (unsigned i = 0; i < 3; i++) {
		struct dns_rr rr = record(i);
		CU_ASSERT(owner_is(&rr, owners[i]));
		CU_ASSERT_EQUAL(rr.ttl, 90 + 100 * i);
	}
	/* Another type of the last name is not known; the alias itself is no alias of its own type. */
	CU_ASSERT_EQUAL(infer("a.example.", DNS_TYPE_AAAA, false, NOW_MS, 512), CACHE_MISS);
	CU_ASSERT_EQUAL(infer("a.example.", DNS_TYPE_CNAME, false, NOW_MS, 512), CACHE_MISS);
	/* When one link has ended so has the chain. */
	CU_ASSERT_EQUAL(infer("a.example.", DNS_TYPE_A, false, NOW_MS + 100 * S, 512), CACHE_MISS);
	cache_destroy(cache);
}

/* RFC 2308 §2.1, §2.2: negative answers at the end of a chain. */
static void chain_with_a_negative_end(void)
{
	open_cache(100, 0);
	keep_alias("a.example.", "no.example.", 100);
	keep_nxdomain("no.example.", NOW_MS);
	CU_ASSERT_EQUAL_FATAL(infer("a.example.", DNS_TYPE_MX, false, NOW_MS, 512), CACHE_FRESH);
	CU_ASSERT_EQUAL(got.answer.rcode, DNS_RCODE_NXDOMAIN);
	CU_ASSERT_EQUAL(got.answer.count[DNS_SECTION_ANSWER], 1);
	CU_ASSERT_EQUAL(got.answer.count[DNS_SECTION_AUTHORITY], 1);
	keep_alias("b.example.", "nodata.example.", 100);
	make_start(&made, "nodata.example.", DNS_TYPE_AAAA, DNS_RCODE_NOERROR);
	make_soa(&made, "example.", 300, 300);
	CU_ASSERT_EQUAL(insert(false, NOW_MS), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(infer("b.example.", DNS_TYPE_AAAA, false, NOW_MS, 512), CACHE_FRESH);
	CU_ASSERT_EQUAL(got.answer.rcode, DNS_RCODE_NOERROR);
	CU_ASSERT_EQUAL(got.answer.count[DNS_SECTION_AUTHORITY], 1);
	cache_destroy(cache);
}

/* RFC 2181 §9: what does not fit is left out by RRsets, and TC says so. */
static void chain_is_cut_to_fit(void)
{
	open_cache(100, 0);
	keep_alias("a.example.", "b.example.", 100);
	keep_address("b.example.", 100);
	const uint32_t question = DNS_HEADER_SIZE + 11 + 4;
	CU_ASSERT_EQUAL_FATAL(infer("a.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_FRESH);
	const uint32_t whole = got.builder.len;
	for (uint32_t limit = question; limit <= whole; limit++) {
		CU_ASSERT_EQUAL_FATAL(infer("a.example.", DNS_TYPE_A, false, NOW_MS, limit),
		                      CACHE_FRESH);
		CU_ASSERT(got.builder.len <= limit);
		CU_ASSERT_EQUAL(got.answer.truncated, limit < whole);
	}
	cache_destroy(cache);
}

static void loops_and_long_chains_end(void)
{
	char name[32];
	char next[32];
	open_cache(200, 0);
	keep_alias("a.example.", "b.example.", 100);
	keep_alias("b.example.", "a.example.", 100);
	keep_alias("self.example.", "self.example.", 100);
	keep_alias("x.example.", "a.example.", 100);
	CU_ASSERT_EQUAL(infer("a.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_MISS);
	CU_ASSERT_EQUAL(infer("self.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_MISS);
	CU_ASSERT_EQUAL(infer("x.example.", DNS_TYPE_A, false, NOW_MS, 512), CACHE_MISS);
	for (unsigned i = 0; i < CACHE_CHAIN_MAX + 1; i++) {
		snprintf(name, sizeof(name), "n%u.example.", i);
		snprintf(next, sizeof(next), "n%u.example.", i + 1);
		keep_alias(name, next, 100);
	}
	keep_address(next, 100);
	CU_ASSERT_EQUAL(infer("n0.example.", DNS_TYPE_A, false, NOW_MS, 4096), CACHE_MISS);
	CU_ASSERT_EQUAL(infer("n1.example.", DNS_TYPE_A, false, NOW_MS, 4096), CACHE_FRESH);
	CU_ASSERT_EQUAL(got.answer.count[DNS_SECTION_ANSWER], CACHE_CHAIN_MAX + 1);
	cache_destroy(cache);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"nxdomain_is_for_all_types", nxdomain_is_for_all_types},
	    {"below_nxdomain_is_nothing", below_nxdomain_is_nothing},
	    {"alias_and_nodata_cut_nothing", alias_and_nodata_cut_nothing},
	    {"data_end_nxdomain", data_end_nxdomain},
	    {"configured_zones_are_not_cut", configured_zones_are_not_cut},
	    {"cut_can_be_switched_off", cut_can_be_switched_off},
	    {"chain_of_entries", chain_of_entries},
	    {"chain_with_a_negative_end", chain_with_a_negative_end},
	    {"chain_is_cut_to_fit", chain_is_cut_to_fit},
	    {"loops_and_long_chains_end", loops_and_long_chains_end},
	};
	static const uint64_t secret[2] = {0x0123456789abcdef, 0xfedcba9876543210};
	dns_name_hash_seed(secret);
	return unit_main(argc, argv, "infer", cases, ARRAY_COUNT(cases));
}

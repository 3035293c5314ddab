/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache_stage_case -- packets as QUERY_DISPATCHER and RESOLVER would give them, for the tests of the stages
 * around the cache.
 *
 * What:    case_packet() is a question; case_insert() and case_find() work on the cache.
 * Threads: one.
 * Memory:  fake_stage's.
 * Limits:  fake_stage's.
 * Trust:   texts of the tests.
 * RFC:     none. */
#pragma once

#include <string.h>

#include "cache/cache.h"

#include "../cache/dns_make.h"
#include "fake_stage.h"
#include "unit.h"

#define CASE_NOW_US 7000000000u

static struct cache *case_cache;
static struct made case_made;

static inline void case_open_cache(uint32_t stale_max_s)
{
	const struct cache_settings settings = {
	    .entries_max = 100, .stale_max_s = stale_max_s, .refresh = true, .nxdomain_cut = true};
	CU_ASSERT_FATAL(cache_create(&settings, &case_cache) == RESULT_OK);
}

/* A question that RD is set in and whose client may have recursion. */
static inline struct rte_mbuf *case_packet(const char *name, uint16_t type, uint32_t limit)
{
	uint8_t message[512];
	size_t len = fake_query(message, sizeof(message), name, type, DNS_CLASS_IN);
	struct rte_mbuf *mbuf = fake_packet(QUERY_SOURCE_SOCKET, message, len);
	struct query *query = query_of(mbuf);
	query->question = made_question(name, type);
	query->question_ok = true;
	query->question_end = (uint16_t)len;
	query->flags = DNS_FLAG_RD;
	query->recursion_allowed = true;
	query->answer_limit = limit;
	query->section_limit = limit;
	return mbuf;
}

/* Looks for the question of a packet as CACHE_LOOKUP does and leaves what it finds in it. */
static inline enum cache_hit case_find(struct rte_mbuf *mbuf, uint64_t now_us)
{
	struct query *query = query_of(mbuf);
	struct dns_builder builder;
	query_builder(mbuf, &builder);
	enum cache_hit hit = cache_find(case_cache, &query->question, query->edns.dnssec_ok,
	                                now_us / 1000, &builder, &query->answer);
	query->has_stale = hit == CACHE_STALE;
	return hit;
}

/* Keeps an answer of `records` addresses (or TXT records of 100 octets) in the cache. */
static inline void case_insert(const char *name, uint32_t ttl, uint64_t now_us)
{
	make_start(&case_made, name, DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&case_made, DNS_SECTION_ANSWER, name, ttl, 0x0a000001);
	const struct cache_item item = {
	    .question = &case_made.question,
	    .message = case_made.octets,
	    .len = case_made.writer.len,
	};
	CU_ASSERT_EQUAL(cache_insert(case_cache, &item, now_us / 1000), RESULT_OK);
}

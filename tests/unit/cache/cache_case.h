/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache_case -- one cache, one message to put in, one answer that came out, for the tests of lib/cache.
 *
 * What:    open_cache(), insert(), find(), infer(), record().
 * Threads: one.
 * Memory:  static.
 * Limits:  one cache at a time.
 * Trust:   texts of the tests.
 * RFC:     none. */
#pragma once

#include "cache/cache.h"
#include "cache/cache_limits.h"

#include "dns_make.h"
#include "unit.h"

#define NOW_MS 5000000u
#define S 1000u

static struct cache *cache;
static struct made made;

static inline void open_cache(uint32_t entries, uint32_t stale_max_s)
{
	struct cache_settings settings = {
	    .entries_max = entries,
	    .ttl_max_s = 86400,
	    .negative_ttl_max_s = 300,
	    .stale_max_s = stale_max_s,
	    .nxdomain_cut = true,
	};
	CU_ASSERT_FATAL(cache_create(&settings, &cache) == RESULT_OK);
}

static inline enum result insert(bool dnssec_ok, uint64_t now_ms)
{
	const struct cache_item item = {
	    .question = &made.question,
	    .dnssec_ok = dnssec_ok,
	    .message = made.octets,
	    .len = made.writer.len,
	};
	return cache_insert(cache, &item, now_ms);
}

static inline enum result insert_as(enum dns_rank rank, enum dns_security security, uint64_t now_ms)
{
	const struct cache_item item = {
	    .question = &made.question,
	    .rank = (uint8_t)rank,
	    .security = (uint8_t)security,
	    .message = made.octets,
	    .len = made.writer.len,
	};
	return cache_insert(cache, &item, now_ms);
}

/* What a client gets. */
struct got {
	enum cache_hit hit;
	struct dns_builder builder;
	struct dns_answer answer;
	uint8_t message[DNS_MESSAGE_MAX];
};
static struct got got;

static inline enum cache_hit find(const char *name, uint16_t type, bool dnssec_ok, uint64_t now_ms,
                                  uint32_t limit)
{
	struct dns_question question = made_question(name, type);
	uint32_t end = DNS_HEADER_SIZE + question.name_len + 4u;
	memset(&got, 0, sizeof(got));
	memcpy(got.message + DNS_HEADER_SIZE, question.name, question.name_len);
	dns_builder_init(&got.builder, got.message, end, limit);
	got.hit = cache_find(cache, &question, dnssec_ok, now_ms, &got.builder, &got.answer);
	return got.hit;
}

/* What follows from entries for other questions. */
static inline enum cache_hit infer(const char *name, uint16_t type, bool dnssec_ok, uint64_t now_ms,
                                   uint32_t limit)
{
	struct dns_question question = made_question(name, type);
	struct cache_reader *reader;
	uint32_t end = DNS_HEADER_SIZE + question.name_len + 4u;
	CU_ASSERT_FATAL(cache_reader_create(cache, &reader) == RESULT_OK);
	memset(&got, 0, sizeof(got));
	memcpy(got.message + DNS_HEADER_SIZE, question.name, question.name_len);
	dns_builder_init(&got.builder, got.message, end, limit);
	got.hit = cache_infer(reader, &question, dnssec_ok, now_ms, &got.builder, &got.answer);
	if (got.hit == CACHE_MISS)
		CU_ASSERT_EQUAL(got.builder.len, end);
	cache_reader_destroy(reader);
	return got.hit;
}

/* The record number `index` of what was found. */
static struct dns_rr record(unsigned index)
{
	struct dns_rr rr;
	struct bytes_reader reader = bytes_reader_of(got.message, got.builder.len);
	reader.at = DNS_HEADER_SIZE;
	CU_ASSERT_FATAL(dns_name_skip(&reader) == RESULT_OK && bytes_skip(&reader, 4));
	for (unsigned i = 0; i <= index; i++)
		CU_ASSERT_FATAL(dns_rr_parse(&reader, &rr) == RESULT_OK);
	return rr;
}

static inline bool owner_is(const struct dns_rr *rr, const char *name)
{
	return dns_name_equal(rr->owner.wire, made_name(name).wire);
}

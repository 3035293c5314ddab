/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* copy -- the cache as an operator sees it: what is kept, one answer after the other, and answers to be kept.
 *
 * What:    cache_copy_slot() gives what is kept in one place as a message; cache_batch_give() hands answers to
 *          the writer lcore. With both, a cache is written to a file and read from one.
 * Threads: cache_copy_*() on any thread, without locks; cache_batch_*() on one control thread. Before the
 *          pipeline runs and after it has stopped, that thread may call the writer's functions itself.
 * Memory:  the caller's.
 * Limits:  CACHE_BATCH_STEPS inserts for each turn of the writer.
 * Trust:   as cache_insert().
 * RFC:     none. */
#pragma once

#include "cache/cache.h"

/* One kept answer. */
struct cache_copy {
	struct dns_name name;
	uint16_t type; /* CACHE_COPY_NAME: that the name does not exist, whatever the type */
	uint16_t class;
	uint16_t rcode;
	bool dnssec_ok;
	bool is_popular; /* asked for since SIEVE came by */
	uint8_t rank; /* enum dns_rank */
	uint8_t security; /* enum dns_security */
	int64_t left_s; /* of its TTL; below 0: stale for so long */
	uint64_t age_s; /* since it was inserted */
	size_t len;
	uint8_t message[DNS_MESSAGE_MAX]; /* TTLs counted down, at least to 0 */
};

#define CACHE_COPY_NAME 0u

/* How many places have been used so far: entries come and go, places stay. */
uint32_t cache_copy_slots(const struct cache *cache);

/* What is kept in a place. False: nothing that could be served, a failure (which ends soon), or the writer is
 * there. */
MUST_CHECK bool cache_copy_slot(const struct cache *cache, uint32_t slot, uint64_t now_ms,
                                struct cache_copy *out);

/* What is kept for a question: the answer to it, or that its name does not exist. False: neither. It marks
 * nothing: to be looked at is no hit. */
MUST_CHECK bool cache_copy_question(const struct cache *cache, const struct dns_question *question,
                                    bool dnssec_ok, uint64_t now_ms, struct cache_copy *out);

/* Answers for the writer to insert; all of it stays as it is until they are taken. */
struct cache_batch {
	const struct cache_item *items;
	uint32_t count;
	/* writer: the writer lcore; to be read when the batch is taken */
	uint32_t next;
	uint32_t kept; /* not refused by cache_insert() */
};

/* Fails: RESULT_BUSY while an earlier one is not taken. */
MUST_CHECK enum result cache_batch_give(struct cache *cache, struct cache_batch *batch);
bool cache_batch_is_taken(const struct cache *cache);

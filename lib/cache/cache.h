/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache -- answers of other servers, kept until their TTL ends: one writer, lock-free readers.
 *
 * What:    entries hold the answer sections of a message as a wire image, compressed against the
 *          question, with the offsets of their TTLs. A hit is a copy into the packet and a patch of
 *          TTLs. Found by the keyed hash of dns_question, type, class and the DO bit.
 * Threads: cache_find() on any lcore, without locks and without shared writes, but for one relaxed
 *          "visited" bit that is only written when it is not yet set; cache_insert(), _flush*() and
 *          _janitor() on one writer lcore.
 * Memory:  fixed at cache_create(); nothing is allocated afterwards.
 * Limits:  cache/cache_limits.h.
 * Trust:   cache_insert() takes a message that the resolver has checked and scrubbed.
 * RFC:     2308 (negative), 8767 (stale), 2181 §5.2 §8 (TTLs). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "dns/answer.h"
#include "dns/builder.h"
#include "dns/question.h"

struct cache;

struct cache_settings {
	uint32_t entries_max; /* how many answers fit: 1..2^28 */
	uint64_t memory_bytes; /* for their images; 0: entries_max * a typical size */
	uint32_t ttl_max_s; /* cap, RFC 8767 §4 suggests 7 days at most */
	uint32_t ttl_min_s; /* floor; 0 for none */
	uint32_t negative_ttl_max_s; /* cap for NXDOMAIN and NODATA, RFC 2308 §5 */
	uint32_t stale_max_s; /* how long past its TTL an entry may serve as stale; 0: never */
};

enum cache_hit {
	CACHE_MISS,
	CACHE_FRESH,
	CACHE_STALE, /* past its TTL, within stale_max_s: only for when resolution fails */
};

MUST_CHECK enum result cache_create(const struct cache_settings *settings, struct cache **out);
void cache_destroy(struct cache *cache);

/* Looks for an answer. On CACHE_FRESH (and CACHE_STALE) the sections are in the builder with their TTLs
 * counted down (stale: 30 s, RFC 8767 §5.2) and *out is set; TC where it did not fit. On CACHE_MISS
 * neither is touched. now_ms: monotonic, milliseconds. */
enum cache_hit cache_find(struct cache *cache, const struct dns_question *question, bool dnssec_ok,
                          uint64_t now_ms, struct dns_builder *builder, struct dns_answer *out);

/* Asks memory for the lines that cache_find() will read first. */
void cache_prefetch(const struct cache *cache, const struct dns_question *question, bool dnssec_ok);

/* Keeps the answer sections of `message` (checked, scrubbed, 12..65535 octets, its question equal to
 * `question`) under the least TTL in it; a negative answer under the SOA's (RFC 2308 §5). Answers that
 * must not be kept (TTL 0, TC, rcodes other than NOERROR and NXDOMAIN) are RESULT_OUT_OF_RANGE.
 * Fails also: RESULT_MALFORMED, RESULT_TOO_LONG. Writer lcore only. */
MUST_CHECK enum result cache_insert(struct cache *cache, const struct dns_question *question,
                                    bool dnssec_ok, const uint8_t *message, size_t len,
                                    uint64_t now_ms);

/* One bounded piece of expiry work: looks at `slots` entries and frees those past TTL and stale age.
 * Returns how many it freed. Writer lcore only. */
uint32_t cache_janitor(struct cache *cache, uint32_t slots, uint64_t now_ms);

struct cache_stats {
	uint64_t entries;
	uint64_t memory_bytes;
	uint64_t inserts;
	uint64_t evictions;
	uint64_t expired;
};
void cache_stats(const struct cache *cache, struct cache_stats *out);

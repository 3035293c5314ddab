/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache_lookup -- the CACHE_LOOKUP stage: answers from the cache, or a miss for RESOLVER.
 *
 * What:    starts the memory loads of the whole burst, then copies answers into the packets. A miss goes
 *          to RESOLVER while it has credits, with its stale answer if there is one; without credits, to
 *          ENCODER with that (EDE 3) or SERVFAIL. So hits never wait behind misses. A popular answer near
 *          its end is asked for anew by a carrier (pipeline/carrier.h) to RESOLVER.
 * Threads: one instance for each lane, on its lcore; the cache is shared and read without locks.
 * Memory:  scratch for answers that are put together; carriers come from the packet pool.
 * Limits:  cache/cache_limits.h, and below.
 * Trust:   questions are checked by DECODER, entries by RESOLVER.
 * RFC:     8020 (names below), 8767 (stale), 8914 (EDE). */
#pragma once

#include "cache/cache.h"
#include "pipeline/carrier.h"
#include "pipeline/stage.h"

/* Entries that one lane has refreshed in a second. Too low: popular names have a slow answer each time that
 * their TTL ends. Too high: when many end at once, servers get them all. */
#define CACHE_LOOKUP_REFRESH_MAX 1000u

enum cache_lookup_output {
	CACHE_LOOKUP_TO_ENCODER,
	CACHE_LOOKUP_TO_RESOLVER, /* SHED */
};

/* Indices of stage_counters.event. */
enum cache_lookup_event {
	CACHE_LOOKUP_EVENT_HIT, /* inferred ones included */
	CACHE_LOOKUP_EVENT_MISS, /* sent to RESOLVER, stale ones included */
	CACHE_LOOKUP_EVENT_STALE, /* answered stale for want of credit */
	CACHE_LOOKUP_EVENT_OVERLOAD, /* SERVFAIL for want of credit */
	CACHE_LOOKUP_EVENT_REFUSED, /* may not have recursion, or does not want it */
	CACHE_LOOKUP_EVENT_INFERRED, /* from entries for other questions */
	CACHE_LOOKUP_EVENT_REFRESH, /* carriers sent */
	CACHE_LOOKUP_EVENT_NOT_REFRESHED, /* too many in this second, no credit or no buffer */
};

struct stage_cache_lookup_settings {
	struct cache *cache;
	const struct pipeline_pools *pools; /* for carriers; NULL: nothing is refreshed */
	const struct snapshot *dns64; /* of struct dns64; NULL, or empty: none */
};

extern const struct stage_ops stage_cache_lookup_ops;

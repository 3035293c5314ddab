/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache_lookup -- the CACHE_LOOKUP stage: answers from the cache, or a miss for RESOLVER.
 *
 * What:    starts the memory loads of the whole burst, then copies answers into the packets. A miss goes
 *          to RESOLVER while it has credits; without, to ENCODER with a stale answer (EDE 3) or SERVFAIL.
 *          So hits never wait behind misses.
 * Threads: one instance for each lane, on its lcore; the cache is shared and read without locks.
 * Memory:  none besides the packet.
 * Limits:  cache/cache_limits.h.
 * Trust:   questions are checked by DECODER, entries by RESOLVER.
 * RFC:     8767 (stale), 8914 (EDE). */
#pragma once

#include "cache/cache.h"
#include "pipeline/stage.h"

enum cache_lookup_output {
	CACHE_LOOKUP_TO_ENCODER,
	CACHE_LOOKUP_TO_RESOLVER, /* SHED */
};

/* Indices of stage_counters.event. */
enum cache_lookup_event {
	CACHE_LOOKUP_EVENT_HIT,
	CACHE_LOOKUP_EVENT_MISS, /* sent to RESOLVER, stale ones included */
	CACHE_LOOKUP_EVENT_STALE, /* answered stale for want of credit */
	CACHE_LOOKUP_EVENT_OVERLOAD, /* SERVFAIL for want of credit */
	CACHE_LOOKUP_EVENT_REFUSED, /* may not have recursion, or does not want it */
};

struct stage_cache_lookup_settings {
	struct cache *cache;
};

extern const struct stage_ops stage_cache_lookup_ops;

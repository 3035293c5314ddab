/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache_lookup_int -- the inside of the CACHE_LOOKUP stage, for its two sources.
 *
 * What:    cache_lookup.c answers from the cache, cache_dns64.c for clients behind a NAT64.
 * Threads: the stage's lcore.
 * Memory:  the stage's state.
 * Limits:  stage/cache_lookup.h.
 * Trust:   as stage/cache_lookup.h.
 * RFC:     6147 §5.1. */
#pragma once

#include "pipeline/query.h"
#include "policy/policy_limits.h"
#include "stage/cache_lookup.h"
#include "stage/translate.h"

struct cache_lookup {
	struct cache *cache;
	struct cache_reader *reader;
	struct translate *translate;
	const struct snapshot *dns64;
	const struct pipeline_pools *pools;
	uint64_t second_us; /* in which `refreshes` were sent */
	uint32_t refreshes;
};

/* -- cache_dns64.c -- */

/* What becomes of a hit on the client's own question (in the packet) where query->dns64 says IPV6 or POINTER:
 * an answer in the packet (FRESH, REFRESH or STALE), or MISS. query->dns64 is what RESOLVER has to ask
 * first. */
enum cache_hit cache_lookup_dns64(struct stage *stage, struct rte_mbuf *mbuf, enum cache_hit hit);

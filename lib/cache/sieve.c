/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Which entry goes when room is needed: SIEVE. Entries stand in the order of insertion; a hand walks from
 * the oldest to the newest, spares (and unmarks) those that were hit since it came by, and takes the
 * first that was not. A hit only sets a bit, so readers share nothing. A burst of names that are asked
 * once is swept out without touching the popular ones.
 *
 * Entries with and without blocks stand in two queues. Where an entry is wanted the two hands move as one
 * would over the union, lower stamp first; where blocks are wanted only the second one moves. */
#include "cache/cache_int.h"

void cache_sieve_init(struct cache *cache)
{
	for (unsigned i = 0; i < CACHE_QUEUE_COUNT; i++)
		cache->sieve[i] = (struct cache_sieve){CACHE_NONE, CACHE_NONE, CACHE_NONE};
}

void cache_sieve_push(struct cache *cache, enum cache_queue queue, uint32_t entry)
{
	struct cache_sieve *sieve = &cache->sieve[queue];
	const struct cache_sieve *other = &cache->sieve[CACHE_QUEUE_COUNT - 1 - queue];
	struct cache_node *node = &cache->nodes[entry];
	node->newer = CACHE_NONE;
	node->older = sieve->newest;
	node->stamp = ++cache->stamp;
	if (sieve->newest != CACHE_NONE)
		cache->nodes[sieve->newest].newer = entry;
	else
		sieve->oldest = entry;
	sieve->newest = entry;
	/* A hand that has passed its end waits for the other one; what comes in meanwhile stands
	 * before the common hand. */
	if (sieve->hand == CACHE_NONE && other->hand != CACHE_NONE)
		sieve->hand = entry;
}

void cache_sieve_remove(struct cache *cache, enum cache_queue queue, uint32_t entry)
{
	struct cache_sieve *sieve = &cache->sieve[queue];
	const struct cache_node *node = &cache->nodes[entry];
	if (sieve->hand == entry)
		sieve->hand = node->newer;
	if (node->newer != CACHE_NONE)
		cache->nodes[node->newer].older = node->older;
	else
		sieve->newest = node->older;
	if (node->older != CACHE_NONE)
		cache->nodes[node->older].newer = node->newer;
	else
		sieve->oldest = node->newer;
}

/* The queue whose hand is at the older entry; CACHE_QUEUE_COUNT where no hand is at any. */
static unsigned next_queue(const struct cache *cache, bool chained_only)
{
	uint32_t a = chained_only ? CACHE_NONE : cache->sieve[CACHE_QUEUE_INLINE].hand;
	uint32_t b = cache->sieve[CACHE_QUEUE_CHAINED].hand;
	if (a == CACHE_NONE && b == CACHE_NONE)
		return CACHE_QUEUE_COUNT;
	if (b == CACHE_NONE)
		return CACHE_QUEUE_INLINE;
	if (a == CACHE_NONE)
		return CACHE_QUEUE_CHAINED;
	return cache->nodes[a].stamp < cache->nodes[b].stamp ? CACHE_QUEUE_INLINE
	                                                     : CACHE_QUEUE_CHAINED;
}

/* Both hands (or the one that matters) have passed the end: back to the oldest. */
static void wrap(struct cache *cache, bool chained_only)
{
	if (!chained_only)
		cache->sieve[CACHE_QUEUE_INLINE].hand = cache->sieve[CACHE_QUEUE_INLINE].oldest;
	cache->sieve[CACHE_QUEUE_CHAINED].hand = cache->sieve[CACHE_QUEUE_CHAINED].oldest;
}

uint32_t cache_sieve_victim(struct cache *cache, bool chained_only, uint64_t now_ms)
{
	for (uint32_t step = 0;; step++) {
		unsigned queue = next_queue(cache, chained_only);
		if (queue == CACHE_QUEUE_COUNT) {
			wrap(cache, chained_only);
			queue = next_queue(cache, chained_only);
			if (queue == CACHE_QUEUE_COUNT)
				return CACHE_NONE;
		}
		uint32_t at = cache->sieve[queue].hand;
		struct cache_entry *entry = &cache->entries[at];
		struct cache_meta meta;
		cache_store_meta(cache, at, &meta);
		if (step >= CACHE_SIEVE_STEPS_MAX || cache_meta_is_dead(cache, &meta, now_ms) ||
		    (__atomic_fetch_and(&entry->marks, ~(uint32_t)CACHE_MARK_VISITED,
		                        __ATOMIC_RELAXED) &
		     CACHE_MARK_VISITED) == 0)
			return at;
		cache->sieve[queue].hand = cache->nodes[at].newer;
	}
}

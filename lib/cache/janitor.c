/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Expiry and flushing. The janitor reads entries as any reader does and puts the numbers of the dead ones
 * into a ring; the writer takes them out and frees what has not been rewritten since. */
#include "cache/cache_int.h"

/* Whether an entry is dead, and the sequence at which it was. */
static bool is_dead(const struct cache *cache, uint32_t number, uint64_t now_ms, uint32_t *sequence)
{
	const struct cache_entry *entry = &cache->entries[number];
	struct cache_meta meta;
	if (!cache_entry_begin(entry, sequence))
		return false;
	cache_words_load(&meta, entry->meta, sizeof(meta));
	return cache_entry_is_valid(entry, *sequence) && cache_meta_is_dead(cache, &meta, now_ms);
}

uint32_t cache_janitor(struct cache *cache, uint32_t slots, uint64_t now_ms)
{
	struct cache_candidates *queue = &cache->candidates;
	uint32_t used = __atomic_load_n(&cache->entries_fresh, __ATOMIC_ACQUIRE);
	uint64_t waiting = queue->head - __atomic_load_n(&queue->tail, __ATOMIC_ACQUIRE);
	uint64_t room = CACHE_QUEUE_SLOTS - waiting;
	uint32_t found = 0;
	for (uint32_t i = 0; i < slots && i < used && found < room; i++) {
		uint32_t number = queue->cursor < used ? queue->cursor : 0;
		uint32_t sequence;
		queue->cursor = number + 1;
		if (!is_dead(cache, number, now_ms, &sequence))
			continue;
		queue->slot[(queue->head + found) % CACHE_QUEUE_SLOTS] =
		    (uint64_t)sequence << 32 | number;
		found++;
	}
	__atomic_store_n(&queue->head, queue->head + found, __ATOMIC_RELEASE);
	return found;
}

static uint32_t free_candidates(struct cache *cache, uint32_t budget, uint64_t now_ms)
{
	struct cache_candidates *queue = &cache->candidates;
	uint64_t waiting = __atomic_load_n(&queue->head, __ATOMIC_ACQUIRE) - queue->tail;
	uint32_t count = waiting < budget ? (uint32_t)waiting : budget;
	uint32_t freed = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t slot = queue->slot[(queue->tail + i) % CACHE_QUEUE_SLOTS];
		uint32_t number = (uint32_t)slot;
		uint32_t sequence;
		if (is_dead(cache, number, now_ms, &sequence) && sequence == slot >> 32) {
			cache_store_remove(cache, number);
			freed++;
		}
	}
	__atomic_store_n(&queue->tail, queue->tail + count, __ATOMIC_RELEASE);
	cache_stat_add(&cache->stats.expired, freed);
	return count;
}

static bool is_flushed(const struct cache *cache, uint32_t number, const struct cache_flush *what)
{
	struct cache_meta meta;
	uint8_t name[DNS_NAME_MAX + 1];
	cache_store_meta(cache, number, &meta);
	/* That a name does not exist answers for each type. */
	if (what->type != 0 && what->type != meta.type && meta.type != CACHE_TYPE_NAME)
		return false;
	cache_store_read(cache, number, name, meta.name_len);
	return what->subtree ? dns_name_is_below(name, what->name.wire)
	                     : dns_name_equal(name, what->name.wire);
}

/* One piece of a flush. Entries written meanwhile are newer than the request: missing them is right. */
static uint32_t flush_piece(struct cache *cache)
{
	struct cache_flush_box *box = &cache->flush;
	uint32_t end = box->cursor + CACHE_FLUSH_SLOTS;
	if (end > cache->entries_fresh)
		end = cache->entries_fresh;
	uint32_t freed = 0;
	for (; box->cursor < end; box->cursor++) {
		uint32_t sequence;
		if (cache_entry_begin(&cache->entries[box->cursor], &sequence) &&
		    is_flushed(cache, box->cursor, &box->what)) {
			cache_store_remove(cache, box->cursor);
			freed++;
		}
	}
	cache_stat_add(&box->freed, freed);
	cache_stat_add(&cache->stats.flushed, freed);
	if (box->cursor >= cache->entries_fresh)
		__atomic_store_n(&box->state, CACHE_FLUSH_IDLE, __ATOMIC_RELEASE);
	return freed + 1;
}

uint32_t cache_drain(struct cache *cache, uint32_t budget, uint64_t now_ms)
{
	uint32_t work = free_candidates(cache, budget, now_ms);
	if (__atomic_load_n(&cache->flush.state, __ATOMIC_ACQUIRE) == CACHE_FLUSH_ASKED)
		work += flush_piece(cache);
	work += cache_batch_piece(cache, now_ms);
	if (work > 0)
		__atomic_store_n(&cache->stats.entries, cache->entries_used, __ATOMIC_RELAXED);
	return work;
}

enum result cache_flush_request(struct cache *cache, const struct cache_flush *what)
{
	struct cache_flush_box *box = &cache->flush;
	if (__atomic_load_n(&box->state, __ATOMIC_ACQUIRE) != CACHE_FLUSH_IDLE)
		return RESULT_BUSY;
	box->what = *what;
	box->cursor = 0;
	box->freed = 0;
	__atomic_store_n(&box->state, CACHE_FLUSH_ASKED, __ATOMIC_RELEASE);
	return RESULT_OK;
}

bool cache_flush_is_done(const struct cache *cache, uint64_t *freed)
{
	if (__atomic_load_n(&cache->flush.state, __ATOMIC_ACQUIRE) != CACHE_FLUSH_IDLE)
		return false;
	if (freed != NULL)
		*freed = __atomic_load_n(&cache->flush.freed, __ATOMIC_RELAXED);
	return true;
}

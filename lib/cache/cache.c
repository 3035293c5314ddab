/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Making and ending a cache, the writer's two ways in, and the figures. */
#include "cache/cache_int.h"

#include <stdlib.h>
#include <sys/mman.h>

/* Anonymous pages: zeroed, untouched until used, large where the kernel can. NULL on failure. */
static void *map(struct cache *cache, size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		return NULL;
	(void)madvise(memory, bytes, MADV_HUGEPAGE);
	cache->memory_bytes += bytes;
	return memory;
}

static void unmap(void *memory, size_t bytes)
{
	if (memory != NULL)
		(void)munmap(memory, bytes);
}

static uint32_t or_limit(uint32_t value, uint32_t limit)
{
	return value == 0 || value > limit ? limit : value;
}

static void take_settings(struct cache *cache, const struct cache_settings *settings)
{
	struct cache_settings *own = &cache->settings;
	*own = *settings;
	if (own->entries_max < CACHE_ENTRIES_MIN)
		own->entries_max = CACHE_ENTRIES_MIN;
	if (own->memory_bytes == 0)
		own->memory_bytes = own->entries_max * (uint64_t)CACHE_IMAGE_BYTES_TYPICAL;
	own->ttl_max_s = or_limit(own->ttl_max_s, CACHE_TTL_LIMIT_S);
	own->negative_ttl_max_s = or_limit(own->negative_ttl_max_s, CACHE_NEGATIVE_TTL_LIMIT_S);
	if (own->ttl_min_s > own->ttl_max_s)
		own->ttl_min_s = own->ttl_max_s;
	if (own->stale_max_s > CACHE_STALE_LIMIT_S)
		own->stale_max_s = CACHE_STALE_LIMIT_S;
}

/* Sizes of the tables. Two slots an entry keep the chance that both buckets of a key are full small. */
static void size_tables(struct cache *cache)
{
	const struct cache_settings *settings = &cache->settings;
	uint64_t buckets = 1;
	while (buckets * CACHE_BUCKET_SLOTS < settings->entries_max * (uint64_t)2)
		buckets *= 2;
	cache->bucket_mask = buckets - 1;
	cache->entry_count = settings->entries_max + 1;
	uint64_t inlined = settings->entries_max * (uint64_t)CACHE_INLINE_WORDS * 8;
	uint64_t chained = settings->memory_bytes > inlined ? settings->memory_bytes - inlined : 0;
	uint64_t blocks = chained / sizeof(struct cache_block);
	if (blocks < CACHE_BLOCKS_MIN)
		blocks = CACHE_BLOCKS_MIN;
	cache->block_count = blocks < CACHE_NONE ? (uint32_t)blocks : CACHE_NONE - 1;
}

static enum result map_tables(struct cache *cache)
{
	size_t entries = cache->entry_count;
	cache->buckets = map(cache, (cache->bucket_mask + 1) * sizeof(*cache->buckets));
	cache->entries = map(cache, entries * sizeof(*cache->entries));
	cache->blocks = map(cache, cache->block_count * sizeof(*cache->blocks));
	cache->nodes = map(cache, entries * sizeof(*cache->nodes));
	if (cache->buckets == NULL || cache->entries == NULL || cache->blocks == NULL ||
	    cache->nodes == NULL)
		return RESULT_NO_MEMORY;
	return cache_image_create(&cache->scratch);
}

int cache_compare_hashes(const void *a, const void *b)
{
	const uint64_t *x = a;
	const uint64_t *y = b;
	return *x < *y ? -1 : *x > *y;
}

enum result cache_apexes_create(const struct dns_name *names, uint32_t count,
                                struct cache_apexes **out)
{
	struct dns_question question;
	struct cache_apexes *apexes = malloc(sizeof(*apexes) + count * sizeof(apexes->hash[0]));
	if (apexes == NULL)
		return RESULT_NO_MEMORY;
	apexes->count = count;
	for (uint32_t i = 0; i < count; i++) {
		dns_question_set(&question, names[i].wire, 0, DNS_CLASS_IN);
		apexes->hash[i] = question.hash[0];
	}
	qsort(apexes->hash, count, sizeof(apexes->hash[0]), cache_compare_hashes);
	*out = apexes;
	return RESULT_OK;
}

void cache_apexes_free(struct cache_apexes *apexes)
{
	free(apexes);
}

struct cache_apexes *cache_apexes_swap(struct cache *cache, struct cache_apexes *next)
{
	return __atomic_exchange_n(&cache->apexes, next, __ATOMIC_ACQ_REL);
}

static enum result take_apexes(struct cache *cache)
{
	struct cache_settings *settings = &cache->settings;
	enum result result =
	    cache_apexes_create(settings->apexes, settings->apex_count, &cache->apexes);
	settings->apexes = NULL; /* the caller's */
	return result;
}

enum result cache_create(const struct cache_settings *settings, struct cache **out)
{
	if (settings->entries_max == 0 || settings->entries_max > CACHE_ENTRIES_MAX)
		return RESULT_OUT_OF_RANGE;
	struct cache *cache = aligned_alloc(CACHE_LINE_BYTES, sizeof(*cache));
	if (cache == NULL)
		return RESULT_NO_MEMORY;
	memset(cache, 0, sizeof(*cache));
	take_settings(cache, settings);
	size_tables(cache);
	enum result result = map_tables(cache);
	if (result == RESULT_OK)
		result = take_apexes(cache);
	if (result != RESULT_OK) {
		cache_destroy(cache);
		return result;
	}
	cache->entry_free = CACHE_NONE;
	cache->block_free = CACHE_NONE;
	cache_sieve_init(cache);
	*out = cache;
	return RESULT_OK;
}

void cache_destroy(struct cache *cache)
{
	if (cache == NULL)
		return;
	unmap(cache->buckets, (cache->bucket_mask + 1) * sizeof(*cache->buckets));
	unmap(cache->entries, cache->entry_count * sizeof(*cache->entries));
	unmap(cache->blocks, cache->block_count * sizeof(*cache->blocks));
	unmap(cache->nodes, cache->entry_count * sizeof(*cache->nodes));
	if (cache->scratch != NULL)
		cache_image_destroy(cache->scratch);
	cache_apexes_free(cache->apexes);
	free(cache);
}

/* RFC 2181 §5.4.1: what is believed more stays while it lives. */
static bool outranks(const struct cache *cache, uint32_t entry, const struct cache_meta *meta,
                     uint64_t now_ms)
{
	struct cache_meta kept;
	cache_store_meta(cache, entry, &kept);
	return kept.rank > meta->rank && !cache_meta_is_failure(&kept) &&
	       cache_meta_is_fresh(cache, &kept, now_ms);
}

/* The entry which says that the name of a new one does not exist, or CACHE_NONE. */
static uint32_t find_name(const struct cache *cache, const struct dns_question *question,
                          bool dnssec_ok, const uint8_t *name)
{
	const struct cache_wanted wanted =
	    cache_index_wanted(question, 0, CACHE_TYPE_NAME, dnssec_ok);
	const struct cache_meta meta = {
	    .key = wanted.key,
	    .type = CACHE_TYPE_NAME,
	    .class = question->class,
	    .name_len = question->name_len,
	    .flags = dnssec_ok ? CACHE_META_DNSSEC_OK : 0,
	};
	return cache_index_find(cache, &meta, name);
}

enum result cache_insert(struct cache *cache, const struct cache_item *item, uint64_t now_ms)
{
	const struct cache_image *image;
	enum result result = cache_image_build(cache, item, now_ms, &image);
	if (result != RESULT_OK)
		return result;
	const struct cache_meta *meta = &image->meta;
	uint32_t former = cache_index_find(cache, meta, image->head);
	if (former != CACHE_NONE && outranks(cache, former, meta, now_ms))
		return RESULT_EXISTS;
	if (meta->type != CACHE_TYPE_NAME) {
		/* A name that has something exists, whatever was said before. */
		uint32_t name = find_name(cache, item->question, item->dnssec_ok, image->head);
		if (name != CACHE_NONE && outranks(cache, name, meta, now_ms))
			return RESULT_EXISTS;
		if (name != CACHE_NONE)
			cache_store_remove(cache, name);
	}
	cache_store_put(cache, image, now_ms);
	return RESULT_OK;
}

static uint32_t clamp_hold(uint32_t hold_ms)
{
	if (hold_ms < CACHE_FAILURE_MIN_MS)
		return CACHE_FAILURE_MIN_MS;
	return hold_ms < CACHE_FAILURE_MAX_MS ? hold_ms : CACHE_FAILURE_MAX_MS;
}

/* Lets what is kept of an entry serve until the hold ends. False: nothing of it may. */
static bool hold(struct cache *cache, uint32_t entry, uint32_t hold_ms, uint64_t now_ms)
{
	struct cache_meta kept;
	if (entry == CACHE_NONE)
		return false;
	cache_store_meta(cache, entry, &kept);
	if (cache_meta_is_failure(&kept) || cache_meta_is_dead(cache, &kept, now_ms))
		return false;
	__atomic_store_n(&cache->entries[entry].held_until_ms, now_ms + clamp_hold(hold_ms),
	                 __ATOMIC_RELAXED);
	return true;
}

bool cache_hold(struct cache *cache, const struct dns_question *question, bool dnssec_ok,
                uint32_t hold_ms, uint64_t now_ms)
{
	const struct cache_image *image =
	    cache_image_failure(cache, question, dnssec_ok, clamp_hold(hold_ms), now_ms);
	uint32_t exact = cache_index_find(cache, &image->meta, image->head);
	uint32_t name = find_name(cache, question, dnssec_ok, image->head);
	return hold(cache, exact, hold_ms, now_ms) || hold(cache, name, hold_ms, now_ms);
}

void cache_insert_failure(struct cache *cache, const struct dns_question *question, bool dnssec_ok,
                          uint32_t hold_ms, uint64_t now_ms)
{
	cache_stat_add(&cache->stats.failures, 1);
	if (cache_hold(cache, question, dnssec_ok, hold_ms, now_ms))
		return;
	const struct cache_image *image =
	    cache_image_failure(cache, question, dnssec_ok, clamp_hold(hold_ms), now_ms);
	cache_store_put(cache, image, now_ms);
}

void cache_flush_all(struct cache *cache)
{
	__atomic_add_fetch(&cache->epoch, 1, __ATOMIC_RELAXED);
}

void cache_stats(const struct cache *cache, struct cache_stats *out)
{
	const struct cache_stats *stats = &cache->stats;
	*out = (struct cache_stats){
	    .entries = __atomic_load_n(&stats->entries, __ATOMIC_RELAXED),
	    .entries_max = cache->settings.entries_max,
	    .memory_bytes = cache->memory_bytes,
	    .image_bytes = __atomic_load_n(&stats->image_bytes, __ATOMIC_RELAXED),
	    .inserts = __atomic_load_n(&stats->inserts, __ATOMIC_RELAXED),
	    .replaced = __atomic_load_n(&stats->replaced, __ATOMIC_RELAXED),
	    .failures = __atomic_load_n(&stats->failures, __ATOMIC_RELAXED),
	    .evictions = __atomic_load_n(&stats->evictions, __ATOMIC_RELAXED),
	    .expired = __atomic_load_n(&stats->expired, __ATOMIC_RELAXED),
	    .flushed = __atomic_load_n(&stats->flushed, __ATOMIC_RELAXED),
	};
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Entries and blocks: the writer takes them, fills them and gives them back. An answer that replaces
 * another one is written into a spare entry first, then the index's slot is switched over, so that
 * readers always find the old one or the new one. */
#include "cache/cache_int.h"

#include "base/check.h"

void cache_store_meta(const struct cache *cache, uint32_t entry, struct cache_meta *out)
{
	cache_words_load(out, cache->entries[entry].meta, sizeof(*out));
}

void cache_store_read(const struct cache *cache, uint32_t entry, uint8_t *out, size_t len)
{
	const struct cache_entry *from = &cache->entries[entry];
	struct cache_meta meta;
	cache_store_meta(cache, entry, &meta);
	size_t part = len < sizeof(from->image) ? len : sizeof(from->image);
	cache_words_load(out, from->image, part);
	for (uint32_t block = meta.chain; part < len; block = (uint32_t)cache->blocks[block].next) {
		size_t more = len - part;
		if (more > sizeof(cache->blocks[block].word))
			more = sizeof(cache->blocks[block].word);
		cache_words_load(out + part, cache->blocks[block].word, more);
		part += more;
	}
}

/* How many blocks an image needs besides its entry. */
static uint32_t blocks_for(const struct cache_image *image)
{
	size_t words = image->head_len / 8 + (image->meta.records_len + 7u) / 8;
	if (words <= CACHE_INLINE_WORDS)
		return 0;
	return (uint32_t)((words - CACHE_INLINE_WORDS + CACHE_BLOCK_WORDS - 1) / CACHE_BLOCK_WORDS);
}

static bool has_entry(const struct cache *cache)
{
	return cache->entry_free != CACHE_NONE || cache->entries_fresh < cache->entry_count;
}

static bool has_blocks(const struct cache *cache, uint32_t count)
{
	return cache->block_count - cache->blocks_used >= count;
}

static void evict(struct cache *cache, bool chained_only, uint64_t now_ms)
{
	uint32_t victim = cache_sieve_victim(cache, chained_only, now_ms);
	CHECK(victim != CACHE_NONE); /* something must hold what is missing */
	cache_store_remove(cache, victim);
	cache_stat_add(&cache->stats.evictions, 1);
}

static void make_room(struct cache *cache, uint32_t blocks, uint64_t now_ms)
{
	while (!has_blocks(cache, blocks))
		evict(cache, true, now_ms);
	/* One entry stays spare for the next replacement. */
	while (cache->entries_used + 1 >= cache->entry_count)
		evict(cache, false, now_ms);
}

static uint32_t take_entry(struct cache *cache)
{
	CHECK(has_entry(cache));
	uint32_t entry = cache->entry_free;
	if (entry != CACHE_NONE) {
		cache->entry_free = cache->nodes[entry].newer;
	} else {
		entry = cache->entries_fresh;
		cache_entry_invalidate(&cache->entries[entry]);
		__atomic_store_n(&cache->entries_fresh, entry + 1, __ATOMIC_RELEASE);
	}
	cache->entries_used++;
	return entry;
}

static uint32_t take_block(struct cache *cache)
{
	uint32_t block = cache->block_free;
	if (block != CACHE_NONE)
		cache->block_free = (uint32_t)cache->blocks[block].next;
	else
		block = cache->blocks_fresh++;
	cache->blocks_used++;
	return block;
}

static void give_chain(struct cache *cache, uint32_t chain)
{
	while (chain != CACHE_NONE) {
		uint64_t *next = &cache->blocks[chain].next;
		uint32_t after = (uint32_t)*next;
		__atomic_store_n(next, cache->block_free, __ATOMIC_RELAXED);
		cache->block_free = chain;
		cache->blocks_used--;
		chain = after;
	}
}

void cache_store_remove(struct cache *cache, uint32_t entry)
{
	struct cache_meta meta;
	cache_store_meta(cache, entry, &meta);
	uint64_t *slot = cache_index_slot_of(cache, meta.key, entry);
	if (slot != NULL)
		__atomic_store_n(slot, 0, __ATOMIC_RELAXED);
	cache_entry_invalidate(&cache->entries[entry]);
	cache_sieve_remove(cache, cache_meta_queue(&meta), entry);
	give_chain(cache, meta.chain);
	cache->nodes[entry].newer = cache->entry_free;
	cache->entry_free = entry;
	cache->entries_used--;
}

/* Where the next word of an image goes. */
struct place {
	uint64_t *word;
	uint32_t left; /* words */
	uint32_t block; /* that comes next */
};

static void put(const struct cache *cache, struct place *place, const uint8_t *data, size_t len)
{
	while (len > 0) {
		if (place->left == 0) {
			struct cache_block *block = &cache->blocks[place->block];
			*place =
			    (struct place){block->word, CACHE_BLOCK_WORDS, (uint32_t)block->next};
		}
		size_t part = len < place->left * 8u ? len : place->left * 8u;
		cache_words_store(place->word, data, part);
		place->word += (part + 7) / 8;
		place->left -= (uint32_t)((part + 7) / 8);
		data += part;
		len -= part;
	}
}

static uint32_t take_chain(struct cache *cache, uint32_t count)
{
	uint32_t chain = CACHE_NONE;
	while (count-- > 0) {
		uint32_t block = take_block(cache);
		__atomic_store_n(&cache->blocks[block].next, chain, __ATOMIC_RELAXED);
		chain = block;
	}
	return chain;
}

static void write_entry(struct cache *cache, uint32_t number, const struct cache_image *image,
                        uint32_t marks)
{
	struct cache_entry *entry = &cache->entries[number];
	struct cache_meta meta = image->meta;
	meta.chain = take_chain(cache, blocks_for(image));
	__atomic_store_n(&entry->marks, marks, __ATOMIC_RELAXED);
	__atomic_store_n(&entry->held_until_ms, 0, __ATOMIC_RELAXED);
	cache_words_store(entry->meta, &meta, sizeof(meta));
	struct place place = {entry->image, CACHE_INLINE_WORDS, meta.chain};
	put(cache, &place, image->head, image->head_len);
	put(cache, &place, image->records, meta.records_len);
	cache_entry_publish(entry);
	cache_sieve_push(cache, cache_meta_queue(&meta), number);
}

void cache_store_put(struct cache *cache, const struct cache_image *image, uint64_t now_ms)
{
	make_room(cache, blocks_for(image), now_ms);
	uint32_t old = cache_index_find(cache, &image->meta, image->head);
	uint32_t entry = take_entry(cache);
	if (old == CACHE_NONE) {
		write_entry(cache, entry, image, image->marks);
		cache_index_add(cache, image->meta.key, entry);
	} else {
		uint64_t *slot = cache_index_slot_of(cache, image->meta.key, old);
		/* A popular name stays popular when its answer is renewed. */
		write_entry(cache, entry, image,
		            __atomic_load_n(&cache->entries[old].marks, __ATOMIC_RELAXED) &
		                CACHE_MARK_VISITED);
		__atomic_store_n(slot, cache_index_slot(image->meta.key, entry), __ATOMIC_RELEASE);
		cache_store_remove(cache, old); /* its slot is no longer there */
		cache_stat_add(&cache->stats.replaced, 1);
	}
	cache_stat_add(&cache->stats.inserts, 1);
	__atomic_store_n(&cache->stats.entries, cache->entries_used, __ATOMIC_RELAXED);
	__atomic_store_n(&cache->stats.image_bytes,
	                 cache->blocks_used * sizeof(struct cache_block) +
	                     cache->entries_used * sizeof(struct cache_entry),
	                 __ATOMIC_RELAXED);
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The hash index: from a question's key to the entry numbers that may hold its answer. Each key has two
 * buckets; the first is used while it has room, so that nearly every hit reads one line here. Entries
 * never move between buckets: readers need no protection but atomic slots. */
#include "cache/cache_int.h"

struct cache_wanted cache_index_wanted(const struct dns_question *question, unsigned label,
                                       uint16_t type, bool dnssec_ok)
{
	uint64_t key = question->hash[label];
	key ^= (uint64_t)type << 32 | (uint64_t)question->class << 8 | dnssec_ok;
	/* The name's hash is keyed: this only has to spread type and class over all bits. */
	key *= 0x9e3779b97f4a7c15u;
	key ^= key >> 29;
	key *= 0xbf58476d1ce4e5b9u;
	const unsigned at = question->label_at[label];
	return (struct cache_wanted){
	    .key = key ^ key >> 32,
	    .name = question->name + at,
	    .type = type,
	    .class = question->class,
	    .name_len = (uint8_t)(question->name_len - at),
	    .dnssec_ok = dnssec_ok,
	};
}

bool cache_index_may_have(const struct cache *cache, uint64_t key)
{
	for (unsigned which = 0; which < 2; which++) {
		const struct cache_bucket *bucket = cache_index_bucket(cache, key, which);
		for (unsigned i = 0; i < CACHE_BUCKET_SLOTS; i++) {
			if (__atomic_load_n(&bucket->slot[i], __ATOMIC_RELAXED) >> 32 == key >> 32)
				return true;
		}
	}
	return false;
}

struct cache_bucket *cache_index_bucket(const struct cache *cache, uint64_t key, unsigned which)
{
	uint64_t number = key;
	if (which > 0) /* an odd distance, so never the same bucket where there are several */
		number += (key >> 32) * 2 + 1;
	return &cache->buckets[number & cache->bucket_mask];
}

uint64_t *cache_index_slot_of(const struct cache *cache, uint64_t key, uint32_t entry)
{
	uint64_t wanted = cache_index_slot(key, entry);
	for (unsigned which = 0; which < 2; which++) {
		struct cache_bucket *bucket = cache_index_bucket(cache, key, which);
		for (unsigned i = 0; i < CACHE_BUCKET_SLOTS; i++) {
			if (bucket->slot[i] == wanted)
				return &bucket->slot[i];
		}
	}
	return NULL;
}

/* Whether an entry's question is that of `meta` and `name`. */
static bool is_same(const struct cache *cache, uint32_t entry, const struct cache_meta *meta,
                    const uint8_t *name)
{
	struct cache_meta other;
	uint8_t other_name[DNS_NAME_MAX + 1];
	cache_store_meta(cache, entry, &other);
	if (other.key != meta->key || other.type != meta->type || other.class != meta->class ||
	    (other.flags ^ meta->flags) & CACHE_META_DNSSEC_OK || other.name_len != meta->name_len)
		return false;
	cache_store_read(cache, entry, other_name, other.name_len);
	return memcmp(other_name, name, other.name_len) == 0;
}

uint32_t cache_index_find(const struct cache *cache, const struct cache_meta *meta,
                          const uint8_t *name)
{
	for (unsigned which = 0; which < 2; which++) {
		const struct cache_bucket *bucket = cache_index_bucket(cache, meta->key, which);
		for (unsigned i = 0; i < CACHE_BUCKET_SLOTS; i++) {
			uint64_t slot = bucket->slot[i];
			uint32_t entry = (uint32_t)slot - 1;
			if (slot != 0 && slot >> 32 == meta->key >> 32 &&
			    is_same(cache, entry, meta, name))
				return entry;
		}
	}
	return CACHE_NONE;
}

/* A slot whose entry can best be spared: one that nobody has hit, else the first. */
static uint64_t *spare_slot(struct cache *cache, uint64_t key)
{
	for (unsigned which = 0; which < 2; which++) {
		struct cache_bucket *bucket = cache_index_bucket(cache, key, which);
		for (unsigned i = 0; i < CACHE_BUCKET_SLOTS; i++) {
			const struct cache_entry *entry =
			    &cache->entries[(uint32_t)bucket->slot[i] - 1];
			if ((__atomic_load_n(&entry->marks, __ATOMIC_RELAXED) &
			     CACHE_MARK_VISITED) == 0)
				return &bucket->slot[i];
		}
	}
	return &cache_index_bucket(cache, key, 0)->slot[0];
}

void cache_index_add(struct cache *cache, uint64_t key, uint32_t entry)
{
	uint64_t *place = NULL;
	for (unsigned which = 0; which < 2 && place == NULL; which++) {
		struct cache_bucket *bucket = cache_index_bucket(cache, key, which);
		for (unsigned i = 0; i < CACHE_BUCKET_SLOTS && place == NULL; i++) {
			if (bucket->slot[i] == 0)
				place = &bucket->slot[i];
		}
	}
	if (place == NULL) {
		place = spare_slot(cache, key);
		cache_store_remove(cache, (uint32_t)*place - 1);
		cache_stat_add(&cache->stats.evictions, 1);
	}
	/* Release: who sees the slot sees the entry's sequence as it is now. */
	__atomic_store_n(place, cache_index_slot(key, entry), __ATOMIC_RELEASE);
}

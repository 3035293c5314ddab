/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache_walk -- copies an image out of an entry and its chain of blocks, for the files of lib/cache that read.
 *
 * What:    cache_walk_copy() goes on where it stopped: first the head, then the records.
 * Threads: any; the writer may be at the entry meanwhile, so what was copied counts only after
 *          cache_entry_is_valid().
 * Memory:  the caller's.
 * Limits:  a chain that leads nowhere ends the walk.
 * Trust:   none in what is read before it is validated.
 * RFC:     none. */
#pragma once

#include "cache/cache_int.h"

struct cache_walk {
	const struct cache *cache;
	const uint64_t *word;
	uint32_t left; /* words */
	uint32_t next; /* block */
};

/* False where the chain leads nowhere: then the entry is being rewritten. */
static inline bool cache_walk_copy(struct cache_walk *walk, uint8_t *out, size_t len)
{
	while (len > 0) {
		if (walk->left == 0) {
			if (walk->next >= walk->cache->block_count)
				return false;
			const struct cache_block *block = &walk->cache->blocks[walk->next];
			walk->word = block->word;
			walk->left = CACHE_BLOCK_WORDS;
			walk->next = (uint32_t)__atomic_load_n(&block->next, __ATOMIC_RELAXED);
			if (walk->next < walk->cache->block_count)
				__builtin_prefetch(&walk->cache->blocks[walk->next]);
		}
		size_t part = len < walk->left * 8u ? len : walk->left * 8u;
		cache_words_load(out, walk->word, part);
		walk->word += (part + 7) / 8;
		walk->left -= (uint32_t)((part + 7) / 8);
		out += part;
		len -= part;
	}
	return true;
}

/* Octets of name and tables, padding included. */
static inline size_t cache_walk_head_len(const struct cache_meta *meta)
{
	size_t len = meta->name_len + meta->record_count * sizeof(uint16_t) +
	             meta->rrset_count * sizeof(struct cache_rrset);
	return (len + 7) & ~(size_t)7;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* name_table -- a hash table from 64-bit keyed hashes to 32-bit references, one cache line a bucket.
 *
 * What:    open addressing over buckets of eight. A slot holds 32 bits of the hash beside the
 *          reference, so that a probe touches one line and, almost always, only the right object.
 *          Names, zones, drafts of zones and policies are found with it.
 * Threads: one writer while it is built, any number of readers after that.
 * Memory:  the caller's: 8 octets a slot, 64-octet aligned.
 * Limits:  references 1..2^32-1 (0 is an empty slot); the caller keeps it at most four fifths full, so
 *          that every probe ends.
 * Trust:   hashes are keyed, so nobody outside can make a long run of full buckets.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/attr.h"

#define NAME_TABLE_SLOTS 8

struct name_table_bucket {
	uint32_t tag[NAME_TABLE_SLOTS];
	uint32_t ref[NAME_TABLE_SLOTS];
} CACHE_ALIGNED;

_Static_assert(sizeof(struct name_table_bucket) == CACHE_LINE_BYTES, "a bucket is a cache line");

struct name_table {
	struct name_table_bucket *bucket;
	uint32_t bucket_count; /* >= 1 */
};

/* How many buckets `entries` need to be filled to about 60 percent. */
static inline uint32_t name_table_buckets(uint64_t entries)
{
	return (uint32_t)(entries * 5 / (3 * NAME_TABLE_SLOTS) + 1);
}

static inline size_t name_table_bytes(uint32_t bucket_count)
{
	return (size_t)bucket_count * sizeof(struct name_table_bucket);
}

static inline uint32_t name_table_tag(uint64_t hash)
{
	return (uint32_t)(hash >> 32);
}

/* The bucket at which probing for a hash starts. */
static inline uint32_t name_table_place(uint32_t bucket_count, uint64_t hash)
{
	return (uint32_t)(((hash & UINT32_MAX) * bucket_count) >> 32);
}

static inline uint32_t name_table_start(const struct name_table *table, uint64_t hash)
{
	return name_table_place(table->bucket_count, hash);
}

static inline void name_table_prefetch(const struct name_table *table, uint64_t hash)
{
	__builtin_prefetch(&table->bucket[name_table_start(table, hash)]);
}

/* Looks at all slots of a bucket at once. Gives a bit for each that has the tag. *last: the bucket has a free
 * slot, so that no probe goes on behind it. */
static inline uint32_t name_table_match(const struct name_table_bucket *bucket, uint32_t tag,
                                        bool *last)
{
	uint32_t found = 0;
	uint32_t used = 0;
#ifdef __SSE2__
	const __m128i *tags = (const __m128i *)(const void *)bucket->tag;
	const __m128i *refs = (const __m128i *)(const void *)bucket->ref;
	const __m128i wanted = _mm_set1_epi32((int)tag);
	const __m128i none = _mm_setzero_si128();
	const __m128i same = _mm_packs_epi32(_mm_cmpeq_epi32(_mm_load_si128(tags), wanted),
	                                     _mm_cmpeq_epi32(_mm_load_si128(tags + 1), wanted));
	const __m128i free = _mm_packs_epi32(_mm_cmpeq_epi32(_mm_load_si128(refs), none),
	                                     _mm_cmpeq_epi32(_mm_load_si128(refs + 1), none));
	const uint32_t both = (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(same, free));
	found = both & 0xff;
	used = ~(both >> NAME_TABLE_SLOTS) & 0xff;
#else
	for (uint32_t slot = 0; slot < NAME_TABLE_SLOTS; slot++) {
		found |= (uint32_t)(bucket->tag[slot] == tag) << slot;
		used |= (uint32_t)(bucket->ref[slot] != 0) << slot;
	}
#endif
	*last = used != 0xff;
	return found & used;
}

/* Where a probe stands. name_table_next() gives one candidate after the other; the caller compares. */
struct name_table_probe {
	const struct name_table_bucket *bucket;
	uint32_t tag;
	uint32_t at; /* bucket number */
	uint32_t found; /* a bit for each slot of the bucket that is still to be given */
	uint32_t slot; /* that was given last */
	bool last; /* nothing is behind this bucket */
};

static inline struct name_table_probe name_table_probe_at(const struct name_table_bucket *bucket,
                                                          uint32_t at, uint64_t hash)
{
	struct name_table_probe probe = {.bucket = bucket, .tag = name_table_tag(hash), .at = at};
	probe.found = name_table_match(bucket, probe.tag, &probe.last);
	return probe;
}

static inline struct name_table_probe name_table_probe(const struct name_table *table,
                                                       uint64_t hash)
{
	const uint32_t start = name_table_start(table, hash);
	return name_table_probe_at(&table->bucket[start], start, hash);
}

/* The next candidate of the bucket at hand; needs probe->found. */
static inline uint32_t name_table_give(struct name_table_probe *probe)
{
	probe->slot = (uint32_t)__builtin_ctz(probe->found);
	probe->found &= probe->found - 1;
	return probe->bucket->ref[probe->slot];
}

/* The next reference whose 32 bits of hash are right, or 0 when there is none. */
static inline uint32_t name_table_next(const struct name_table *table,
                                       struct name_table_probe *probe)
{
	while (true) {
		if (probe->found != 0)
			return name_table_give(probe);
		if (LIKELY(probe->last))
			return 0;
		probe->at = probe->at + 1 == table->bucket_count ? 0 : probe->at + 1;
		probe->bucket = &table->bucket[probe->at];
		probe->found = name_table_match(probe->bucket, probe->tag, &probe->last);
	}
}

/* Adds a reference; the caller made sure that it is not there yet and that there is room. */
static inline void name_table_add(struct name_table *table, uint64_t hash, uint32_t ref)
{
	uint32_t at = name_table_start(table, hash);
	while (true) {
		struct name_table_bucket *bucket = &table->bucket[at];
		for (uint32_t slot = 0; slot < NAME_TABLE_SLOTS; slot++) {
			if (bucket->ref[slot] != 0)
				continue;
			bucket->tag[slot] = name_table_tag(hash);
			bucket->ref[slot] = ref;
			return;
		}
		at = at + 1 == table->bucket_count ? 0 : at + 1;
	}
}

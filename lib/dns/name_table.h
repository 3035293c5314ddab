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

/* Where a probe stands. name_table_next() gives one candidate after the other; the caller compares. */
struct name_table_probe {
	const struct name_table_bucket *bucket;
	uint32_t tag;
	uint32_t at; /* bucket number */
	uint32_t slot; /* next slot to look at */
};

static inline struct name_table_probe name_table_probe(const struct name_table *table,
                                                       uint64_t hash)
{
	const uint32_t start = name_table_start(table, hash);
	return (struct name_table_probe){
	    .bucket = &table->bucket[start], .tag = name_table_tag(hash), .at = start, .slot = 0};
}

/* The next reference whose 32 bits of hash are right, or 0 when there is none. */
static inline uint32_t name_table_next(const struct name_table *table,
                                       struct name_table_probe *probe)
{
	while (true) {
		for (; probe->slot < NAME_TABLE_SLOTS; probe->slot++) {
			const uint32_t ref = probe->bucket->ref[probe->slot];
			if (ref == 0)
				return 0;
			if (probe->bucket->tag[probe->slot] == probe->tag) {
				probe->slot++;
				return ref;
			}
		}
		probe->slot = 0;
		probe->at = probe->at + 1 == table->bucket_count ? 0 : probe->at + 1;
		probe->bucket = &table->bucket[probe->at];
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

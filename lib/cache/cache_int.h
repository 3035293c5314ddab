/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache_int -- the inside of the cache, for the files of lib/cache and their tests.
 *
 * What:    a table of buckets (one cache line each, eight slots of tag and entry number) leads to
 *          entries (two adjacent lines: head, and the first 64 octets of the image), and those to a chain
 *          of blocks for what is longer. Small answers need three lines in all.
 *
 *              bucket: [tag|entry] * 8
 *              entry:  sequence visited held | meta | 64 octets of image
 *              image:  name, TTL offsets (u16 each), RRset table, padding to 8 | records
 *
 * Threads: an entry is a seqlock: its sequence is odd while it is free or being written. Writers store
 *          words relaxed between two changes of the sequence; readers copy words relaxed and throw the
 *          copy away when the sequence was odd or has changed. Nothing that a reader copied is looked
 *          at as an offset, length or index before it is validated or bounded.
 * Memory:  four mappings made by cache_create().
 * Limits:  cache/cache_limits.h.
 * Trust:   images are made by image.c from checked messages.
 * RFC:     none. */
#pragma once

#include <assert.h>

#include "cache/cache.h"
#include "cache/cache_bucket.h"
#include "cache/cache_limits.h"

#define CACHE_NONE UINT32_MAX

enum cache_meta_flag {
	CACHE_META_DNSSEC_OK = 1, /* part of the key */
	CACHE_META_NEGATIVE = 2,
	CACHE_META_BLOCKED = 4, /* EDE 15 goes with it */
};

/* The type under which it is kept that a name does not exist: true for every type (RFC 2308 §5). It is
 * reserved by RFC 6895 §3.1, so that nobody can ask for it. */
#define CACHE_TYPE_NAME 0u

/* What an entry says about its image: copied as words, so a multiple of 8 octets. */
struct cache_meta {
	uint64_t key; /* cache_key() of the question */
	uint64_t inserted_ms;
	uint32_t lifetime_ms;
	uint32_t epoch; /* cache_flush_all() makes older ones invalid */
	uint32_t chain; /* first block, or CACHE_NONE */
	uint16_t type;
	uint16_t class;
	uint16_t records_len; /* octets */
	uint16_t record_count;
	uint16_t rrset_count;
	uint8_t name_len;
	uint8_t flags; /* enum cache_meta_flag */
	uint8_t rcode; /* NOERROR, NXDOMAIN or SERVFAIL */
	uint8_t rank; /* enum dns_rank */
	uint8_t security; /* enum dns_security */
	uint8_t unused[5];
};
#define CACHE_META_WORDS (sizeof(struct cache_meta) / sizeof(uint64_t))
static_assert(sizeof(struct cache_meta) == 48, "the head of an entry is one cache line");

#define CACHE_INLINE_WORDS 8u
#define CACHE_BLOCK_WORDS 15u

enum cache_mark {
	CACHE_MARK_VISITED = 1, /* readers set it, SIEVE takes it away */
	CACHE_MARK_REFRESH = 2, /* somebody was told to ask for it anew */
};

struct cache_entry {
	uint32_t sequence; /* writer: the writer lcore; odd: free or being written */
	uint32_t marks; /* enum cache_mark; writers: readers that hit, the writer */
	uint64_t
	    held_until_ms; /* writer: the writer lcore; resolution failed, stale may be given */
	uint64_t meta[CACHE_META_WORDS];
	uint64_t image[CACHE_INLINE_WORDS];
} CACHE_ALIGNED;
static_assert(sizeof(struct cache_entry) == 2 * CACHE_LINE_BYTES, "two adjacent lines");

struct cache_block {
	uint64_t word[CACHE_BLOCK_WORDS];
	uint64_t next; /* block number, or CACHE_NONE */
} CACHE_ALIGNED;

/* Order of the records of one RRset in the image. */
struct cache_rrset {
	uint16_t end; /* offset behind it, from the first record on */
	uint16_t section_count; /* section in the upper 2 bits, records in the lower 14 */
};
#define CACHE_RRSET_SECTION_SHIFT 14
#define CACHE_RRSET_COUNT_MASK 0x3fffu

/* The largest head of an image: name, a TTL offset and an RRset for each record, padding. */
#define CACHE_HEAD_MAX                                                                             \
	((DNS_NAME_MAX + 1 + CACHE_RECORDS_MAX * (sizeof(uint16_t) + sizeof(struct cache_rrset)) + \
	  7) &                                                                                     \
	 ~(size_t)7)

/* An image that is ready to be stored. */
struct cache_image {
	struct cache_meta meta;
	uint32_t marks; /* enum cache_mark: of a new entry */
	const uint8_t *records; /* meta.records_len octets */
	size_t head_len; /* octets, a multiple of 8 */
	uint8_t head[CACHE_HEAD_MAX];
};

/* Two SIEVE queues, so that a want of blocks need not look at entries that have none. */
enum cache_queue {
	CACHE_QUEUE_INLINE, /* the image fits into the entry */
	CACHE_QUEUE_CHAINED,
	CACHE_QUEUE_COUNT
};

struct cache_node {
	uint32_t newer; /* also the next free entry */
	uint32_t older;
	uint64_t stamp; /* order of insertion over both queues */
};

struct cache_sieve {
	uint32_t newest;
	uint32_t oldest;
	uint32_t hand; /* CACHE_NONE: it has passed the newest */
};

/* Janitor to writer: entry number and the sequence at which it was seen expired. */
struct cache_candidates {
	uint64_t head CACHE_ALIGNED; /* writer: janitor */
	uint32_t cursor; /* janitor only: next entry to look at */
	uint64_t tail CACHE_ALIGNED; /* writer: the writer lcore */
	uint64_t slot[CACHE_QUEUE_SLOTS] CACHE_ALIGNED;
};

enum cache_flush_state {
	CACHE_FLUSH_IDLE,
	CACHE_FLUSH_ASKED, /* control thread to writer */
};

struct cache_flush_box {
	uint32_t state CACHE_ALIGNED; /* enum; control sets ASKED, the writer sets IDLE */
	uint32_t cursor; /* writer only */
	uint64_t freed; /* writer: the writer lcore */
	struct cache_flush what;
};

struct cache_scratch; /* image.c */
struct cache_batch; /* copy.h */

/* Hashes of names, in order. */
struct cache_apexes {
	uint32_t count;
	uint64_t hash[];
};

struct cache {
	/* Read-mostly. */
	struct cache_settings settings;
	struct cache_bucket *buckets;
	struct cache_entry *entries;
	struct cache_block *blocks;
	uint64_t bucket_mask;
	uint32_t entry_count; /* entries_max and one spare for replacements */
	uint32_t block_count;
	uint64_t memory_bytes;
	struct cache_apexes *apexes; /* writer: control thread, readers: all lcores; never NULL */
	uint32_t epoch; /* writer: control thread */

	/* The writer's own. */
	struct cache_node *nodes CACHE_ALIGNED;
	struct cache_scratch *scratch;
	struct cache_sieve sieve[CACHE_QUEUE_COUNT];
	uint64_t stamp;
	uint32_t entry_free; /* list of freed entries */
	uint32_t block_free; /* list of freed blocks */
	uint32_t blocks_fresh; /* blocks that were never used start here */
	uint32_t blocks_used;
	uint32_t entries_used;
	struct cache_stats stats;
	uint32_t entries_fresh CACHE_ALIGNED; /* never used from here on; reader: janitor */

	struct cache_candidates candidates;
	struct cache_flush_box flush;
	struct cache_batch *batch CACHE_ALIGNED; /* control sets it, the writer sets NULL */
};

/* -- words.h-like helpers: copies that other threads may race with -- */

static inline void cache_words_load(void *out, const uint64_t *word, size_t len)
{
	uint8_t *to = out;
	for (; len >= sizeof(uint64_t); len -= sizeof(uint64_t), to += sizeof(uint64_t), word++) {
		uint64_t value = __atomic_load_n(word, __ATOMIC_RELAXED);
		memcpy(to, &value, sizeof(value));
	}
	if (len > 0) {
		uint64_t value = __atomic_load_n(word, __ATOMIC_RELAXED);
		memcpy(to, &value, len);
	}
}

static inline void cache_words_store(uint64_t *word, const void *data, size_t len)
{
	const uint8_t *from = data;
	for (; len > 0; word++) {
		uint64_t value = 0;
		size_t part = len < sizeof(value) ? len : sizeof(value);
		memcpy(&value, from, part);
		__atomic_store_n(word, value, __ATOMIC_RELAXED);
		from += part;
		len -= part;
	}
}

/* gcc cannot model fences in its thread sanitizer and says so; all data behind them are atomics, so
 * that it has nothing to report wrongly. */
#if defined(__SANITIZE_THREAD__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wtsan"
#endif

/* Reader: the sequence to validate against; false if the entry cannot be read now. */
static inline bool cache_entry_begin(const struct cache_entry *entry, uint32_t *sequence)
{
	*sequence = __atomic_load_n(&entry->sequence, __ATOMIC_ACQUIRE);
	return (*sequence & 1) == 0;
}

/* Reader: whether all words copied since cache_entry_begin() belong together. */
static inline bool cache_entry_is_valid(const struct cache_entry *entry, uint32_t sequence)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&entry->sequence, __ATOMIC_RELAXED) == sequence;
}

/* Writer: readers of the entry's present content fail from here on. */
static inline void cache_entry_invalidate(struct cache_entry *entry)
{
	uint32_t sequence = __atomic_load_n(&entry->sequence, __ATOMIC_RELAXED);
	__atomic_store_n(&entry->sequence, sequence | 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

/* Writer: the content is whole. */
static inline void cache_entry_publish(struct cache_entry *entry)
{
	uint32_t sequence = __atomic_load_n(&entry->sequence, __ATOMIC_RELAXED);
	__atomic_store_n(&entry->sequence, sequence + 1, __ATOMIC_RELEASE);
}

/* -- cache.c -- */

/* For qsort() and bsearch() of the hashes of struct cache_apexes. */
int cache_compare_hashes(const void *a, const void *b) PURE;

/* -- index.c -- */

/* What is looked for: a question, or that a name above it does not exist. */
struct cache_wanted {
	uint64_t key;
	const uint8_t *name; /* lower case */
	uint16_t type;
	uint16_t class;
	uint8_t name_len;
	bool dnssec_ok;
	bool stale_too;
	uint64_t now_ms;
};
/* `label`: from which label of the question's name on. All but the time; fresh ones only. */
struct cache_wanted cache_index_wanted(const struct dns_question *question, unsigned label,
                                       uint16_t type, bool dnssec_ok) PURE;
/* Whether one of the two buckets has the key's tag: it is worth looking. */
bool cache_index_may_have(const struct cache *cache, uint64_t key);
/* The entry numbers in a key's two buckets whose tag agrees, first to last; at most `max`. */
struct cache_bucket *cache_index_bucket(const struct cache *cache, uint64_t key, unsigned which);
/* Writer: the slot that holds an entry, NULL if there is none. */
uint64_t *cache_index_slot_of(const struct cache *cache, uint64_t key, uint32_t entry);
/* Writer: the entry kept for a question, or CACHE_NONE. */
uint32_t cache_index_find(const struct cache *cache, const struct cache_meta *meta,
                          const uint8_t *name);
/* Writer: puts an entry into a free slot of its buckets; evicts one where all are taken. */
void cache_index_add(struct cache *cache, uint64_t key, uint32_t entry);

static inline uint64_t cache_index_slot(uint64_t key, uint32_t entry)
{
	return (key & 0xffffffff00000000u) | (entry + 1u);
}

/* -- store.c -- */

/* Writer: stores an image; throws out others where room is needed. */
void cache_store_put(struct cache *cache, const struct cache_image *image, uint64_t now_ms);
/* Writer: forgets an entry and frees what it holds. */
void cache_store_remove(struct cache *cache, uint32_t entry);
/* Writer: an entry's meta, which only the writer changes. */
void cache_store_meta(const struct cache *cache, uint32_t entry, struct cache_meta *out);
/* Writer: the first octets of an image. */
void cache_store_read(const struct cache *cache, uint32_t entry, uint8_t *out, size_t len);

/* -- sieve.c -- */

void cache_sieve_init(struct cache *cache);
void cache_sieve_push(struct cache *cache, enum cache_queue queue, uint32_t entry);
void cache_sieve_remove(struct cache *cache, enum cache_queue queue, uint32_t entry);
/* The entry to throw out next; only chained ones if `chained_only`. CACHE_NONE if there is none. */
uint32_t cache_sieve_victim(struct cache *cache, bool chained_only, uint64_t now_ms);

/* -- copy.c -- */

/* Writer: a piece of the batch that the control thread gave. Returns the amount of work done. */
uint32_t cache_batch_piece(struct cache *cache, uint64_t now_ms);

/* -- find.c -- */

struct cache_finding {
	bool is_stale; /* there is a stale one, be it wanted or not */
	bool is_held; /* its resolution failed a moment ago */
	bool is_due; /* this call is the one that is told to have it refreshed */
};

/* Copies the image of one entry behind the question that the builder's message has, and makes it an answer.
 * False where there is none that is wanted; octets behind builder->len may have changed then. */
bool cache_find_entry(struct cache *cache, const struct cache_wanted *wanted,
                      struct dns_builder *builder, struct dns_answer *out,
                      struct cache_finding *finding);

/* -- image.c -- */

MUST_CHECK enum result cache_image_create(struct cache_scratch **out);
void cache_image_destroy(struct cache_scratch *scratch);
/* Writer: makes the image of a message in the cache's scratch memory. Fails as cache_insert(). */
MUST_CHECK enum result cache_image_build(struct cache *cache, const struct cache_item *item,
                                         uint64_t now_ms, const struct cache_image **out);
/* Writer: the image of a failure: no records. */
const struct cache_image *cache_image_failure(struct cache *cache,
                                              const struct dns_question *question, bool dnssec_ok,
                                              uint32_t lifetime_ms, uint64_t now_ms);

/* -- small questions about meta -- */

static inline bool cache_meta_is_failure(const struct cache_meta *meta)
{
	return meta->rcode == DNS_RCODE_SERVFAIL;
}

/* Whether it is as true as when it came: within its TTL, and not flushed. */
static inline bool cache_meta_is_fresh(const struct cache *cache, const struct cache_meta *meta,
                                       uint64_t now_ms)
{
	return now_ms < meta->inserted_ms + meta->lifetime_ms &&
	       meta->epoch == __atomic_load_n(&cache->epoch, __ATOMIC_RELAXED);
}

/* Whether nothing can be served from it any more. */
static inline bool cache_meta_is_dead(const struct cache *cache, const struct cache_meta *meta,
                                      uint64_t now_ms)
{
	uint64_t until_ms = meta->inserted_ms + meta->lifetime_ms;
	if (!cache_meta_is_failure(meta))
		until_ms += cache->settings.stale_max_s * (uint64_t)1000;
	return now_ms >= until_ms ||
	       meta->epoch != __atomic_load_n(&cache->epoch, __ATOMIC_RELAXED);
}

static inline enum cache_queue cache_meta_queue(const struct cache_meta *meta)
{
	return meta->chain == CACHE_NONE ? CACHE_QUEUE_INLINE : CACHE_QUEUE_CHAINED;
}

/* Writer-only statistics that others read. */
static inline void cache_stat_add(uint64_t *stat, uint64_t amount)
{
	__atomic_store_n(stat, *stat + amount, __ATOMIC_RELAXED);
}

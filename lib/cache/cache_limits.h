/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache_limits -- every number that bounds the cache, with its reason.
 *
 * What:    constants; the configurable ones are in struct cache_settings and are clamped to these.
 * Threads: none.
 * Memory:  none.
 * Limits:  this is the place.
 * Trust:   no input.
 * RFC:     2308 §5, 8767 §4 §5, 9520 §3.2. */
#pragma once

/* Entries. Too low: nothing is ever hit. Too high: an entry's number must fit into the 32 bits that a
 * bucket keeps of it, and 2^28 entries are 50 GB already. */
#define CACHE_ENTRIES_MIN 16u
#define CACHE_ENTRIES_MAX (1u << 28)

/* Octets of records in one answer: what a message holds behind the shortest question. Too low: signed answers
 * of big zones are asked for again and again. What they evict is other answers that need blocks, not
 * the small ones (sieve.c). Compression pointers (RFC 1035 §4.1.4) are no reason for less: they reach
 * the first 0x4000 octets, and what is behind is written out by dns/builder.h. */
#define CACHE_RECORDS_BYTES_MAX 65518u

/* Records in one answer. Too low: round-robin sets of large services are not kept. Too high: answers
 * of thousands of tiny records make every hit and every insert slow (CVE-2024-1737). */
#define CACHE_RECORDS_MAX 1024u

/* What an answer's image is taken to need on average, where no memory size is configured: name,
 * tables and records of a signed positive answer. Too low: images are evicted while entries are free.
 * Too high: memory that is never used. */
#define CACHE_IMAGE_BYTES_TYPICAL 256u

/* Blocks below which even a small cache could not hold two of the largest images. */
#define CACHE_BLOCKS_MIN 1280u

/* How many entries the SIEVE hand may pass over for one eviction. Too low: popular entries are thrown
 * out when nearly all are popular. Too high: with a million visited entries one insert would stop the
 * writer for tens of milliseconds. */
#define CACHE_SIEVE_STEPS_MAX 256u

/* How often a reader that met a write starts again before it calls it a miss. Too low: a hit becomes
 * a question to upstream. Too high: a reader burns while the writer is off its processor. */
#define CACHE_READ_TRIES 8u

/* Expired entries that the janitor may have handed over and the writer not yet freed. Too low: the
 * janitor waits for the writer. Too high: memory; and candidates go stale while they wait. */
#define CACHE_QUEUE_SLOTS 1024u

/* Entries that one turn of a flush by name looks at. Too low: a flush of a large cache takes minutes.
 * Too high: answers wait behind it (4096 entries are below a millisecond). */
#define CACHE_FLUSH_SLOTS 4096u

/* An entry that is asked for in the last of so many parts of its TTL is refreshed. Too low: the answer is
 * asked for again long before it has to be. Too high: the new one is not there in time. */
#define CACHE_REFRESH_PART 10u

/* TTLs below which nothing is refreshed ahead. Too low: names of a second's TTL are asked for all the time.
 * Too high: a popular name has a slow answer each time that its TTL ends. */
#define CACHE_REFRESH_TTL_MIN_MS 10000u

/* Labels above a question that are looked at for a name that does not exist (RFC 8020). Too low: names below
 * such a name are asked for. Too high: each miss costs a cache line and more for each label: names of
 * ip6.arpa have 34, names of 127 labels are made to be slow. */
#define CACHE_CUT_LABELS_MAX 40u

/* CNAMEs of a chain that is put together from entries. Too low: what is known is asked for again. Too high:
 * each link costs as much as a hit or two (16 is also what the resolver follows). */
#define CACHE_CHAIN_MAX 16u

/* Answers of a batch that are inserted in one turn. Too low: a large file takes long to load. Too high:
 * answers wait behind it (64 inserts are some 50 microseconds). */
#define CACHE_BATCH_STEPS 64u

/* RFC 8767 §4: a TTL is capped at 7 days. */
#define CACHE_TTL_LIMIT_S (7u * 24 * 3600)
/* RFC 2308 §5: "values of one to three hours have been found to work well", a day is excessive. */
#define CACHE_NEGATIVE_TTL_LIMIT_S (24u * 3600)
/* RFC 8767 §5: stale data are kept for 1 to 3 days; longer than a week nobody can want them. */
#define CACHE_STALE_LIMIT_S (7u * 24 * 3600)
/* RFC 8767 §4: the TTL of a stale answer. */
#define CACHE_STALE_TTL_S 30u
/* RFC 9520 §3.2: failures are kept for at least one second and at most five minutes. */
#define CACHE_FAILURE_MIN_MS 1000u
#define CACHE_FAILURE_MAX_MS 300000u

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* histogram -- counts of times, with percentiles that are exact to one part in 256.
 *
 * What:    buckets grow with the value: 256 to each doubling, so that microseconds and seconds are told with
 *          the same relative precision. Recording is a shift, an addition and one store.
 * Threads: one writer; others may read while it writes (relaxed whole words) and see a moment ago.
 * Memory:  the struct, 70 KiB, of which a stable load touches a few lines.
 * Limits:  values 0..HISTOGRAM_VALUE_MAX; larger ones count as that.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <stdint.h>

#include "base/attr.h"

/* Buckets to each doubling, as a power of two. Too low: p99.9 and p99.99 fall into one bucket. Too high: the
 * counts no longer stay in the processor's second-level cache. */
#define HISTOGRAM_PRECISION_BITS 8
/* The largest value, in bits: 2^40 ns are 18 minutes. */
#define HISTOGRAM_VALUE_BITS 40
#define HISTOGRAM_VALUE_MAX ((UINT64_C(1) << HISTOGRAM_VALUE_BITS) - 1)
#define HISTOGRAM_BUCKETS                                                                          \
	((HISTOGRAM_VALUE_BITS - HISTOGRAM_PRECISION_BITS + 1) << HISTOGRAM_PRECISION_BITS)

struct histogram {
	uint64_t count;
	uint64_t sum;
	uint64_t least; /* UINT64_MAX while nothing is recorded */
	uint64_t largest;
	uint64_t bucket[HISTOGRAM_BUCKETS];
};

void histogram_reset(struct histogram *histogram);

/* The bucket of a value: below 2^bits each value has its own; above, each doubling has 2^bits, told by the
 * bits behind the leading one. */
static inline uint32_t histogram_bucket_of(uint64_t value, uint32_t bits)
{
	if (value >> bits == 0)
		return (uint32_t)value;
	uint32_t shift = 63 - bits - (uint32_t)__builtin_clzll(value);
	return ((shift + 1) << bits) + (uint32_t)((value >> shift) & ((1u << bits) - 1));
}

static inline uint32_t histogram_bucket(uint64_t value)
{
	if (value > HISTOGRAM_VALUE_MAX)
		value = HISTOGRAM_VALUE_MAX;
	return histogram_bucket_of(value, HISTOGRAM_PRECISION_BITS);
}

/* The largest value that falls into a bucket. */
uint64_t histogram_bucket_top_of(uint32_t bucket, uint32_t bits) PURE;
uint64_t histogram_bucket_top(uint32_t bucket) PURE;

static inline void histogram_add_word(uint64_t *word, uint64_t by)
{
	__atomic_store_n(word, *word + by, __ATOMIC_RELAXED);
}

static inline void histogram_record(struct histogram *histogram, uint64_t value)
{
	histogram_add_word(&histogram->bucket[histogram_bucket(value)], 1);
	histogram_add_word(&histogram->count, 1);
	histogram_add_word(&histogram->sum, value);
	if (UNLIKELY(value < histogram->least))
		__atomic_store_n(&histogram->least, value, __ATOMIC_RELAXED);
	if (UNLIKELY(value > histogram->largest))
		__atomic_store_n(&histogram->largest, value, __ATOMIC_RELAXED);
}

/* Adds what another one holds; the other one may be in use. */
void histogram_merge(struct histogram *into, const struct histogram *from);

/* The value that `share` (0..1) of all recorded ones do not exceed; 0 where nothing is recorded. */
uint64_t histogram_percentile(const struct histogram *histogram, double share) PURE;

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* latency -- counts of times that are always on: small enough to stay in the first-level cache.
 *
 * What:    like base/histogram.h with 16 buckets to each doubling, 6 % wide. Times are in ticks of whatever clock
 *          the writer has; readers turn them into time. A value is recorded with a weight, so that packets
 *          that came together cost one write.
 * Threads: one writer; others may read while it writes (relaxed whole words) and see a moment ago.
 * Memory:  the struct, 5 KiB; all zero is empty.
 * Limits:  ticks 0..LATENCY_TICKS_MAX; larger ones count as that.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/histogram.h"

/* Buckets to each doubling, as a power of two. Too low: p99 jumps by a fifth when nothing happened. Too high:
 * writing costs misses of the first-level cache. */
#define LATENCY_PRECISION_BITS 4
/* The largest value, in bits: 2^44 ticks of a 3 GHz processor are 1.6 hours. */
#define LATENCY_TICKS_BITS 44
#define LATENCY_TICKS_MAX ((UINT64_C(1) << LATENCY_TICKS_BITS) - 1)
#define LATENCY_BUCKETS                                                                            \
	((LATENCY_TICKS_BITS - LATENCY_PRECISION_BITS + 1) << LATENCY_PRECISION_BITS)

struct latency {
	uint64_t sum; /* of ticks */
	uint64_t largest;
	uint64_t bucket[LATENCY_BUCKETS];
};

/* Records `weight` values of `ticks`. */
static inline void latency_record(struct latency *latency, uint64_t ticks, uint32_t weight)
{
	if (UNLIKELY(ticks > LATENCY_TICKS_MAX))
		ticks = LATENCY_TICKS_MAX;
	histogram_add_word(&latency->bucket[histogram_bucket_of(ticks, LATENCY_PRECISION_BITS)],
	                   weight);
	histogram_add_word(&latency->sum, ticks * weight);
	if (UNLIKELY(ticks > latency->largest))
		__atomic_store_n(&latency->largest, ticks, __ATOMIC_RELAXED);
}

/* Adds what another one holds; the other one may be in use. `into` belongs to the caller. */
void latency_merge(struct latency *into, const struct latency *from);

/* How many values were recorded. */
uint64_t latency_count(const struct latency *latency) PURE;

/* The largest value of a bucket. */
uint64_t latency_bucket_top(uint32_t bucket) PURE;

/* The ticks that each of the shares (0..1, growing) of all recorded values do not exceed, rounded up to the end of
 * a bucket but not beyond the largest value; 0 where nothing is recorded. Gives how many were recorded. */
uint64_t latency_percentiles(const struct latency *latency, const double *shares, size_t count,
                             uint64_t *out);
/* One of them. */
uint64_t latency_percentile(const struct latency *latency, double share);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What readers do with the counts. */
#include "base/latency.h"

static uint64_t load(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

void latency_merge(struct latency *into, const struct latency *from)
{
	const uint64_t largest = load(&from->largest);
	into->largest = largest > into->largest ? largest : into->largest;
	into->sum += load(&from->sum);
	for (uint32_t i = 0; i < LATENCY_BUCKETS; i++)
		into->bucket[i] += load(&from->bucket[i]);
}

uint64_t latency_count(const struct latency *latency)
{
	uint64_t count = 0;
	for (uint32_t i = 0; i < LATENCY_BUCKETS; i++)
		count += load(&latency->bucket[i]);
	return count;
}

uint64_t latency_bucket_top(uint32_t bucket)
{
	return histogram_bucket_top_of(bucket, LATENCY_PRECISION_BITS);
}

/* The least rank that covers the share: of 10 values, p99 is the tenth. */
static uint64_t rank_of(double share, uint64_t count)
{
	const double exact = share * (double)count;
	uint64_t rank = (uint64_t)exact;
	rank += (double)rank < exact;
	if (rank > count)
		return count;
	return rank > 0 ? rank : 1;
}

uint64_t latency_percentiles(const struct latency *latency, const double *shares, size_t count,
                             uint64_t *out)
{
	const uint64_t all = latency_count(latency);
	const uint64_t largest = load(&latency->largest);
	uint64_t seen = 0;
	size_t at = 0;
	for (uint32_t i = 0; i < LATENCY_BUCKETS && all > 0; i++) {
		const uint64_t top = latency_bucket_top(i);
		seen += load(&latency->bucket[i]);
		for (; at < count && seen >= rank_of(shares[at], all); at++)
			out[at] = top < largest ? top : largest;
	}
	for (; at < count; at++)
		out[at] = all > 0 ? largest : 0;
	return all;
}

uint64_t latency_percentile(const struct latency *latency, double share)
{
	uint64_t ticks;
	latency_percentiles(latency, &share, 1, &ticks);
	return ticks;
}

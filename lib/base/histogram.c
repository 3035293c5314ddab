/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What is done with the counts, now and then. */
#include "base/histogram.h"

#include <string.h>

void histogram_reset(struct histogram *histogram)
{
	memset(histogram, 0, sizeof(*histogram));
	histogram->least = UINT64_MAX;
}

uint64_t histogram_bucket_top_of(uint32_t bucket, uint32_t bits)
{
	uint32_t group = bucket >> bits;
	uint64_t low = bucket & ((1u << bits) - 1);
	if (group == 0)
		return low;
	return (((UINT64_C(1) << bits) + low + 1) << (group - 1)) - 1;
}

uint64_t histogram_bucket_top(uint32_t bucket)
{
	return histogram_bucket_top_of(bucket, HISTOGRAM_PRECISION_BITS);
}

static uint64_t load(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	uint64_t least = load(&from->least);
	uint64_t largest = load(&from->largest);
	into->count += load(&from->count);
	into->sum += load(&from->sum);
	into->least = least < into->least ? least : into->least;
	into->largest = largest > into->largest ? largest : into->largest;
	for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		into->bucket[i] += load(&from->bucket[i]);
}

uint64_t histogram_percentile(const struct histogram *histogram, double share)
{
	uint64_t total = 0;
	uint64_t seen = 0;
	for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		total += load(&histogram->bucket[i]);
	uint64_t wanted = (uint64_t)(share * (double)total + 0.999999);
	if (wanted > total)
		wanted = total;
	for (uint32_t i = 0; i < HISTOGRAM_BUCKETS && total > 0; i++) {
		seen += load(&histogram->bucket[i]);
		if (seen >= wanted && seen > 0) {
			uint64_t top = histogram_bucket_top(i);
			return top < histogram->largest ? top : histogram->largest;
		}
	}
	return 0;
}

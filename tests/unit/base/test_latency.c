/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Coarse buckets, weights and percentiles. */
#include "base/latency.h"

#include <string.h>

#include "unit.h"

static struct latency one, other;

static void clear(void)
{
	memset(&one, 0, sizeof(one));
	memset(&other, 0, sizeof(other));
}

static void test_buckets(void)
{
	for (uint64_t ticks = 1; ticks < LATENCY_TICKS_MAX / 3; ticks *= 3) {
		const uint32_t bucket = histogram_bucket_of(ticks, LATENCY_PRECISION_BITS);
		CU_ASSERT_TRUE_FATAL(bucket < LATENCY_BUCKETS);
		const uint64_t top = latency_bucket_top(bucket);
		CU_ASSERT_TRUE(top >= ticks && top - ticks <= ticks / 16);
		CU_ASSERT_TRUE(bucket == 0 || latency_bucket_top(bucket - 1) < ticks);
	}
	CU_ASSERT_EQUAL(latency_bucket_top(LATENCY_BUCKETS - 1), LATENCY_TICKS_MAX);
}

static void test_weights(void)
{
	clear();
	CU_ASSERT_EQUAL(latency_percentile(&one, 0.5), 0);
	latency_record(&one, 10, 90);
	latency_record(&one, 1000, 9);
	latency_record(&one, 1000000, 1);
	CU_ASSERT_EQUAL(latency_count(&one), 100);
	CU_ASSERT_EQUAL(one.sum, 900 + 9000 + 1000000);
	CU_ASSERT_EQUAL(latency_percentile(&one, 0.5), 10);
	CU_ASSERT_EQUAL(latency_percentile(&one, 0.9), 10);
	CU_ASSERT_TRUE(latency_percentile(&one, 0.99) >= 1000);
	CU_ASSERT_TRUE(latency_percentile(&one, 0.99) < 1000 + 1000 / 16);
	CU_ASSERT_EQUAL(latency_percentile(&one, 1), 1000000); /* no more than was seen */
	CU_ASSERT_EQUAL(latency_percentile(&one, 0), 10);
}

static void test_largest(void)
{
	clear();
	latency_record(&one, UINT64_MAX, 2);
	CU_ASSERT_EQUAL(latency_count(&one), 2);
	CU_ASSERT_EQUAL(one.largest, LATENCY_TICKS_MAX);
	CU_ASSERT_EQUAL(latency_percentile(&one, 0.5), LATENCY_TICKS_MAX);
}

static void test_merge(void)
{
	clear();
	for (uint64_t ticks = 1; ticks <= 15; ticks++)
		latency_record(ticks % 2 == 0 ? &one : &other, ticks, 3);
	latency_merge(&one, &other);
	CU_ASSERT_EQUAL(latency_count(&one), 45);
	CU_ASSERT_EQUAL(one.sum, 3 * 120);
	CU_ASSERT_EQUAL(one.largest, 15);
	for (uint64_t ticks = 1; ticks <= 15; ticks++)
		CU_ASSERT_EQUAL(one.bucket[ticks], 3);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"buckets grow with the value", test_buckets},
	    {"a value counts as often as its weight", test_weights},
	    {"too large counts as the largest", test_largest},
	    {"merging adds", test_merge},
	};
	return unit_main(argc, argv, "base/latency", cases, ARRAY_COUNT(cases));
}

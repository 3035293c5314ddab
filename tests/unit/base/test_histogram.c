/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Buckets that lie side by side, and percentiles against values counted one by one. */
#include "base/histogram.h"

#include <stdlib.h>

#include "unit.h"

static struct histogram one, other;

static void test_buckets(void)
{
	uint32_t before = 0;
	for (uint64_t value = 1; value < 100000; value++) {
		uint32_t bucket = histogram_bucket(value);
		CU_ASSERT_TRUE_FATAL(bucket == before || bucket == before + 1);
		CU_ASSERT_TRUE_FATAL(value <= histogram_bucket_top(bucket));
		CU_ASSERT_TRUE_FATAL(bucket == 0 || value > histogram_bucket_top(bucket - 1));
		before = bucket;
	}
	CU_ASSERT_EQUAL(histogram_bucket(HISTOGRAM_VALUE_MAX), HISTOGRAM_BUCKETS - 1);
	CU_ASSERT_EQUAL(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
	CU_ASSERT_EQUAL(histogram_bucket_top(HISTOGRAM_BUCKETS - 1), HISTOGRAM_VALUE_MAX);
}

static void test_precision(void)
{
	for (uint64_t value = 1; value < HISTOGRAM_VALUE_MAX / 3; value *= 3) {
		uint64_t top = histogram_bucket_top(histogram_bucket(value));
		CU_ASSERT_TRUE(top >= value && top - value <= value / 256);
	}
}

static void test_percentiles(void)
{
	histogram_reset(&one);
	CU_ASSERT_EQUAL(histogram_percentile(&one, 0.5), 0);
	for (uint64_t value = 1; value <= 200; value++)
		histogram_record(&one, value);
	CU_ASSERT_EQUAL(histogram_percentile(&one, 0.5), 100);
	CU_ASSERT_EQUAL(histogram_percentile(&one, 0.99), 198);
	CU_ASSERT_EQUAL(histogram_percentile(&one, 0.999), 200);
	CU_ASSERT_EQUAL(histogram_percentile(&one, 1), 200);
	CU_ASSERT_EQUAL(histogram_percentile(&one, 0), 1);
	CU_ASSERT_EQUAL(one.least, 1);
	CU_ASSERT_EQUAL(one.largest, 200);
	CU_ASSERT_EQUAL(one.sum, 20100);
	histogram_record(&one, 1000003);
	CU_ASSERT_EQUAL(histogram_percentile(&one, 1), 1000003); /* no more than was seen */
}

static void test_merge(void)
{
	histogram_reset(&one);
	histogram_reset(&other);
	for (uint64_t value = 1; value <= 100; value++)
		histogram_record(value % 2 == 0 ? &one : &other, value);
	histogram_merge(&one, &other);
	CU_ASSERT_EQUAL(one.count, 100);
	CU_ASSERT_EQUAL(one.sum, 5050);
	CU_ASSERT_EQUAL(one.least, 1);
	CU_ASSERT_EQUAL(one.largest, 100);
	CU_ASSERT_EQUAL(histogram_percentile(&one, 0.9), 90);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"buckets lie side by side, without holes", test_buckets},
	    {"a bucket is no wider than one part in 256", test_precision},
	    {"percentiles are those of the values counted", test_percentiles},
	    {"two become one", test_merge},
	};
	return unit_main(argc, argv, "base/histogram", cases, ARRAY_COUNT(cases));
}

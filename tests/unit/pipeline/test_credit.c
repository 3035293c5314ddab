/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Credits by themselves: never more than the limit in use, hysteresis, waits. */
#include "pipeline/credit.h"

#include "unit.h"

static void test_hands_out_no_more_than_the_limit(void)
{
	struct credit credit;
	credit_init(&credit, 10, 32);
	CU_ASSERT_EQUAL(credit_left(&credit), 10);
	credit_take(&credit, 10);
	CU_ASSERT_EQUAL(credit_left(&credit), 0);
	credit_put(&credit, 3);
	CU_ASSERT_EQUAL(credit_left(&credit), 3);
}

static void test_looks_only_when_low(void)
{
	struct credit credit;
	credit_init(&credit, 1024, 32);
	credit_take(&credit, 100);
	credit_put(&credit, 100);
	CU_ASSERT_EQUAL(credit_left(&credit), 924); /* plenty: the consumer's line is not touched */
	credit_take(&credit, 900);
	CU_ASSERT_EQUAL(credit_left(&credit), 124); /* low: now it is */
}

static void test_block_resumes_with_a_useful_number(void)
{
	struct credit credit;
	credit_init(&credit, 256, 32);
	credit_take(&credit, 256);
	CU_ASSERT_EQUAL(credit_open(&credit), 0);
	credit_put(&credit, 31);
	CU_ASSERT_EQUAL(credit_open(&credit), 0);
	credit_put(&credit, 1);
	CU_ASSERT_EQUAL(credit_open(&credit), 32);
	CU_ASSERT_EQUAL(credit.waits, 1);
}

static void test_smallest_limit_works(void)
{
	struct credit credit;
	credit_init(&credit, 1, 32);
	for (int i = 1; i <= 5; i++) {
		CU_ASSERT_EQUAL(credit_open(&credit), 1);
		credit_take(&credit, 1);
		CU_ASSERT_EQUAL(credit_open(&credit), 0);
		CU_ASSERT_EQUAL(credit.waits, (uint64_t)i);
		credit_put(&credit, 1);
	}
}

static void test_random_use_stays_within_the_limit(void)
{
	struct credit credit;
	uint32_t seed = 12345;
	uint32_t in_use = 0;
	credit_init(&credit, 77, 32);
	for (int i = 0; i < 100000; i++) {
		seed = seed * 1664525u + 1013904223u;
		uint32_t left = credit_left(&credit);
		CU_ASSERT_FATAL(left + in_use <= 77);
		uint32_t count = (seed >> 8) % (left + 1);
		credit_take(&credit, count);
		in_use += count;
		count = (seed >> 16) % (in_use + 1);
		credit_put(&credit, count);
		in_use -= count;
	}
	credit_put(&credit, in_use);
	CU_ASSERT_EQUAL(credit.handed, credit.done);
	credit_take(&credit, credit_left(&credit) - 1); /* runs low, so that it looks */
	CU_ASSERT(credit_left(&credit) <= 77);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"hands_out_no_more_than_the_limit", test_hands_out_no_more_than_the_limit},
	    {"looks_only_when_low", test_looks_only_when_low},
	    {"block_resumes_with_a_useful_number", test_block_resumes_with_a_useful_number},
	    {"smallest_limit_works", test_smallest_limit_works},
	    {"random_use_stays_within_the_limit", test_random_use_stays_within_the_limit},
	};
	return unit_main(argc, argv, "pipeline/credit", cases, ARRAY_COUNT(cases));
}

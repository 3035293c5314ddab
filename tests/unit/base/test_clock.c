/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The clock never goes back and can be moved ahead. */
#include "base/clock.h"

#include "unit.h"

static void test_never_goes_back(void)
{
	uint64_t last = clock_now_us();
	for (int i = 0; i < 100000; i++) {
		uint64_t now = clock_now_us();
		CU_ASSERT_FATAL(now >= last);
		last = now;
	}
}

static void test_can_be_moved_ahead(void)
{
	uint64_t now_us = clock_now_us();
	uint64_t calendar_s = clock_calendar_s();
	uint64_t steady_us = clock_steady_us();
	CU_ASSERT_EQUAL(clock_advanced_us(), 0);
	clock_advance_us(3600u * 1000000u);
	CU_ASSERT_EQUAL(clock_advanced_us(), 3600u * 1000000u);
	CU_ASSERT(clock_steady_us() >= steady_us);
	CU_ASSERT(clock_steady_us() < steady_us + 3600u * 1000000u);
	CU_ASSERT(clock_now_us() >= now_us + 3600u * 1000000u);
	CU_ASSERT(clock_calendar_s() >= calendar_s + 3600);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"never_goes_back", test_never_goes_back},
	    {"can_be_moved_ahead", test_can_be_moved_ahead},
	};
	return unit_main(argc, argv, "base/clock", cases, ARRAY_COUNT(cases));
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Slots taken, found and given up, and times that queries are due. */
#include "load/flight.h"

#include "load/load_limits.h"
#include "load/pace.h"
#include "unit.h"

static void test_limits(void)
{
	struct flight flight;
	CU_ASSERT_EQUAL(flight_create(LOAD_FLIGHT_BITS_MIN - 1, &flight), RESULT_OUT_OF_RANGE);
	CU_ASSERT_EQUAL(flight_create(LOAD_FLIGHT_BITS_MAX + 1, &flight), RESULT_OUT_OF_RANGE);
}

static void test_round(void)
{
	struct flight flight;
	CU_ASSERT_EQUAL_FATAL(flight_create(10, &flight), RESULT_OK);
	CU_ASSERT_PTR_NULL(flight_find(&flight, 0));
	for (uint32_t i = 0; i < 1024; i++) {
		CU_ASSERT_TRUE(flight_has_room(&flight));
		CU_ASSERT_EQUAL(flight_take(&flight), i);
		flight.slots[i].sent_tsc = i;
	}
	CU_ASSERT_FALSE(flight_has_room(&flight));
	CU_ASSERT_EQUAL(flight.waiting, 1024);
	CU_ASSERT_PTR_NULL(flight_find(&flight, 1024));

	/* One in the middle is answered: found once, and no room yet, since the oldest waits. */
	struct flight_slot *slot = flight_find(&flight, 500);
	CU_ASSERT_PTR_NOT_NULL_FATAL(slot);
	flight_done(&flight, slot);
	CU_ASSERT_PTR_NULL(flight_find(&flight, 500));
	CU_ASSERT_EQUAL(flight_expire(&flight, 0), 0);
	CU_ASSERT_FALSE(flight_has_room(&flight));

	/* Those before 600 are given up, but for the one that was answered. */
	CU_ASSERT_EQUAL(flight_expire(&flight, 600), 599);
	CU_ASSERT_EQUAL(flight.waiting, 424);
	CU_ASSERT_TRUE(flight_has_room(&flight));
	CU_ASSERT_PTR_NULL(flight_find(&flight, 599));
	CU_ASSERT_PTR_NOT_NULL(flight_find(&flight, 600));
	CU_ASSERT_EQUAL(flight_take(&flight), 0); /* round the ring */
	flight_destroy(&flight);
}

static void test_pace(void)
{
	struct pace pace;
	pace_start(&pace, 1000, 3000000000u, 7);
	CU_ASSERT_FALSE(pace_is_due(&pace, 999));
	CU_ASSERT_TRUE(pace_is_due(&pace, 1000));
	for (uint64_t i = 0; i <= 7000000; i++) {
		uint64_t due = pace_take(&pace);
		uint64_t exact = 1000 + i * 3000000000u / 7;
		CU_ASSERT_TRUE_FATAL(due <= exact && exact - due <= 1);
	}
}

/* A generator that was away sends what it missed, each with the time when it was due. */
static void test_catch_up(void)
{
	struct pace pace;
	pace_start(&pace, 0, 1000, 100);
	uint64_t late = 0;
	while (pace_is_due(&pace, 1000))
		late += 1000 - pace_take(&pace);
	CU_ASSERT_EQUAL(pace.next, 1010);
	CU_ASSERT_EQUAL(late, 50500); /* 0 + 10 + ... + 1000 */
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"sizes that are refused", test_limits},
	    {"taken, found once, given up in order", test_round},
	    {"due times add no error", test_pace},
	    {"what was missed is due at its own time", test_catch_up},
	};
	return unit_main(argc, argv, "load/flight", cases, ARRAY_COUNT(cases));
}

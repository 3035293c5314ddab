/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The meter lets a limit's rate through, holds back what is more, forgets, and finds heavy keys among
 * many light ones. */
#include <stdlib.h>

#include "guard/meter.h"
#include "unit.h"

static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= UINT64_C(0xff51afd7ed558ccd);
	x ^= x >> 33;
	x *= UINT64_C(0xc4ceb9fe1a85ec53);
	return x ^ x >> 33;
}

static struct meter *create(uint32_t keys)
{
	struct meter *meter = NULL;
	CU_ASSERT_EQUAL_FATAL(meter_create(keys, METER_WINDOW_MS, &meter), RESULT_OK);
	return meter;
}

/* Uses a key at `rate` a second for ten windows; gives how many a second passed in the last five. */
static double passed_over(uint32_t rate, uint32_t limit, uint32_t window_ms)
{
	struct meter *meter = NULL;
	CU_ASSERT_EQUAL_FATAL(meter_create(1000, window_ms, &meter), RESULT_OK);
	uint32_t price = meter_price(limit, window_ms);
	uint64_t uses = (uint64_t)rate * 10 * window_ms / 1000;
	uint64_t passed = 0;
	for (uint64_t i = 0; i < uses; i++) {
		uint32_t now_ms = 1000 + (uint32_t)(i * 1000 / rate);
		if (meter_take(meter, mix(1), price, now_ms) && i >= uses / 2)
			passed++;
	}
	meter_free(meter);
	return (double)passed * 1000 / 5 / window_ms;
}

static double passed_per_second(uint32_t rate, uint32_t limit)
{
	return passed_over(rate, limit, METER_WINDOW_MS);
}

static void below_the_limit_everything_passes(void)
{
	CU_ASSERT_DOUBLE_EQUAL(passed_per_second(90, 100), 90, 0.2);
	CU_ASSERT_DOUBLE_EQUAL(passed_per_second(9, 10), 9, 0.2);
	CU_ASSERT_DOUBLE_EQUAL(passed_per_second(900, 1000), 900, 0.2);
}

static void above_the_limit_about_the_limit_passes(void)
{
	CU_ASSERT_DOUBLE_EQUAL(passed_per_second(1000, 100), 100, 12);
	CU_ASSERT_DOUBLE_EQUAL(passed_per_second(20000, 100), 100, 12);
	CU_ASSERT_DOUBLE_EQUAL(passed_per_second(5000, 1000), 1000, 120);
}

/* Long windows make prices far below one: their fractions must count. */
static void windows_of_any_length_hold_the_limit(void)
{
	CU_ASSERT_DOUBLE_EQUAL(passed_over(45, 50, 60000), 45, 0.2);
	CU_ASSERT_DOUBLE_EQUAL(passed_over(500, 50, 60000), 50, 5);
	CU_ASSERT_DOUBLE_EQUAL(passed_over(4000, 2000, 60000), 2000, 200);
	CU_ASSERT_DOUBLE_EQUAL(passed_over(100, 20, METER_WINDOW_MAX_MS), 20, 2);
	CU_ASSERT_DOUBLE_EQUAL(passed_over(4000, 500, METER_WINDOW_MIN_MS), 500, 100);
}

static void a_flood_is_forgotten(void)
{
	struct meter *meter = create(100);
	uint32_t price = meter_price(100, METER_WINDOW_MS);
	for (unsigned i = 0; i < 10000; i++)
		(void)meter_take(meter, mix(5), price, 1000);
	CU_ASSERT_FALSE(meter_take(meter, mix(5), price, 1000));
	CU_ASSERT_TRUE(meter_take(meter, mix(5), price, 1000 + METER_WINDOW_MS));
	unsigned passed = 0;
	while (meter_take(meter, mix(5), price, 1000 + 32 * METER_WINDOW_MS))
		passed++;
	CU_ASSERT_EQUAL(passed, 100 * METER_WINDOW_MS / 1000);
	meter_free(meter);
}

static void a_heavy_key_is_found_among_many_light_ones(void)
{
	struct meter *meter = create(1500);
	uint32_t price = meter_price(100, METER_WINDOW_MS);
	unsigned passed = 0;
	srand(3);
	for (unsigned i = 0; i < 200000; i++) {
		uint32_t now_ms = 1000 + i / 20; /* 20,000 a second for ten seconds */
		if (i % 10 == 0)
			passed += meter_take(meter, mix(42), price, now_ms);
		else
			(void)meter_take(meter, mix((uint64_t)rand() << 20), price, now_ms);
	}
	/* 2,000 a second were asked for, 100 are allowed; without the table's help all would pass. */
	CU_ASSERT_TRUE(passed < 2400);
	meter_free(meter);
}

static void prices(void)
{
	CU_ASSERT_EQUAL(meter_price(1, METER_WINDOW_MS) >> METER_PRICE_BITS, 44370);
	CU_ASSERT_EQUAL(meter_price(1, METER_WINDOW_MIN_MS) >> METER_PRICE_BITS, METER_LOAD_MAX);
	CU_ASSERT_EQUAL(meter_price(UINT32_MAX, METER_WINDOW_MAX_MS), 1);
	struct meter *meter = NULL;
	CU_ASSERT_EQUAL(meter_create(0, METER_WINDOW_MS, &meter), RESULT_OUT_OF_RANGE);
	CU_ASSERT_EQUAL(meter_create(1, METER_WINDOW_MIN_MS - 1, &meter), RESULT_OUT_OF_RANGE);
	CU_ASSERT_EQUAL(meter_create(1, METER_WINDOW_MAX_MS + 1, &meter), RESULT_OUT_OF_RANGE);
}

static const struct unit_case cases[] = {
    {"below_the_limit_everything_passes", below_the_limit_everything_passes},
    {"above_the_limit_about_the_limit_passes", above_the_limit_about_the_limit_passes},
    {"windows_of_any_length_hold_the_limit", windows_of_any_length_hold_the_limit},
    {"a_flood_is_forgotten", a_flood_is_forgotten},
    {"a_heavy_key_is_found_among_many_light_ones", a_heavy_key_is_found_among_many_light_ones},
    {"prices", prices},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "guard/meter", cases, ARRAY_COUNT(cases));
}

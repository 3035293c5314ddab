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
	CU_ASSERT_EQUAL_FATAL(meter_create(keys, &meter), RESULT_OK);
	return meter;
}

/* Uses a key at `rate` a second for ten seconds; gives how many a second passed in the last five. */
static double passed_per_second(uint32_t rate, uint32_t limit)
{
	struct meter *meter = create(1000);
	uint32_t price = meter_price(limit);
	uint64_t passed = 0;
	for (uint32_t i = 0; i < rate * 10; i++) {
		uint32_t now_ms = 1000 + (uint32_t)((uint64_t)i * 1000 / rate);
		if (meter_take(meter, mix(1), price, now_ms) && i >= rate * 5)
			passed++;
	}
	meter_free(meter);
	return (double)passed / 5;
}

static void below_the_limit_everything_passes(void)
{
	CU_ASSERT_DOUBLE_EQUAL(passed_per_second(90, 100), 90, 0.01);
	CU_ASSERT_DOUBLE_EQUAL(passed_per_second(9, 10), 9, 0.01);
	CU_ASSERT_DOUBLE_EQUAL(passed_per_second(900, 1000), 900, 0.01);
}

static void above_the_limit_about_the_limit_passes(void)
{
	CU_ASSERT_DOUBLE_EQUAL(passed_per_second(1000, 100), 100, 12);
	CU_ASSERT_DOUBLE_EQUAL(passed_per_second(20000, 100), 100, 12);
	CU_ASSERT_DOUBLE_EQUAL(passed_per_second(5000, 1000), 1000, 120);
}

static void a_flood_is_forgotten(void)
{
	struct meter *meter = create(100);
	uint32_t price = meter_price(100);
	for (unsigned i = 0; i < 10000; i++)
		(void)meter_take(meter, mix(5), price, 1000);
	CU_ASSERT_FALSE(meter_take(meter, mix(5), price, 1000));
	CU_ASSERT_TRUE(meter_take(meter, mix(5), price, 1000 + METER_HALF_LIFE_MS));
	unsigned passed = 0;
	while (meter_take(meter, mix(5), price, 1000 + 32 * METER_HALF_LIFE_MS))
		passed++;
	CU_ASSERT_EQUAL(passed, METER_LOAD_MAX / price);
	meter_free(meter);
}

static void a_heavy_key_is_found_among_many_light_ones(void)
{
	struct meter *meter = create(1500);
	uint32_t price = meter_price(100);
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
	CU_ASSERT_EQUAL(meter_price(1), 44370);
	CU_ASSERT_EQUAL(meter_price(1000000), 1);
	struct meter *meter = NULL;
	CU_ASSERT_EQUAL(meter_create(0, &meter), RESULT_OUT_OF_RANGE);
}

static const struct unit_case cases[] = {
    {"below_the_limit_everything_passes", below_the_limit_everything_passes},
    {"above_the_limit_about_the_limit_passes", above_the_limit_about_the_limit_passes},
    {"a_flood_is_forgotten", a_flood_is_forgotten},
    {"a_heavy_key_is_found_among_many_light_ones", a_heavy_key_is_found_among_many_light_ones},
    {"prices", prices},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "guard/meter", cases, ARRAY_COUNT(cases));
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What is frequent stays, what is told is never too little, and windows turn. */
#include "base/heavy.h"

#include <string.h>

#include "unit.h"

static struct heavy *heavy;

static uint64_t hash_of(uint64_t key)
{
	uint64_t hash = (key + 1) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ (hash >> 31);
}

static void add(uint64_t key, uint32_t weight, uint32_t window)
{
	heavy_add(heavy, hash_of(key), &key, sizeof(key), weight, window);
}

/* False: it is not kept. */
static bool find(uint64_t key, uint32_t window, struct heavy_item *out)
{
	for (uint32_t i = 0; i < heavy_entries(heavy); i++)
		if (heavy_read(heavy, i, window, out) && out->hash == hash_of(key) &&
		    out->len == sizeof(key) && memcmp(out->key, &key, sizeof(key)) == 0)
			return true;
	return false;
}

static void make(uint32_t entries)
{
	CU_ASSERT_EQUAL_FATAL(heavy_create(entries, sizeof(uint64_t), &heavy), RESULT_OK);
}

static void test_exact(void)
{
	struct heavy_item item;
	make(64);
	for (uint64_t key = 1; key <= 5; key++)
		for (uint64_t i = 0; i < key; i++)
			add(key, 10, 7);
	for (uint64_t key = 1; key <= 5; key++) {
		CU_ASSERT_TRUE_FATAL(find(key, 7, &item));
		CU_ASSERT_EQUAL(item.now, key * 10);
		CU_ASSERT_EQUAL(item.before, 0);
		CU_ASSERT_EQUAL(item.error, 0);
	}
	CU_ASSERT_FALSE(find(6, 7, &item));
	heavy_destroy(heavy);
}

static void test_windows(void)
{
	struct heavy_item item;
	make(64);
	add(1, 3, 7);
	CU_ASSERT_TRUE_FATAL(find(1, 8, &item)); /* the writer has not been here since */
	CU_ASSERT_EQUAL(item.now, 0);
	CU_ASSERT_EQUAL(item.before, 3);
	add(1, 2, 8);
	CU_ASSERT_TRUE_FATAL(find(1, 8, &item));
	CU_ASSERT_EQUAL(item.now, 2);
	CU_ASSERT_EQUAL(item.before, 3);
	CU_ASSERT_TRUE_FATAL(find(1, 9, &item));
	CU_ASSERT_EQUAL(item.before, 2);
	CU_ASSERT_FALSE(find(1, 10, &item)); /* forgotten */
	add(1, 1, 20);
	CU_ASSERT_TRUE_FATAL(find(1, 20, &item));
	CU_ASSERT_EQUAL(item.before, 0);
	heavy_destroy(heavy);
}

/* A thousand names that come once each, and three that come often among them. */
static void test_flood(void)
{
	struct heavy_item item;
	uint64_t next = 1000;
	make(64);
	for (unsigned round = 0; round < 5000; round++) {
		for (uint64_t key = 1; key <= 3 && round % key == 0; key++)
			add(key, 1, 1);
		for (unsigned i = 0; i < 3; i++)
			add(next++, 1, 1);
	}
	for (uint64_t key = 1; key <= 2; key++) {
		const uint32_t truth = 5000 / (uint32_t)key;
		CU_ASSERT_TRUE_FATAL(find(key, 1, &item));
		CU_ASSERT_TRUE(item.now >= truth);
		CU_ASSERT_TRUE(item.now - item.error <= truth);
	}
	heavy_destroy(heavy);
}

static void test_peek(void)
{
	struct heavy_item item;
	unsigned seen = 0;
	make(HEAVY_WAYS);
	add(1, 4, 1);
	for (uint32_t i = 0; i < heavy_entries(heavy); i++)
		if (heavy_peek(heavy, i, 1, &item))
			seen += item.now;
	CU_ASSERT_EQUAL(seen, 4);
	heavy_destroy(heavy);
	heavy_destroy(NULL);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"few keys are counted exactly", test_exact},
	    {"counts are of this window and the one before", test_windows},
	    {"frequent keys stay in a flood of rare ones", test_flood},
	    {"counts without keys", test_peek},
	};
	return unit_main(argc, argv, "base/heavy", cases, ARRAY_COUNT(cases));
}

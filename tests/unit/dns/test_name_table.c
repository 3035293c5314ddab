/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The hash table of names: nothing is lost where buckets are full, tags are equal or the end of the table is
 * reached, and free slots match nothing. */
#include "dns/name_table.h"

#include <string.h>

#include "unit.h"

#define BUCKETS 3

static struct name_table_bucket buckets[BUCKETS];
static struct name_table table = {.bucket = buckets, .bucket_count = BUCKETS};

static void reset(void)
{
	memset(buckets, 0, sizeof(buckets));
}

/* A hash with that tag whose probe starts at that bucket. */
static uint64_t hash_of(uint32_t tag, uint32_t bucket)
{
	const uint64_t low = (UINT64_C(1) << 32) / BUCKETS * bucket + 7;
	return (uint64_t)tag << 32 | low;
}

/* The references that are given for a hash, one decimal digit each. */
static unsigned given(uint64_t hash)
{
	struct name_table_probe probe = name_table_probe(&table, hash);
	unsigned all = 0;
	for (uint32_t ref; (ref = name_table_next(&table, &probe)) != 0;) {
		CU_ASSERT_EQUAL(probe.bucket->ref[probe.slot], ref);
		all = all * 10 + ref;
	}
	return all;
}

static void every_slot_is_found(void)
{
	reset();
	for (uint32_t i = 1; i <= NAME_TABLE_SLOTS; i++) {
		CU_ASSERT_EQUAL(given(hash_of(i, 1)), 0);
		name_table_add(&table, hash_of(i, 1), i);
	}
	for (uint32_t i = 1; i <= NAME_TABLE_SLOTS; i++)
		CU_ASSERT_EQUAL(given(hash_of(i, 1)), i);
	CU_ASSERT_EQUAL(given(hash_of(9, 1)), 0);
}

static void equal_tags_are_given_one_after_the_other(void)
{
	reset();
	name_table_add(&table, hash_of(5, 0), 1);
	name_table_add(&table, hash_of(6, 0), 2);
	name_table_add(&table, hash_of(5, 0), 3);
	CU_ASSERT_EQUAL(given(hash_of(5, 0)), 13);
	CU_ASSERT_EQUAL(given(hash_of(6, 0)), 2);
}

static void full_buckets_lead_on_round_the_end(void)
{
	reset();
	for (uint32_t i = 0; i < NAME_TABLE_SLOTS; i++)
		name_table_add(&table, hash_of(100 + i, BUCKETS - 1), 9);
	name_table_add(&table, hash_of(5, BUCKETS - 1), 4);
	CU_ASSERT_EQUAL(buckets[0].ref[0], 4);
	CU_ASSERT_EQUAL(given(hash_of(5, BUCKETS - 1)), 4);
	CU_ASSERT_EQUAL(given(hash_of(100, BUCKETS - 1)), 9);
}

static void free_slots_match_nothing(void)
{
	reset();
	CU_ASSERT_EQUAL(given(hash_of(0, 2)), 0);
	name_table_add(&table, hash_of(0, 2), 3);
	CU_ASSERT_EQUAL(given(hash_of(0, 2)), 3);
}

static const struct unit_case cases[] = {
    {"every_slot_is_found", every_slot_is_found},
    {"equal_tags_are_given_one_after_the_other", equal_tags_are_given_one_after_the_other},
    {"full_buckets_lead_on_round_the_end", full_buckets_lead_on_round_the_end},
    {"free_slots_match_nothing", free_slots_match_nothing},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "dns/name_table", cases, ARRAY_COUNT(cases));
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Prefix sets: exact borders of every prefix length, both families, bad input, and a random set against
 * the obvious slow way. */
#include <stdlib.h>
#include <string.h>

#include "guard/acl.h"
#include "unit.h"

static struct acl *create(const struct acl_prefix *prefixes, size_t count)
{
	struct acl *acl = NULL;
	CU_ASSERT_EQUAL_FATAL(acl_create(prefixes, count, &acl), RESULT_OK);
	return acl;
}

static void empty_matches_nobody(void)
{
	struct acl *acl = create(NULL, 0);
	CU_ASSERT_FALSE(acl_match(acl, 4, (const uint8_t[4]){127, 0, 0, 1}));
	CU_ASSERT_FALSE(acl_match(acl, 6, (const uint8_t[16]){0}));
	acl_free(acl);
}

static void borders_of_a_v4_prefix(void)
{
	const struct acl_prefix prefix = {4, 9, {10, 255, 1, 1}};
	struct acl *acl = create(&prefix, 1);
	CU_ASSERT_TRUE(acl_match(acl, 4, (const uint8_t[4]){10, 128, 0, 0}));
	CU_ASSERT_TRUE(acl_match(acl, 4, (const uint8_t[4]){10, 255, 255, 255}));
	CU_ASSERT_FALSE(acl_match(acl, 4, (const uint8_t[4]){10, 127, 255, 255}));
	CU_ASSERT_FALSE(acl_match(acl, 4, (const uint8_t[4]){11, 0, 0, 0}));
	CU_ASSERT_FALSE(acl_match(acl, 6, (const uint8_t[16]){10, 128}));
	acl_free(acl);
}

static void zero_length_matches_its_family_only(void)
{
	const struct acl_prefix prefix = {4, 0, {1, 2, 3, 4}};
	struct acl *acl = create(&prefix, 1);
	CU_ASSERT_TRUE(acl_match(acl, 4, (const uint8_t[4]){203, 0, 113, 9}));
	CU_ASSERT_FALSE(acl_match(acl, 6, (const uint8_t[16]){0x20, 1}));
	acl_free(acl);
}

static void every_v6_length_has_exact_borders(void)
{
	for (unsigned length = 1; length <= 128; length++) {
		struct acl_prefix prefix = {6, (uint8_t)length, {0}};
		memset(prefix.octets, 0xaa, 16);
		struct acl *acl = create(&prefix, 1);
		uint8_t address[16];
		memset(address, 0xaa, 16);
		CU_ASSERT_TRUE(acl_match(acl, 6, address));
		if (length < 128) {
			address[length / 8] ^= (uint8_t)(0x80 >> length % 8);
			CU_ASSERT_TRUE(acl_match(acl, 6, address));
			address[length / 8] ^= (uint8_t)(0x80 >> length % 8);
		}
		address[(length - 1) / 8] ^= (uint8_t)(0x80 >> (length - 1) % 8);
		CU_ASSERT_FALSE(acl_match(acl, 6, address));
		acl_free(acl);
	}
}

static void bad_prefixes_are_refused(void)
{
	struct acl *acl = NULL;
	CU_ASSERT_EQUAL(acl_create(&(struct acl_prefix){4, 33, {0}}, 1, &acl), RESULT_OUT_OF_RANGE);
	CU_ASSERT_EQUAL(acl_create(&(struct acl_prefix){6, 129, {0}}, 1, &acl),
	                RESULT_OUT_OF_RANGE);
	CU_ASSERT_EQUAL(acl_create(&(struct acl_prefix){5, 1, {0}}, 1, &acl), RESULT_OUT_OF_RANGE);
	CU_ASSERT_PTR_NULL(acl);
}

static bool slow_match(const struct acl_prefix *prefix, const uint8_t *octets)
{
	for (unsigned bit = 0; bit < prefix->length; bit++) {
		unsigned shift = 7 - bit % 8;
		if ((prefix->octets[bit / 8] >> shift & 1) != (octets[bit / 8] >> shift & 1))
			return false;
	}
	return true;
}

static void random_set_agrees_with_the_slow_way(void)
{
	enum {
		PREFIXES = 3000,
		ADDRESSES = 20000
	};
	struct acl_prefix *prefixes = calloc(PREFIXES, sizeof(*prefixes));
	CU_ASSERT_PTR_NOT_NULL_FATAL(prefixes);
	srand(7);
	for (unsigned i = 0; i < PREFIXES; i++) {
		prefixes[i].family = 4;
		prefixes[i].length = (uint8_t)(10 + rand() % 23);
		for (unsigned j = 0; j < 4; j++)
			prefixes[i].octets[j] = (uint8_t)(rand() % (j == 0 ? 4 : 256));
	}
	struct acl *acl = create(prefixes, PREFIXES);
	unsigned matched = 0;
	for (unsigned i = 0; i < ADDRESSES; i++) {
		uint8_t address[4] = {(uint8_t)(rand() % 5), (uint8_t)rand(), (uint8_t)rand(),
		                      (uint8_t)rand()};
		bool expected = false;
		for (unsigned j = 0; j < PREFIXES && !expected; j++)
			expected = slow_match(&prefixes[j], address);
		CU_ASSERT_EQUAL(acl_match(acl, 4, address), expected);
		matched += expected;
	}
	CU_ASSERT_TRUE(matched > 0 && matched < ADDRESSES);
	acl_free(acl);
	free(prefixes);
}

static void lists_in_one_set_are_told_apart(void)
{
	const struct acl_prefix prefixes[] = {{4, 8, {10}},         {4, 24, {10, 0, 1}},
	                                      {4, 24, {10, 0, 1}},  {4, 0, {0}},
	                                      {6, 128, {[15] = 1}}, {4, 32, {10, 0, 1, 1}}};
	const uint64_t classes[] = {1, 2, 4, 8, 16, UINT64_C(1) << 63};
	struct acl *acl = NULL;
	CU_ASSERT_EQUAL_FATAL(acl_create_classes(prefixes, classes, ARRAY_COUNT(prefixes), &acl),
	                      RESULT_OK);
	CU_ASSERT_EQUAL(acl_classes(acl, 4, (const uint8_t[4]){192, 0, 2, 1}), 8);
	CU_ASSERT_EQUAL(acl_classes(acl, 4, (const uint8_t[4]){10, 0, 2, 1}), 1 + 8);
	CU_ASSERT_EQUAL(acl_classes(acl, 4, (const uint8_t[4]){10, 0, 1, 2}), 1 + 2 + 4 + 8);
	CU_ASSERT_EQUAL(acl_classes(acl, 4, (const uint8_t[4]){10, 0, 1, 1}),
	                1 + 2 + 4 + 8 + (UINT64_C(1) << 63));
	CU_ASSERT_EQUAL(acl_classes(acl, 6, (const uint8_t[16]){[15] = 1}), 16);
	CU_ASSERT_EQUAL(acl_classes(acl, 6, (const uint8_t[16]){[15] = 2}), 0);
	acl_free(acl);
}

/* What people have in lists: thousands of neighbours of one length. */
static void neighbours_do_not_meet_in_the_table(void)
{
	enum {
		COUNT = 8192
	};
	static struct acl_prefix prefixes[2 * COUNT];
	for (unsigned i = 0; i < COUNT; i++) {
		prefixes[2 * i] = (struct acl_prefix){4, 24, {10, (uint8_t)(i >> 8), (uint8_t)i}};
		prefixes[2 * i + 1] =
		    (struct acl_prefix){6, 48, {0x20, 1, 0xd, 0xb8, (uint8_t)(i >> 8), (uint8_t)i}};
	}
	struct acl *acl = create(prefixes, ARRAY_COUNT(prefixes));
	CU_ASSERT_TRUE(acl_longest_probe(acl) < 64);
	CU_ASSERT_TRUE(acl_match(acl, 4, (const uint8_t[4]){10, 31, 255, 9}));
	CU_ASSERT_FALSE(acl_match(acl, 4, (const uint8_t[4]){10, 32, 0, 9}));
	acl_free(acl);
}

static const struct unit_case cases[] = {
    {"empty_matches_nobody", empty_matches_nobody},
    {"borders_of_a_v4_prefix", borders_of_a_v4_prefix},
    {"zero_length_matches_its_family_only", zero_length_matches_its_family_only},
    {"every_v6_length_has_exact_borders", every_v6_length_has_exact_borders},
    {"bad_prefixes_are_refused", bad_prefixes_are_refused},
    {"lists_in_one_set_are_told_apart", lists_in_one_set_are_told_apart},
    {"random_set_agrees_with_the_slow_way", random_set_agrees_with_the_slow_way},
    {"neighbours_do_not_meet_in_the_table", neighbours_do_not_meet_in_the_table},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "guard/acl", cases, ARRAY_COUNT(cases));
}

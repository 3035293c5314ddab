/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The first view that has the client, in both families, and what those in none of them see. */
#include "guard/views.h"

#include <stddef.h>

#include "unit.h"

/* Sets are only referred to: any addresses will do. */
static char place[4];
#define SET(index) ((const struct zone_set *)(const void *)&place[index])

static const uint8_t inside[4] = {10, 1, 2, 3};
static const uint8_t special[4] = {10, 9, 2, 3};
static const uint8_t outside[4] = {192, 0, 2, 3};

static struct views *create(const struct views_row *rows, size_t count)
{
	struct views *views = NULL;
	CU_ASSERT_EQUAL_FATAL(views_create(rows, count, SET(0), 7, &views), RESULT_OK);
	CU_ASSERT_EQUAL(views->generation, 7);
	return views;
}

static void without_views_all_see_the_common_zones(void)
{
	struct views *views = create(NULL, 0);
	CU_ASSERT_EQUAL(views_pick(views, 4, inside), VIEWS_COMMON);
	CU_ASSERT_PTR_EQUAL(views_zones(views, VIEWS_COMMON), SET(0));
	views_free(views);
}

static void the_first_view_that_fits_counts(void)
{
	const struct acl_prefix narrow = {4, 16, {10, 9}};
	const struct acl_prefix wide[] = {{4, 8, {10}}, {6, 8, {0xfd}}};
	const struct views_row rows[] = {{&narrow, 1, SET(1)}, {wide, 2, SET(2)}};
	struct views *views = create(rows, 2);
	CU_ASSERT_EQUAL(views_pick(views, 4, special), 0);
	CU_ASSERT_EQUAL(views_pick(views, 4, inside), 1);
	CU_ASSERT_EQUAL(views_pick(views, 6, (const uint8_t[16]){0xfd, 1}), 1);
	CU_ASSERT_EQUAL(views_pick(views, 6, (const uint8_t[16]){0x20, 1}), VIEWS_COMMON);
	CU_ASSERT_EQUAL(views_pick(views, 4, outside), VIEWS_COMMON);
	CU_ASSERT_PTR_EQUAL(views_zones(views, 0), SET(1));
	CU_ASSERT_PTR_EQUAL(views_zones(views, 1), SET(2));
	CU_ASSERT_PTR_EQUAL(views_zones(views, 2), SET(0));
	views_free(views);

	/* The same the other way round: the wide view hides the narrow one. */
	const struct views_row turned[] = {{wide, 2, SET(2)}, {&narrow, 1, SET(1)}};
	views = create(turned, 2);
	CU_ASSERT_EQUAL(views_pick(views, 4, special), 0);
	CU_ASSERT_PTR_EQUAL(views_zones(views, 0), SET(2));
	views_free(views);
}

static void a_view_for_everybody_leaves_nobody_to_the_common_zones(void)
{
	const struct acl_prefix narrow = {4, 16, {10, 9}};
	const struct acl_prefix any[] = {{4, 0, {0}}, {6, 0, {0}}};
	const struct views_row rows[] = {{&narrow, 1, SET(1)}, {any, 2, SET(2)}};
	struct views *views = create(rows, 2);
	CU_ASSERT_EQUAL(views_pick(views, 4, special), 0);
	CU_ASSERT_EQUAL(views_pick(views, 4, outside), 1);
	CU_ASSERT_EQUAL(views_pick(views, 6, (const uint8_t[16]){0}), 1);
	views_free(views);
}

static void limits(void)
{
	struct views_row rows[VIEWS_MAX + 1] = {0};
	const struct acl_prefix last = {4, 8, {10}};
	struct views *views = NULL;
	CU_ASSERT_EQUAL(views_create(rows, VIEWS_MAX + 1, SET(0), 0, &views), RESULT_TOO_LONG);
	rows[VIEWS_MAX - 1] = (struct views_row){&last, 1, SET(3)};
	views = create(rows, VIEWS_MAX);
	CU_ASSERT_EQUAL(views_pick(views, 4, inside), VIEWS_MAX - 1);
	CU_ASSERT_PTR_EQUAL(views_zones(views, VIEWS_MAX - 1), SET(3));
	CU_ASSERT_EQUAL(views_pick(views, 4, outside), VIEWS_COMMON);
	views_free(views);
	const struct acl_prefix bad = {4, 33, {10}};
	rows[0] = (struct views_row){&bad, 1, SET(1)};
	CU_ASSERT_EQUAL(views_create(rows, 1, SET(0), 0, &views), RESULT_OUT_OF_RANGE);
}

static const struct unit_case cases[] = {
    {"without_views_all_see_the_common_zones", without_views_all_see_the_common_zones},
    {"the_first_view_that_fits_counts", the_first_view_that_fits_counts},
    {"a_view_for_everybody_leaves_nobody_to_the_common_zones",
     a_view_for_everybody_leaves_nobody_to_the_common_zones},
    {"limits", limits},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "guard/views", cases, ARRAY_COUNT(cases));
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* All views' prefixes in one set, with a bit for each view: the lowest bit is the first view. */
#include "guard/views.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(VIEWS_MAX < VIEWS_COMMON, "the index of no view is not that of a view");

static enum result make_acl(const struct views_row *rows, size_t count, struct acl **out)
{
	size_t total = 0;
	for (size_t i = 0; i < count; i++)
		total += rows[i].prefix_count;
	struct acl_prefix *prefixes = calloc(total + 1, sizeof(*prefixes));
	uint64_t *classes = calloc(total + 1, sizeof(*classes));
	enum result result = RESULT_NO_MEMORY;
	if (prefixes != NULL && classes != NULL) {
		size_t at = 0;
		for (size_t i = 0; i < count; i++) {
			for (size_t j = 0; j < rows[i].prefix_count; j++, at++) {
				prefixes[at] = rows[i].prefixes[j];
				classes[at] = UINT64_C(1) << i;
			}
		}
		result = acl_create_classes(prefixes, classes, total, out);
	}
	free(prefixes);
	free(classes);
	return result;
}

enum result views_create(const struct views_row *rows, size_t count, const struct zone_set *common,
                         uint32_t generation, struct views **out)
{
	if (count > VIEWS_MAX)
		return RESULT_TOO_LONG;
	struct views *views = calloc(1, sizeof(*views));
	if (views == NULL)
		return RESULT_NO_MEMORY;
	enum result result = make_acl(rows, count, &views->acl);
	if (result != RESULT_OK) {
		free(views);
		return result;
	}
	views->common = common;
	views->generation = generation;
	views->count = (uint32_t)count;
	for (size_t i = 0; i < count; i++)
		views->zones[i] = rows[i].zones;
	*out = views;
	return RESULT_OK;
}

void views_free(struct views *views)
{
	if (views == NULL)
		return;
	acl_free(views->acl);
	free(views);
}

uint8_t views_match(const struct views *views, uint8_t family, const uint8_t *octets)
{
	const uint64_t classes = acl_classes(views->acl, family, octets);
	return classes == 0 ? VIEWS_COMMON : (uint8_t)__builtin_ctzll(classes);
}

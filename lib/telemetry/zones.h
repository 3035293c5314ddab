/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* zones -- the zones that are served, as reports see them.
 *
 * What:    the application owns the list; reports ask for its rows, and for sums that are made once for each
 *          version of the list.
 * Threads: rows are asked for under the lock that telemetry_lock() takes: who replaces the list does it there.
 * Memory:  what a row points to lives until telemetry_unlock() of whoever replaces the list.
 * Limits:  none.
 * Trust:   zones are checked.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "zone/zone.h"

struct telemetry_zone {
	const struct zone *zone;
	const char *view; /* NULL: for everybody */
	const char *file;
	uint64_t loaded_s; /* calendar */
	bool is_former; /* its file is wrong now: what was read before is served */
};

struct telemetry_zones {
	/* Row `index`; false behind the last one. */
	bool (*at)(void *context, uint32_t index, struct telemetry_zone *out);
	void *context;
};

struct telemetry_zone_sums {
	uint32_t zones;
	uint32_t former; /* of those, with a file that is wrong */
	uint64_t records;
	uint64_t names;
	uint64_t bytes;
};

/* From before a list is replaced until after: no report looks at it meanwhile. */
void telemetry_lock(void);
void telemetry_unlock(void);

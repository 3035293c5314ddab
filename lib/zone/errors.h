/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* errors -- collecting what is wrong with a zone.
 *
 * What:    errors and warnings go into the caller's struct zone_errors; an error takes the place of a
 *          warning when there is no room.
 * Threads: an object belongs to one thread.
 * Memory:  the caller's.
 * Limits:  ZONE_ERRORS_MAX are kept, all are counted.
 * Trust:   texts may quote foreign bytes: what is kept is printable ASCII, the rest \DDD.
 * RFC:     none. */
#pragma once

#include <stddef.h>

#include "base/attr.h"
#include "zone/zone.h"

/* Where in the input. line 0: the zone as a whole. */
struct zone_place {
	const char *file;
	uint32_t line;
	uint32_t column;
};

void zone_error_add(struct zone_errors *errors, bool warning, struct zone_place place,
                    const char *format, ...) PRINTF_LIKE(4, 5);

/* Whether so many errors were found that reading on helps nobody. */
static inline bool zone_errors_full(const struct zone_errors *errors)
{
	return errors->count - errors->warning_count >= ZONE_ERRORS_MAX;
}

static inline bool zone_errors_any(const struct zone_errors *errors)
{
	return errors->count > errors->warning_count;
}

/* Room for a quoted piece of input: 40 octets of it, each at most \DDD, and dots. */
#define ZONE_QUOTE_MAX 168

/* Writes text (cut at 40 octets) with unprintable octets as \DDD. Returns `out`. */
const char *zone_error_quote(const char *text, size_t len, char out[ZONE_QUOTE_MAX]);

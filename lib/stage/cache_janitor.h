/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache_janitor -- the CACHE_JANITOR stage: looks through the cache for expired entries.
 *
 * What:    a bounded number of entries each turn, so often that the whole cache is seen about once a
 *          minute; what it finds CACHE_WRITER frees.
 * Threads: one instance, on a control lcore; it only reads the cache.
 * Memory:  none.
 * Limits:  below.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include "cache/cache.h"
#include "pipeline/stage.h"

/* Entries looked at in a turn: about 0.1 ms. */
#define CACHE_JANITOR_SLOTS 2048
/* Time for one way through the cache. Too low: work for nothing. Too high: dead entries take the place of
 * living ones (SIEVE throws the dead out first, so little is lost). */
#define CACHE_JANITOR_ROUND_US 60000000
/* Between two turns, however large the cache, so that its lcore can do other things. */
#define CACHE_JANITOR_PAUSE_US_MIN 1000

/* Indices of stage_counters.event. */
enum cache_janitor_event {
	CACHE_JANITOR_EVENT_FOUND,
	CACHE_JANITOR_EVENT_TURNS,
};

struct stage_cache_janitor_settings {
	struct cache *cache;
};

extern const struct stage_ops stage_cache_janitor_ops;

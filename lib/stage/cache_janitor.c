/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* CACHE_JANITOR: takes no packets; finds expired entries for CACHE_WRITER to free. */
#include "stage/cache_janitor.h"

struct cache_janitor {
	struct cache *cache;
	uint64_t pause_us;
	uint64_t due_us;
};

static const char *const outputs[] = {NULL};

static enum result cache_janitor_init(struct stage *stage, const void *settings)
{
	const struct stage_cache_janitor_settings *given = settings;
	struct cache_janitor *janitor = stage->state;
	struct cache_stats stats;
	cache_stats(given->cache, &stats);
	janitor->cache = given->cache;
	uint64_t turns = stats.entries_max / CACHE_JANITOR_SLOTS + 1;
	janitor->pause_us = CACHE_JANITOR_ROUND_US / turns;
	if (janitor->pause_us < CACHE_JANITOR_PAUSE_US_MIN)
		janitor->pause_us = CACHE_JANITOR_PAUSE_US_MIN;
	return RESULT_OK;
}

static uint16_t cache_janitor_poll(struct stage *stage, uint16_t budget)
{
	struct cache_janitor *janitor = stage->state;
	(void)budget; /* nothing is emitted */
	if (stage->now_us < janitor->due_us)
		return 0;
	janitor->due_us = stage->now_us + janitor->pause_us;
	uint32_t found = cache_janitor(janitor->cache, CACHE_JANITOR_SLOTS, stage->now_us / 1000);
	stage_count(&stage->counters->event[CACHE_JANITOR_EVENT_FOUND], found);
	stage_count(&stage->counters->event[CACHE_JANITOR_EVENT_TURNS], 1);
	return 1;
}

static uint64_t cache_janitor_deadline_us(struct stage *stage)
{
	const struct cache_janitor *janitor = stage->state;
	return janitor->due_us;
}

/* Its deadline is all that wakes it. */
static int cache_janitor_wake_fds(struct stage *stage, int *fds, int max)
{
	(void)stage;
	(void)fds;
	(void)max;
	return 0;
}

const struct stage_ops stage_cache_janitor_ops = {
    .name = "CACHE_JANITOR",
    .outputs = outputs,
    .state_size = sizeof(struct cache_janitor),
    .init = cache_janitor_init,
    .poll = cache_janitor_poll,
    .wake_fds = cache_janitor_wake_fds,
    .deadline_us = cache_janitor_deadline_us,
};

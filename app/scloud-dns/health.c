/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Signs of life. */
#include "health.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/notify.h"
#include "pipeline/pipeline.h"
#include "pipeline/pipeline_limits.h"

#define MICROSECONDS_PER_S UINT64_C(1000000)

/* What was seen of each lcore, and when it last was something new. */
static struct {
	uint64_t turns[PIPELINE_LCORES_MAX];
	uint64_t moved_us[PIPELINE_LCORES_MAX];
	uint64_t sent_us;
	uint64_t every_us; /* 0: nobody wants signs of life */
} seen;

void health_open(void)
{
	const enum result result = notify_open();
	if (result != RESULT_OK)
		log_warn("server", "SRV011", "cannot talk to the service manager: %s",
		         result == RESULT_IO ? strerror(errno) : result_text(result));
	/* Twice as often as it wants them, as sd_watchdog_enabled(3) advises. */
	seen.every_us = notify_watchdog_us() / 2;
}

void health_ready(const struct server *server)
{
	notify("READY=1\nSTATUS=answering: %s, %u lanes on %u lcores\n",
	       placement_kind_name(server->plan.placement.kind), server->plan.placement.lanes,
	       server->plan.placement.lcore_count);
}

void health_reloading(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	notify("RELOADING=1\nMONOTONIC_USEC=%llu\nWATCHDOG=1\nSTATUS=reading the configuration "
	       "and zones again\n",
	       (unsigned long long)now.tv_sec * MICROSECONDS_PER_S +
	           (unsigned long long)now.tv_nsec / 1000);
}

void health_stopping(void)
{
	notify("STOPPING=1\nSTATUS=finishing what is in flight\n");
}

/* Whether the lcore has made a turn, or told so not long ago. */
static bool is_moving(const struct pipeline *pipeline, uint16_t index, uint64_t now_us)
{
	struct pipeline_lcore_stats stats;
	pipeline_get_lcore(pipeline, index, &stats);
	const uint64_t turns = stats.turns_busy + stats.turns_idle;
	if (turns != seen.turns[index] || seen.moved_us[index] == 0) {
		seen.turns[index] = turns;
		seen.moved_us[index] = now_us;
		return true;
	}
	if (now_us - seen.moved_us[index] < HEALTH_STUCK_S * MICROSECONDS_PER_S)
		return true;
	log_error("server", "SRV012", "lcore %u (%s) has made no turn for %llu s", stats.lcore_id,
	          stats.thread,
	          (unsigned long long)((now_us - seen.moved_us[index]) / MICROSECONDS_PER_S));
	return false;
}

void health_tick(const struct server *server, uint64_t now_us)
{
	bool all = true;
	for (uint16_t i = 0; i < pipeline_count_lcores(server->pipeline); i++)
		if (!is_moving(server->pipeline, i, now_us))
			all = false;
	if (!all || seen.every_us == 0 || now_us - seen.sent_us < seen.every_us)
		return;
	seen.sent_us = now_us;
	notify("WATCHDOG=1");
}

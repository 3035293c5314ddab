/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Whether the server lives, and whether it serves. */
#include <stdio.h>

#include "base/clock.h"
#include "port/stats.h"
#include "telemetry/web_int.h"

#define SECOND_US 1000000u

struct judgement {
	struct web_watch *watch;
	char *reason;
	bool is_good;
};

/* Every lcore wakes at least each IDLE_SLEEP_MAX_US. */
static void judge_lcore(struct judgement *judgement, const struct pipeline_lcore_stats *lcore,
                        uint16_t index)
{
	struct web_watch *watch = judgement->watch;
	const uint64_t turns = lcore->turns_busy + lcore->turns_idle;
	const uint64_t now_us = clock_steady_us();
	if (turns != watch->turns[index] || watch->seen_us[index] == 0) {
		watch->turns[index] = turns;
		watch->seen_us[index] = now_us;
	} else if (now_us - watch->seen_us[index] > (uint64_t)WEB_STUCK_S * SECOND_US) {
		snprintf(judgement->reason, WEB_REASON_BYTES,
		         "lcore %u (%s) has not turned for %llu s", lcore->lcore_id, lcore->thread,
		         (unsigned long long)(now_us - watch->seen_us[index]) / SECOND_US);
		judgement->is_good = false;
	}
}

static void judge_lcores(const struct telemetry_settings *settings, void *context)
{
	for (uint16_t i = 0; i < pipeline_count_lcores(settings->pipeline); i++) {
		struct pipeline_lcore_stats lcore;
		pipeline_get_lcore(settings->pipeline, i, &lcore);
		judge_lcore(context, &lcore, i);
	}
}

bool web_is_healthy(struct web *web, char reason[WEB_REASON_BYTES])
{
	struct judgement judgement = {&web->watch, reason, true};
	/* Before the lcores run, and while they stop, there is nobody to turn. */
	if (web->state != WEB_READY)
		return true;
	return telemetry_look(judge_lcores, &judgement) != RESULT_OK || judgement.is_good;
}

static void judge_ports(const struct telemetry_settings *settings, void *context)
{
	struct judgement *judgement = context;
	for (uint16_t i = 0; i < settings->port_count; i++) {
		struct port_link link;
		if (port_link_read(&settings->ports[i], &link) != RESULT_OK || link.up)
			continue;
		snprintf(judgement->reason, WEB_REASON_BYTES, "the link of port %s is down",
		         settings->ports[i].name);
		judgement->is_good = false;
	}
}

bool web_is_ready(const struct web *web, char reason[WEB_REASON_BYTES])
{
	struct judgement judgement = {NULL, reason, true};
	switch ((enum web_state)web->state) {
	case WEB_STARTING:
		snprintf(reason, WEB_REASON_BYTES, "starting");
		return false;
	case WEB_DRAINING:
		snprintf(reason, WEB_REASON_BYTES, "draining");
		return false;
	case WEB_READY:
		break;
	}
	return telemetry_look(judge_ports, &judgement) != RESULT_OK || judgement.is_good;
}

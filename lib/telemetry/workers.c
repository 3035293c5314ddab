/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* /scloud/workers, /scloud/lcores: what each stage instance and each thread does. */
#include <stdio.h>

#include "telemetry/telemetry_int.h"

static void add_outputs(const struct pipeline_stage_stats *stats, struct json_object *entry)
{
	for (int i = 0; stats->ops->outputs[i] != NULL; i++) {
		char name[TELEMETRY_NAME_BYTES];
		snprintf(name, sizeof(name), "out_%.48s", stats->ops->outputs[i]);
		telemetry_add_number(entry, name, telemetry_read(&stats->counters->out[i]));
	}
}

static uint64_t sum_drops(const struct stage_counters *counters)
{
	uint64_t sum = 0;
	for (int i = 0; i < DROP_REASON_COUNT; i++)
		sum += telemetry_read(&counters->drop[i]);
	return sum;
}

static void add_worker(const struct telemetry_settings *settings, uint32_t index,
                       struct json_object *reply)
{
	struct pipeline_stage_stats stats;
	struct pipeline_lcore_stats lcore;
	char name[TELEMETRY_NAME_BYTES];
	struct json_object *entry = json_object_new_object();

	pipeline_get_stage(settings->pipeline, (uint16_t)index, &stats);
	pipeline_get_lcore(settings->pipeline, stats.lcore, &lcore);
	telemetry_add_text(entry, "thread", lcore.thread);
	telemetry_add_number(entry, "lcore", lcore.lcore_id);
	telemetry_add_number(entry, "made", telemetry_read(&stats.counters->made));
	telemetry_add_number(entry, "in", telemetry_read(&stats.counters->in));
	add_outputs(&stats, entry);
	telemetry_add_number(entry, "answered", telemetry_read(&stats.counters->answered));
	telemetry_add_number(entry, "dropped", sum_drops(stats.counters));
	telemetry_add_number(entry, "held", stats.held);
	telemetry_add_number(entry, "bursts", telemetry_read(&stats.counters->bursts));
	telemetry_add_number(entry, "cycles", telemetry_read(&stats.counters->cycles));
	snprintf(name, sizeof(name), "%.40s_%u", stats.ops->name, stats.instance);
	telemetry_add(reply, name, entry);
}

static void add_lcore(const struct telemetry_settings *settings, uint32_t index,
                      struct json_object *reply)
{
	struct pipeline_lcore_stats lcore;
	char name[TELEMETRY_NAME_BYTES];
	struct json_object *entry = json_object_new_object();

	pipeline_get_lcore(settings->pipeline, (uint16_t)index, &lcore);
	telemetry_add_text(entry, "thread", lcore.thread);
	telemetry_add_number(entry, "load_permille", lcore.load_permille);
	telemetry_add_number(entry, "turns_busy", lcore.turns_busy);
	telemetry_add_number(entry, "turns_idle", lcore.turns_idle);
	telemetry_add_number(entry, "sleeps", lcore.sleeps);
	telemetry_add_number(entry, "bells", lcore.bells);
	telemetry_add_number(entry, "busy_cycles", lcore.busy_cycles);
	snprintf(name, sizeof(name), "%u", lcore.lcore_id);
	telemetry_add(reply, name, entry);
}

enum result telemetry_workers(const struct telemetry_settings *settings,
                              const struct telemetry_request *request, struct json_object *reply)
{
	telemetry_list(settings, request, pipeline_count_stages(settings->pipeline), add_worker,
	               reply);
	return RESULT_OK;
}

enum result telemetry_lcores(const struct telemetry_settings *settings,
                             const struct telemetry_request *request, struct json_object *reply)
{
	telemetry_list(settings, request, pipeline_count_lcores(settings->pipeline), add_lcore,
	               reply);
	return RESULT_OK;
}

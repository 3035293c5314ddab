/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* /scloud/workers, /scloud/lcores: what each stage instance and each thread does. */
#include <errno.h>
#include <stdio.h>

#include "telemetry/telemetry_int.h"

static void add_outputs(const struct pipeline_stage_stats *stats, struct rte_tel_data *entry)
{
	for (int i = 0; stats->ops->outputs[i] != NULL; i++) {
		char name[TELEMETRY_NAME_BYTES];
		snprintf(name, sizeof(name), "out_%.48s", stats->ops->outputs[i]);
		rte_tel_data_add_dict_u64(entry, name, telemetry_read(&stats->counters->out[i]));
	}
}

static uint64_t sum_drops(const struct stage_counters *counters)
{
	uint64_t sum = 0;
	for (int i = 0; i < DROP_REASON_COUNT; i++)
		sum += telemetry_read(&counters->drop[i]);
	return sum;
}

static int add_worker(const struct pipeline *pipeline, uint16_t index, struct rte_tel_data *reply)
{
	struct pipeline_stage_stats stats;
	struct pipeline_lcore_stats lcore;
	char name[TELEMETRY_NAME_BYTES];
	struct rte_tel_data *entry = rte_tel_data_alloc();

	if (entry == NULL)
		return -ENOMEM;
	pipeline_get_stage(pipeline, index, &stats);
	pipeline_get_lcore(pipeline, stats.lcore, &lcore);
	rte_tel_data_start_dict(entry);
	rte_tel_data_add_dict_string(entry, "thread", lcore.thread);
	rte_tel_data_add_dict_u64(entry, "lcore", lcore.lcore_id);
	rte_tel_data_add_dict_u64(entry, "made", telemetry_read(&stats.counters->made));
	rte_tel_data_add_dict_u64(entry, "in", telemetry_read(&stats.counters->in));
	add_outputs(&stats, entry);
	rte_tel_data_add_dict_u64(entry, "answered", telemetry_read(&stats.counters->answered));
	rte_tel_data_add_dict_u64(entry, "dropped", sum_drops(stats.counters));
	rte_tel_data_add_dict_u64(entry, "held", stats.held);
	rte_tel_data_add_dict_u64(entry, "bursts", telemetry_read(&stats.counters->bursts));
	rte_tel_data_add_dict_u64(entry, "cycles", telemetry_read(&stats.counters->cycles));
	snprintf(name, sizeof(name), "%.40s_%u", stats.ops->name, stats.instance);
	return rte_tel_data_add_dict_container(reply, name, entry, 0);
}

static int add_lcore(const struct pipeline *pipeline, uint16_t index, struct rte_tel_data *reply)
{
	struct pipeline_lcore_stats lcore;
	char name[TELEMETRY_NAME_BYTES];
	struct rte_tel_data *entry = rte_tel_data_alloc();

	if (entry == NULL)
		return -ENOMEM;
	pipeline_get_lcore(pipeline, index, &lcore);
	rte_tel_data_start_dict(entry);
	rte_tel_data_add_dict_string(entry, "thread", lcore.thread);
	rte_tel_data_add_dict_u64(entry, "load_permille", lcore.load_permille);
	rte_tel_data_add_dict_u64(entry, "turns_busy", lcore.turns_busy);
	rte_tel_data_add_dict_u64(entry, "turns_idle", lcore.turns_idle);
	rte_tel_data_add_dict_u64(entry, "sleeps", lcore.sleeps);
	rte_tel_data_add_dict_u64(entry, "bells", lcore.bells);
	rte_tel_data_add_dict_u64(entry, "busy_cycles", lcore.busy_cycles);
	snprintf(name, sizeof(name), "%u", lcore.lcore_id);
	return rte_tel_data_add_dict_container(reply, name, entry, 0);
}

int telemetry_workers(const struct telemetry_settings *settings, const char *params,
                      struct rte_tel_data *reply)
{
	return telemetry_list(pipeline_count_stages(settings->pipeline), params, settings->pipeline,
	                      add_worker, reply);
}

int telemetry_lcores(const struct telemetry_settings *settings, const char *params,
                     struct rte_tel_data *reply)
{
	return telemetry_list(pipeline_count_lcores(settings->pipeline), params, settings->pipeline,
	                      add_lcore, reply);
}

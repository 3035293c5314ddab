/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* /scloud/latency: how long answers took, by their way, and what each stage had of it. */
#include <string.h>

#include <rte_cycles.h>

#include "pipeline/answer_times.h"
#include "telemetry/latency.h"
#include "telemetry/telemetry_int.h"

void telemetry_latency_answers(const struct pipeline *pipeline, int way, struct latency *out)
{
	memset(out, 0, sizeof(*out));
	for (uint16_t i = 0; i < pipeline_count_stages(pipeline); i++) {
		struct pipeline_stage_stats stats;
		pipeline_get_stage(pipeline, i, &stats);
		for (int j = 0; stats.answer_times != NULL && j < ANSWER_WAY_COUNT; j++)
			if (way < 0 || j == way)
				latency_merge(out, &stats.answer_times->way[j]);
	}
}

void telemetry_latency_stage(const struct pipeline *pipeline, const struct stage_ops *ops,
                             struct latency *work, struct latency *age)
{
	memset(work, 0, sizeof(*work));
	memset(age, 0, sizeof(*age));
	for (uint16_t i = 0; i < pipeline_count_stages(pipeline); i++) {
		struct pipeline_stage_stats stats;
		pipeline_get_stage(pipeline, i, &stats);
		if (stats.ops != ops || stats.times == NULL)
			continue;
		latency_merge(work, &stats.times->work);
		latency_merge(age, &stats.times->age);
	}
}

double telemetry_latency_seconds(uint64_t ticks)
{
	return (double)ticks / (double)rte_get_tsc_hz();
}

static uint64_t ns_of(uint64_t ticks)
{
	return (uint64_t)(telemetry_latency_seconds(ticks) * NS_PER_S + 0.5);
}

static void add_latency(struct json_object *reply, const char *key, const struct latency *latency)
{
	static const char *const names[] = {"p50_ns", "p90_ns", "p99_ns", "p99_9_ns"};
	static const double shares[] = {0.5, 0.9, 0.99, 0.999};
	uint64_t ticks[ARRAY_COUNT(shares)];
	struct json_object *entry = telemetry_add_object(reply, key);
	const uint64_t count = latency_percentiles(latency, shares, ARRAY_COUNT(shares), ticks);
	telemetry_add_number(entry, "count", count);
	telemetry_add_number(entry, "mean_ns", count > 0 ? ns_of(latency->sum / count) : 0);
	for (size_t i = 0; i < ARRAY_COUNT(shares); i++)
		telemetry_add_number(entry, names[i], ns_of(ticks[i]));
	telemetry_add_number(entry, "max_ns", ns_of(latency->largest));
}

static void add_answers(const struct pipeline *pipeline, struct json_object *reply)
{
	struct latency latency;
	struct json_object *entry = telemetry_add_object(reply, "answers");
	telemetry_latency_answers(pipeline, TELEMETRY_LATENCY_ALL, &latency);
	add_latency(entry, "all", &latency);
	for (int way = 0; way < ANSWER_WAY_COUNT; way++) {
		telemetry_latency_answers(pipeline, way, &latency);
		add_latency(entry, answer_way_name((enum answer_way)way), &latency);
	}
}

static void add_stages(const struct pipeline *pipeline, struct json_object *reply)
{
	const struct topology *topology = pipeline_get_topology(pipeline);
	struct latency work, age;
	struct json_object *works = telemetry_add_object(reply, "stage_work");
	struct json_object *ages = telemetry_add_object(reply, "stage_age");
	for (uint16_t i = 0; i < topology->stage_count; i++) {
		const struct stage_ops *ops = topology->stages[i].ops;
		telemetry_latency_stage(pipeline, ops, &work, &age);
		add_latency(works, ops->name, &work);
		if (ops->process != NULL)
			add_latency(ages, ops->name, &age);
	}
}

enum result telemetry_latency(const struct telemetry_settings *settings,
                              const struct telemetry_request *request, struct json_object *reply)
{
	(void)request;
	add_answers(settings->pipeline, reply);
	add_stages(settings->pipeline, reply);
	return RESULT_OK;
}

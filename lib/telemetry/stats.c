/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* /scloud/stats, /scloud/drops, /scloud/version: sums over the whole server. */
#include <stdio.h>
#include <string.h>

#include <rte_version.h>

#include "base/clock.h"
#include "stage/encoder.h"
#include "stage/query_dispatcher.h"
#include "telemetry/telemetry_int.h"

/* Sum of one of a stage's events over all lanes. */
static uint64_t sum_event(const struct pipeline *pipeline, const struct stage_ops *ops,
                          unsigned event)
{
	uint64_t sum = 0;
	for (uint16_t i = 0; i < pipeline_count_stages(pipeline); i++) {
		struct pipeline_stage_stats stats;
		pipeline_get_stage(pipeline, i, &stats);
		if (stats.ops == ops)
			sum += telemetry_read(&stats.counters->event[event]);
	}
	return sum;
}

static void add_answers(const struct pipeline *pipeline, struct rte_tel_data *reply)
{
	static const struct {
		unsigned event;
		const char *name;
	} rows[] = {
	    {ENCODER_EVENT_NOERROR, "answers_noerror"},
	    {ENCODER_EVENT_NXDOMAIN, "answers_nxdomain"},
	    {ENCODER_EVENT_SERVFAIL, "answers_servfail"},
	    {ENCODER_EVENT_REFUSED, "answers_refused"},
	    {ENCODER_EVENT_FORMERR, "answers_formerr"},
	    {ENCODER_EVENT_NOTIMP, "answers_notimp"},
	    {ENCODER_EVENT_OTHER_RCODE, "answers_other"},
	    {ENCODER_EVENT_TRUNCATED, "answers_truncated"},
	};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
		rte_tel_data_add_dict_u64(reply, rows[i].name,
		                          sum_event(pipeline, &stage_encoder_ops, rows[i].event));
}

/* Questions whose names policies took. */
static void add_policies(const struct pipeline *pipeline, struct rte_tel_data *reply)
{
	static const struct {
		unsigned event;
		const char *name;
	} rows[] = {
	    {QUERY_DISPATCHER_EVENT_LOCAL, "policy_local"},
	    {QUERY_DISPATCHER_EVENT_SPECIAL, "policy_special"},
	    {QUERY_DISPATCHER_EVENT_DENIED, "policy_denied"},
	};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
		rte_tel_data_add_dict_u64(
		    reply, rows[i].name,
		    sum_event(pipeline, &stage_query_dispatcher_ops, rows[i].event));
}

static void add_rates(const struct metrics_view *view, struct rte_tel_data *reply)
{
	rte_tel_data_add_dict_u64(reply, "in_per_second", atomic_load(&view->in_per_second));
	rte_tel_data_add_dict_u64(reply, "answered_per_second",
	                          atomic_load(&view->answered_per_second));
	rte_tel_data_add_dict_u64(reply, "dropped_per_second",
	                          atomic_load(&view->dropped_per_second));
	rte_tel_data_add_dict_u64(reply, "answered_per_second_max",
	                          atomic_load(&view->answered_per_second_max));
}

static void add_pools(const struct pipeline *pipeline, struct rte_tel_data *reply)
{
	for (uint16_t i = 0; i < pipeline_count_pools(pipeline); i++) {
		struct pipeline_pool_stats pool;
		char name[TELEMETRY_NAME_BYTES];
		pipeline_get_pool(pipeline, i, &pool);
		snprintf(name, sizeof(name), "pool_%.40s_size", pool.name);
		rte_tel_data_add_dict_u64(reply, name, pool.size);
		snprintf(name, sizeof(name), "pool_%.40s_in_use", pool.name);
		rte_tel_data_add_dict_u64(reply, name, pool.in_use);
	}
}

int telemetry_stats(const struct telemetry_settings *settings, const char *params,
                    struct rte_tel_data *reply)
{
	struct pipeline_totals totals;
	(void)params;
	pipeline_get_totals(settings->pipeline, &totals);
	rte_tel_data_start_dict(reply);
	rte_tel_data_add_dict_string(reply, "version", SCLOUD_VERSION);
	rte_tel_data_add_dict_u64(reply, "uptime_seconds",
	                          (clock_steady_us() - settings->start_us) / 1000000);
	rte_tel_data_add_dict_u64(reply, "in", totals.in);
	rte_tel_data_add_dict_u64(reply, "answered", totals.answered);
	rte_tel_data_add_dict_u64(reply, "dropped", totals.dropped);
	rte_tel_data_add_dict_u64(reply, "in_flight", totals.in_flight);
	add_rates(settings->view, reply);
	add_answers(settings->pipeline, reply);
	add_policies(settings->pipeline, reply);
	for (int i = 0; i < DROP_REASON_COUNT; i++) {
		char name[TELEMETRY_NAME_BYTES];
		snprintf(name, sizeof(name), "drop_%s", drop_name((enum drop_reason)i));
		rte_tel_data_add_dict_u64(reply, name, totals.drop[i]);
	}
	add_pools(settings->pipeline, reply);
	return 0;
}

int telemetry_drops(const struct telemetry_settings *settings, const char *params,
                    struct rte_tel_data *reply)
{
	struct pipeline_totals totals;
	(void)params;
	pipeline_get_totals(settings->pipeline, &totals);
	rte_tel_data_start_dict(reply);
	for (int i = 0; i < DROP_REASON_COUNT; i++)
		rte_tel_data_add_dict_u64(reply, drop_name((enum drop_reason)i), totals.drop[i]);
	return 0;
}

int telemetry_version(const struct telemetry_settings *settings, const char *params,
                      struct rte_tel_data *reply)
{
	(void)settings;
	(void)params;
	rte_tel_data_start_dict(reply);
	rte_tel_data_add_dict_string(reply, "scloud_dns", SCLOUD_VERSION);
	rte_tel_data_add_dict_string(reply, "dpdk", rte_version());
	return 0;
}

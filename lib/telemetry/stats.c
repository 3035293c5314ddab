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

static void add_answers(const struct pipeline *pipeline, struct json_object *reply)
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
		telemetry_add_number(
		    reply, rows[i].name,
		    telemetry_sum_event(pipeline, &stage_encoder_ops, rows[i].event));
}

/* Questions whose names policies took. */
static void add_policies(const struct pipeline *pipeline, struct json_object *reply)
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
		telemetry_add_number(
		    reply, rows[i].name,
		    telemetry_sum_event(pipeline, &stage_query_dispatcher_ops, rows[i].event));
}

static void add_rates(const struct metrics_view *view, struct json_object *reply)
{
	telemetry_add_number(reply, "in_per_second", atomic_load(&view->in_per_second));
	telemetry_add_number(reply, "answered_per_second", atomic_load(&view->answered_per_second));
	telemetry_add_number(reply, "dropped_per_second", atomic_load(&view->dropped_per_second));
	telemetry_add_number(reply, "answered_per_second_max",
	                     atomic_load(&view->answered_per_second_max));
}

static void add_pools(const struct pipeline *pipeline, struct json_object *reply)
{
	for (uint16_t i = 0; i < pipeline_count_pools(pipeline); i++) {
		struct pipeline_pool_stats pool;
		char name[TELEMETRY_NAME_BYTES];
		pipeline_get_pool(pipeline, i, &pool);
		snprintf(name, sizeof(name), "pool_%.40s_size", pool.name);
		telemetry_add_number(reply, name, pool.size);
		snprintf(name, sizeof(name), "pool_%.40s_in_use", pool.name);
		telemetry_add_number(reply, name, pool.in_use);
	}
}

enum result telemetry_stats(const struct telemetry_settings *settings,
                            const struct telemetry_request *request, struct json_object *reply)
{
	struct pipeline_totals totals;
	(void)request;
	pipeline_get_totals(settings->pipeline, &totals);
	telemetry_add_text(reply, "version", SCLOUD_VERSION);
	telemetry_add_number(reply, "uptime_seconds",
	                     (clock_steady_us() - settings->start_us) / 1000000);
	telemetry_add_number(reply, "in", totals.in);
	telemetry_add_number(reply, "answered", totals.answered);
	telemetry_add_number(reply, "dropped", totals.dropped);
	telemetry_add_number(reply, "in_flight", totals.in_flight);
	add_rates(settings->view, reply);
	add_answers(settings->pipeline, reply);
	add_policies(settings->pipeline, reply);
	for (int i = 0; i < DROP_REASON_COUNT; i++) {
		char name[TELEMETRY_NAME_BYTES];
		snprintf(name, sizeof(name), "drop_%s", drop_name((enum drop_reason)i));
		telemetry_add_number(reply, name, totals.drop[i]);
	}
	add_pools(settings->pipeline, reply);
	return RESULT_OK;
}

enum result telemetry_drops(const struct telemetry_settings *settings,
                            const struct telemetry_request *request, struct json_object *reply)
{
	struct pipeline_totals totals;
	(void)request;
	pipeline_get_totals(settings->pipeline, &totals);
	for (int i = 0; i < DROP_REASON_COUNT; i++)
		telemetry_add_number(reply, drop_name((enum drop_reason)i), totals.drop[i]);
	return RESULT_OK;
}

enum result telemetry_version(const struct telemetry_settings *settings,
                              const struct telemetry_request *request, struct json_object *reply)
{
	(void)settings;
	(void)request;
	telemetry_add_text(reply, "scloud_dns", SCLOUD_VERSION);
	telemetry_add_text(reply, "dpdk", rte_version());
	return RESULT_OK;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What came, what became of it, and how long it took. */
#include <rte_version.h>

#include "base/clock.h"
#include "pipeline/answer_times.h"
#include "stage/encoder.h"
#include "stage/query_dispatcher.h"
#include "stage/sender.h"
#include "telemetry/latency.h"
#include "telemetry/prometheus_int.h"

#define SECOND_US 1e6

static void write_totals(struct prometheus *page, const struct pipeline_totals *totals)
{
	prometheus_single(page, "packets_in_total", "counter",
	                  "Packets that came into being: frames, messages of streams and sockets.",
	                  totals->in);
	prometheus_single(page, "packets_answered_total", "counter",
	                  "Packets that left as an answer, or for the kernel half.",
	                  totals->answered);
	prometheus_single(page, "packets_in_flight", "gauge", "Packets on links, or held.",
	                  totals->in_flight);
	prometheus_begin(page, "packets_dropped_total", "counter",
	                 "Packets that ended without an answer, by reason.");
	for (int i = 0; i < DROP_REASON_COUNT; i++)
		prometheus_count(page,
		                 PROMETHEUS_LABELS({"reason", drop_name((enum drop_reason)i)}),
		                 totals->drop[i]);
}

static void write_answers(struct prometheus *page, const struct pipeline *pipeline)
{
	static const struct {
		unsigned event;
		const char *rcode;
	} rows[] = {
	    {ENCODER_EVENT_NOERROR, "NOERROR"},   {ENCODER_EVENT_NXDOMAIN, "NXDOMAIN"},
	    {ENCODER_EVENT_SERVFAIL, "SERVFAIL"}, {ENCODER_EVENT_REFUSED, "REFUSED"},
	    {ENCODER_EVENT_FORMERR, "FORMERR"},   {ENCODER_EVENT_NOTIMP, "NOTIMP"},
	    {ENCODER_EVENT_OTHER_RCODE, "other"},
	};
	prometheus_begin(page, "answers_total", "counter", "Answers made, by response code.");
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
		prometheus_count(page, PROMETHEUS_LABELS({"rcode", rows[i].rcode}),
		                 telemetry_sum_event(pipeline, &stage_encoder_ops, rows[i].event));
	prometheus_single(
	    page, "answers_truncated_total", "counter", "Answers with TC set.",
	    telemetry_sum_event(pipeline, &stage_encoder_ops, ENCODER_EVENT_TRUNCATED));
}

static void write_policies(struct prometheus *page, const struct pipeline *pipeline)
{
	static const struct {
		unsigned event;
		const char *kind;
	} rows[] = {
	    {QUERY_DISPATCHER_EVENT_ACL, "access_list"},
	    {QUERY_DISPATCHER_EVENT_NO_ZONE, "no_zone"},
	    {QUERY_DISPATCHER_EVENT_LOCAL, "local_zone"},
	    {QUERY_DISPATCHER_EVENT_SPECIAL, "special_name"},
	    {QUERY_DISPATCHER_EVENT_DENIED, "denied_name"},
	};
	prometheus_begin(page, "policy_queries_total", "counter",
	                 "Queries that were refused or that a policy took, by kind.");
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
		prometheus_count(
		    page, PROMETHEUS_LABELS({"kind", rows[i].kind}),
		    telemetry_sum_event(pipeline, &stage_query_dispatcher_ops, rows[i].event));
}

static void write_durations(struct prometheus *page, const struct pipeline *pipeline)
{
	struct latency latency;
	prometheus_begin(page, "answer_duration_seconds", "histogram",
	                 "From a query's arrival to its answer's departure, by how it came about.");
	for (int way = 0; way < ANSWER_WAY_COUNT; way++) {
		telemetry_latency_answers(pipeline, way, &latency);
		prometheus_histogram(
		    page, PROMETHEUS_LABELS({"way", answer_way_name((enum answer_way)way)}),
		    &latency);
	}
}

void prometheus_pipeline(struct prometheus *page, const struct telemetry_settings *settings)
{
	struct pipeline_totals totals;
	const double uptime_s = (double)(clock_steady_us() - settings->start_us) / SECOND_US;
	prometheus_begin(page, "info", "gauge", "Versions; always 1.");
	prometheus_count(
	    page, PROMETHEUS_LABELS({"version", SCLOUD_VERSION}, {"dpdk", rte_version()}), 1);
	prometheus_begin(page, "uptime_seconds", "gauge", "Since the start.");
	prometheus_real(page, NULL, uptime_s);
	pipeline_get_totals(settings->pipeline, &totals);
	write_totals(page, &totals);
	prometheus_single(
	    page, "kernel_frames_sent_total", "counter",
	    "Frames sent for the kernel half; they are among the answered packets.",
	    telemetry_sum_event(settings->pipeline, &stage_sender_ops, SENDER_EVENT_KERNEL_FRAMES));
	write_answers(page, settings->pipeline);
	write_policies(page, settings->pipeline);
	write_durations(page, settings->pipeline);
}

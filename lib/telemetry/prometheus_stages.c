/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Stages, links, lcores and buffers: where it is slow, and why. */
#include <stdio.h>

#include <rte_cycles.h>

#include "telemetry/latency.h"
#include "telemetry/prometheus_int.h"

#define NUMBER_BYTES 12
#define PERMILLE 1000.0

/* One counter of every stage instance. */
static void write_counter(struct prometheus *page, const struct pipeline *pipeline,
                          const char *name, const char *help, size_t offset)
{
	prometheus_begin(page, name, "counter", help);
	for (uint16_t i = 0; i < pipeline_count_stages(pipeline); i++) {
		struct pipeline_stage_stats stats;
		char instance[NUMBER_BYTES];
		pipeline_get_stage(pipeline, i, &stats);
		snprintf(instance, sizeof(instance), "%u", stats.instance);
		const char *at = (const char *)stats.counters + offset;
		prometheus_count(
		    page, PROMETHEUS_LABELS({"stage", stats.ops->name}, {"instance", instance}),
		    telemetry_read((const uint64_t *)(const void *)at));
	}
}

static void write_outputs(struct prometheus *page, const struct pipeline *pipeline)
{
	prometheus_begin(page, "stage_packets_out_total", "counter",
	                 "Packets that a stage handed on, by output.");
	for (uint16_t i = 0; i < pipeline_count_stages(pipeline); i++) {
		struct pipeline_stage_stats stats;
		char instance[NUMBER_BYTES];
		pipeline_get_stage(pipeline, i, &stats);
		snprintf(instance, sizeof(instance), "%u", stats.instance);
		for (int j = 0; stats.ops->outputs[j] != NULL; j++)
			prometheus_count(page,
			                 PROMETHEUS_LABELS({"stage", stats.ops->name},
			                                   {"instance", instance},
			                                   {"output", stats.ops->outputs[j]}),
			                 telemetry_read(&stats.counters->out[j]));
	}
}

static void write_counters(struct prometheus *page, const struct pipeline *pipeline)
{
	write_counter(page, pipeline, "stage_packets_made_total",
	              "Packets that came into being at a stage.",
	              offsetof(struct stage_counters, made));
	write_counter(page, pipeline, "stage_packets_in_total", "Packets that a stage was given.",
	              offsetof(struct stage_counters, in));
	write_counter(page, pipeline, "stage_packets_answered_total",
	              "Packets that left the server at a stage.",
	              offsetof(struct stage_counters, answered));
	write_counter(page, pipeline, "stage_bursts_total", "Bursts that a stage was given.",
	              offsetof(struct stage_counters, bursts));
	write_outputs(page, pipeline);
}

static void write_times(struct prometheus *page, const struct pipeline *pipeline, bool wants_age)
{
	const struct topology *topology = pipeline_get_topology(pipeline);
	struct latency work, age;
	for (uint16_t i = 0; i < topology->stage_count; i++) {
		const struct stage_ops *ops = topology->stages[i].ops;
		if (wants_age && ops->process == NULL)
			continue;
		telemetry_latency_stage(pipeline, ops, &work, &age);
		prometheus_histogram(page, PROMETHEUS_LABELS({"stage", ops->name}),
		                     wants_age ? &age : &work);
	}
}

/* One number of every ring. */
static void write_ring(struct prometheus *page, const struct pipeline *pipeline, const char *name,
                       const char *type, const char *help, size_t offset)
{
	prometheus_begin(page, name, type, help);
	for (uint16_t i = 0; i < pipeline_count_links(pipeline); i++) {
		struct pipeline_link_stats link;
		char from[NUMBER_BYTES], to[NUMBER_BYTES];
		pipeline_get_link(pipeline, i, &link);
		if (link.is_direct)
			continue;
		snprintf(from, sizeof(from), "%u", link.from_instance);
		snprintf(to, sizeof(to), "%u", link.to_instance);
		const char *at = (const char *)&link + offset;
		prometheus_count(page,
		                 PROMETHEUS_LABELS({"link", link.name}, {"from", from}, {"to", to}),
		                 *(const uint64_t *)(const void *)at);
	}
}

static void write_rings(struct prometheus *page, const struct pipeline *pipeline)
{
	write_ring(page, pipeline, "link_credits_in_use", "gauge", "Packets on a ring, or held.",
	           offsetof(struct pipeline_link_stats, in_use));
	write_ring(page, pipeline, "link_packets_total", "counter", "Packets put on a ring.",
	           offsetof(struct pipeline_link_stats, handed));
	write_ring(page, pipeline, "link_waits_total", "counter",
	           "How often the producer found no credit: the consumer was slow.",
	           offsetof(struct pipeline_link_stats, waits));
	write_ring(page, pipeline, "link_shed_total", "counter",
	           "Packets dropped for want of credit and of a fallback.",
	           offsetof(struct pipeline_link_stats, shed));
}

enum lcore_family {
	LCORE_LOAD,
	LCORE_BUSY,
	LCORE_TURNS,
	LCORE_SLEEPS
};

static void write_lcores(struct prometheus *page, const struct pipeline *pipeline,
                         enum lcore_family family)
{
	for (uint16_t i = 0; i < pipeline_count_lcores(pipeline); i++) {
		struct pipeline_lcore_stats lcore;
		char id[NUMBER_BYTES];
		pipeline_get_lcore(pipeline, i, &lcore);
		snprintf(id, sizeof(id), "%u", lcore.lcore_id);
		const struct prometheus_label *labels =
		    PROMETHEUS_LABELS({"lcore", id}, {"thread", lcore.thread});
		if (family == LCORE_LOAD)
			prometheus_real(page, labels, lcore.load_permille / PERMILLE);
		else if (family == LCORE_BUSY)
			prometheus_real(page, labels, telemetry_latency_seconds(lcore.busy_cycles));
		else
			prometheus_count(page, labels,
			                 family == LCORE_TURNS ? lcore.turns_busy + lcore.turns_idle
			                                       : lcore.sleeps);
	}
}

static void write_pools(struct prometheus *page, const struct pipeline *pipeline, bool wants_use)
{
	for (uint16_t i = 0; i < pipeline_count_pools(pipeline); i++) {
		struct pipeline_pool_stats pool;
		pipeline_get_pool(pipeline, i, &pool);
		prometheus_count(page, PROMETHEUS_LABELS({"pool", pool.name}),
		                 wants_use ? pool.in_use : pool.size);
	}
}

void prometheus_stages(struct prometheus *page, const struct telemetry_settings *settings)
{
	const struct pipeline *pipeline = settings->pipeline;
	write_counters(page, pipeline);
	prometheus_begin(page, "stage_work_seconds", "histogram",
	                 "Time in a stage for each packet, in one turn of so many.");
	write_times(page, pipeline, false);
	prometheus_begin(page, "stage_age_seconds", "histogram",
	                 "Age of packets when a stage began with them, in one turn of so many.");
	write_times(page, pipeline, true);
	write_rings(page, pipeline);
	prometheus_begin(page, "lcore_load_ratio", "gauge", "Share of busy time, last second.");
	write_lcores(page, pipeline, LCORE_LOAD);
	prometheus_begin(page, "lcore_busy_seconds_total", "counter", "Time of busy turns.");
	write_lcores(page, pipeline, LCORE_BUSY);
	prometheus_begin(page, "lcore_turns_total", "counter", "Turns of the run loop.");
	write_lcores(page, pipeline, LCORE_TURNS);
	prometheus_begin(page, "lcore_sleeps_total", "counter", "Times it slept in the kernel.");
	write_lcores(page, pipeline, LCORE_SLEEPS);
	prometheus_begin(page, "pool_buffers", "gauge", "Buffers of a pool.");
	write_pools(page, pipeline, false);
	prometheus_begin(page, "pool_buffers_in_use", "gauge",
	                 "Those in device queues or with packets in them.");
	write_pools(page, pipeline, true);
}

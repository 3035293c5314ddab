/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* pipeline -- stages, links and lcores put together, run, drained and looked into.
 *
 * What:    create (wires the topology as the placement says and initialises the stages), launch (each
 *          lcore enters the run loop), stop (sources stop, what is in flight is finished, lcores leave,
 *          stages end), destroy. Statistics are read at any time between create and destroy.
 * Threads: create, launch, stop, destroy: one control thread, not an lcore of the pipeline.
 *          Everything else: any thread.
 * Memory:  owned by the pipeline; topology, placement, settings and pools by the application, which
 *          keeps them until destroy.
 * Limits:  pipeline/pipeline_limits.h.
 * Trust:   no input from the wire.
 * RFC:     none. */
#pragma once

#include "base/latency.h"
#include "pipeline/error.h"
#include "pipeline/placement.h"
#include "pipeline/pool.h"
#include "pipeline/rcu.h"
#include "pipeline/stage.h"
#include "pipeline/topology.h"

struct pipeline;

/* What an lcore does when a turn found no work. */
enum idle_policy {
	IDLE_POLL, /* goes on: lowest latency, a whole processor */
	IDLE_ADAPTIVE, /* goes on for a while, then pauses, then sleeps until woken (bounded) */
	IDLE_INTERRUPT, /* sleeps at once */
};

const char *idle_policy_name(enum idle_policy policy);
MUST_CHECK bool idle_policy_parse(const char *name, enum idle_policy *out);

struct pipeline_config {
	const struct topology *topology;
	const struct placement *placement;
	enum idle_policy idle;
	bool
	    latency; /* measure how long answers take, and each stage in one of stamp_turns turns */
	/* A power of two. 0: PIPELINE_STAMP_TURNS. */
	uint32_t stamp_turns;
	struct pipeline_pools pools; /* for statistics only; the settings hand them to the stages */
};

/* Checks the topology, wires it and calls each stage's init on this thread.
 * Requires: EAL is up with at least placement->lcore_count worker lcores; they are used in order.
 * Fails: with a sentence; nothing is left behind. */
MUST_CHECK enum result pipeline_create(const struct pipeline_config *config, struct pipeline **out,
                                       struct pipeline_error *error);

/* Starts the lcores' threads. Fails: RESULT_BUSY, when an lcore runs something else. */
MUST_CHECK enum result pipeline_launch(struct pipeline *pipeline, struct pipeline_error *error);

/* Drains and ends. Sources see stage->draining and make no new packets; when nothing is in flight, or after
 * `timeout_us`, the lcores leave; packets that are still on links are dropped as PIPELINE_STOPPING and the
 * stages' fini is called (a holding stage drops what it holds by its own name). The counters are final then:
 * in = answered + dropped. Returns whether everything was finished in time.
 * May be called without launch, and twice. */
bool pipeline_stop(struct pipeline *pipeline, uint64_t timeout_us);

/* Wakes every lcore that sleeps and waits until each has begun and ended a turn since the call, so that it
 * has seen what was changed before (time that was moved). At most `timeout_us`; returns whether all have. */
bool pipeline_pass_turn(struct pipeline *pipeline, uint64_t timeout_us);

/* Frees everything; stops first where that has not been done (without time to drain). NULL is fine. */
void pipeline_destroy(struct pipeline *pipeline);

/* What snapshot_publish() needs while lcores run. */
struct pipeline_rcu *pipeline_get_rcu(struct pipeline *pipeline);

/* -- statistics -- */

struct pipeline_stage_stats {
	const struct stage_ops *ops;
	uint16_t instance;
	uint16_t lcore; /* for pipeline_get_lcore() */
	const struct stage_counters *counters; /* read with __atomic_load_n(…, __ATOMIC_RELAXED) */
	uint32_t held; /* packets that a holding stage keeps */
	const struct stage_times *times; /* NULL: not measured */
	const struct answer_times *answer_times; /* where answers leave; NULL: not measured */
};

/* In TSC ticks, of the packets in turns with stamps. */
struct stage_times {
	struct latency
	    work; /* in process() or poll(), without the stages called from there, per packet */
	struct latency age; /* how old the first packet of a burst was when process() began */
};

struct pipeline_link_stats {
	const char *name;
	const char *from, *to; /* stage names */
	uint16_t from_instance, to_instance;
	bool is_direct; /* no ring: the consumer is called; the numbers below are 0 */
	enum link_policy policy;
	uint32_t depth, credits;
	uint64_t in_use; /* handed - returned */
	uint64_t handed, returned; /* credits, that is packets */
	uint64_t waits; /* how often the producer found no credit: the consumer was slow */
	uint64_t shed; /* packets that were dropped as LINK_NO_CREDIT for want of a fallback */
};

struct pipeline_lcore_stats {
	const char *thread;
	unsigned lcore_id; /* DPDK's */
	uint64_t turns_busy, turns_idle;
	uint64_t sleeps; /* times it blocked in the kernel */
	uint64_t bells; /* times it woke another lcore */
	uint64_t busy_cycles; /* TSC cycles of busy turns since the start */
	uint16_t load_permille; /* share of busy time over the last second, 0..1000 */
};

struct pipeline_totals {
	uint64_t in; /* packets made by sources */
	uint64_t answered;
	uint64_t dropped; /* sum of drop[] */
	uint64_t in_flight; /* on links or held: exact when the lcores stand still */
	uint64_t drop[DROP_REASON_COUNT];
};

struct pipeline_pool_stats {
	const char *name;
	uint32_t size, in_use;
};

uint16_t pipeline_count_stages(const struct pipeline *pipeline); /* instances */
uint16_t pipeline_count_links(const struct pipeline *pipeline); /* pairs of instances */
uint16_t pipeline_count_lcores(const struct pipeline *pipeline);
uint16_t pipeline_count_pools(const struct pipeline *pipeline);

/* `index` below the count. */
void pipeline_get_stage(const struct pipeline *pipeline, uint16_t index,
                        struct pipeline_stage_stats *out);
void pipeline_get_link(const struct pipeline *pipeline, uint16_t index,
                       struct pipeline_link_stats *out);
void pipeline_get_lcore(const struct pipeline *pipeline, uint16_t index,
                        struct pipeline_lcore_stats *out);
void pipeline_get_pool(const struct pipeline *pipeline, uint16_t index,
                       struct pipeline_pool_stats *out);

/* The stage's own struct (for what its header lets others read); NULL where there is no such instance. */
const struct stage *pipeline_find_stage(const struct pipeline *pipeline, const char *name,
                                        uint16_t instance);

/* Sums over all stages and links. */
void pipeline_get_totals(const struct pipeline *pipeline, struct pipeline_totals *out);

const struct topology *pipeline_get_topology(const struct pipeline *pipeline);
const struct placement *pipeline_get_placement(const struct pipeline *pipeline);
enum idle_policy pipeline_get_idle(const struct pipeline *pipeline);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* topology -- the map of the pipeline as tables: groups, stages, links; and the checker of such maps.
 *
 * What:    the application fills in three tables (app/scloud-dns/topology.c); placement, wiring, the run
 *          loop, telemetry and every picture are made from them.
 * Threads: const once it is checked.
 * Memory:  the caller's; must outlive the pipeline made from it.
 * Limits:  pipeline/pipeline_limits.h.
 * Trust:   written by us, but credits and depths may come from a configuration: the checker answers
 *          with a sentence, never with an abort.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/error.h"
#include "pipeline/pipeline_limits.h"
#include "pipeline/stage.h"

/* What happens when a link has no credit left. */
enum link_policy {
	LINK_BLOCK, /* the producer takes no more input */
	LINK_SHED, /* the producer takes its named fallback, or drops as LINK_NO_CREDIT */
};

/* Stages that the `fused` placement puts on one lcore. */
struct topology_group {
	const char *thread; /* thread name in `fused`: "LISTENER-SENDER" */
	bool per_lane; /* one lcore for each lane */
};

struct topology_stage {
	const struct stage_ops *ops;
	uint8_t group; /* index into groups; says also whether there is one instance per lane */
	uint8_t column, row; /* where pictures show it */
	const void *settings; /* handed to ops->init */
};

/* Named producer_consumer, in lower case. */
struct topology_link {
	const char *name;
	const char *from; /* name of the producing stage */
	const char *output; /* which of its outputs */
	const char *to; /* name of the consuming stage */
	uint32_t depth; /* of each ring: a power of two */
	enum link_policy policy;
	uint32_t credits; /* of each ring: 1 to depth */
	/* From per-lane to per-lane stage: any lane to any lane, by query.lane (lanes * lanes rings).
	 * Otherwise each lane feeds itself. */
	bool across;
};

struct topology {
	const struct topology_group *groups;
	const struct topology_stage *stages;
	const struct topology_link *links;
	uint16_t group_count;
	uint16_t stage_count;
	uint16_t link_count;
};

/* Whether the map makes sense: names known and unique, each output linked once, every stage fed, depths
 * and credits in range, no cycle that consists of BLOCK links only (such a cycle can come to a stop with
 * everybody waiting for everybody).
 * Fails: RESULT_MALFORMED, and says what is wrong with which row. */
MUST_CHECK enum result topology_check(const struct topology *topology,
                                      struct pipeline_error *error);

/* Index of the stage with that name, or -1. */
int topology_find_stage(const struct topology *topology, const char *name);

/* Index of the stage's output with that name, or -1. */
int topology_find_output(const struct stage_ops *ops, const char *name);

/* The link that leaves output `output` of stage `stage`; NULL where there is none. */
const struct topology_link *topology_find_link(const struct topology *topology, uint16_t stage,
                                               unsigned output);

/* How many outputs a stage has. */
unsigned topology_output_count(const struct stage_ops *ops);

/* Instances of a stage for that many lanes. */
uint16_t topology_instance_count(const struct topology *topology, uint16_t stage, uint16_t lanes);

/* How many instances of its consumer one producer instance reaches by a link: one, or all lanes. */
uint16_t topology_target_count(const struct topology *topology, const struct topology_link *link,
                               uint16_t lanes);

/* Whether producer and consumer on one lcore are joined by a direct call. SHED links and links into holding
 * stages are rings even there: their credits are a bound that the server relies on. */
bool topology_link_may_be_direct(const struct topology *topology, const struct topology_link *link);

/* The most packets that all links together can hold: what a packet pool has to provide for beyond
 * device queues and caches. */
uint64_t topology_credit_sum(const struct topology *topology, uint16_t lanes);

/* "BLOCK" or "SHED". */
const char *link_policy_name(enum link_policy policy);

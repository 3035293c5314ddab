/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* placement -- which instance of which stage runs on which lcore, and what its thread is called.
 *
 * What:    `fused` gives each group of the topology one lcore (a per-lane group one for each lane),
 *          `spread` gives each instance its own. `auto` is fused with as many lanes as the lcores given
 *          allow: no measurement known to us shows rings beating direct calls on the fast path. With
 *          fewer lcores than groups, groups share: the lanes keep theirs to the last.
 *          Lcore 0, DPDK's main lcore, is the application's (signals, reload); stages run on 1..N.
 * Threads: const once it is made.
 * Memory:  by value, about 8 KiB.
 * Limits:  pipeline/pipeline_limits.h.
 * Trust:   numbers may come from a configuration: failures are sentences.
 * RFC:     none. */
#pragma once

#include "pipeline/topology.h"

enum placement_kind {
	PLACEMENT_AUTO,
	PLACEMENT_FUSED,
	PLACEMENT_SPREAD,
};

struct placement_request {
	enum placement_kind kind;
	/* Instances of the fast-path stages, 1..PIPELINE_LANES_MAX; 0: with `auto` as many as the lcores
	 * allow, otherwise 1. */
	uint16_t lanes;
	/* Lcores for stages (without the main lcore); 0: as many as are needed. `fused` and `spread` fail
	 * when they need more, `auto` makes do. */
	uint16_t lcores;
};

struct placement_instance {
	uint8_t stage; /* row of the topology */
	uint8_t instance; /* 0.. of its kind: the lane */
	uint8_t lcore; /* index into placement.thread */
};

struct placement {
	enum placement_kind kind; /* FUSED or SPREAD */
	uint16_t lanes;
	uint16_t lcore_count; /* without the main lcore */
	uint16_t lane_lcore_count; /* how many of them, the first ones, run the fast path */
	uint16_t instance_count;
	char thread[PIPELINE_LCORES_MAX][PIPELINE_THREAD_NAME_BYTES];
	struct placement_instance instance[PIPELINE_INSTANCES_MAX]; /* by stage, then instance */
};

/* Requires: a checked topology.
 * Fails: RESULT_OUT_OF_RANGE (lanes, too few lcores, more than the tables hold), with a sentence. */
MUST_CHECK enum result placement_make(const struct topology *topology,
                                      const struct placement_request *request,
                                      struct placement *out, struct pipeline_error *error);

/* Lcore index of that instance; it must exist. */
uint16_t placement_lcore_of(const struct placement *placement, uint16_t stage, uint16_t instance);

/* "fused", "spread" or "auto", and back. */
const char *placement_kind_name(enum placement_kind kind);
MUST_CHECK bool placement_kind_parse(const char *name, enum placement_kind *out);

/* Writes the value of EAL's --lcores for the main lcore (0) and the placement's (1..N). With a processor
 * for each fast-path lcore and one more, the fast path gets processors of its own, in the order given, and
 * the others share the rest; otherwise all lcores float over all processors.
 * Requires: cpu_count > 0. Fails: RESULT_NO_SPACE. */
MUST_CHECK enum result placement_write_lcores(const struct placement *placement,
                                              const uint16_t *cpus, uint16_t cpu_count, char *out,
                                              size_t out_bytes);

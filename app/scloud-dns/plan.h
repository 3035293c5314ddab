/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* plan -- from configuration and command line to lcores, pools and DPDK's start arguments.
 *
 * What:    decides, before EAL starts, how many lanes and lcores there will be, on which processors, how
 *          much memory the pools need and whether huge pages are used.
 * Threads: main, before the lcores run.
 * Memory:  by value; texts inside.
 * Limits:  pipeline/pipeline_limits.h, port/port_limits.h.
 * Trust:   the configuration is checked; what the machine cannot give is said in words.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "args.h"
#include "base/attr.h"
#include "base/result.h"
#include "config/config.h"
#include "pipeline/pipeline.h"
#include "port/eal.h"

/* EAL's argument vector: our own words and two for each port. */
#define PLAN_ARGUMENTS_MAX (20 + 2 * PORT_MAX)

struct plan {
	struct placement placement;
	enum idle_policy idle;
	struct pipeline_pool_config pools;
	bool hugepages;
	uint32_t memory_mb;
	char file_prefix[80];

	/* The vector for rte_eal_init(), and what its words point to. */
	int argument_count;
	char *argument[PLAN_ARGUMENTS_MAX + 1];
	char lcores[2048];
	char memory_text[16];
	struct port_eal_args port_args;
};

/* `ports`: as the configuration wants them. Fails: with a sentence. */
MUST_CHECK enum result plan_make(const struct config *config, const struct args *args,
                                 const struct topology *topology, const struct port_settings *ports,
                                 uint16_t port_count, struct plan *out,
                                 struct pipeline_error *error);

/* Only the placement: for --graph, which starts nothing. */
MUST_CHECK enum result plan_placement(const struct config *config, const struct args *args,
                                      const struct topology *topology, struct placement *out,
                                      struct pipeline_error *error);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* telemetry -- the server's commands on DPDK's telemetry socket.
 *
 * What:    registers /scloud/... commands that show the pipeline as JSON. dpdk-telemetry.py is the client
 *          that people have; docs/telemetry.md shows an example of each.
 * Threads: telemetry_open() and _close() on the control thread; DPDK calls the commands on a thread of
 *          its own, which only reads counters.
 * Memory:  DPDK's reply objects; nothing is kept.
 * Limits:  DPDK 22.11: 16 KiB a reply, 256 entries a dictionary; commands that list things take the
 *          number of the first entry as their parameter and say in "next" where to go on.
 * Trust:   the socket belongs to the user that runs the server; parameters are checked.
 * RFC:     none. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "pipeline/pipeline.h"
#include "port/port.h"
#include "stage/metrics.h"

struct telemetry_settings {
	const struct pipeline *pipeline;
	const struct metrics_view *view;
	const struct port *ports; /* open ones */
	uint16_t port_count;
	uint64_t start_us; /* clock_steady_us() when the server came up */
};

/* Registers the commands (once in the life of the process: DPDK cannot take them back) and lets them look at
 * this pipeline. Fails: RESULT_UNSUPPORTED when DPDK refuses a command. */
MUST_CHECK enum result telemetry_open(const struct telemetry_settings *settings);

/* From now on commands answer with an error: the pipeline is about to be destroyed. Waits for a command that is
 * under way. */
void telemetry_close(void);

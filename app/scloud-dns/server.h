/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* server -- the running server: everything that main starts, in order, and stops in reverse.
 *
 * What:    zones, EAL, pools, ports, stages, telemetry; then signals until it is time to stop.
 * Threads: main: it is DPDK's main lcore and runs no stage.
 * Memory:  one struct server on the heap.
 * Limits:  those of its parts.
 * Trust:   the configuration is checked; the machine may refuse anything, which is logged.
 * RFC:     none. */
#pragma once

#include "args.h"
#include "base/attr.h"
#include "config/config.h"

/* Runs the server until INT or TERM. Returns the process' exit status. */
MUST_CHECK int server_run(const struct config *config, const struct args *args);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* probe -- scloud-dns --probe: what this machine offers, and what to do for each thing that is missing.
 *
 * What:    prints processors, memory, network devices and interfaces, DPDK's drivers, the kernel's features and this
 *          process's capabilities as tables, then a list of what to do. Changes nothing.
 * Threads: main; nothing else runs.
 * Memory:  none kept.
 * Limits:  port/inventory.h.
 * Trust:   the kernel's texts.
 * RFC:     none. */
#pragma once

#include <stdio.h>

/* Gives the exit status: 0 if the default configuration can start here, 1 if something that it needs is
 * missing. */
int probe_print(FILE *out);

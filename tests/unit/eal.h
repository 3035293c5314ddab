/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* eal -- starts DPDK for a unit test: no huge pages, no devices, no files, one lcore.
 *
 * What:    rte_eal_init() with the arguments that all unit tests need.
 * Threads: the test's own is the main lcore.
 * Memory:  64 MiB of ordinary pages; rte_eal_cleanup() gives them back.
 * Limits:  once in the life of a process.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

/* Ends the test program when DPDK does not start. */
void unit_eal_start(void);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* pool_rig -- DPDK without devices or hugepages, and a small packet pool, for tests with mbufs.
 *
 * What:    pool_rig_open() once in main(); rig_pool is the pool.
 * Threads: one.
 * Memory:  POOL_RIG_MBUFS mbufs.
 * Limits:  one in a program.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_mbuf.h>

#include "base/attr.h"
#include "pipeline/query.h"

#define POOL_RIG_MBUFS 255

static struct rte_mempool *rig_pool;

static inline int pool_rig_open(void)
{
	static char prefix[48];
	(void)snprintf(prefix, sizeof(prefix), "--file-prefix=scloud-unit-%d", (int)getpid());
	static char program[] = "test", no_huge[] = "--no-huge", memory[] = "-m32",
	            no_pci[] = "--no-pci", no_conf[] = "--no-shconf", lcores[] = "--lcores=0",
	            quiet[] = "--log-level=error", no_telemetry[] = "--no-telemetry";
	char *arguments[] = {program, no_huge, memory, no_pci,       no_conf,
	                     lcores,  quiet,   prefix, no_telemetry, NULL};
	if (rte_eal_init((int)ARRAY_COUNT(arguments) - 1, arguments) < 0)
		return -1;
	rig_pool = rte_pktmbuf_pool_create("packets", POOL_RIG_MBUFS, 0, QUERY_PRIVATE_BYTES,
	                                   RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	return rig_pool == NULL ? -1 : 0;
}

static inline void pool_rig_close(void)
{
	char directory[PATH_MAX];
	(void)snprintf(directory, sizeof(directory), "%s", rte_eal_get_runtime_dir());
	rte_mempool_free(rig_pool);
	(void)rte_eal_cleanup();
	(void)rmdir(directory);
}

static inline unsigned pool_rig_used(void)
{
	return rte_mempool_in_use_count(rig_pool);
}

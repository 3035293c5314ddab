/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* pool -- the two packet pools: frames of ports, and messages of streams and sockets.
 *
 * What:    made at start, both with QUERY_PRIVATE_BYTES of zeroed private area in each mbuf.
 * Threads: create/destroy: control; allocation and release: any lcore.
 * Memory:  DPDK's; for `packet_count` frames about packet_count * (room + 1.2 KiB).
 * Limits:  data rooms up to 65535 octets.
 * Trust:   no input.
 * RFC:     7766 §8 (a message over TCP is up to 65535 octets). */
#pragma once

#include <rte_mempool.h>

#include "pipeline/error.h"

/* A TCP message fills it all, so its mbufs are used with data_off 0. */
#define POOL_STREAM_ROOM_BYTES 65535

struct pipeline_pools {
	struct rte_mempool *packet; /* frames */
	struct rte_mempool *stream; /* messages; NULL where there are none */
};

struct pipeline_pool_config {
	uint32_t packet_count; /* best 2^n - 1 */
	/* Head room, frame and answer; many devices want at least RTE_MBUF_DEFAULT_BUF_SIZE. */
	uint16_t packet_room_bytes;
	uint32_t stream_count; /* 0: no stream pool */
	int socket; /* NUMA node, or SOCKET_ID_ANY */
};

/* Fails: RESULT_NO_MEMORY, and says how much was wanted. */
MUST_CHECK enum result pipeline_pools_create(const struct pipeline_pool_config *config,
                                             struct pipeline_pools *out,
                                             struct pipeline_error *error);

/* Frees both; no packet may be in use. */
void pipeline_pools_destroy(struct pipeline_pools *pools);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Makes the packet pools. Their shared rings are of the relaxed kind (ring_mt_rts): where lcores share
 * processors, a thread that was suspended in the middle of an exchange keeps no other one waiting. */
#include "pipeline/pool.h"

#include <rte_errno.h>
#include <rte_mbuf.h>

#include "pipeline/query.h"

#define POOL_OPS "ring_mt_rts"

/* Packets that each lcore keeps for itself. Lower: the shared ring is touched more often. Higher: more
 * mbufs lie idle on lcores that only free. */
#define PACKET_CACHE 256
#define STREAM_CACHE 16

static enum result make(const char *name, uint32_t count, uint32_t cache, uint16_t room, int socket,
                        struct rte_mempool **out, struct pipeline_error *error)
{
	if (cache * 3 / 2 > count) /* DPDK wants count to hold one and a half caches */
		cache = 0;
	struct rte_mempool *pool = rte_pktmbuf_pool_create_by_ops(
	    name, count, cache, QUERY_PRIVATE_BYTES, room, socket, POOL_OPS);
	if (pool == NULL)
		return pipeline_error_set(
		    error, RESULT_NO_MEMORY, "%s of %u buffers with %u octets each: %s", name,
		    count, (unsigned)(room + QUERY_PRIVATE_BYTES + sizeof(struct rte_mbuf)),
		    rte_strerror(rte_errno));
	*out = pool;
	return RESULT_OK;
}

enum result pipeline_pools_create(const struct pipeline_pool_config *config,
                                  struct pipeline_pools *out, struct pipeline_error *error)
{
	struct pipeline_pools pools = {0};
	enum result result = make("packet_pool", config->packet_count, PACKET_CACHE,
	                          config->packet_room_bytes, config->socket, &pools.packet, error);
	if (result == RESULT_OK && config->stream_count > 0)
		result = make("stream_pool", config->stream_count, STREAM_CACHE,
		              POOL_STREAM_ROOM_BYTES, config->socket, &pools.stream, error);
	if (result == RESULT_OK)
		*out = pools;
	else
		pipeline_pools_destroy(&pools);
	return result;
}

void pipeline_pools_destroy(struct pipeline_pools *pools)
{
	rte_mempool_free(pools->packet); /* NULL is fine */
	rte_mempool_free(pools->stream);
	*pools = (struct pipeline_pools){0};
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Rings with credits: the only file that enqueues to and dequeues from rte_rings. */
#include "pipeline/link.h"

#include <rte_prefetch.h>

#include "pipeline/query.h"

enum result link_open(struct pipeline_link *link, const char *ring_name, int socket)
{
	link->ring = rte_ring_create(ring_name, link->row->depth, socket,
	                             RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ);
	if (link->ring == NULL)
		return RESULT_NO_MEMORY;
	credit_init(&link->credit, link->row->credits, PIPELINE_BURST);
	return RESULT_OK;
}

void link_close(struct pipeline_link *link)
{
	rte_ring_free(link->ring); /* NULL is fine */
	link->ring = NULL;
}

void link_flush(struct pipeline_link *link)
{
	/* The credit first: who sees the packet must see it as handed out. */
	credit_take(&link->credit, link->gathered);
	unsigned sent =
	    rte_ring_enqueue_burst(link->ring, (void *const *)link->gather, link->gathered, NULL);
	CHECK(sent == link->gathered); /* the ring is as deep as its credits */
	link->gathered = 0;
	link->bell = true;
}

uint16_t link_take(struct pipeline_link *link, struct rte_mbuf **mbufs, uint16_t max)
{
	unsigned count = rte_ring_dequeue_burst(link->ring, (void **)mbufs, max, NULL);
	for (unsigned i = 0; i < count; i++)
		rte_prefetch0(query_of(mbufs[i]));
	stage_count(&link->taken, count);
	return (uint16_t)count;
}

uint64_t link_in_use(const struct pipeline_link *link)
{
	/* `done` first: the difference may come out too large for a moment, never negative. */
	uint64_t done = atomic_load_explicit(&link->credit.done, memory_order_acquire);
	return atomic_load_explicit(&link->credit.handed, memory_order_acquire) - done;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* link -- the way from one producer instance to one consumer instance: a ring with credits.
 *
 * What:    packets are gathered to bursts on the producer's side, go through a ring with one producer and
 *          one consumer, and the consumer gives the credit back when the packet has gone on (or when a
 *          holding stage lets go of it). A ring is as deep as its credits, so an enqueue never fails. A
 *          pair that is joined by direct calls has a struct too, without a ring, for the pictures.
 * Threads: link_put/flush/room: the producer's lcore; link_take/return: the consumer's; counts: any.
 * Memory:  the rings are DPDK's; the struct is the pipeline's.
 * Limits:  pipeline/pipeline_limits.h.
 * Trust:   both ends are ours.
 * RFC:     none. */
#pragma once

#include <rte_ring.h>

#include "base/check.h"
#include "pipeline/credit.h"
#include "pipeline/stage.h"
#include "pipeline/topology.h"

struct pipeline_stage;

struct pipeline_link {
	/* writer: control, before the start */
	const struct topology_link *row;
	uint8_t row_index;
	struct pipeline_stage *producer;
	struct pipeline_stage *consumer;
	struct rte_ring *ring; /* NULL: direct calls */

	/* writer: producer's lcore; readers: control (counts only) */
	CACHE_ALIGNED uint32_t turn_room; /* BLOCK: what this turn may still let in for it */
	uint16_t gathered;
	bool bell; /* something was put on the ring in this turn */
	uint64_t shed; /* packets for which there was no credit */
	struct rte_mbuf *gather[PIPELINE_BURST];

	/* writer: consumer's lcore */
	CACHE_ALIGNED uint32_t pending; /* taken and finished with, not yet returned */
	uint64_t taken;

	struct credit credit;
};

/* Makes the ring. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result link_open(struct pipeline_link *link, const char *ring_name, int socket);
void link_close(struct pipeline_link *link);

/* Producer: packets that may be put now. */
static ALWAYS_INLINE uint32_t link_room(struct pipeline_link *link)
{
	return credit_left(&link->credit) - link->gathered;
}

/* Producer: sends what is gathered. */
void link_flush(struct pipeline_link *link);

/* Producer: puts one packet; link_room() must not be 0. */
static ALWAYS_INLINE void link_put(struct pipeline_link *link, struct rte_mbuf *mbuf)
{
	link->gather[link->gathered++] = mbuf;
	if (link->gathered == PIPELINE_BURST)
		link_flush(link);
}

/* Consumer: takes up to `max` packets. Returns how many. */
uint16_t link_take(struct pipeline_link *link, struct rte_mbuf **mbufs, uint16_t max);

/* Consumer: whether something lies on the ring. */
static inline bool link_has_packets(const struct pipeline_link *link)
{
	return rte_ring_empty(link->ring) == 0;
}

/* Packets that have left the producer and whose credit is not back. Any thread. */
uint64_t link_in_use(const struct pipeline_link *link);

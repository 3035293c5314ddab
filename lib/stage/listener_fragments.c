/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Frames in several buffers, and fragments. A packet in fragments counts once: when it is whole it is what
 * its last fragment was received as, when it is given up it is counted then. */
#include <string.h>

#include "base/check.h"
#include "pipeline/query.h"
#include "stage/listener_int.h"

/* A buffer of the large pool for a frame of `len` octets, empty; NULL where there is none. */
static struct rte_mbuf *alloc_large(const struct listener *listener, uint32_t len)
{
	if (listener->large_pool == NULL)
		return NULL;
	struct rte_mbuf *large = rte_pktmbuf_alloc(listener->large_pool);
	if (large == NULL || rte_pktmbuf_append(large, (uint16_t)len) == NULL) {
		rte_pktmbuf_free(large);
		return NULL;
	}
	/* Streams use these buffers too: nothing of theirs may be left. */
	memset(query_of(large), 0, offsetof(struct query, question));
	return large;
}

struct rte_mbuf *listener_gather(struct stage *stage, struct rte_mbuf *mbuf)
{
	const struct listener *listener = stage->state;
	if (LIKELY(mbuf->nb_segs == 1) || rte_pktmbuf_linearize(mbuf) == 0)
		return mbuf;
	struct rte_mbuf *large = alloc_large(listener, mbuf->pkt_len);
	if (large == NULL) {
		stage_drop(stage, mbuf, DROP_LISTENER_TOO_LONG);
		return NULL;
	}
	uint8_t *data = rte_pktmbuf_mtod(large, uint8_t *);
	for (const struct rte_mbuf *segment = mbuf; segment != NULL; segment = segment->next) {
		memcpy(data, rte_pktmbuf_mtod(segment, const uint8_t *), segment->data_len);
		data += segment->data_len;
	}
	large->ol_flags = mbuf->ol_flags & (RTE_MBUF_F_RX_IP_CKSUM_MASK |
	                                    RTE_MBUF_F_RX_L4_CKSUM_MASK | RTE_MBUF_F_RX_RSS_HASH);
	large->hash.rss = mbuf->hash.rss;
	rte_pktmbuf_free(mbuf);
	return large;
}

/* Packets that were given up, since the last time that we looked. */
static void count_late(struct stage *stage)
{
	struct listener *listener = stage->state;
	uint64_t late = listener->fragments->expired - listener->fragments_late;
	if (late == 0)
		return;
	listener->fragments_late += late;
	stage_count(&stage->counters->made, late);
	stage_count(&stage->counters->drop[DROP_LISTENER_FRAGMENT_LATE], late);
}

void listener_expire(struct stage *stage)
{
	struct listener *listener = stage->state;
	net_reassembly_expire(listener->fragments, stage->now_us);
	count_late(stage);
}

/* The whole frame in place of its last fragment, or in a large buffer. */
static struct rte_mbuf *write_whole(struct stage *stage, struct rte_mbuf *mbuf,
                                    struct net_reassembly_place *place)
{
	struct listener *listener = stage->state;
	size_t len = net_reassembly_frame_bytes(place);
	if (len > (size_t)mbuf->buf_len - mbuf->data_off) {
		struct rte_mbuf *large = alloc_large(listener, (uint32_t)len);
		if (large == NULL) {
			net_reassembly_forget(listener->fragments, place);
			stage_drop(stage, mbuf, DROP_LISTENER_TOO_LONG);
			return NULL;
		}
		rte_pktmbuf_free(mbuf);
		mbuf = large;
	}
	net_reassembly_write(listener->fragments, place, rte_pktmbuf_mtod(mbuf, uint8_t *));
	mbuf->data_len = (uint16_t)len;
	mbuf->pkt_len = (uint32_t)len;
	mbuf->ol_flags = 0; /* what the device said was said of a fragment */
	listener->event[LISTENER_EVENT_REASSEMBLED]++;
	return mbuf;
}

struct rte_mbuf *listener_reassemble(struct stage *stage, const struct port *port,
                                     struct rte_mbuf *mbuf, const struct net_frame *frame)
{
	struct listener *listener = stage->state;
	struct net_reassembly_place *place = NULL;
	if (listener->fragments == NULL) {
		stage_drop(stage, mbuf, DROP_LISTENER_FRAGMENT);
		return NULL;
	}
	mbuf = listener_gather(stage, mbuf);
	if (mbuf == NULL)
		return NULL;
	enum net_reassembly_outcome outcome =
	    net_reassembly_add(listener->fragments, rte_pktmbuf_mtod(mbuf, const uint8_t *), frame,
	                       port->index, stage->now_us, &place);
	count_late(stage);
	switch (outcome) {
	case NET_REASSEMBLY_WHOLE:
		return write_whole(stage, mbuf, place);
	case NET_REASSEMBLY_KEPT:
		/* The packet has not come in yet: it will be counted with its last fragment. */
		listener->event[LISTENER_EVENT_FRAGMENTS]++;
		listener->kept++;
		rte_pktmbuf_free(mbuf);
		break;
	case NET_REASSEMBLY_BAD:
		stage_drop(stage, mbuf, DROP_LISTENER_FRAGMENT_BAD);
		break;
	case NET_REASSEMBLY_BAD_CHECKSUM:
		stage_drop(stage, mbuf, DROP_LISTENER_BAD_CHECKSUM);
		break;
	}
	return NULL;
}

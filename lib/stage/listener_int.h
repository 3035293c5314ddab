/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* listener_int -- LISTENER's state, and what it does with frames that are not whole or not in one piece. */
#pragma once

#include "net/frame.h"
#include "net/match.h"
#include "net/reassembly.h"
#include "stage/listener.h"

struct listener_port {
	struct port *port;
	uint16_t fed_lanes; /* lanes that get queries from this queue, ours included */
	struct net_match addresses;
};

struct listener {
	uint16_t port_count;
	uint16_t next; /* which port is asked first in the next turn */
	uint16_t dns_port_count;
	uint16_t dns_ports[LISTENER_DNS_PORTS_MAX];
	uint64_t tsc; /* of the burst */
	uint64_t event[LISTENER_EVENT_COUNT]; /* of the burst */
	struct net_reassembly *fragments; /* NULL: they are dropped */
	uint16_t kept; /* fragments of the burst that wait: no packet has come in with them yet */
	uint64_t fragments_late; /* of fragments->expired, how many are counted */
	struct rte_mempool *large_pool;
	struct listener_port ports[PORT_MAX];
};

/* Gives the frame in one buffer: as it is, in its own first buffer, or in a large one; NULL where it fits
 * none, and then it is dropped by name. */
struct rte_mbuf *listener_gather(struct stage *stage, struct rte_mbuf *mbuf);

/* Takes a fragment that is ours. Gives a whole frame if it was the last one missing, else NULL. */
struct rte_mbuf *listener_reassemble(struct stage *stage, const struct port *port,
                                     struct rte_mbuf *mbuf, const struct net_frame *frame);

/* Lets go of fragments that have waited for too long. */
void listener_expire(struct stage *stage);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* listener -- the LISTENER stage: from frames of the receive queues to DNS messages.
 *
 * What:    each instance takes frames from the receive queue of its own number of every port. UDP to one of
 *          the DNS ports and one of the port's addresses, with right lengths and checksums, goes to
 *          DECODER with the first part of struct query filled in. What is not ours goes to the kernel
 *          half (ARP, neighbour discovery, ICMP, TCP, ...) or, on a bifurcated port, which gave the
 *          kernel its own copy, is dropped by name. Fragments to us are put together first
 *          (net/reassembly.h); each packet counts as one that came in, whole or given up. A query in several
 *          buffers goes on in one, of the large pool if need be. Where a port has fewer receive queues
 *          than there are lanes, queries are spread over all lanes by a hash of the client's address.
 * Threads: one instance for each lane, on its lcore.
 * Memory:  none besides the packets, which come from the ports' pool, and the tables in the settings.
 * Limits:  LISTENER_DNS_PORTS_MAX UDP ports; queries that fit a buffer of either pool.
 * Trust:   frames come from anybody.
 * RFC:     as net/frame.h; 1122 §3.2.1.3 (addresses that nobody may be answered at), 5452 §4.2. */
#pragma once

#include <stdint.h>

#include "net/reassembly.h"
#include "pipeline/stage.h"
#include "port/port.h"

/* UDP ports on which DNS is spoken. Too low: nobody needs more than two. Too high: compared one by one. */
#define LISTENER_DNS_PORTS_MAX 8

enum listener_output {
	LISTENER_TO_DECODER,
	LISTENER_TO_KERNEL
};

/* Indices of stage_counters.event: octets received by what they were, and two counts. */
enum listener_event {
	LISTENER_EVENT_DNS_V4_BYTES,
	LISTENER_EVENT_DNS_V6_BYTES,
	LISTENER_EVENT_ARP_BYTES,
	LISTENER_EVENT_ICMP_BYTES, /* ICMP, ICMPv6 with neighbour discovery */
	LISTENER_EVENT_TCP_BYTES,
	LISTENER_EVENT_OTHER_BYTES,
	LISTENER_EVENT_KERNEL_FRAMES, /* handed to the kernel half */
	LISTENER_EVENT_HALF_CHECKSUMS, /* from a kernel neighbour, which left the sum to us */
	LISTENER_EVENT_FRAGMENTS, /* kept until the others come */
	LISTENER_EVENT_REASSEMBLED, /* packets that became whole */
	LISTENER_EVENT_SPREAD, /* queries given to another lane */
	LISTENER_EVENT_COUNT
};

struct stage_listener_settings {
	struct port *ports; /* port_count of them, open, outliving the stage */
	uint16_t port_count;
	uint16_t dns_ports[LISTENER_DNS_PORTS_MAX]; /* host order */
	uint16_t dns_port_count; /* 0: port 53 */
	/* One table for each lane; NULL: fragments to us are dropped. */
	struct net_reassembly *reassembly;
	struct rte_mempool *large_pool; /* for queries that fit no packet buffer, or NULL */
	bool
	    spread; /* the link to DECODER goes across: lanes without a queue are fed by the others */
};

extern const struct stage_ops stage_listener_ops;

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* sender -- the SENDER stage: from finished messages to frames of the transmit queues.
 *
 * What:    an answer to a frame is turned around in place (net/reply.h), back to where the query came from or
 *          to the next hop of a table; one to a stream or socket goes to TCP_ACCEPTOR, a frame of the kernel
 *          half is sent as it is. Frames are gathered over a turn of the run loop and sent at its end. What
 *          a full transmit queue does not take stays gathered until it does, or until SENDER_STALL_US_MAX
 *          have gone by without any progress.
 * Threads: one instance for each lane, on its lcore; lanes may share transmit queues (port/port.h).
 * Memory:  SENDER_GATHER_MAX pointers for each port; packets are freed by the driver.
 * Limits:  SENDER_GATHER_MAX frames wait for each port.
 * Trust:   messages are ours; the headers in front of them were checked by LISTENER.
 * RFC:     as net/reply.h. */
#pragma once

#include <stdint.h>

#include "net/next_hop.h"
#include "pipeline/snapshot.h"
#include "pipeline/stage.h"
#include "port/port.h"

/* Frames that wait for a port. Too low: a burst of all lanes' answers is lost while the device catches
 * up. Too high: answers wait longer than clients do. */
#define SENDER_GATHER_MAX 256

/* Microseconds without progress after which waiting frames are dropped. Too low: a short pause of a
 * virtual device's other side loses answers (a vCPU may be away for some milliseconds). Too high: mbufs
 * are kept from the receive side, and clients have asked again. */
#define SENDER_STALL_US_MAX 10000

/* How soon to try again when nothing else happens. */
#define SENDER_RETRY_US 1000

enum sender_output {
	SENDER_TO_ACCEPTOR
};

/* Indices of stage_counters.event. `answered` counts every frame that left, so that what came in and what
 * went out can be held against each other: DNS answers are what remains without the kernel's frames. */
enum sender_event {
	SENDER_EVENT_V4_BYTES, /* octets of frames with answers */
	SENDER_EVENT_V6_BYTES,
	SENDER_EVENT_KERNEL_FRAMES, /* sent for the kernel half; part of `answered` */
	SENDER_EVENT_KERNEL_BYTES,
	SENDER_EVENT_TX_RETRIES, /* turns in which a transmit queue did not take everything */
	SENDER_EVENT_ROUTED, /* answers to the next hop of the kernel's tables */
	SENDER_EVENT_NO_ROUTE, /* answers of a routed port without a next hop: reflected */
	SENDER_EVENT_COUNT
};

struct stage_sender_settings {
	struct port *ports; /* indexed by query.port_index, open, outliving the stage */
	uint16_t port_count;
	/* Of struct net_next_hops, one for each port: answers go to its next hops. NULL, or empty: they go back to
	 * the MAC address that the query came from. */
	const struct snapshot *next_hops;
};

extern const struct stage_ops stage_sender_ops;

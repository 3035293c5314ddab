/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* neighbour -- who has this address? ARP and neighbour discovery, as far as a load generator needs them.
 *
 * What:    asks for the server's MAC address, understands the answer, and answers for the addresses that queries
 *          come from, so that any server can be measured that sits on the same link.
 * Threads: any; pure.
 * Memory:  the caller's.
 * Limits:  frames of NEIGHBOUR_BYTES octets; no VLAN tags but those of the route.
 * Trust:   received frames are anything.
 * RFC:     826 (ARP), 4861 §4.3 §4.4 §7.2 (solicitations and advertisements). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "load/packet.h"

/* The largest of them: Ethernet with tags, IPv6, a solicitation with its option; at least what Ethernet wants. */
#define NEIGHBOUR_BYTES 96

/* Writes the question for the server's MAC address; gives the frame's length. */
size_t neighbour_ask(const struct packet_route *route, uint8_t frame[NEIGHBOUR_BYTES]);

enum neighbour_kind {
	NEIGHBOUR_OTHER,
	NEIGHBOUR_SERVER, /* `mac` is the server's */
	NEIGHBOUR_QUESTION, /* `reply` is to be sent */
};

struct neighbour {
	uint8_t mac[6];
	size_t reply_len;
	uint8_t reply[NEIGHBOUR_BYTES];
};

/* Looks at a received frame. */
enum neighbour_kind neighbour_read(const struct packet_route *route, const uint8_t *frame,
                                   size_t len, struct neighbour *out);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* route_watch -- the kernel's routes and neighbours of one interface, read again when they change.
 *
 * What:    a table for net/next_hop.h from what rtnetlink says. Gateways whose MAC address the kernel does
 *          not know, or has not seen for a while, are asked for: nobody else sends through them, so that the
 *          kernel alone would not.
 * Threads: one control thread. It works on the network namespace in which it was opened.
 * Memory:  port_route_watch_read() allocates the table; its caller frees it.
 * Limits:  NET_NEXT_HOPS_MAX entries: what is beyond is left out, and said so.
 * Trust:   the peer is the kernel.
 * RFC:     3549. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "net/next_hop.h"

struct port_route_watch {
	int query_fd; /* questions and their answers */
	int event_fd; /* what changes */
	uint32_t sequence;
};

/* Fails: RESULT_IO. */
MUST_CHECK enum result port_route_watch_open(struct port_route_watch *out);
void port_route_watch_close(struct port_route_watch *watch);

/* Whether routes or neighbours may have changed since the last call. */
bool port_route_watch_changed(struct port_route_watch *watch);

/* The index of an interface of the namespace, 0: there is none of that name. */
uint32_t port_route_watch_find(const struct port_route_watch *watch, const char *interface);

/* Reads the routes that lead out of the interface and its neighbours into a new table. `cut` becomes true
 * where not all of them fit. Fails: RESULT_IO, RESULT_NO_MEMORY. */
MUST_CHECK enum result port_route_watch_read(struct port_route_watch *watch, uint32_t interface,
                                             struct net_next_hops **out, bool *cut);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* next_hop -- to which MAC address a packet for an IP address goes: routes and neighbours in one table.
 *
 * What:    made from the kernel's routes and neighbours by a control thread, then only read. The longest
 *          route that has the address decides: by way of its gateway, or to the address itself where the
 *          route has none. A next hop whose MAC address is not known is none.
 * Threads: any number of readers after net_next_hops_end().
 * Memory:  net_next_hops_bytes() for so many entries, the caller's.
 * Limits:  NET_NEXT_HOPS_MAX entries: routes and neighbours together.
 * Trust:   entries come from the kernel; addresses from the wire.
 * RFC:     1812 §5.2.4.3 (longest match), 1122 §3.3.1. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "net/prefix.h"

/* Too low: the table of a router that speaks BGP is cut off, and what is missing is reflected. Too high: the
 * kernel's whole table is read again after each change of it. */
#define NET_NEXT_HOPS_MAX 65536

struct net_next_hops;

/* Octets of a table for `count` entries. */
size_t net_next_hops_bytes(size_t count);

/* Begins an empty table for up to `count` entries in `memory`, which is aligned for a uint64_t. */
struct net_next_hops *net_next_hops_begin(void *memory, size_t count);

/* A neighbour's MAC address. */
void net_next_hops_add_neighbour(struct net_next_hops *table, const struct net_address *address,
                                 const uint8_t mac[6]);

/* A route; `gateway` NULL: its hosts are neighbours. Of two with one prefix the first counts. */
void net_next_hops_add_route(struct net_next_hops *table, const struct net_prefix *prefix,
                             const struct net_address *gateway);

/* Makes the table ready: no entries may be added from now on. */
void net_next_hops_end(struct net_next_hops *table);

/* The MAC address of the next hop to the address (4 or 16 octets), or NULL. */
const uint8_t *net_next_hop_find(const struct net_next_hops *table, uint8_t family,
                                 const uint8_t *octets);

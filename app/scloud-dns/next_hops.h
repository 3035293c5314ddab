/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* next_hops -- where the answers of ports with "l2": "route" go: the kernel's tables, kept up to date.
 *
 * What:    one snapshot for each port, published when the kernel says that its routes or neighbours changed.
 *          Of owned ports they are those of the kernel half's namespace, of bifurcated ones the host's.
 * Threads: main.
 * Memory:  the tables; freed by next_hops_close().
 * Limits:  net/next_hop.h.
 * Trust:   the kernel's.
 * RFC:     as net/next_hop.h. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "config/config.h"
#include "pipeline/snapshot.h"
#include "port/route_watch.h"
#include "ports.h"

struct pipeline_rcu;

struct next_hops {
	struct snapshot table[PORT_MAX]; /* of struct net_next_hops; empty: answers are reflected */
	bool is_routed[PORT_MAX];
	bool is_half_wanted; /* some owned port is routed */
	struct port_route_watch half; /* opened with the kernel half, inside of its namespace */
	struct port_route_watch host;
	uint64_t read_us; /* when tables were read last */
	bool told_cut;
};

/* Which ports are routed. Requires: the ports are open. Fails: RESULT_IO. */
MUST_CHECK enum result next_hops_open(const struct config *config, const struct ports *ports,
                                      struct next_hops *out);
void next_hops_close(struct next_hops *next_hops);

/* Once a second: reads what changed, and everything from time to time, so that gateways stay known. */
void next_hops_tick(struct next_hops *next_hops, const struct ports *ports,
                    struct pipeline_rcu *rcu, uint64_t now_us);

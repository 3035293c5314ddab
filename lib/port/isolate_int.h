/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* isolate_int -- NICs that DPDK and the kernel drive together (mlx5): what no rule of ours takes is the kernel's.
 *
 * What:    rules of rte_flow that take UDP to a DNS port on an address of the port, over all its queues. In isolated
 *          mode the device gives us nothing else; the kernel's driver keeps its interface.
 * Threads: control threads.
 * Memory:  the device's; rules go when it stops.
 * Limits:  as port_limits.h.
 * Trust:   as port.h.
 * RFC:     none. */
#pragma once

#include <rte_flow.h>

#include "port/port.h"

/* eth, IP, UDP, end. */
#define ISOLATE_ITEMS 4

/* A rule's pattern, with what its items point to. */
struct port_isolate_pattern {
	struct rte_flow_item item[ISOLATE_ITEMS];
	union {
		struct rte_flow_item_ipv4 v4;
		struct rte_flow_item_ipv6 v6;
	} ip, ip_mask;
	struct rte_flow_item_udp udp, udp_mask;
};

/* Whether the driver (as DPDK names it) shares its device with the kernel. */
bool port_isolate_fits(const char *driver) PURE;

/* Before the device is configured. False, and says why: it stays the owner of all frames. */
bool port_isolate_begin(const struct port *port);

/* The device has started: makes the rules. What cannot be made is logged: those queries go over the kernel. */
void port_isolate_rules(const struct port *port, const struct port_settings *settings);

/* The pattern for UDP to a port on an address or range. */
void port_isolate_pattern(const struct net_prefix *address, uint16_t udp_port,
                          struct port_isolate_pattern *out);

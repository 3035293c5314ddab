/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* bare_start_int -- starts an af_packet device for a process that has CAP_NET_RAW and no CAP_NET_ADMIN.
 *
 * What:    at each start DPDK sets the interface's flags and MAC address to what they are, and takes the refusal of the
 *          first for a failure. Packet sockets need neither. Where the kernel would refuse, the device is started by a
 *          thread that lives only for that, under a seccomp filter by which these two calls do nothing and
 *          succeed. No other thread and no other device has the filter.
 * Threads: one control thread, which waits.
 * Memory:  none that stays.
 * Limits:  the interface stays in promiscuous mode if it was: frames to other stations are sorted out anyway.
 * Trust:   nothing of the wire. Nothing becomes allowed: calls that would fail do nothing instead.
 * RFC:     none. */
#pragma once

#include <stdbool.h>

#include "port/port.h"

/* Whether the kernel refuses us to set the flags of the port's interface: tried, with those that it has. */
bool port_bare_start_wanted(const struct port *port);

/* As rte_eth_dev_start(): 0, or -errno. Where it cannot be done so, it is started in the ordinary way. */
int port_bare_start(const struct port *port);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* netlink -- sets up interfaces of the kernel: MAC address, up, IP addresses; no `ip` command needed.
 *
 * What:    one request each, answered by the kernel before the function returns.
 * Threads: a socket belongs to one thread; it works on the network namespace in which it was opened.
 * Memory:  none beyond the caller's struct.
 * Limits:  interface indices of the kernel.
 * Trust:   the peer is the kernel.
 * RFC:     3549 (rtnetlink), 4862 §5.4 (duplicate address detection, which is left out on request). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "net/prefix.h"

struct port_netlink {
	int fd;
	uint32_t sequence;
};

/* Fails: RESULT_IO. */
MUST_CHECK enum result port_netlink_open(struct port_netlink *out);
void port_netlink_close(struct port_netlink *netlink);

/* What may be changed of an interface; what is not set stays as it is. */
struct port_netlink_link {
	const uint8_t *mac; /* 6 octets or NULL */
	uint32_t mtu; /* 0: as it is */
	bool up;
	bool no_link_local; /* the kernel makes no fe80:: address of its own accord */
};

/* Fails: RESULT_NOT_FOUND (no such interface), RESULT_DENIED, RESULT_IO; errno tells more. */
MUST_CHECK enum result port_netlink_set_link(struct port_netlink *netlink, uint32_t index,
                                             const struct port_netlink_link *link);

/* Adds an address with its prefix length; IPv6 addresses are usable at once, without duplicate address
 * detection. An address that is there already is fine.
 * Fails: RESULT_NOT_FOUND, RESULT_DENIED (also: IPv6 is switched off on the interface), RESULT_IO. */
MUST_CHECK enum result port_netlink_add_address(struct port_netlink *netlink, uint32_t index,
                                                const struct net_prefix *address);

/* Makes all addresses of the range local to the namespace (AnyIP), as if they were on interface `index`. A route
 * that is there already is fine. Fails: RESULT_DENIED, RESULT_IO. */
MUST_CHECK enum result port_netlink_add_local(struct port_netlink *netlink, uint32_t index,
                                              const struct net_prefix *range);

/* Adds a route by way of `gateway`, which has to be on a link; a destination of length 0 is the default
 * route of the gateway's family. A route that is there already is fine. Fails: RESULT_DENIED, RESULT_IO. */
MUST_CHECK enum result port_netlink_add_route(struct port_netlink *netlink,
                                              const struct net_prefix *destination,
                                              const struct net_address *gateway);

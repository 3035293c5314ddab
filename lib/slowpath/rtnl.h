/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* rtnl -- the few rtnetlink requests by which the kernel half is set up.
 *
 * What:    links up with MAC and MTU, addresses, routes; one request at a time, each acknowledged.
 * Threads: control threads; a socket works in the namespace in which it was opened.
 * Memory:  the caller's.
 * Limits:  an address or route that is there already counts as done.
 * Trust:   the kernel answers.
 * RFC:     3549 (netlink). */
#pragma once

#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "slowpath/endpoint.h"

struct rtnl {
	int fd;
	uint32_t sequence;
};

/* Opens a netlink socket in the thread's present namespace. Fails: as problem_result_of(errno). */
MUST_CHECK enum result rtnl_open(struct rtnl *rtnl);
void rtnl_close(struct rtnl *rtnl);

/* Sets MAC (6 octets, or NULL) and MTU (octets, 0: as it is), then the link goes up. */
MUST_CHECK enum result rtnl_link_up(struct rtnl *rtnl, unsigned ifindex, const uint8_t *mac,
                                    uint32_t mtu);

/* Adds an address; IPv6 without duplicate address detection: it works at once. */
MUST_CHECK enum result rtnl_address_add(struct rtnl *rtnl, unsigned ifindex,
                                        const struct endpoint_prefix *prefix);

/* Adds a route by way of `gateway`, which has to be on a link. `destination` with bits 0: default. */
MUST_CHECK enum result rtnl_route_add(struct rtnl *rtnl, const struct endpoint_prefix *destination,
                                      const struct query_address *gateway);

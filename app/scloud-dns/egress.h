/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* egress -- from where other servers are asked.
 *
 * What:    checks the addresses of recursion.egress, and finds out which families of addresses the host
 *          has a route for. With recursion.egress_port questions leave by that port: of one that DPDK
 *          owns from the kernel half, so RESOLVER's lcore moves into its network namespace, for good
 *          (sockets are renewed when the right to enter one is given up); of others from the host, but
 *          from the port's addresses.
 * Threads: control, in the host's network namespace.
 * Memory:  none.
 * Limits:  none.
 * Trust:   the configuration is checked.
 * RFC:     none. */
#pragma once

#include "pipeline/pipeline.h"
#include "ports.h"
#include "slowpath/netns.h"
#include "upstreams.h"

/* Fails: RESULT_IO (an address that this host does not have: it is logged). */
MUST_CHECK enum result egress_configure(const struct config *config, struct upstreams *out);

/* Once ports are open: takes over the sources of recursion.egress_port where its addresses are the host's.
 * `*is_inside`: RESOLVER has to move. Fails as egress_configure(). */
MUST_CHECK enum result egress_take_port(const struct config *config, const struct ports *ports,
                                        struct upstreams *out, bool *is_inside);

/* Requires: the pipeline is made, and not launched. RESOLVER's lcore moves into the namespace (NULL: there is
 * none, which fails). What else runs there opens no sockets. Fails, logged: RESULT_UNSUPPORTED,
 * RESULT_DENIED, RESULT_IO. */
MUST_CHECK enum result egress_enter(const struct pipeline *pipeline, const struct netns *netns);

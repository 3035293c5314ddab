/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* egress -- from where other servers are asked.
 *
 * What:    checks the addresses of recursion.egress, and finds out which families of addresses the host
 *          has a route for.
 * Threads: control, in the network namespace in which the resolver will be.
 * Memory:  none.
 * Limits:  none.
 * Trust:   the configuration is checked.
 * RFC:     none. */
#pragma once

#include "upstreams.h"

/* Fails: RESULT_IO (an address that this host does not have: it is logged). */
MUST_CHECK enum result egress_configure(const struct config_recursion *recursion,
                                        struct upstreams *out);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* ports -- the DPDK ports of the configuration, all opened or none.
 *
 * What:    turns config_port into port_settings, opens and closes them together.
 * Threads: control.
 * Memory:  struct ports is large (port.h) and the caller's.
 * Limits:  PORT_MAX.
 * Trust:   the configuration is checked.
 * RFC:     none. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "config/config.h"
#include "port/port.h"

struct ports {
	struct port_settings settings[PORT_MAX];
	struct net_prefix address[PORT_MAX][PORT_ADDRESSES_MAX];
	struct net_prefix host_address[PORT_MAX][PORT_ADDRESSES_MAX];
	struct port port[PORT_MAX];
	uint16_t count;
};

/* Fills in `settings` and `count`. Fails: RESULT_TOO_LONG, logged. */
MUST_CHECK enum result ports_configure(const struct config *config, struct ports *out);

/* Opens all; on failure those already open are closed again and the reason is in the log. */
MUST_CHECK enum result ports_open(struct ports *ports, uint16_t lanes, struct rte_mempool *pool);
/* The network namespace of the kernel half, NULL for one of its own: open ports that DPDK owns share it.
 * Fails, and logs why: RESULT_MALFORMED where they name different ones. */
MUST_CHECK enum result ports_namespace(const struct config *config, const struct ports *ports,
                                       const char **name);

void ports_close(struct ports *ports);

/* Whether a port might, or (once they are open) does, have fewer receive queues than there are lanes. */
bool ports_may_spread(const struct ports *ports);
bool ports_need_spread(const struct ports *ports, uint16_t lanes);

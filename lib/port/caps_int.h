/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* caps_int -- what we want of a device, cut down to what it has. */
#pragma once

#include <rte_ethdev.h>

#include "port/driver_int.h"
#include "port/port.h"

/* How much is asked for; a device that refuses one step is asked for the next. */
enum caps_step {
	CAPS_ALL,
	CAPS_NO_RSS, /* as before, without RSS */
	CAPS_NO_OFFLOAD, /* and without checksums */
	CAPS_BARE, /* one queue in each direction, default MTU, nothing else */
	CAPS_STEP_COUNT
};

struct caps_plan {
	struct rte_eth_conf conf;
	uint16_t rx_queues;
	uint16_t tx_queues;
	uint16_t rx_descriptors;
	uint16_t tx_descriptors;
	uint16_t mtu;
};

/* Makes the plan of the step for a device. `pool` tells whether a frame of the MTU fits one mbuf. */
void port_caps_plan(const struct port_settings *settings, const struct port_driver *driver,
                    const struct rte_eth_dev_info *info, uint16_t lane_count,
                    struct rte_mempool *pool, enum caps_step step, struct caps_plan *out);

/* Writes what the plan grants into the port. */
void port_caps_take(const struct caps_plan *plan, uint16_t lane_count, struct port *port);

/* Logs, in one line, what the device does not do and we do instead. */
void port_caps_log(const struct port *port, const struct port_settings *settings,
                   uint16_t lane_count);

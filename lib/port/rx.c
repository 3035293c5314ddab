/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The one place where frames are received. */
#include <rte_ethdev.h>

#include "port/port.h"

uint16_t port_rx(struct port *port, uint16_t queue, struct rte_mbuf **burst, uint16_t count)
{
	if (queue >= port->rx_queue_count)
		return 0;
	if (UNLIKELY(port->is_bond))
		port_tx_turn(port, queue);
	return rte_eth_rx_burst(port->id, queue, burst, count);
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The one place where frames are received. */
#include <rte_ethdev.h>

#include "port/port.h"

/* A bond's driver sends its LACP frames when something is sent, which has to be every 100 ms at least, if only
 * nothing. */
static void turn_bond(struct port *port, uint16_t queue)
{
	queue = (uint16_t)(queue % port->tx_queue_count);
	rte_spinlock_lock(&port->tx_lock[queue].lock);
	(void)rte_eth_tx_burst(port->id, queue, NULL, 0);
	rte_spinlock_unlock(&port->tx_lock[queue].lock);
}

uint16_t port_rx(struct port *port, uint16_t queue, struct rte_mbuf **burst, uint16_t count)
{
	if (queue >= port->rx_queue_count)
		return 0;
	if (UNLIKELY(port->is_bond))
		turn_bond(port, queue);
	return rte_eth_rx_burst(port->id, queue, burst, count);
}

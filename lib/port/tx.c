/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The one place where frames are sent. A transmit queue belongs to one lcore; where a device has fewer
 * queues than there are lanes, those that share one take turns under a lock (held for one burst). */
#include <rte_ethdev.h>

#include "port/port.h"

static uint16_t send_burst(struct port *port, uint16_t lane, struct rte_mbuf **burst,
                           uint16_t count)
{
	uint16_t queue = (uint16_t)(lane % port->tx_queue_count);
	if (LIKELY(!port->tx_shared))
		return rte_eth_tx_burst(port->id, queue, burst, count);
	rte_spinlock_lock(&port->tx_lock[queue].lock);
	uint16_t sent = rte_eth_tx_burst(port->id, queue, burst, count);
	rte_spinlock_unlock(&port->tx_lock[queue].lock);
	return sent;
}

uint16_t port_tx(struct port *port, uint16_t lane, struct rte_mbuf **burst, uint16_t count)
{
	return send_burst(port, lane, burst, count);
}

void port_tx_turn(struct port *port, uint16_t lane)
{
	(void)send_burst(port, lane, NULL, 0);
}

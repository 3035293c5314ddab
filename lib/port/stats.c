/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Counters and link state of a device, translated from DPDK's structures. */
#include "port/stats.h"

#include <stdio.h>
#include <stdlib.h>

#include <rte_ethdev.h>

enum result port_stats_read(const struct port *port, struct port_stats *out)
{
	struct rte_eth_stats stats;
	if (!port->is_open || rte_eth_stats_get(port->id, &stats) != 0)
		return RESULT_UNSUPPORTED;
	*out = (struct port_stats){
	    .rx_packets = stats.ipackets,
	    .rx_bytes = stats.ibytes,
	    .rx_missed = stats.imissed,
	    .rx_errors = stats.ierrors,
	    .rx_no_buffer = stats.rx_nombuf,
	    .tx_packets = stats.opackets,
	    .tx_bytes = stats.obytes,
	    .tx_errors = stats.oerrors,
	};
	return RESULT_OK;
}

enum result port_stats_each(const struct port *port,
                            void (*each)(void *context, const char *name, uint64_t value),
                            void *context)
{
	int count = port->is_open ? rte_eth_xstats_get_names(port->id, NULL, 0) : -1;
	if (count < 0)
		return RESULT_UNSUPPORTED;
	enum result result = RESULT_OK;
	struct rte_eth_xstat_name *names = calloc((size_t)count + 1, sizeof(*names));
	struct rte_eth_xstat *values = calloc((size_t)count + 1, sizeof(*values));
	if (names == NULL || values == NULL) {
		result = RESULT_NO_MEMORY;
		goto release;
	}
	if (rte_eth_xstats_get_names(port->id, names, (unsigned)count) != count ||
	    rte_eth_xstats_get(port->id, values, (unsigned)count) != count) {
		result = RESULT_UNSUPPORTED;
		goto release;
	}
	for (int i = 0; i < count; i++) {
		if (values[i].id < (uint64_t)count)
			each(context, names[values[i].id].name, values[i].value);
	}
release:
	free(values);
	free(names);
	return result;
}

enum result port_link_read(const struct port *port, struct port_link *out)
{
	struct rte_eth_link link;
	if (!port->is_open || rte_eth_link_get_nowait(port->id, &link) != 0)
		return RESULT_UNSUPPORTED;
	*out = (struct port_link){
	    .up = link.link_status == RTE_ETH_LINK_UP,
	    .full_duplex = link.link_duplex == RTE_ETH_LINK_FULL_DUPLEX,
	    .speed_mbps = link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : link.link_speed,
	};
	return RESULT_OK;
}

const char *port_mac_format(const uint8_t mac[6], char text[PORT_MAC_TEXT_BYTES])
{
	snprintf(text, PORT_MAC_TEXT_BYTES, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
	         mac[3], mac[4], mac[5]);
	return text;
}

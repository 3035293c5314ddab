/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* DPDK's bonding driver takes the names of its members, and they must exist by then. It configures, starts and
 * stops them; plugging them in and out is ours. */
#include "port/bond_int.h"

#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <rte_ethdev.h>

#include "base/log.h"
#include "port/device_int.h"
#include "port/driver_int.h"
#include "port/tap_int.h"

enum result port_bond_prepare(const struct port_settings *settings, struct port *port,
                              char device[PORT_DEVARGS_BYTES])
{
	char name[PORT_DEVARGS_BYTES];
	size_t len = strlen(settings->device);
	memcpy(device, settings->device, len + 1);
	for (uint16_t i = 0; i < settings->member_count; i++) {
		uint16_t *id = &port->member_id[port->member_count];
		enum result result = port_device_name(settings->members[i], name);
		if (result == RESULT_OK)
			result = port_device_plug(settings->name, settings->members[i], id);
		if (result != RESULT_OK)
			return result;
		port->member_count++;
		len += (size_t)snprintf(device + len, PORT_DEVARGS_BYTES - len, ",slave=%s", name);
		if (len >= PORT_DEVARGS_BYTES) {
			log_error("port", "PRT023", "%s: the names of the members are too long",
			          settings->name);
			return RESULT_TOO_LONG;
		}
	}
	return RESULT_OK;
}

void port_bond_host_setup(const struct port *port, const struct port_settings *settings)
{
	struct port_settings host = *settings;
	host.host_address_count = 0; /* they would be the bond's */
	for (uint16_t i = 0; i < port->member_count; i++) {
		struct rte_eth_dev_info info;
		if (strcmp(port_driver_find(settings->members[i])->name, "net_tap") != 0 ||
		    rte_eth_dev_info_get(port->member_id[i], &info) != 0)
			continue;
		struct port member = *port;
		member.interface_index = info.if_index;
		if (if_indextoname(info.if_index, member.interface) != NULL)
			port_tap_host_setup(&member, &host);
	}
}

void port_bond_close(struct port *port)
{
	while (port->member_count > 0)
		port_device_unplug(port->member_id[--port->member_count]);
}

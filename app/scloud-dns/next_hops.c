/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From the kernel's events to published tables. */
#include "next_hops.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* The kernel forgets a neighbour that it has not seen for 15 to 45 s; asked this often it does not. */
#define READ_US 10000000

static void close_watches(struct next_hops *next_hops)
{
	port_route_watch_close(&next_hops->half);
	port_route_watch_close(&next_hops->host);
}

enum result next_hops_open(const struct config *config, const struct ports *ports,
                           struct next_hops *out)
{
	bool is_host_wanted = false;
	memset(out, 0, sizeof(*out));
	out->half = out->host = (struct port_route_watch){.query_fd = -1, .event_fd = -1};
	for (uint16_t i = 0; i < ports->count; i++) {
		out->table[i].release = free;
		out->is_routed[i] = config->dpdk.ports[i].l2 == CONFIG_L2_ROUTE;
		if (!out->is_routed[i])
			continue;
		if (ports->port[i].mode == PORT_MODE_OWNED)
			out->is_half_wanted = true;
		else
			is_host_wanted = true;
	}
	if (!is_host_wanted)
		return RESULT_OK;
	enum result result = port_route_watch_open(&out->host);
	if (result != RESULT_OK)
		log_error("ports", "PRT106", "cannot watch the kernel's routes: %s",
		          strerror(errno));
	return result;
}

void next_hops_close(struct next_hops *next_hops)
{
	if (next_hops->table[0].release == NULL) /* never opened */
		return;
	for (unsigned i = 0; i < PORT_MAX; i++)
		snapshot_publish(&next_hops->table[i], NULL, NULL);
	close_watches(next_hops);
}

static void read_port(struct next_hops *next_hops, struct port_route_watch *watch,
                      const struct port *port, struct pipeline_rcu *rcu)
{
	char name[PORT_NAME_BYTES];
	struct net_next_hops *table;
	bool cut;
	(void)snprintf(name, sizeof(name), "port%u", port->index); /* the exception TAP */
	uint32_t interface =
	    port_route_watch_find(watch, port->mode == PORT_MODE_OWNED ? name : port->interface);
	if (interface == 0)
		return;
	enum result result = port_route_watch_read(watch, interface, &table, &cut);
	if (result != RESULT_OK) {
		log_warn("ports", "PRT107", "port %s: cannot read the kernel's routes: %s",
		         port->name, result_text(result));
		return;
	}
	if (cut && !next_hops->told_cut)
		log_warn("ports", "PRT105",
		         "port %s: more than %u routes and neighbours: answers by others are "
		         "reflected",
		         port->name, NET_NEXT_HOPS_MAX);
	next_hops->told_cut |= cut;
	snapshot_publish(&next_hops->table[port->index], rcu, table);
}

void next_hops_tick(struct next_hops *next_hops, const struct ports *ports,
                    struct pipeline_rcu *rcu, uint64_t now_us)
{
	bool is_time = next_hops->read_us == 0 || now_us - next_hops->read_us >= READ_US;
	bool half = next_hops->half.event_fd >= 0 &&
	            (port_route_watch_changed(&next_hops->half) || is_time);
	bool host = next_hops->host.event_fd >= 0 &&
	            (port_route_watch_changed(&next_hops->host) || is_time);
	if (is_time)
		next_hops->read_us = now_us;
	for (uint16_t i = 0; i < ports->count; i++) {
		bool is_owned = ports->port[i].mode == PORT_MODE_OWNED;
		if (next_hops->is_routed[i] && (is_owned ? half : host))
			read_port(next_hops, is_owned ? &next_hops->half : &next_hops->host,
			          &ports->port[i], rcu);
	}
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From config_port to open devices. */
#include "ports.h"

#include <string.h>

#include "base/log.h"

#define BOND "net_bonding"

static enum result copy_prefixes(const struct config_address *from, uint32_t count,
                                 struct net_prefix *to)
{
	if (count > PORT_ADDRESSES_MAX)
		return RESULT_TOO_LONG;
	for (uint32_t i = 0; i < count; i++) {
		memset(&to[i], 0, sizeof(to[i]));
		to[i].address.family = from[i].family;
		memcpy(to[i].address.octets, from[i].octets, sizeof(to[i].address.octets));
		to[i].length = from[i].prefix_len;
	}
	return RESULT_OK;
}

static enum port_mode mode_of(enum config_port_mode mode)
{
	switch (mode) {
	case CONFIG_PORT_AUTO:
		return PORT_MODE_AUTO;
	case CONFIG_PORT_OWNED:
		return PORT_MODE_OWNED;
	case CONFIG_PORT_BIFURCATED:
		return PORT_MODE_BIFURCATED;
	}
	return PORT_MODE_AUTO;
}

enum result ports_configure(const struct config *config, struct ports *out)
{
	memset(out, 0, sizeof(*out));
	if (config->dpdk.ports_count > PORT_MAX) {
		log_error("ports", "PRT101", "dpdk.ports: %u ports, at most %u are possible",
		          config->dpdk.ports_count, PORT_MAX);
		return RESULT_TOO_LONG;
	}
	for (uint32_t i = 0; i < config->dpdk.ports_count; i++) {
		const struct config_port *row = &config->dpdk.ports[i];
		const bool is_bond = strncmp(row->device, BOND, strlen(BOND)) == 0;
		if (is_bond != (row->members_count > 0)) {
			log_error("ports", "PRT103",
			          "port %s: \"members\" are what a device \"" BOND
			          "0,mode=…\" has, and no other: found \"%s\" with %u of them",
			          row->name, row->device, row->members_count);
			return RESULT_MALFORMED;
		}
		enum result result =
		    copy_prefixes(row->addresses, row->addresses_count, out->address[i]);
		if (result == RESULT_OK)
			result = copy_prefixes(row->host_addresses, row->host_addresses_count,
			                       out->host_address[i]);
		if (result != RESULT_OK) {
			log_error("ports", "PRT102", "port %s: more than %u addresses", row->name,
			          PORT_ADDRESSES_MAX);
			return result;
		}
		out->settings[i] = (struct port_settings){
		    .name = row->name,
		    .device = row->device,
		    .members = (const char *const *)row->members,
		    .member_count = (uint16_t)row->members_count,
		    .mode = mode_of(row->mode),
		    .queues = row->queues,
		    .rx_descriptors = row->descriptors,
		    .tx_descriptors = row->descriptors,
		    .mtu = row->mtu,
		    .addresses = out->address[i],
		    .address_count = (uint16_t)row->addresses_count,
		    .host_addresses = out->host_address[i],
		    .host_address_count = (uint16_t)row->host_addresses_count,
		};
		out->count++;
	}
	return RESULT_OK;
}

bool ports_may_spread(const struct ports *ports)
{
	for (uint16_t i = 0; i < ports->count; i++) {
		if (port_may_lack_queues(&ports->settings[i]))
			return true;
	}
	return false;
}

bool ports_need_spread(const struct ports *ports, uint16_t lanes)
{
	for (uint16_t i = 0; i < ports->count; i++) {
		if (ports->port[i].rx_queue_count < lanes)
			return true;
	}
	return false;
}

enum result ports_open(struct ports *ports, uint16_t lanes, struct rte_mempool *pool)
{
	for (uint16_t i = 0; i < ports->count; i++) {
		enum result result =
		    port_open(&ports->settings[i], i, lanes, pool, &ports->port[i]);
		if (result != RESULT_OK) {
			ports_close(ports);
			return result;
		}
	}
	return RESULT_OK;
}

enum result ports_namespace(const struct config *config, const struct ports *ports,
                            const char **name)
{
	const struct config_port *first = NULL;
	*name = NULL;
	for (uint16_t i = 0; i < ports->count; i++) {
		const struct config_port *row = &config->dpdk.ports[i];
		if (ports->port[i].mode != PORT_MODE_OWNED)
			continue;
		if (first == NULL)
			first = row;
		if (strcmp(row->namespace_name, first->namespace_name) != 0) {
			log_error("ports", "PRT104",
			          "port %s has the namespace \"%s\", port %s \"%s\": they share a "
			          "kernel half, and so one namespace",
			          first->name, first->namespace_name, row->name,
			          row->namespace_name);
			return RESULT_MALFORMED;
		}
	}
	if (first != NULL && strcmp(first->namespace_name, "own") != 0)
		*name = first->namespace_name;
	return RESULT_OK;
}

void ports_close(struct ports *ports)
{
	for (uint16_t i = 0; i < ports->count; i++)
		port_close(&ports->port[i]);
}

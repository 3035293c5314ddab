/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From listeners and ports to TAPs and sockets. */
#include "kernel_half.h"

#include <string.h>

#include "base/log.h"

/* TCP, DoT and DoH of a TLS listener need the encrypted transports, which this version does not have. */
static bool is_plain(const struct config_listener *listener)
{
	return !listener->enable_tls;
}

static bool is_wildcard(const struct config_address *address)
{
	static const uint8_t zero[16];
	return memcmp(address->octets, zero, address->family == 4 ? 4 : 16) == 0;
}

static bool is_port_address(const struct ports *ports, const struct config_address *address)
{
	for (uint16_t i = 0; i < ports->count; i++) {
		for (uint16_t j = 0; j < ports->settings[i].address_count; j++) {
			const struct net_address *ours = &ports->settings[i].addresses[j].address;
			if (ours->family == address->family &&
			    memcmp(ours->octets, address->octets, 16) == 0)
				return true;
		}
	}
	return false;
}

/* Whether a listener means sockets of the host's kernel and not rules for DPDK ports. */
static bool is_kernel_listener(const struct ports *ports, const struct config_listener *listener)
{
	switch (listener->via) {
	case CONFIG_VIA_KERNEL:
		return true;
	case CONFIG_VIA_PORT:
		return false;
	case CONFIG_VIA_AUTO:
		break;
	}
	if (is_wildcard(&listener->address))
		return ports->count == 0;
	return !is_port_address(ports, &listener->address);
}

static bool tell(void *context, enum result result, const char *text)
{
	(void)context;
	(void)result;
	log_warn("slowpath", "SLW001", "%s: going on without it", text);
	return true;
}

static struct query_address to_address(uint8_t family, const uint8_t *octets, uint16_t port)
{
	struct query_address address = {.family = family, .port = port};
	memcpy(address.octets, octets, family == 4 ? 4 : 16);
	return address;
}

static enum result add_listener(struct kernel_half *half, const struct query_address *address,
                                bool tcp, bool host)
{
	struct slowpath_settings *settings = &half->settings.slowpath;
	if (settings->listener_count == SLOWPATH_LISTENERS_MAX) {
		log_error("slowpath", "SLW002", "more than %u sockets to listen at",
		          SLOWPATH_LISTENERS_MAX);
		return RESULT_TOO_LONG;
	}
	half->listener[settings->listener_count++] =
	    (struct slowpath_listener){.address = *address, .tcp = tcp, .host = host};
	return RESULT_OK;
}

/* TCP on every address of a port, unless a listener for that address wants none. */
static bool wants_tcp(const struct config *config, const struct net_address *address)
{
	const struct config_listener *found = NULL;
	for (uint32_t i = 0; i < config->listener_count; i++) {
		const struct config_listener *row = &config->listener[i];
		if (row->address.family != address->family ||
		    row->port != config->server.bind_port || row->via == CONFIG_VIA_KERNEL)
			continue;
		if (memcmp(row->address.octets, address->octets, 16) == 0)
			return (row->protocols & CONFIG_PROTOCOL_TCP) != 0;
		if (is_wildcard(&row->address))
			found = row;
	}
	return found == NULL || (found->protocols & CONFIG_PROTOCOL_TCP) != 0;
}

/* An owned port needs a TAP, which takes on its MAC and addresses. */
static void add_tap(const struct ports *ports, uint16_t index, struct kernel_half *half)
{
	const struct port_settings *from = &ports->settings[index];
	const struct port *port = &ports->port[index];
	struct slowpath_settings *settings = &half->settings.slowpath;
	struct exception_tap_settings *tap = &half->tap[settings->port_count++];

	*tap = (struct exception_tap_settings){
	    .port_index = index,
	    .mtu = port->mtu,
	    .addresses = half->address[index],
	    .address_count = from->address_count,
	};
	memcpy(tap->mac, port->mac, sizeof(tap->mac));
	for (uint16_t i = 0; i < from->address_count; i++) {
		const struct net_prefix *prefix = &from->addresses[i];
		half->address[index][i] = (struct endpoint_prefix){
		    .address = to_address(prefix->address.family, prefix->address.octets, 0),
		    .bits = prefix->length,
		};
	}
}

/* The kernel half of a bifurcated port is the interface itself: its addresses are the host's, and so is
 * TCP on them. */
static enum result add_port(const struct config *config, const struct ports *ports, uint16_t index,
                            struct kernel_half *half)
{
	const struct port_settings *from = &ports->settings[index];
	bool is_host = ports->port[index].mode != PORT_MODE_OWNED;

	if (!is_host)
		add_tap(ports, index, half);
	for (uint16_t i = 0; i < from->address_count; i++) {
		const struct net_address *ours = &from->addresses[i].address;
		struct query_address address =
		    to_address(ours->family, ours->octets, config->server.bind_port);
		if (!config->server.enable_tcp || !wants_tcp(config, ours))
			continue;
		enum result result = add_listener(half, &address, true, is_host);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

static void add_routes(const struct config_port *port, struct kernel_half *half)
{
	struct slowpath_settings *settings = &half->settings.slowpath;
	for (uint32_t i = 0;
	     i < port->gateways_count && settings->route_count < ARRAY_COUNT(half->route); i++) {
		const struct config_address *gateway = &port->gateways[i];
		struct slowpath_route *route = &half->route[settings->route_count++];
		memset(route, 0, sizeof(*route));
		route->destination.address.family = gateway->family;
		route->gateway = to_address(gateway->family, gateway->octets, 0);
	}
}

static enum result add_sockets(const struct config *config, const struct ports *ports,
                               struct kernel_half *half)
{
	for (uint32_t i = 0; i < config->listener_count; i++) {
		const struct config_listener *row = &config->listener[i];
		if (!is_plain(row) || !is_kernel_listener(ports, row))
			continue;
		struct query_address address =
		    to_address(row->address.family, row->address.octets, row->port);
		enum result result = RESULT_OK;
		if (row->protocols & CONFIG_PROTOCOL_UDP)
			result = add_listener(half, &address, false, true);
		if (result == RESULT_OK && (row->protocols & CONFIG_PROTOCOL_TCP) &&
		    config->server.enable_tcp)
			result = add_listener(half, &address, true, true);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

static void set_limits(const struct config *config, struct tcp_limits *limits)
{
	tcp_limits_default(limits);
	limits->connections_max = config->limits.max_tcp_sessions;
	limits->per_client_max = config->limits.max_tcp_sessions_per_ip;
	limits->in_flight_max = (uint16_t)config->limits.max_tcp_in_flight;
	limits->idle_timeout_ms = config->limits.tcp_idle_timeout_ms;
}

enum result kernel_half_configure(const struct config *config, const struct ports *ports,
                                  const struct pipeline_pools *pools, struct kernel_half *out)
{
	memset(out, 0, sizeof(*out));
	struct slowpath_settings *settings = &out->settings.slowpath;
	settings->ports = out->tap;
	settings->routes = out->route;
	settings->listeners = out->listener;
	settings->packet_pool = pools->packet;
	settings->stream_pool = pools->stream;
	settings->tell = tell;
	set_limits(config, &settings->tcp);
	for (uint16_t i = 0; i < ports->count; i++) {
		const struct config_port *row = &config->dpdk.ports[i];
		enum result result = add_port(config, ports, i, out);
		if (result != RESULT_OK)
			return result;
		add_routes(row, out);
		if (strcmp(row->namespace_name, "own") != 0)
			settings->netns_name = row->namespace_name;
	}
	return add_sockets(config, ports, out);
}

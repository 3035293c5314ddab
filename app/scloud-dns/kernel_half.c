/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From listeners and ports to TAPs and sockets. */
#include "kernel_half.h"

#include <string.h>

#include "base/log.h"

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

static enum result add_listener(struct kernel_half *half, const struct slowpath_listener *listener)
{
	struct slowpath_settings *settings = &half->settings.slowpath;
	if (settings->listener_count == SLOWPATH_LISTENERS_MAX) {
		log_error("slowpath", "SLW002", "more than %u sockets to listen at",
		          SLOWPATH_LISTENERS_MAX);
		return RESULT_TOO_LONG;
	}
	half->listener[settings->listener_count++] = *listener;
	return RESULT_OK;
}

static bool is_plain_tcp(const struct config_listener *listener)
{
	return (listener->protocols & CONFIG_PROTOCOL_TCP) != 0 && !listener->enable_tls;
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
			return is_plain_tcp(row);
		if (is_wildcard(&row->address))
			found = row;
	}
	return found == NULL || is_plain_tcp(found);
}

/* An owned port needs a TAP, which takes on its MAC and addresses. */
static void add_tap(const struct config_port *row, const struct ports *ports, uint16_t index,
                    struct kernel_half *half)
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
	if (row->vlan_outer != 0)
		tap->vlan[tap->vlan_count++] = row->vlan_outer;
	if (row->vlan != 0)
		tap->vlan[tap->vlan_count++] = row->vlan;
	for (uint16_t i = 0; i < from->address_count; i++) {
		const struct net_prefix *prefix = &from->addresses[i];
		half->address[index][i] = (struct endpoint_prefix){
		    .address = to_address(prefix->address.family, prefix->address.octets, 0),
		    .bits = prefix->length,
		};
	}
}

/* Whether some owned port has a range of addresses of that family: no socket can be bound to a range. */
static bool has_range(const struct ports *ports, uint8_t family)
{
	for (uint16_t i = 0; i < ports->count; i++) {
		const struct port *port = &ports->port[i];
		for (uint16_t j = 0; j < port->address_count && port->mode == PORT_MODE_OWNED;
		     j++) {
			if (port->address[j].address.family == family &&
			    port->address[j].length < 8 * net_address_bytes(family))
				return true;
		}
	}
	return false;
}

/* In the namespace of owned ports; nobody else listens there, so that with a range one socket listens at all
 * addresses of its family. */
static enum result add_owned_listener(const struct ports *ports, struct slowpath_listener *listener,
                                      struct kernel_half *half)
{
	struct query_address *address = &listener->address;
	if (!has_range(ports, address->family))
		return add_listener(half, listener);
	memset(address->octets, 0, sizeof(address->octets));
	for (size_t i = 0; i < half->settings.slowpath.listener_count; i++) {
		const struct slowpath_listener *row = &half->listener[i];
		if (!row->host && row->address.family == address->family &&
		    row->address.port == address->port && endpoint_is_any(&row->address))
			return RESULT_OK;
	}
	return add_listener(half, listener);
}

/* What the filter of a port passes to the kernel although it is for us (fragments, extension headers) comes
 * out of a socket there. None can be bound to a range. */
static enum result add_passed_udp(const struct ports *ports, uint16_t index, uint16_t address,
                                  const struct slowpath_listener *tcp, struct kernel_half *half)
{
	const struct net_prefix *prefix = &ports->port[index].address[address];
	struct slowpath_listener listener = *tcp;
	if (prefix->length < 8 * net_address_bytes(prefix->address.family))
		return RESULT_OK;
	listener.tcp = false;
	return add_listener(half, &listener);
}

/* The kernel half of a bifurcated port is the interface itself: its addresses are the host's, and so is
 * TCP on them. */
static enum result add_port(const struct config *config, const struct ports *ports, uint16_t index,
                            struct kernel_half *half)
{
	const struct port_settings *from = &ports->settings[index];
	bool is_host = ports->port[index].mode != PORT_MODE_OWNED;

	if (!is_host)
		add_tap(&config->dpdk.ports[index], ports, index, half);
	for (uint16_t i = 0; i < from->address_count; i++) {
		const struct net_address *ours = &from->addresses[i].address;
		struct slowpath_listener listener = {
		    .address = to_address(ours->family, ours->octets, config->server.bind_port),
		    .tcp = true,
		    .host = is_host,
		};
		enum result result = RESULT_OK;
		if (ports->port[index].passes)
			result = add_passed_udp(ports, index, i, &listener, half);
		if (result != RESULT_OK)
			return result;
		if (!config->server.enable_tcp || !wants_tcp(config, ours))
			continue;
		result = is_host ? add_listener(half, &listener)
		                 : add_owned_listener(ports, &listener, half);
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

/* Takes over a list of proxies. */
static enum result add_proxies(const struct config_acl *list, struct tcp_service *service,
                               struct kernel_half *half)
{
	if (list->networks_count > ARRAY_COUNT(half->proxy) - half->proxy_count) {
		log_error("slowpath", "SLW003",
		          "proxy_protocol_acl: more than %u networks in all lists",
		          KERNEL_HALF_PROXIES_MAX);
		return RESULT_TOO_LONG;
	}
	service->proxies = &half->proxy[half->proxy_count];
	service->proxy_count = list->networks_count;
	for (uint32_t i = 0; i < list->networks_count; i++) {
		const struct config_address *from = &list->networks[i];
		struct net_prefix *to = &half->proxy[half->proxy_count++];
		*to =
		    (struct net_prefix){.address.family = from->family, .length = from->prefix_len};
		memcpy(to->address.octets, from->octets, sizeof(to->address.octets));
	}
	return RESULT_OK;
}

/* A listener that is not a socket of its own stands for the ports that have its address: TCP of an owned
 * port is in our kernel half, of others in the host's. */
static enum result add_at_ports(const struct ports *ports, const struct config_address *at,
                                const struct slowpath_listener *model, bool owned_only,
                                struct kernel_half *half)
{
	enum result result = RESULT_OK;
	for (uint16_t i = 0; i < ports->count; i++) {
		for (uint16_t j = 0; j < ports->settings[i].address_count; j++) {
			const struct net_address *ours = &ports->settings[i].addresses[j].address;
			struct slowpath_listener listener = *model;
			bool same = memcmp(ours->octets, at->octets, 16) == 0;
			if (ours->family != at->family || !(same || is_wildcard(at)))
				continue;
			if (owned_only && ports->port[i].mode != PORT_MODE_OWNED)
				continue;
			listener.address =
			    to_address(ours->family, ours->octets, model->address.port);
			listener.host = ports->port[i].mode != PORT_MODE_OWNED;
			if (result == RESULT_OK)
				result = add_listener(half, &listener);
		}
	}
	return result;
}

/* DNS over TLS, on kernel sockets wherever it is. */
static enum result add_tls(const struct kernel_half_parts *parts, uint32_t row_index,
                           struct kernel_half *half)
{
	const struct config_listener *row = &parts->config->listener[row_index];
	struct slowpath_listener listener = {
	    .address = to_address(row->address.family, row->address.octets, row->port),
	    .tcp = true,
	    .host = true,
	    .service = {.tls = &parts->certificates->listener[row_index]},
	};
	if (!(row->protocols & CONFIG_PROTOCOL_TCP) || !parts->config->server.enable_tcp)
		return RESULT_OK;
	enum result result = add_proxies(row->proxy_protocol_acl.acl, &listener.service, half);
	if (result != RESULT_OK)
		return result;
	if (is_kernel_listener(parts->ports, row))
		return add_listener(half, &listener);
	return add_at_ports(parts->ports, &row->address, &listener, false, half);
}

static enum result add_plain(const struct config *config, const struct config_listener *row,
                             struct kernel_half *half)
{
	struct slowpath_listener listener = {
	    .address = to_address(row->address.family, row->address.octets, row->port),
	    .host = true,
	};
	enum result result = RESULT_OK;
	if (row->protocols & CONFIG_PROTOCOL_UDP)
		result = add_listener(half, &listener);
	listener.tcp = true;
	if (result == RESULT_OK)
		result = add_proxies(row->proxy_protocol_acl.acl, &listener.service, half);
	if (result == RESULT_OK && (row->protocols & CONFIG_PROTOCOL_TCP) &&
	    config->server.enable_tcp)
		result = add_listener(half, &listener);
	return result;
}

/* DNS over HTTPS: where the address says, 0.0.0.0 and :: being every place that there is. */
static enum result add_doh(const struct kernel_half_parts *parts, struct kernel_half *half)
{
	const struct config_doh *doh = &parts->config->doh;
	struct slowpath_listener listener = {
	    .address = to_address(doh->bind.family, doh->bind.octets, doh->bind.port),
	    .tcp = true,
	    .host = true,
	    .service = {.tls = doh->terminate_tls ? &parts->certificates->doh : NULL,
	                .http = &half->http},
	};
	if (!doh->enabled)
		return RESULT_OK;
	enum result result = add_proxies(doh->proxy_protocol_acl.acl, &listener.service, half);
	if (result != RESULT_OK)
		return result;
	half->http = (struct http_settings){
	    .paths = doh->paths,
	    .path_count = doh->paths_count,
	    .origins = doh->allowed_origins,
	    .origin_count = doh->allowed_origins_count,
	};
	if (is_wildcard(&doh->bind) || !is_port_address(parts->ports, &doh->bind))
		result = add_listener(half, &listener);
	if (result == RESULT_OK)
		result = add_at_ports(parts->ports, &doh->bind, &listener, is_wildcard(&doh->bind),
		                      half);
	return result;
}

static enum result add_sockets(const struct kernel_half_parts *parts, struct kernel_half *half)
{
	enum result result = RESULT_OK;
	for (uint32_t i = 0; i < parts->config->listener_count && result == RESULT_OK; i++) {
		const struct config_listener *row = &parts->config->listener[i];
		if (row->enable_tls)
			result = add_tls(parts, i, half);
		else if (is_kernel_listener(parts->ports, row))
			result = add_plain(parts->config, row, half);
	}
	if (result == RESULT_OK)
		result = add_doh(parts, half);
	return result;
}

static void set_limits(const struct config *config, struct tcp_limits *limits)
{
	tcp_limits_default(limits);
	limits->connections_max = config->limits.max_tcp_sessions;
	limits->per_client_max = config->limits.max_tcp_sessions_per_ip;
	limits->in_flight_max = (uint16_t)config->limits.max_tcp_in_flight;
	limits->idle_timeout_ms = config->limits.tcp_idle_timeout_ms;
}

enum result kernel_half_configure(const struct kernel_half_parts *parts, struct kernel_half *out)
{
	const struct ports *ports = parts->ports;
	memset(out, 0, sizeof(*out));
	struct slowpath_settings *settings = &out->settings.slowpath;
	settings->ports = out->tap;
	settings->routes = out->route;
	settings->listeners = out->listener;
	settings->packet_pool = parts->pools->packet;
	settings->stream_pool = parts->pools->stream;
	settings->tell = tell;
	set_limits(parts->config, &settings->tcp);
	for (uint16_t i = 0; i < ports->count; i++) {
		const struct config_port *row = &parts->config->dpdk.ports[i];
		enum result result = add_port(parts->config, ports, i, out);
		if (result != RESULT_OK)
			return result;
		add_routes(row, out);
	}
	enum result result = ports_namespace(parts->config, ports, &settings->netns_name);
	return result == RESULT_OK ? add_sockets(parts, out) : result;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Nothing is sent here: to connect a UDP socket only makes the kernel look for a route. */
#include "egress.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_launch.h>

#include "base/log.h"
#include "slowpath/endpoint.h"
#include "stage/resolver.h"

#define DNS_PORT 53

/* Binds or connects a datagram socket of the address' family. */
static bool can(int (*use)(int, const struct sockaddr *, socklen_t),
                const struct net_address *address, uint16_t port)
{
	struct query_address endpoint = {.family = address->family, .port = port};
	struct sockaddr_storage to;
	memcpy(endpoint.octets, address->octets, sizeof(endpoint.octets));
	socklen_t len = endpoint_to_sockaddr(&endpoint, &to);
	int fd = socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	bool is_fine = use(fd, (const struct sockaddr *)&to, len) == 0;
	int why = errno;
	(void)close(fd);
	errno = why;
	return is_fine;
}

/* Whether none of the root servers of a family can be reached. */
static bool has_no_route(const struct upstreams *upstreams, uint8_t family)
{
	bool is_there = false;
	for (uint32_t i = 0; i < upstreams->hints.count; i++) {
		const struct net_address *address = &upstreams->hints.hint[i].address;
		is_there |= address->family == family;
		if (address->family == family && can(connect, address, DNS_PORT))
			return false;
	}
	if (!is_there)
		return false;
	log_info("resolver", "RES106", "no route to root servers over IPv%u: the others are asked",
	         family);
	return true;
}

static struct net_address to_net(const struct config_address *from)
{
	struct net_address address = {.family = from->family};
	memcpy(address.octets, from->octets, sizeof(from->octets));
	return address;
}

static void take_source(const struct net_address *source, struct upstreams *out)
{
	if (out->source_count < UPSTREAM_SOURCES_MAX)
		out->source[out->source_count++] = *source;
}

static enum result check_source(const struct net_address *source)
{
	char text[NET_TEXT_BYTES];
	net_address_format(source, text);
	if (can(bind, source, 0))
		return RESULT_OK;
	log_error("resolver", "RES107",
	          "recursion.egress: other servers cannot be asked from %s: %s", text,
	          strerror(errno));
	return RESULT_IO;
}

/* Which port of the configuration, ports_count: none. */
static uint32_t port_index(const struct config *config)
{
	uint32_t i = 0;
	while (i < config->dpdk.ports_count &&
	       strcmp(config->dpdk.ports[i].name, config->recursion.egress_port) != 0)
		i++;
	return i;
}

static bool port_lacks(const struct config_port *port, uint8_t family)
{
	for (uint32_t i = 0; i < port->addresses_count; i++)
		if (port->addresses[i].family == family)
			return false;
	return true;
}

enum result egress_configure(const struct config *config, struct upstreams *out)
{
	const struct config_recursion *recursion = &config->recursion;
	const uint32_t port = port_index(config);
	const bool is_host = port == config->dpdk.ports_count;
	for (uint32_t i = 0; i < recursion->egress_count; i++) {
		const struct net_address source = to_net(&recursion->egress[i]);
		enum result result = is_host ? check_source(&source) : RESULT_OK;
		if (result != RESULT_OK)
			return result;
		take_source(&source, out);
	}
	if (!is_host) {
		out->settings.no_ipv4 = port_lacks(&config->dpdk.ports[port], 4);
		out->settings.no_ipv6 = port_lacks(&config->dpdk.ports[port], 6);
	} else if (out->hints.count > 0) {
		out->settings.no_ipv4 = has_no_route(out, 4);
		out->settings.no_ipv6 = has_no_route(out, 6);
	}
	return RESULT_OK;
}

/* No socket can be bound to a range. */
static void take_sources(const struct port *port, struct upstreams *out)
{
	for (uint16_t i = 0; i < port->address_count; i++) {
		const struct net_prefix *prefix = &port->address[i];
		if (prefix->length == 8 * net_address_bytes(prefix->address.family))
			take_source(&prefix->address, out);
	}
}

enum result egress_take_port(const struct config *config, const struct ports *ports,
                             struct upstreams *out, bool *is_inside)
{
	const uint32_t index = port_index(config);
	*is_inside = false;
	if (index >= ports->count)
		return RESULT_OK;
	if (out->source_count == 0)
		take_sources(&ports->port[index], out);
	*is_inside = ports->port[index].mode == PORT_MODE_OWNED;
	enum result result = RESULT_OK;
	for (uint32_t i = 0; i < out->source_count && result == RESULT_OK && !*is_inside; i++)
		result = check_source(&out->source[i]);
	return result;
}

struct move {
	const struct netns *netns;
	enum result result;
	struct problem problem;
};

static int move(void *argument)
{
	struct move *wanted = argument;
	wanted->result = netns_move(wanted->netns, &wanted->problem);
	return 0;
}

static unsigned resolver_lcore(const struct pipeline *pipeline)
{
	const struct topology *topology = pipeline_get_topology(pipeline);
	struct pipeline_lcore_stats lcore;
	uint16_t stage = 0;
	while (topology->stages[stage].ops != &stage_resolver_ops)
		stage++;
	pipeline_get_lcore(pipeline, placement_lcore_of(pipeline_get_placement(pipeline), stage, 0),
	                   &lcore);
	return lcore.lcore_id;
}

enum result egress_enter(const struct pipeline *pipeline, const struct netns *netns)
{
	struct move wanted = {.netns = netns, .result = RESULT_UNSUPPORTED};
	(void)problem_set(&wanted.problem, RESULT_UNSUPPORTED, "the port has no kernel half");
	const unsigned lcore = resolver_lcore(pipeline);
	if (netns != NULL && rte_eal_remote_launch(move, &wanted, lcore) == 0)
		(void)rte_eal_wait_lcore(lcore);
	if (wanted.result != RESULT_OK)
		log_error("resolver", "RES114",
		          "recursion.egress_port: other servers cannot be asked through it: %s",
		          wanted.problem.text);
	return wanted.result;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Rules for devices in isolated mode. Frames with tags, fragments and extension headers match none: they go to the
 * kernel, where our UDP sockets take them, as with the filter of af_xdp. */
#include "port/isolate_int.h"

#include <string.h>

#include <rte_ethdev.h>

#include "base/log.h"

#define DNS_PORT 53
#define BITS 8

bool port_isolate_fits(const char *driver)
{
	return strncmp(driver, "mlx5", 4) == 0 || strncmp(driver, "net_mlx5", 8) == 0;
}

bool port_isolate_begin(const struct port *port)
{
	struct rte_flow_error error = {0};
	if (rte_flow_isolate(port->id, 1, &error) == 0)
		return true;
	log_warn("port", "PRT024",
	         "%s: the device does not go into isolated mode (%s): we take all frames",
	         port->name, error.message != NULL ? error.message : "no reason given");
	return false;
}

/* The first `length` bits are ones. */
static void fill_mask(uint8_t *octets, unsigned count, unsigned length)
{
	memset(octets, 0, count);
	for (unsigned bit = 0; bit < length && bit < count * BITS; bit++)
		octets[bit / BITS] |= (uint8_t)(0x80u >> bit % BITS);
}

void port_isolate_pattern(const struct net_prefix *address, uint16_t udp_port,
                          struct port_isolate_pattern *out)
{
	const uint8_t *octets = address->address.octets;
	memset(out, 0, sizeof(*out));
	out->item[0].type = RTE_FLOW_ITEM_TYPE_ETH;
	out->item[1].spec = &out->ip;
	out->item[1].mask = &out->ip_mask;
	if (address->address.family == 4) {
		out->item[1].type = RTE_FLOW_ITEM_TYPE_IPV4;
		memcpy(&out->ip.v4.hdr.dst_addr, octets, sizeof(out->ip.v4.hdr.dst_addr));
		fill_mask((uint8_t *)&out->ip_mask.v4.hdr.dst_addr, 4, address->length);
	} else {
		out->item[1].type = RTE_FLOW_ITEM_TYPE_IPV6;
		memcpy(out->ip.v6.hdr.dst_addr, octets, sizeof(out->ip.v6.hdr.dst_addr));
		fill_mask(out->ip_mask.v6.hdr.dst_addr, 16, address->length);
	}
	out->item[2].type = RTE_FLOW_ITEM_TYPE_UDP;
	out->item[2].spec = &out->udp;
	out->item[2].mask = &out->udp_mask;
	out->udp.hdr.dst_port = rte_cpu_to_be_16(udp_port);
	out->udp_mask.hdr.dst_port = UINT16_MAX;
	out->item[3].type = RTE_FLOW_ITEM_TYPE_END;
}

static bool make_rule(const struct port *port, const struct net_prefix *address, uint16_t udp_port,
                      struct rte_flow_error *error)
{
	static const struct rte_flow_attr ingress = {.ingress = 1};
	uint16_t queue[PORT_QUEUES_MAX];
	for (uint16_t i = 0; i < port->rx_queue_count; i++)
		queue[i] = i;
	const struct rte_flow_action_rss spread = {
	    .types = RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP,
	    .queue_num = port->rx_queue_count,
	    .queue = queue,
	};
	const struct rte_flow_action actions[] = {
	    {.type = RTE_FLOW_ACTION_TYPE_RSS, .conf = &spread},
	    {.type = RTE_FLOW_ACTION_TYPE_END},
	};
	struct port_isolate_pattern pattern;
	port_isolate_pattern(address, udp_port, &pattern);
	return rte_flow_create(port->id, &ingress, pattern.item, actions, error) != NULL;
}

void port_isolate_rules(const struct port *port, const struct port_settings *settings)
{
	static const uint16_t usual = DNS_PORT;
	const uint16_t *ports = settings->dns_port_count > 0 ? settings->dns_ports : &usual;
	const uint16_t count = settings->dns_port_count > 0 ? settings->dns_port_count : 1;
	for (uint16_t i = 0; i < port->address_count; i++) {
		for (uint16_t j = 0; j < count; j++) {
			struct rte_flow_error error = {0};
			char text[NET_TEXT_BYTES];
			if (make_rule(port, &port->address[i], ports[j], &error))
				continue;
			log_warn(
			    "port", "PRT025",
			    "%s: no rule for %s, UDP port %u: these queries go over the kernel: %s",
			    port->name, net_prefix_format(&port->address[i], text), ports[j],
			    error.message != NULL ? error.message : "no reason given");
		}
	}
}

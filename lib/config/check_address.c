/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Checks of addresses: listeners, other servers of ours, DPDK ports, forwarders. */
#include <stdio.h>
#include <string.h>

#include "config/reader.h"
#include "config/text.h"

#define RESOLV_CONF "/etc/resolv.conf"
/* Octets of a network interface's name, IFNAMSIZ without the NUL. */
#define INTERFACE_NAME_MAX 15

static bool is_wildcard(const struct config_address *address)
{
	static const uint8_t zero[16] = {0};
	return memcmp(address->octets, zero, sizeof(zero)) == 0;
}

static bool same_address(const struct config_address *a, const struct config_address *b)
{
	return a->family == b->family && memcmp(a->octets, b->octets, sizeof(a->octets)) == 0;
}

/* Whether a DPDK port has the address. */
static bool is_port_address(const struct config *config, const struct config_address *address)
{
	for (uint32_t i = 0; i < config->dpdk.ports_count; i++) {
		const struct config_port *port = &config->dpdk.ports[i];
		for (uint32_t j = 0; j < port->addresses_count; j++) {
			if (same_address(&port->addresses[j], address))
				return true;
		}
	}
	return false;
}

/* Something of ours that takes a TCP port of the kernel. */
struct taker {
	const char *key;
	struct config_place place;
	const struct config_address *address;
	uint16_t port;
};

#define TAKERS_MAX (CONFIG_LISTENERS_MAX + 8)

static struct config_place place_of(const struct reader *reader, const char *section,
                                    const char *key)
{
	const struct config_position *at = config_position_member(reader->root, section);
	const struct config_position *member = at != NULL ? config_position_member(at, key) : NULL;
	if (member != NULL)
		at = member;
	return at != NULL ? (struct config_place){at->line, at->column} : (struct config_place){0};
}

static void take(struct reader *reader, struct taker *takers, uint32_t *count,
                 const struct taker *one)
{
	for (uint32_t i = 0; i < *count; i++) {
		const struct taker *other = &takers[i];
		bool overlap = same_address(one->address, other->address) ||
		               (one->address->family == other->address->family &&
		                (is_wildcard(one->address) || is_wildcard(other->address)));
		if (one->port != other->port || !overlap)
			continue;
		reader_warn(
		    reader, one->place,
		    "%s: TCP port %u is taken by %s (line %u) too: only one of them can have it",
		    one->key, one->port, other->key, other->place.line);
		break;
	}
	takers[(*count)++] = *one;
}

/* Two services at one TCP port: the second to start would fail, or take what is meant for the first. */
static void check_tcp_ports(struct reader *reader)
{
	const struct config *config = reader->config;
	struct taker takers[TAKERS_MAX];
	uint32_t count = 0;
	for (uint32_t i = 0; i < config->listener_count; i++) {
		const struct config_listener *listener = &config->listener[i];
		/* Among listeners the more exact one counts, so they may overlap. */
		if ((listener->protocols & CONFIG_PROTOCOL_TCP) != 0)
			takers[count++] = (struct taker){listener->name, listener->place,
			                                 &listener->address, listener->port};
	}
	const struct {
		const char *section;
		const char *member;
		const char *key;
		bool enabled;
		const struct config_address *address;
	} services[] = {
	    {"doh", "bind", "doh.bind", config->doh.enabled, &config->doh.bind},
	    {"admin", "bind", "admin.bind", config->admin.enabled, &config->admin.bind},
	    {"metrics", "prometheus_bind", "metrics.prometheus_bind", config->metrics.enabled,
	     &config->metrics.prometheus_bind},
	    {"metrics", "health_bind", "metrics.health_bind",
	     config->metrics.enabled && config->metrics.enable_health_endpoint,
	     &config->metrics.health_bind},
	};
	for (size_t i = 0; i < ARRAY_COUNT(services); i++) {
		struct taker one = {services[i].key,
		                    place_of(reader, services[i].section, services[i].member),
		                    services[i].address, services[i].address->port};
		if (services[i].enabled)
			take(reader, takers, &count, &one);
	}
}

static void check_listener(struct reader *reader, uint32_t index)
{
	const struct config *config = reader->config;
	const struct config_listener *one = &config->listener[index];
	for (uint32_t i = 0; i < index; i++) {
		const struct config_listener *other = &config->listener[i];
		if (!same_address(&one->address, &other->address) || one->port != other->port ||
		    (one->protocols & other->protocols) == 0)
			continue;
		reader_error(
		    reader, one->place,
		    "listener[%u]: \"%s\" has the address, port and protocol of \"%s\" (line "
		    "%u), allowed: once",
		    index, one->name, other->name, other->place.line);
	}
	if (one->via == CONFIG_VIA_PORT && !is_wildcard(&one->address) &&
	    !is_port_address(config, &one->address))
		reader_warn(
		    reader, one->place,
		    "listener[%u].via: \"port\", but no port under dpdk.ports has the address",
		    index);
	if (one->enable_tls && (one->tls_cert_path[0] == '\0' || one->tls_key_path[0] == '\0'))
		reader_error(
		    reader, one->place,
		    "listener[%u]: enable_tls without tls_cert_path or tls_key_path, needed: "
		    "both",
		    index);
}

static void check_doh(struct reader *reader)
{
	const struct config_doh *doh = &reader->config->doh;
	if (!doh->enabled)
		return;
	if (doh->terminate_tls && (doh->tls_cert_path[0] == '\0' || doh->tls_key_path[0] == '\0'))
		reader_error(reader, place_of(reader, "doh", "terminate_tls"),
		             "doh.terminate_tls: found true without tls_cert_path or tls_key_path, "
		             "allowed: with both, or false behind a proxy");
	for (uint32_t i = 0; i < doh->paths_count; i++)
		if (doh->paths[i][0] != '/' || strpbrk(doh->paths[i], "?#{ ") != NULL)
			reader_error(reader, place_of(reader, "doh", "paths"),
			             "doh.paths[%u]: found \"%s\", allowed: a path that begins "
			             "with / and has no query",
			             i, doh->paths[i]);
}

/* Whether the access list holds everybody of a family. */
static bool is_everybody(const struct config_acl *acl)
{
	for (uint32_t i = 0; i < acl->networks_count; i++) {
		if (acl->networks[i].prefix_len == 0)
			return true;
	}
	return false;
}

void reader_check_listeners(struct reader *reader)
{
	struct config *config = reader->config;
	for (uint32_t i = 0; i < config->listener_count; i++) {
		if (config->listener[i].port == 0)
			config->listener[i].port = config->server.bind_port;
	}
	for (uint32_t i = 0; i < config->listener_count; i++)
		check_listener(reader, i);
	check_tcp_ports(reader);
	check_doh(reader);
	if (config->recursion.enabled && is_everybody(config->recursion.allowed_acl.acl))
		reader_warn(
		    reader, place_of(reader, "recursion", "allowed_acl"),
		    "recursion.allowed_acl: everybody may have recursion; an open resolver is "
		    "used for attacks on others (RFC 5358)");
}

/* The kernel names no interface longer. */
static void check_device(struct reader *reader, uint32_t index, const struct config_port *port)
{
	const char *interface = strstr(port->device, ",iface=");
	bool tap = strncmp(port->device, "net_tap", 7) == 0;
	if (tap && interface != NULL && strcspn(interface + 7, ",") > INTERFACE_NAME_MAX)
		reader_error(
		    reader, port->place,
		    "dpdk.ports[%u].device: found an interface name of %zu octets, allowed: 1 "
		    "to %u",
		    index, strcspn(interface + 7, ","), INTERFACE_NAME_MAX);
	if (!tap && port->host_addresses_count > 0)
		reader_warn(reader, port->place,
		            "dpdk.ports[%u].host_addresses: only net_tap has a host side; ignored",
		            index);
	if (port->gateways_count == 2 && port->gateways[0].family == port->gateways[1].family)
		reader_error(
		    reader, port->place,
		    "dpdk.ports[%u].gateways: found two of one family, allowed: one for IPv4 "
		    "and one for IPv6",
		    index);
}

void reader_check_ports(struct reader *reader)
{
	const struct config_dpdk *dpdk = &reader->config->dpdk;
	for (uint32_t i = 0; i < dpdk->ports_count; i++) {
		const struct config_port *port = &dpdk->ports[i];
		check_device(reader, i, port);
		for (uint32_t j = 0; j < i; j++) {
			if (strcmp(port->device, dpdk->ports[j].device) == 0)
				reader_error(reader, port->place,
				             "dpdk.ports[%u].device: found \"%s\" a second time, "
				             "allowed: once (line %u)",
				             i, port->device, dpdk->ports[j].place.line);
		}
	}
}

/* Whether a question to that server would come back to ourselves. */
static bool is_our_own(const struct config *config, const struct config_address *server)
{
	for (uint32_t i = 0; i < config->listener_count; i++) {
		const struct config_listener *listener = &config->listener[i];
		if (listener->port == server->port && same_address(&listener->address, server))
			return true;
	}
	return server->port == config->server.bind_port && is_port_address(config, server);
}

/* Puts the host's name servers in the place of "resolv.conf". */
static void expand_forwarder(struct reader *reader, uint32_t index,
                             struct config_forwarder *forwarder)
{
	const char *path =
	    reader->source->resolv_conf != NULL ? reader->source->resolv_conf : RESOLV_CONF;
	struct config_address host[CONFIG_RESOLV_CONF_MAX];
	uint32_t host_count = reader_resolv_conf(path, host);
	uint32_t count = 0;
	uint32_t room = forwarder->addresses_count * (CONFIG_RESOLV_CONF_MAX + 1);
	struct config_address *all = reader_take(reader, room, sizeof(*all));
	if (all == NULL)
		return;
	for (uint32_t i = 0; i < forwarder->addresses_count; i++) {
		if (forwarder->addresses[i].family != 0) {
			all[count++] = forwarder->addresses[i];
			continue;
		}
		uint32_t before = count;
		for (uint32_t j = 0; j < host_count; j++) {
			if (!is_our_own(reader->config, &host[j]))
				all[count++] = host[j];
		}
		if (count == before)
			reader_warn(reader, forwarder->place,
			            "forwarder[%u].addresses: %s names no server but ourselves",
			            index, path);
	}
	forwarder->addresses = all;
	forwarder->addresses_count = count;
}

/* 32 octets in base64: 43 digits and the padding. */
static bool is_pin(const char *text)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	return strspn(text, digits) == 43 && strcmp(text + 43, "=") == 0;
}

static void check_forwarder_tls(struct reader *reader, uint32_t index,
                                const struct config_forwarder *forwarder)
{
	const struct config_forwarder_tls *tls = &forwarder->tls;
	if (!tls->enabled)
		return;
	if (tls->verify && tls->name[0] == '\0')
		reader_error(
		    reader, forwarder->place,
		    "forwarder[%u].tls.name: the key is missing, needed: the name that the "
		    "certificate is for, or \"verify\": false",
		    index);
	if (!tls->verify && tls->pins_count == 0)
		reader_warn(reader, forwarder->place,
		            "forwarder[%u].tls: verify is false and there are no pins: anybody in "
		            "between may pretend to be the server",
		            index);
	for (uint32_t i = 0; i < tls->pins_count; i++)
		if (!is_pin(tls->pins[i]))
			reader_error(
			    reader, forwarder->place,
			    "forwarder[%u].tls.pins[%u]: found \"%s\", allowed: the base64 "
			    "of 32 octets",
			    index, i, tls->pins[i]);
}

void reader_check_forwarders(struct reader *reader)
{
	struct config *config = reader->config;
	for (uint32_t i = 0; i < config->forwarder_count; i++) {
		check_forwarder_tls(reader, i, &config->forwarder[i]);
		struct config_forwarder *forwarder = &config->forwarder[i];
		bool expand = false;
		for (uint32_t j = 0; j < forwarder->addresses_count; j++)
			expand = expand || forwarder->addresses[j].family == 0;
		if (expand)
			expand_forwarder(reader, i, forwarder);
	}
}

static bool has_address(const struct config_port *port, const struct config_address *address)
{
	for (uint32_t i = 0; i < port->addresses_count; i++)
		if (same_address(&port->addresses[i], address))
			return true;
	return false;
}

/* Questions leave by that port: from its addresses. */
static void check_egress_port(struct reader *reader, const struct config_recursion *recursion)
{
	const struct config_dpdk *dpdk = &reader->config->dpdk;
	const struct config_port *port = NULL;
	for (uint32_t i = 0; i < dpdk->ports_count; i++)
		if (strcmp(dpdk->ports[i].name, recursion->egress_port) == 0)
			port = &dpdk->ports[i];
	if (port == NULL) {
		reader_error(reader, place_of(reader, "recursion", "egress_port"),
		             "recursion.egress_port: found \"%s\", allowed: the name of a port "
		             "under dpdk.ports (there are %u); \"\": the host",
		             recursion->egress_port, dpdk->ports_count);
		return;
	}
	for (uint32_t i = 0; i < recursion->egress_count; i++)
		if (!has_address(port, &recursion->egress[i]))
			reader_error(reader, place_of(reader, "recursion", "egress"),
			             "recursion.egress[%u]: it is no address of the port \"%s\", "
			             "allowed: addresses of recursion.egress_port",
			             i, port->name);
}

void reader_check_egress(struct reader *reader)
{
	const struct config_recursion *recursion = &reader->config->recursion;
	const struct config_address *egress = recursion->egress;
	struct config_place place = place_of(reader, "recursion", "egress");
	for (uint32_t i = 0; i < recursion->egress_count; i++)
		if (is_wildcard(&egress[i]))
			reader_error(reader, place,
			             "recursion.egress: found an address of zeros, allowed: an "
			             "address of this host; none: the kernel chooses");
	if (recursion->egress_port[0] != '\0')
		check_egress_port(reader, recursion);
}

uint32_t reader_resolv_conf(const char *path, struct config_address *out)
{
	char line[512];
	uint32_t count = 0;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return 0;
	while (count < CONFIG_RESOLV_CONF_MAX && fgets(line, sizeof(line), file) != NULL) {
		char *words = line;
		const char *word = strsep(&words, " \t\r\n");
		if (words == NULL || strcmp(word, "nameserver") != 0)
			continue;
		words += strspn(words, " \t");
		word = strsep(&words, " \t\r\n");
		if (config_text_endpoint(word, 53, &out[count]))
			count++;
	}
	fclose(file);
	return count;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Drop-all UDP sockets on the addresses of a bifurcated port. */
#include "port/shield_int.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

#define DNS_PORT 53

union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static bool is_range(const struct net_prefix *prefix)
{
	return prefix->length < net_address_bytes(prefix->address.family) * 8;
}

/* A range cannot be bound: the wildcard address on this interface stands for it. */
static socklen_t make_address(const struct net_prefix *prefix, uint16_t udp_port,
                              union socket_address *out)
{
	const struct net_address *address = &prefix->address;
	memset(out, 0, sizeof(*out));
	if (address->family == 4) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons(udp_port);
		if (!is_range(prefix))
			memcpy(&out->v4.sin_addr, address->octets, 4);
		return sizeof(out->v4);
	}
	out->v6.sin6_family = AF_INET6;
	out->v6.sin6_port = htons(udp_port);
	if (!is_range(prefix))
		memcpy(&out->v6.sin6_addr, address->octets, 16);
	return sizeof(out->v6);
}

/* Fails with -1, errno tells why. */
static int open_socket(const struct port *port, const struct net_prefix *prefix, uint16_t udp_port)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	const struct sock_fprog program = {.len = 1, .filter = &drop};
	const int on = 1;
	union socket_address address;
	socklen_t len = make_address(prefix, udp_port, &address);
	int fd = socket(address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	bool is_ready =
	    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, port->interface,
	               (socklen_t)strlen(port->interface)) == 0;
	if (is_ready && address.any.sa_family == AF_INET6)
		is_ready = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0;
	if (is_ready && bind(fd, &address.any, len) == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

static void add_shield(struct port *port, const struct net_prefix *prefix, uint16_t udp_port)
{
	char text[NET_TEXT_BYTES];
	if (port->shield_count == PORT_SHIELDS_MAX)
		return;
	int fd = open_socket(port, prefix, udp_port);
	if (fd >= 0) {
		port->shield_fd[port->shield_count++] = fd;
		return;
	}
	log_warn("port", "PRT014",
	         "%s: %s, UDP port %u: the kernel cannot be kept from answering queries too: %s",
	         port->name, net_prefix_format(prefix, text), udp_port, strerror(errno));
}

void port_shield_open(struct port *port, const struct port_settings *settings)
{
	if (port->mode != PORT_MODE_BIFURCATED || port->interface[0] == '\0')
		return;
	for (unsigned i = 0; i < port->address_count; i++) {
		/* What a filter leaves to the kernel we want: sockets that answer are there. */
		if (port->passes && !is_range(&port->address[i]))
			continue;
		if (settings->dns_port_count == 0)
			add_shield(port, &port->address[i], DNS_PORT);
		for (unsigned j = 0; j < settings->dns_port_count; j++)
			add_shield(port, &port->address[i], settings->dns_ports[j]);
	}
}

void port_shield_close(struct port *port)
{
	while (port->shield_count > 0)
		close(port->shield_fd[--port->shield_count]);
}

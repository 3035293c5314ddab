/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Nothing is sent here: to connect a UDP socket only makes the kernel look for a route. */
#include "egress.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "slowpath/endpoint.h"

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

static enum result take_source(const struct config_address *from, struct upstreams *out)
{
	struct net_address *source = &out->source[out->source_count++];
	char text[NET_TEXT_BYTES];
	source->family = from->family;
	memcpy(source->octets, from->octets, sizeof(from->octets));
	net_address_format(source, text);
	if (can(bind, source, 0))
		return RESULT_OK;
	log_error("resolver", "RES107",
	          "recursion.egress: other servers cannot be asked from %s: %s", text,
	          strerror(errno));
	return RESULT_IO;
}

enum result egress_configure(const struct config_recursion *recursion, struct upstreams *out)
{
	for (uint32_t i = 0; i < recursion->egress_count; i++) {
		enum result result = take_source(&recursion->egress[i], out);
		if (result != RESULT_OK)
			return result;
	}
	if (out->hints.count == 0)
		return RESULT_OK;
	out->settings.no_ipv4 = has_no_route(out, 4);
	out->settings.no_ipv6 = has_no_route(out, 6);
	return RESULT_OK;
}

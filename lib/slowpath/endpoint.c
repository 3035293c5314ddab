/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Addresses: our form, the kernel's form, text. */
#include "slowpath/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>

socklen_t endpoint_to_sockaddr(const struct query_address *address, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof(*out));
	if (address->family == 4) {
		struct sockaddr_in *in = (struct sockaddr_in *)out;
		in->sin_family = AF_INET;
		in->sin_port = htons(address->port);
		memcpy(&in->sin_addr, address->octets, 4);
		return sizeof(*in);
	}
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(address->port);
	memcpy(&in6->sin6_addr, address->octets, 16);
	return sizeof(*in6);
}

struct net_address endpoint_to_net(const struct query_address *address)
{
	struct net_address out = {.family = address->family};
	memcpy(out.octets, address->octets, endpoint_octets(address));
	return out;
}

struct net_prefix endpoint_to_prefix(const struct endpoint_prefix *prefix)
{
	return (struct net_prefix){
	    .address = endpoint_to_net(&prefix->address),
	    .length = prefix->bits,
	};
}

bool endpoint_from_sockaddr(const struct sockaddr_storage *in, struct query_address *out)
{
	struct query_address address = {0};
	if (in->ss_family == AF_INET) {
		const struct sockaddr_in *in4 = (const struct sockaddr_in *)in;
		address.family = 4;
		address.port = ntohs(in4->sin_port);
		memcpy(address.octets, &in4->sin_addr, 4);
	} else if (in->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)in;
		bool mapped = IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr);
		address.family = mapped ? 4 : 6;
		address.port = ntohs(in6->sin6_port);
		if (mapped)
			memcpy(address.octets, &in6->sin6_addr.s6_addr[12], 4);
		else
			memcpy(address.octets, &in6->sin6_addr, 16);
	} else {
		return false;
	}
	*out = address;
	return true;
}

bool endpoint_is_any(const struct query_address *address)
{
	static const uint8_t zeros[16];
	return memcmp(address->octets, zeros, endpoint_octets(address)) == 0;
}

bool endpoint_is_link_local(const struct query_address *address)
{
	return address->family == 6 && address->octets[0] == 0xfe &&
	       (address->octets[1] & 0xc0) == 0x80;
}

const char *endpoint_text(const struct query_address *address, char buffer[ENDPOINT_TEXT_MAX])
{
	const struct net_endpoint endpoint = {
	    .address = endpoint_to_net(address),
	    .port = address->port,
	};
	return net_endpoint_format(&endpoint, buffer);
}

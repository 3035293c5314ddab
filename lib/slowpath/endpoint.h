/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* endpoint -- addresses between our form (struct query_address), the kernel's and text.
 *
 * What:    conversion both ways, text, and who holds an address that is in use.
 * Threads: any; endpoint_holder() reads /proc and is for control code.
 * Memory:  the caller's.
 * Limits:  IPv4 and IPv6; scope ids are not kept.
 * Trust:   addresses come from the kernel.
 * RFC:     4291 §2.5.5.2 (mapped addresses become IPv4), 5952 (text). */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

#include "base/attr.h"
#include "net/prefix.h"
#include "pipeline/query.h"

/* An address and how many of its bits are the network's. */
struct endpoint_prefix {
	struct query_address address; /* the port is not used */
	uint8_t bits; /* 0..32, 0..128 */
};

/* Gives the length that bind() and friends want. */
socklen_t endpoint_to_sockaddr(const struct query_address *address, struct sockaddr_storage *out);

/* False (nothing written) for a family that is neither IPv4 nor IPv6. */
MUST_CHECK bool endpoint_from_sockaddr(const struct sockaddr_storage *in,
                                       struct query_address *out);

/* Octets of the address: 4 or 16. */
static inline size_t endpoint_octets(const struct query_address *address)
{
	return address->family == 4 ? 4 : 16;
}

/* The same in the form of lib/net, without the port. */
struct net_address endpoint_to_net(const struct query_address *address);
struct net_prefix endpoint_to_prefix(const struct endpoint_prefix *prefix);

/* Whether it is 0.0.0.0 or ::. */
bool endpoint_is_any(const struct query_address *address) PURE;

/* Whether it is fe80::/10. */
bool endpoint_is_link_local(const struct query_address *address) PURE;

/* "192.0.2.1:53" or "[2001:db8::1]:53" in the caller's buffer, which it gives back. */
#define ENDPOINT_TEXT_MAX NET_TEXT_BYTES
const char *endpoint_text(const struct query_address *address, char buffer[ENDPOINT_TEXT_MAX]);

/* Who has bound `address` (or the wildcard with its port) in the calling thread's network namespace:
 * "systemd-resolve (pid 411)". False when nobody was found or the process is not ours to see. */
#define ENDPOINT_HOLDER_MAX 64
MUST_CHECK bool endpoint_holder(bool tcp, const struct query_address *address,
                                char holder[ENDPOINT_HOLDER_MAX]);

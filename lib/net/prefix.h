/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* prefix -- IP addresses, prefixes and address:port pairs, as text and as octets.
 *
 * What:    parse and format of the three, and match of an address against a prefix. An address keeps
 *          its host bits in a prefix ("10.53.0.1/24" is an interface address as well as a range).
 * Threads: any; pure.
 * Memory:  the caller's.
 * Limits:  texts of NET_TEXT_BYTES octets with the final NUL hold every value.
 * Trust:   texts come from the configuration and the control socket: anything is refused politely.
 * RFC:     4291 §2.2, 5952 (texts), 4632 (prefixes), 5952 §6 (brackets before a port). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"

/* "[0123:...:255.255.255.255]:65535" and its NUL, rounded up. */
#define NET_TEXT_BYTES 64

struct net_address {
	uint8_t family; /* 4 or 6 */
	uint8_t octets[16]; /* IPv4 in the first four, the rest zero */
};

struct net_prefix {
	struct net_address address;
	uint8_t length; /* 0..32 or 0..128 */
};

struct net_endpoint {
	struct net_address address;
	uint16_t port; /* host order */
};

/* How many octets an address of the family has. */
static inline size_t net_address_bytes(uint8_t family)
{
	return family == 4 ? 4 : 16;
}

/* "192.0.2.1" or "2001:db8::1".
 * Fails: RESULT_MALFORMED. */
MUST_CHECK enum result net_address_parse(const char *text, struct net_address *out);

/* The shortest text (RFC 5952) into `text`, NUL-terminated. Gives `text`. */
const char *net_address_format(const struct net_address *address, char text[NET_TEXT_BYTES]);

bool net_address_equal(const struct net_address *a, const struct net_address *b) PURE;

/* Whether a single host can have the address: no multicast, broadcast or unspecified one. */
bool net_address_is_unicast(uint8_t family, const uint8_t *octets) PURE;

/* "192.0.2.0/24", "::/0", or an address alone, which means that address only.
 * Fails: RESULT_MALFORMED (address or length), RESULT_OUT_OF_RANGE (length beyond 32 or 128). */
MUST_CHECK enum result net_prefix_parse(const char *text, struct net_prefix *out);

/* With the length, always: "192.0.2.1/32". Gives `text`. */
const char *net_prefix_format(const struct net_prefix *prefix, char text[NET_TEXT_BYTES]);

/* Whether bits behind the length are set: right for an interface, a slip in an access list. */
bool net_prefix_has_host_bits(const struct net_prefix *prefix) PURE;

/* Whether the address (4 or 16 octets) lies in the prefix. */
bool net_prefix_contains(const struct net_prefix *prefix, uint8_t family,
                         const uint8_t *octets) PURE;

/* "192.0.2.1:53", "[2001:db8::1]:53", or an address alone ("::1", "[::1]") with `default_port`.
 * Fails: RESULT_MALFORMED, RESULT_OUT_OF_RANGE (port 0 or beyond 65535). */
MUST_CHECK enum result net_endpoint_parse(const char *text, uint16_t default_port,
                                          struct net_endpoint *out);

/* Always with the port. Gives `text`. */
const char *net_endpoint_format(const struct net_endpoint *endpoint, char text[NET_TEXT_BYTES]);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Texts of addresses, prefixes and address:port pairs; the C library does the address itself. */
#include "net/prefix.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* Reads a decimal number without sign or blanks up to `max`. */
static enum result parse_number(const char *text, uint32_t max, uint32_t *out)
{
	uint32_t value = 0;
	size_t digits = 0;
	for (; text[digits] >= '0' && text[digits] <= '9'; digits++) {
		value = value * 10 + (uint32_t)(text[digits] - '0');
		if (value > max)
			return RESULT_OUT_OF_RANGE;
	}
	if (digits == 0 || text[digits] != '\0')
		return RESULT_MALFORMED;
	*out = value;
	return RESULT_OK;
}

/* Copies a part of a text into a buffer of its own. */
static bool copy_part(const char *from, size_t len, char out[NET_TEXT_BYTES])
{
	if (len >= NET_TEXT_BYTES)
		return false;
	memcpy(out, from, len);
	out[len] = '\0';
	return true;
}

enum result net_address_parse(const char *text, struct net_address *out)
{
	struct net_address address = {.family = strchr(text, ':') != NULL ? 6 : 4};
	int family = address.family == 4 ? AF_INET : AF_INET6;
	if (inet_pton(family, text, address.octets) != 1)
		return RESULT_MALFORMED;
	*out = address;
	return RESULT_OK;
}

const char *net_address_format(const struct net_address *address, char text[NET_TEXT_BYTES])
{
	int family = address->family == 4 ? AF_INET : AF_INET6;
	if (inet_ntop(family, address->octets, text, NET_TEXT_BYTES) == NULL)
		text[0] = '\0';
	return text;
}

bool net_address_equal(const struct net_address *a, const struct net_address *b)
{
	return a->family == b->family &&
	       memcmp(a->octets, b->octets, net_address_bytes(a->family)) == 0;
}

bool net_address_is_unicast(uint8_t family, const uint8_t *octets)
{
	if (family == 4) /* 0.0.0.0/8, 224.0.0.0/4 and 240.0.0.0/4 (RFC 1122 §3.2.1.3) */
		return octets[0] != 0 && octets[0] < 224;
	static const uint8_t unspecified[16];
	return octets[0] != 0xff && memcmp(octets, unspecified, sizeof(unspecified)) != 0;
}

enum result net_prefix_parse(const char *text, struct net_prefix *out)
{
	const char *slash = strchr(text, '/');
	size_t len = slash == NULL ? strlen(text) : (size_t)(slash - text);
	char part[NET_TEXT_BYTES];
	struct net_prefix prefix;
	if (!copy_part(text, len, part) || net_address_parse(part, &prefix.address) != RESULT_OK)
		return RESULT_MALFORMED;
	uint32_t bits = (uint32_t)net_address_bytes(prefix.address.family) * 8;
	uint32_t length = bits;
	if (slash != NULL) {
		enum result result = parse_number(slash + 1, bits, &length);
		if (result != RESULT_OK)
			return result;
	}
	prefix.length = (uint8_t)length;
	*out = prefix;
	return RESULT_OK;
}

const char *net_prefix_format(const struct net_prefix *prefix, char text[NET_TEXT_BYTES])
{
	net_address_format(&prefix->address, text);
	size_t len = strlen(text);
	snprintf(text + len, NET_TEXT_BYTES - len, "/%u", prefix->length);
	return text;
}

/* The octet's mask for a prefix of `length` bits: 0xff, a part, or 0. */
static uint8_t octet_mask(uint8_t length, size_t octet)
{
	size_t first_bit = octet * 8;
	if (length >= first_bit + 8)
		return 0xff;
	return length <= first_bit ? 0 : (uint8_t)(0xff << (8 - (length - first_bit)));
}

bool net_prefix_has_host_bits(const struct net_prefix *prefix)
{
	for (size_t i = 0; i < net_address_bytes(prefix->address.family); i++) {
		if (prefix->address.octets[i] & (uint8_t)~octet_mask(prefix->length, i))
			return true;
	}
	return false;
}

bool net_prefix_contains(const struct net_prefix *prefix, uint8_t family, const uint8_t *octets)
{
	if (prefix->address.family != family)
		return false;
	size_t whole = prefix->length / 8;
	if (memcmp(prefix->address.octets, octets, whole) != 0)
		return false;
	if (prefix->length % 8 == 0)
		return true;
	return ((prefix->address.octets[whole] ^ octets[whole]) &
	        octet_mask(prefix->length, whole)) == 0;
}

/* Finds where the address stands in the text and the text of its port, NULL if there is none. */
static bool split_port(const char *text, char address[NET_TEXT_BYTES], const char **port)
{
	*port = NULL;
	if (text[0] == '[') {
		const char *end = strchr(text, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return false;
		if (end[1] == ':')
			*port = end + 2;
		return copy_part(text + 1, (size_t)(end - text - 1), address) &&
		       strchr(address, ':') != NULL;
	}
	const char *colon = strchr(text, ':');
	if (colon != NULL && strchr(colon + 1, ':') == NULL) { /* one colon only: IPv4 and port */
		*port = colon + 1;
		return copy_part(text, (size_t)(colon - text), address);
	}
	return copy_part(text, strlen(text), address);
}

enum result net_endpoint_parse(const char *text, uint16_t default_port, struct net_endpoint *out)
{
	char part[NET_TEXT_BYTES];
	const char *port_text;
	struct net_endpoint endpoint = {.port = default_port};
	if (!split_port(text, part, &port_text) ||
	    net_address_parse(part, &endpoint.address) != RESULT_OK)
		return RESULT_MALFORMED;
	if (port_text != NULL) {
		uint32_t port;
		enum result result = parse_number(port_text, UINT16_MAX, &port);
		if (result != RESULT_OK)
			return result;
		if (port == 0)
			return RESULT_OUT_OF_RANGE;
		endpoint.port = (uint16_t)port;
	}
	*out = endpoint;
	return RESULT_OK;
}

const char *net_endpoint_format(const struct net_endpoint *endpoint, char text[NET_TEXT_BYTES])
{
	char address[NET_TEXT_BYTES];
	net_address_format(&endpoint->address, address);
	snprintf(text, NET_TEXT_BYTES, endpoint->address.family == 4 ? "%.45s:%u" : "[%.45s]:%u",
	         address, endpoint->port);
	return text;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Checks of DNS64: prefixes have one of a few lengths (RFC 6052 section 2.2). */
#include "config/reader.h"

/* Bits 64 to 71 are zero. */
#define RESERVED_OCTET 8

static struct config_place place_of(const struct reader *reader, const char *key, uint32_t index)
{
	const struct config_position *at = config_position_member(reader->root, "dns64");
	if (at != NULL)
		at = config_position_member(at, key);
	if (at != NULL && at->first != NULL)
		at = at->first;
	for (uint32_t i = 0; i < index && at != NULL && at->next != NULL; i++)
		at = at->next;
	return at != NULL ? (struct config_place){at->line, at->column} : (struct config_place){0};
}

static bool is_length(uint8_t length)
{
	return length == 96 || (length >= 32 && length <= 64 && length % 8 == 0);
}

static void check_family(struct reader *reader, const char *key, const struct config_address *list,
                         uint32_t count, uint8_t family)
{
	for (uint32_t i = 0; i < count; i++) {
		if (list[i].family != family)
			reader_error(reader, place_of(reader, key, i),
			             "dns64.%s[%u]: found an IPv%u prefix, allowed: IPv%u prefixes",
			             key, i, list[i].family, family);
	}
}

void reader_check_dns64(struct reader *reader)
{
	const struct config_dns64 *dns64 = &reader->config->dns64;
	for (uint32_t i = 0; i < dns64->prefixes_count; i++) {
		const struct config_address *prefix = &dns64->prefixes[i];
		if (prefix->family != 6 || !is_length(prefix->prefix_len))
			reader_error(reader, place_of(reader, "prefixes", i),
			             "dns64.prefixes[%u]: found an IPv%u prefix of %u bits, "
			             "allowed: IPv6 prefixes of 32, 40, 48, 56, 64 or 96 bits",
			             i, prefix->family, prefix->prefix_len);
		else if (prefix->octets[RESERVED_OCTET] != 0)
			reader_error(
			    reader, place_of(reader, "prefixes", i),
			    "dns64.prefixes[%u]: found a prefix with bits set between the "
			    "64th and the 71st, allowed: zeros there (RFC 6052 section 2.2)",
			    i);
	}
	if (dns64->enabled && dns64->prefixes_count == 0)
		reader_error(reader, place_of(reader, "prefixes", 0),
		             "dns64.prefixes: found none, allowed: 1 to 4 prefixes");
	check_family(reader, "exclude", dns64->exclude, dns64->exclude_count, 6);
	check_family(reader, "exclude_ipv4", dns64->exclude_ipv4, dns64->exclude_ipv4_count, 4);
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The PROXY protocol, version 2. */
#include "slowpath/proxy_header.h"

#include <string.h>

#include "base/bytes.h"
#include "slowpath/slowpath_limits.h"

static const uint8_t signature[12] = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};

/* Signature, version and command, family, length. */
#define FIXED_OCTETS 16u

enum {
	VERSION_2 = 0x20,
	COMMAND_LOCAL = 0,
	COMMAND_PROXY = 1,
	FAMILY_NONE = 0x00,
	FAMILY_TCP4 = 0x11,
	FAMILY_TCP6 = 0x21,
};

size_t proxy_header_wants(const uint8_t *data, size_t len)
{
	if (len < FIXED_OCTETS)
		return FIXED_OCTETS - len;
	size_t whole = FIXED_OCTETS + bytes_load_u16(data + 14);
	return whole > len ? whole - len : 0;
}

/* Two addresses and two ports. */
static enum result read_addresses(struct bytes_reader *reader, uint8_t family,
                                  struct proxy_header *out)
{
	const size_t octets = family == 4 ? 4 : 16;
	const uint8_t *client, *destination;
	out->client = (struct query_address){.family = family};
	out->destination = (struct query_address){.family = family};
	if (!bytes_take(reader, octets, &client) || !bytes_take(reader, octets, &destination) ||
	    !bytes_take_u16(reader, &out->client.port) ||
	    !bytes_take_u16(reader, &out->destination.port))
		return RESULT_MALFORMED;
	memcpy(out->client.octets, client, octets);
	memcpy(out->destination.octets, destination, octets);
	out->has_client = true;
	return RESULT_OK;
}

enum result proxy_header_parse(const uint8_t *data, size_t len, struct proxy_header *out)
{
	/* Wrong from the first octet on is told at once. */
	if (memcmp(data, signature, len < sizeof(signature) ? len : sizeof(signature)) != 0)
		return RESULT_MALFORMED;
	if (len < FIXED_OCTETS)
		return RESULT_TOO_SHORT;
	const uint8_t command = data[12] & 0x0f;
	const uint8_t family = data[13];
	const size_t size = bytes_load_u16(data + 14);
	if ((data[12] & 0xf0) != VERSION_2 || command > COMMAND_PROXY)
		return RESULT_MALFORMED;
	if (FIXED_OCTETS + size > PROXY_HEADER_MAX)
		return RESULT_TOO_LONG;
	if (len < FIXED_OCTETS + size)
		return RESULT_TOO_SHORT;
	struct proxy_header header = {.has_client = false};
	struct bytes_reader reader = bytes_reader_of(data + FIXED_OCTETS, size);
	enum result result = RESULT_OK;
	if (command == COMMAND_PROXY && family == FAMILY_TCP4)
		result = read_addresses(&reader, 4, &header);
	else if (command == COMMAND_PROXY && family == FAMILY_TCP6)
		result = read_addresses(&reader, 6, &header);
	else if (command == COMMAND_PROXY && family != FAMILY_NONE)
		result = RESULT_UNSUPPORTED;
	if (result == RESULT_OK)
		*out = header;
	return result;
}

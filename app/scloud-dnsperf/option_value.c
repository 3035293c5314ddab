/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Values of options out of their texts. */
#include "option_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "dns/text.h"

#define OPTION_HEADER_OCTETS 4

bool option_value_wrong(const char *what, const char *value, const char *allowed)
{
	fprintf(stderr, "scloud-dnsperf: %s %s: %s\n", what, value, allowed);
	return false;
}

bool option_value_number(const char *what, const char *value, uint64_t least, uint64_t most,
                         uint64_t *out)
{
	char allowed[80];
	char *end;
	unsigned long long number = strtoull(value, &end, 10);
	if (*value >= '0' && *value <= '9' && *end == '\0' && number >= least && number <= most) {
		*out = number;
		return true;
	}
	snprintf(allowed, sizeof(allowed), "a number from %llu to %llu is allowed",
	         (unsigned long long)least, (unsigned long long)most);
	return option_value_wrong(what, value, allowed);
}

bool option_value_share(const char *what, const char *value, double most, double *out)
{
	char allowed[80];
	char *end;
	double number = strtod(value, &end);
	if (end != value && *end == '\0' && number > 0 && number <= most) {
		*out = number;
		return true;
	}
	snprintf(allowed, sizeof(allowed), "more than 0 and at most %g is allowed", most);
	return option_value_wrong(what, value, allowed);
}

bool option_value_mac(const char *what, const char *value, uint8_t mac[6])
{
	for (unsigned i = 0; i < 6; i++) {
		char *end;
		unsigned long octet = strtoul(value + 3 * i, &end, 16);
		if (end != value + 3 * i + 2 || octet > 255 || *end != (i == 5 ? '\0' : ':'))
			return option_value_wrong(what, value,
			                          "six octets are wanted, 02:00:00:00:00:01");
		mac[i] = (uint8_t)octet;
	}
	return true;
}

static uint32_t low_word(const struct net_address *address)
{
	uint32_t value = 0;
	const uint8_t *last = address->octets + net_address_bytes(address->family) - 4;
	for (unsigned i = 0; i < 4; i++)
		value = value << 8 | last[i];
	return value;
}

/* "10.0.0.1" or "10.0.0.1-10.0.3.255". */
bool option_value_sources(const char *value, struct packet_route *route)
{
	char first[NET_TEXT_BYTES];
	struct net_address last;
	size_t len = strcspn(value, "-");
	if (len >= sizeof(first))
		return option_value_wrong("--source", value,
		                          "an address, or FIRST-LAST, is wanted");
	memcpy(first, value, len);
	first[len] = '\0';
	if (net_address_parse(first, &route->first_source) != RESULT_OK)
		return option_value_wrong("--source", first, "no address");
	route->source_count = 1;
	if (value[len] == '\0')
		return true;
	if (net_address_parse(value + len + 1, &last) != RESULT_OK ||
	    last.family != route->first_source.family)
		return option_value_wrong("--source", value + len + 1,
		                          "no address of the same family");
	uint32_t count = low_word(&last) - low_word(&route->first_source) + 1;
	if (count == 0 || count > LOAD_SOURCES_MAX)
		return option_value_wrong("--source", value,
		                          "a range of 1 to 65536 addresses is allowed");
	route->source_count = count;
	return true;
}

bool option_value_edns(const char *value, struct query_file_settings *settings)
{
	static const char wanted[] = "CODE:HEX is wanted, at most 128 octets: 8:000118000a3500";
	uint64_t code;
	size_t len = strcspn(value, ":");
	const char *hex = value + len + (value[len] == ':');
	size_t octets = strlen(hex) / 2;
	_Static_assert(LOAD_OPTION_MAX == OPTION_HEADER_OCTETS + 128, "what `wanted` says");
	if (value[len] != ':' || !text_to_u64(value, len, UINT16_MAX, &code) ||
	    strlen(hex) % 2 != 0 || octets > LOAD_OPTION_MAX - OPTION_HEADER_OCTETS)
		return option_value_wrong("--edns-option", value, wanted);
	bytes_store_u16(settings->option, (uint16_t)code);
	bytes_store_u16(settings->option + 2, (uint16_t)octets);
	for (size_t i = 0; i < octets; i++) {
		int high = text_hex_value(hex[2 * i]);
		int low = text_hex_value(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return option_value_wrong("--edns-option", value, wanted);
		settings->option[OPTION_HEADER_OCTETS + i] = (uint8_t)(high << 4 | low);
	}
	settings->option_len = (uint16_t)(OPTION_HEADER_OCTETS + octets);
	return true;
}

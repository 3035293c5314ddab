/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Values that are written as text. */
#include "config/text.h"

#include <ctype.h>
#include <string.h>

#include "net/prefix.h"

/* RFC 1035 §2.3.4: octets of a name in wire form, and of a label. */
#define WIRE_MAX 255
#define LABEL_MAX 63

/* Reads digits up to `max`; no sign, no space. Moves *text behind them. */
static bool take_number(const char **text, uint64_t max, uint64_t *out)
{
	const char *p = *text;
	uint64_t value = 0;
	if (!isdigit((unsigned char)*p))
		return false;
	for (; isdigit((unsigned char)*p); p++) {
		uint64_t digit = (uint64_t)(*p - '0');
		if (value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*text = p;
	*out = value;
	return true;
}

static struct config_address from_net(const struct net_address *from)
{
	struct config_address address = {.family = from->family};
	address.prefix_len = from->family == 4 ? 32 : 128;
	memcpy(address.octets, from->octets, net_address_bytes(from->family));
	return address;
}

bool config_text_address(const char *text, struct config_address *out)
{
	struct net_address address;
	if (net_address_parse(text, &address) != RESULT_OK)
		return false;
	*out = from_net(&address);
	return true;
}

bool config_text_endpoint(const char *text, uint16_t default_port, struct config_address *out)
{
	struct net_endpoint endpoint;
	if (net_endpoint_parse(text, default_port, &endpoint) != RESULT_OK || endpoint.port == 0)
		return false;
	*out = from_net(&endpoint.address);
	out->port = endpoint.port;
	return true;
}

bool config_text_interface(const char *text, struct config_address *out)
{
	struct net_prefix prefix;
	if (strchr(text, '/') == NULL || net_prefix_parse(text, &prefix) != RESULT_OK)
		return false;
	*out = from_net(&prefix.address);
	out->prefix_len = prefix.length;
	return true;
}

bool config_text_network(const char *text, struct config_address *out)
{
	struct net_prefix prefix;
	if (net_prefix_parse(text, &prefix) != RESULT_OK || net_prefix_has_host_bits(&prefix))
		return false;
	*out = from_net(&prefix.address);
	out->prefix_len = prefix.length;
	return true;
}

/* Moves behind one character of a label: plain, \X or \DDD (RFC 1035 §5.1). */
static bool label_character(const char **text)
{
	const unsigned char *p = (const unsigned char *)*text;
	if (*p <= ' ' || *p >= 0x7f)
		return false;
	if (*p != '\\') {
		*text += 1;
		return true;
	}
	if (isdigit(p[1])) {
		if (!isdigit(p[2]) || !isdigit(p[3]) ||
		    (p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0') > 255)
			return false;
		*text += 4;
		return true;
	}
	if (p[1] <= ' ' || p[1] >= 0x7f)
		return false;
	*text += 2;
	return true;
}

bool config_text_domain(const char *text)
{
	size_t wire = 1;
	if (strcmp(text, ".") == 0)
		return true;
	do {
		size_t label = 0;
		while (*text != '.' && *text != '\0') {
			if (!label_character(&text))
				return false;
			label++;
		}
		wire += label + 1;
		if (label == 0 || label > LABEL_MAX || wire > WIRE_MAX)
			return false;
		if (*text == '.')
			text++;
	} while (*text != '\0');
	return true;
}

struct unit {
	const char *text;
	uint64_t factor;
};

static const struct unit durations[] = {
    {"ms", 1},          {"s", 1000},         {"m", 60000},         {"min", 60000},
    {"h", 3600 * 1000}, {"d", 86400 * 1000}, {"w", 7 * 86400000u},
};

static const struct unit sizes[] = {
    {"octets", 1},
    {"B", 1},
    {"K", 1024},
    {"KiB", 1024},
    {"M", 1u << 20},
    {"MiB", 1u << 20},
    {"G", 1ull << 30},
    {"GiB", 1ull << 30},
    {"T", UINT64_C(1) << 40},
    {"TiB", UINT64_C(1) << 40},
};

static uint64_t factor_of(const struct unit *units, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(units[i].text, text) == 0)
			return units[i].factor;
	}
	return 0;
}

/* A number without unit is in the wanted one. */
static bool quantity(const char *text, const char *unit, const struct unit *units, size_t count,
                     uint64_t *out)
{
	uint64_t number;
	uint64_t product;
	uint64_t wanted = factor_of(units, count, unit);
	if (!take_number(&text, UINT64_MAX, &number) || wanted == 0)
		return false;
	while (*text == ' ')
		text++;
	uint64_t factor = *text == '\0' ? wanted : factor_of(units, count, text);
	if (factor == 0 || __builtin_mul_overflow(number, factor, &product) ||
	    product % wanted != 0)
		return false;
	*out = product / wanted;
	return true;
}

bool config_text_duration(const char *text, const char *unit, uint64_t *out)
{
	return quantity(text, unit, durations, ARRAY_COUNT(durations), out);
}

bool config_text_size(const char *text, const char *unit, uint64_t *out)
{
	return quantity(text, unit, sizes, ARRAY_COUNT(sizes), out);
}

static bool add_cpu(struct config_lcores *lcores, uint64_t cpu)
{
	if (lcores->cpu_count >= CONFIG_LCORES_MAX)
		return false;
	for (uint32_t i = 0; i < lcores->cpu_count; i++) {
		if (lcores->cpu[i] == cpu)
			return false;
	}
	lcores->cpu[lcores->cpu_count++] = (uint16_t)cpu;
	return true;
}

/* "3" or "3-5". */
static bool add_cpus(struct config_lcores *lcores, const char **text)
{
	uint64_t first;
	uint64_t last;
	if (!take_number(text, UINT16_MAX, &first))
		return false;
	last = first;
	if (**text == '-') {
		++*text;
		if (!take_number(text, UINT16_MAX, &last) || last < first)
			return false;
	}
	for (uint64_t cpu = first; cpu <= last; cpu++) {
		if (!add_cpu(lcores, cpu))
			return false;
	}
	return true;
}

bool config_text_lcores(const char *text, struct config_lcores *out)
{
	struct config_lcores lcores = {.count = 0};
	if (strcmp(text, "auto") == 0) {
		*out = lcores;
		return true;
	}
	if (!add_cpus(&lcores, &text))
		return false;
	while (*text == ',') {
		text++;
		if (!add_cpus(&lcores, &text))
			return false;
	}
	if (*text != '\0')
		return false;
	lcores.count = lcores.cpu_count;
	*out = lcores;
	return true;
}

static bool hex_digits(const char **text, unsigned count)
{
	for (; count > 0; count--, ++*text) {
		if (!isxdigit((unsigned char)**text))
			return false;
	}
	return true;
}

static bool literal(const char **text, char c)
{
	if (**text != c)
		return false;
	++*text;
	return true;
}

/* [dddd:]bb:dd.f */
static bool pci_address(const char **text)
{
	const char *p = *text;
	if (hex_digits(&p, 4) && *p == ':')
		p++;
	else
		p = *text;
	if (!hex_digits(&p, 2) || !literal(&p, ':') || !hex_digits(&p, 2) || !literal(&p, '.') ||
	    *p < '0' || *p > '7')
		return false;
	*text = p + 1;
	return true;
}

/* net_tap0, net_af_packet1, net_virtio_user0 */
static bool virtual_device(const char **text)
{
	const char *p = *text;
	if (strncmp(p, "net_", 4) != 0)
		return false;
	for (p += 4; islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_'; p++)
		;
	if (p == *text + 4)
		return false;
	*text = p;
	return true;
}

bool config_text_device(const char *text)
{
	if (!pci_address(&text) && !virtual_device(&text))
		return false;
	while (*text == ',') {
		size_t len = strcspn(++text, ",");
		if (len == 0)
			return false;
		for (size_t i = 0; i < len; i++) {
			if (!isgraph((unsigned char)text[i]))
				return false;
		}
		text += len;
	}
	return *text == '\0';
}

static int base64_digit(char c)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;
	return at != NULL ? (int)(at - digits) : -1;
}

bool config_text_base64(const char *text, uint8_t *out, uint32_t *len)
{
	size_t text_len = strlen(text);
	uint32_t bits = 0;
	uint32_t count = 0;
	size_t digits = text_len;
	while (digits > 0 && text_len - digits < 2 && text[digits - 1] == '=')
		digits--;
	if (text_len % 4 != 0)
		return false;
	for (size_t i = 0; i < digits; i++) {
		int digit = base64_digit(text[i]);
		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		/* Of four digits all but the first end an octet. */
		if (i % 4 != 0)
			out[count++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	/* Bits behind the last octet are zero (RFC 4648 §3.5). */
	if ((digits % 4 == 2 && (bits & 0xf) != 0) || (digits % 4 == 3 && (bits & 3) != 0))
		return false;
	*len = count;
	return true;
}

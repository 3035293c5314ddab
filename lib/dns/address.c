/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Addresses between text and octets. Zone files consist of these, so reading is one pass each. */
#include "dns/address.h"

#include <string.h>

#include "dns/text.h"

bool address_ipv4_read(const char *text, size_t len, uint8_t out[4])
{
	uint8_t octets[4];
	unsigned value = 0;
	unsigned digits = 0;
	unsigned count = 0;

	for (size_t i = 0; i < len; i++) {
		const unsigned digit = (unsigned)(uint8_t)text[i] - '0';
		if (digit <= 9) {
			/* "010" is eight to some and ten to others. */
			if (digits > 0 && value == 0)
				return false;
			value = value * 10 + digit;
			digits++;
			if (value > 255)
				return false;
		} else if (text[i] == '.' && digits > 0 && count < 3) {
			octets[count++] = (uint8_t)value;
			value = 0;
			digits = 0;
		} else {
			return false;
		}
	}
	if (digits == 0 || count != 3)
		return false;
	octets[3] = (uint8_t)value;
	memcpy(out, octets, 4);
	return true;
}

/* The groups read so far. */
struct groups {
	uint8_t octets[16];
	size_t count; /* octets */
	size_t gap; /* where "::" stood, 16 + 1 if nowhere */
};

#define NO_GAP 17

/* Reads one to four hexadecimal digits; gives how many. */
static size_t group_read(const char *text, size_t len, unsigned *out)
{
	size_t digits = 0;
	unsigned value = 0;
	for (; digits < len && digits < 5; digits++) {
		const int nibble = text_hex_value(text[digits]);
		if (nibble < 0)
			break;
		value = value << 4 | (unsigned)nibble;
	}
	*out = value;
	return digits <= 4 ? digits : 0;
}

static bool groups_read(const char *text, size_t len, struct groups *groups)
{
	size_t at = 0;
	if (len >= 2 && text[0] == ':' && text[1] == ':') {
		groups->gap = 0;
		at = 2;
	}
	while (at < len) {
		unsigned value;
		const size_t digits = group_read(text + at, len - at, &value);
		if (digits == 0 || groups->count > 14)
			return false;
		if (at + digits < len && text[at + digits] == '.') {
			if (groups->count > 12 ||
			    !address_ipv4_read(text + at, len - at, groups->octets + groups->count))
				return false;
			groups->count += 4;
			return true;
		}
		groups->octets[groups->count++] = (uint8_t)(value >> 8);
		groups->octets[groups->count++] = (uint8_t)value;
		at += digits;
		if (at == len)
			return true;
		if (text[at++] != ':' || at == len)
			return false;
		if (text[at] == ':') {
			if (groups->gap != NO_GAP)
				return false;
			groups->gap = groups->count;
			at++;
		}
	}
	return groups->gap != NO_GAP;
}

bool address_ipv6_read(const char *text, size_t len, uint8_t out[16])
{
	struct groups groups = {.count = 0, .gap = NO_GAP};
	if (!groups_read(text, len, &groups))
		return false;
	if (groups.gap == NO_GAP) {
		if (groups.count != 16)
			return false;
		memcpy(out, groups.octets, 16);
		return true;
	}
	/* "::" stands for one group at least. */
	if (groups.count > 14)
		return false;
	const size_t tail = groups.count - groups.gap;
	memset(out, 0, 16);
	memcpy(out, groups.octets, groups.gap);
	memcpy(out + 16 - tail, groups.octets + groups.gap, tail);
	return true;
}

size_t address_ipv4_write(const uint8_t address[4], char out[ADDRESS_IPV4_TEXT_MAX])
{
	size_t len = 0;
	for (size_t i = 0; i < 4; i++) {
		if (i > 0)
			out[len++] = '.';
		len += text_from_u64(address[i], out + len);
	}
	return len;
}

static unsigned group_at(const uint8_t address[16], size_t i)
{
	return (unsigned)address[2 * i] << 8 | address[2 * i + 1];
}

/* The longest run of two or more zero groups, the first of equals (RFC 5952 §4.2). */
static size_t longest_zeros(const uint8_t address[16], size_t *start)
{
	size_t best = 1;
	size_t run = 0;
	*start = 8;
	for (size_t i = 0; i < 8; i++) {
		run = group_at(address, i) == 0 ? run + 1 : 0;
		if (run > best) {
			best = run;
			*start = i + 1 - run;
		}
	}
	return *start < 8 ? best : 0;
}

static size_t group_write(unsigned value, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t len = 0;
	for (int shift = 12; shift >= 0; shift -= 4)
		if (len > 0 || shift == 0 || value >> shift != 0)
			out[len++] = digits[value >> shift & 15];
	return len;
}

/* ::ffff:0:0/96 is written with a dotted quad (RFC 5952 §5). */
static bool is_mapped(const uint8_t address[16])
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
	return memcmp(address, prefix, sizeof(prefix)) == 0;
}

size_t address_ipv6_write(const uint8_t address[16], char out[ADDRESS_IPV6_TEXT_MAX])
{
	size_t len = 0;
	size_t start;
	if (is_mapped(address)) {
		memcpy(out, "::ffff:", 7);
		return 7 + address_ipv4_write(address + 12, out + 7);
	}
	const size_t zeros = longest_zeros(address, &start);
	for (size_t i = 0; i < 8; i++) {
		if (i == start) {
			out[len++] = ':';
			if (i == 0)
				out[len++] = ':';
			i += zeros - 1;
			if (i == 7)
				break;
			continue;
		}
		len += group_write(group_at(address, i), out + len);
		if (i < 7)
			out[len++] = ':';
	}
	return len;
}

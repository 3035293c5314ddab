/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Escapes, numbers and words of presentation form. */
#include "dns/text.h"

#include <stdio.h>
#include <string.h>

#include "dns/name.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

size_t text_unescape(const char *text, size_t len, uint8_t *out)
{
	if (len < 2)
		return 0;
	if (!is_digit(text[1])) {
		*out = (uint8_t)text[1];
		return 2;
	}
	if (len < 4 || !is_digit(text[2]) || !is_digit(text[3]))
		return 0;
	const int value = (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
	if (value > 255)
		return 0;
	*out = (uint8_t)value;
	return 4;
}

static size_t escape_decimal(uint8_t octet, char *out)
{
	out[0] = '\\';
	out[1] = (char)('0' + octet / 100);
	out[2] = (char)('0' + octet / 10 % 10);
	out[3] = (char)('0' + octet % 10);
	return 4;
}

static size_t escape_char(uint8_t octet, char *out)
{
	out[0] = '\\';
	out[1] = (char)octet;
	return 2;
}

size_t text_escape_name(uint8_t octet, char *out)
{
	if (octet <= ' ' || octet >= 0x7f)
		return escape_decimal(octet, out);
	if (strchr(".\\\"();@$", octet) != NULL)
		return escape_char(octet, out);
	out[0] = (char)octet;
	return 1;
}

size_t text_escape_quoted(uint8_t octet, char *out)
{
	if (octet < ' ' || octet >= 0x7f)
		return escape_decimal(octet, out);
	if (octet == '"' || octet == '\\')
		return escape_char(octet, out);
	out[0] = (char)octet;
	return 1;
}

bool text_to_u64(const char *text, size_t len, uint64_t max, uint64_t *out)
{
	if (len == 0)
		return false;
	uint64_t value = 0;
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(text[i]))
			return false;
		const uint64_t digit = (uint64_t)(text[i] - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
		if (value > max)
			return false;
	}
	*out = value;
	return true;
}

size_t text_from_u64(uint64_t value, char *out)
{
	char digits[20];
	size_t count = 0;
	do {
		digits[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	for (size_t i = 0; i < count; i++)
		out[i] = digits[count - 1 - i];
	return count;
}

bool text_is(const char *text, size_t len, const char *word)
{
	for (size_t i = 0; i < len; i++) {
		if (word[i] == '\0')
			return false;
		if (dns_name_lower[(uint8_t)text[i]] != dns_name_lower[(uint8_t)word[i]])
			return false;
	}
	return word[len] == '\0';
}

void text_numbered(const char *word, unsigned number, char *out, size_t size)
{
	snprintf(out, size, "%s%u", word, number);
}

bool text_to_numbered(const char *text, size_t len, const char *word, uint16_t *out)
{
	const size_t word_len = strlen(word);
	uint64_t number;
	if (len <= word_len || !text_is(text, word_len, word))
		return false;
	if (!text_to_u64(text + word_len, len - word_len, UINT16_MAX, &number))
		return false;
	*out = (uint16_t)number;
	return true;
}

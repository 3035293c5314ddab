/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Hexadecimal, base32hex and base64, all as "so many bits a character". */
#include "dns/encoding.h"

#include <string.h>

#include "dns/text.h"

static const char hex_digits[] = "0123456789ABCDEF";
static const char base32hex_digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static uint8_t bits_per_char(enum encoding_base base)
{
	return base == ENCODING_HEX ? 4 : base == ENCODING_BASE32HEX ? 5 : 6;
}

static int base32hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'V')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'v')
		return c - 'a' + 10;
	return -1;
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static int base64url_value(char c)
{
	if (c == '+' || c == '/')
		return -1;
	return base64_value(c == '-' ? '+' : c == '_' ? '/' : c);
}

static int char_value(enum encoding_base base, char c)
{
	switch (base) {
	case ENCODING_HEX:
		return text_hex_value(c);
	case ENCODING_BASE32HEX:
		return base32hex_value(c);
	case ENCODING_BASE64:
		return base64_value(c);
	case ENCODING_BASE64URL:
		return base64url_value(c);
	}
	return -1;
}

void encoding_decoder_init(struct encoding_decoder *decoder, enum encoding_base base,
                           struct bytes_writer *out)
{
	*decoder = (struct encoding_decoder){.out = out, .base = base};
}

bool encoding_decode(struct encoding_decoder *decoder, const char *text, size_t len)
{
	const uint8_t width = bits_per_char(decoder->base);
	for (size_t i = 0; i < len; i++) {
		decoder->chars++;
		if (text[i] == '=' && decoder->base == ENCODING_BASE64 && decoder->padding < 2) {
			decoder->padding++;
			continue;
		}
		const int value = char_value(decoder->base, text[i]);
		if (value < 0 || decoder->padding > 0)
			return false;
		decoder->bits = decoder->bits << width | (uint32_t)value;
		decoder->bit_count = (uint8_t)(decoder->bit_count + width);
		if (decoder->bit_count >= 8) {
			decoder->bit_count = (uint8_t)(decoder->bit_count - 8);
			bytes_put_u8(decoder->out, (uint8_t)(decoder->bits >> decoder->bit_count));
		}
	}
	return true;
}

bool encoding_decode_end(const struct encoding_decoder *decoder)
{
	/* Less than a character's worth of bits may be over. */
	if (decoder->bit_count >= bits_per_char(decoder->base))
		return false;
	return decoder->base != ENCODING_BASE64 || decoder->chars % 4 == 0;
}

void encoding_encode(enum encoding_base base, const uint8_t *data, size_t len,
                     struct bytes_writer *out)
{
	const char *digits = base == ENCODING_HEX         ? hex_digits
	                     : base == ENCODING_BASE32HEX ? base32hex_digits
	                     : base == ENCODING_BASE64URL ? base64url_digits
	                                                  : base64_digits;
	const uint8_t width = bits_per_char(base);
	const uint32_t mask = (1u << width) - 1;
	uint32_t bits = 0;
	unsigned bit_count = 0;
	size_t chars = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | data[i];
		bit_count += 8;
		for (; bit_count >= width; chars++) {
			bit_count -= width;
			bytes_put_u8(out, (uint8_t)digits[bits >> bit_count & mask]);
		}
	}
	if (bit_count > 0) {
		bytes_put_u8(out, (uint8_t)digits[bits << (width - bit_count) & mask]);
		chars++;
	}
	for (; base == ENCODING_BASE64 && chars % 4 != 0; chars++)
		bytes_put_u8(out, '=');
}

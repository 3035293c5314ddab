/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Fields of rdata that are octets in some notation: hex, base64, base32hex, EUI, node identifiers,
 * NSAP and ATM addresses; both directions. */
#include <string.h>

#include "dns/rdata_field.h"
#include "dns/text.h"

#define LENGTH_MAX 255
#define ATMA_FORMAT_AESA 0
#define ATMA_FORMAT_E164 1

enum result rdata_encoded_read(struct rdata_input *input, enum encoding_base base,
                               const char *expected)
{
	const struct dns_token *token = rdata_peek(input, expected);
	struct encoding_decoder decoder;
	encoding_decoder_init(&decoder, base, &input->out);
	if (token == NULL || token->len == 0 ||
	    !encoding_decode(&decoder, token->text, token->len) || !encoding_decode_end(&decoder))
		return RESULT_MALFORMED;
	input->at++;
	return RESULT_OK;
}

enum result rdata_rest_read(struct rdata_input *input, enum encoding_base base,
                            const char *expected)
{
	struct encoding_decoder decoder;
	encoding_decoder_init(&decoder, base, &input->out);
	const struct dns_token *token = rdata_peek(input, expected);
	if (token == NULL)
		return RESULT_MALFORMED;
	for (; token != NULL; token = rdata_peek(input, expected)) {
		if (token->len == 0 || !encoding_decode(&decoder, token->text, token->len))
			return RESULT_MALFORMED;
		input->at++;
	}
	if (!encoding_decode_end(&decoder)) {
		input->at--;
		return RESULT_MALFORMED;
	}
	return RESULT_OK;
}

/* Groups of hexadecimal digits with a separator: `groups` of `digits` each, or fewer if `fewer`. */
static enum result groups_read(struct rdata_input *input, size_t groups, size_t digits, bool fewer,
                               char separator, const char *expected)
{
	const struct dns_token *token = rdata_peek(input, expected);
	if (token == NULL)
		return RESULT_MALFORMED;
	size_t at = 0;
	for (size_t i = 0; i < groups; i++) {
		if (i > 0 && (at >= token->len || token->text[at++] != separator))
			return RESULT_MALFORMED;
		unsigned value = 0;
		size_t count = 0;
		for (; count < digits && at < token->len; count++, at++) {
			const int nibble = text_hex_value(token->text[at]);
			if (nibble < 0)
				break;
			value = value << 4 | (unsigned)nibble;
		}
		if (count == 0 || (count < digits && !fewer))
			return RESULT_MALFORMED;
		if (digits > 2)
			bytes_put_u16(&input->out, (uint16_t)value);
		else
			bytes_put_u8(&input->out, (uint8_t)value);
	}
	if (at != token->len)
		return RESULT_MALFORMED;
	input->at++;
	return RESULT_OK;
}

enum result rdata_node64_read(struct rdata_input *input)
{
	return groups_read(input, 4, 4, true, ':', "64 bits as in 0014:4fff:ff20:ee64");
}

enum result rdata_eui48_read(struct rdata_input *input)
{
	return groups_read(input, 6, 2, false, '-', "an address as in 00-00-5e-00-53-2a");
}

enum result rdata_eui64_read(struct rdata_input *input)
{
	return groups_read(input, 8, 2, false, '-', "an address as in 00-00-5e-ef-10-00-00-2a");
}

/* Writes groups of `octets` octets in lower case. */
static enum result groups_text(struct rdata_output *output, size_t groups, size_t octets,
                               char separator)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p;
	if (!bytes_take(&output->in, groups * octets, &p))
		return RESULT_MALFORMED;
	rdata_space(output);
	for (size_t i = 0; i < groups * octets; i++) {
		if (i > 0 && i % octets == 0)
			bytes_put_u8(&output->out, (uint8_t)separator);
		bytes_put_u8(&output->out, (uint8_t)digits[p[i] >> 4]);
		bytes_put_u8(&output->out, (uint8_t)digits[p[i] & 15]);
	}
	return RESULT_OK;
}

enum result rdata_node64_text(struct rdata_output *output)
{
	return groups_text(output, 4, 2, ':');
}

enum result rdata_eui48_text(struct rdata_output *output)
{
	return groups_text(output, 6, 1, '-');
}

enum result rdata_eui64_text(struct rdata_output *output)
{
	return groups_text(output, 8, 1, '-');
}

/* A length octet and so many octets from one token. */
static enum result counted_read(struct rdata_input *input, enum encoding_base base,
                                const char *expected)
{
	uint8_t *length = bytes_put_space(&input->out, 1);
	if (length == NULL)
		return RESULT_NO_SPACE;
	const size_t start = input->out.len;
	const enum result result = rdata_encoded_read(input, base, expected);
	if (result != RESULT_OK)
		return result;
	if (input->out.len - start > LENGTH_MAX) {
		input->at--;
		return RESULT_TOO_LONG;
	}
	*length = (uint8_t)(input->out.len - start);
	return RESULT_OK;
}

enum result rdata_salt_read(struct rdata_input *input)
{
	const char *expected = "a salt in hexadecimal, or \"-\" for none";
	const struct dns_token *token = rdata_peek(input, expected);
	if (token != NULL && token->len == 1 && token->text[0] == '-') {
		bytes_put_u8(&input->out, 0);
		input->at++;
		return RESULT_OK;
	}
	return counted_read(input, ENCODING_HEX, expected);
}

enum result rdata_hash_read(struct rdata_input *input)
{
	return counted_read(input, ENCODING_BASE32HEX, "a hash in base32hex");
}

static enum result counted_text(struct rdata_output *output, enum encoding_base base)
{
	uint8_t length;
	const uint8_t *data;
	if (!bytes_take_u8(&output->in, &length) || !bytes_take(&output->in, length, &data))
		return RESULT_MALFORMED;
	rdata_space(output);
	if (length == 0)
		bytes_put_u8(&output->out, '-');
	encoding_encode(base, data, length, &output->out);
	return RESULT_OK;
}

enum result rdata_salt_text(struct rdata_output *output)
{
	return counted_text(output, ENCODING_HEX);
}

enum result rdata_hash_text(struct rdata_output *output)
{
	return counted_text(output, ENCODING_BASE32HEX);
}

/* Hexadecimal digits among which dots may stand for the eye. */
static bool dotted_hex_read(const char *text, size_t len, struct bytes_writer *out)
{
	struct encoding_decoder decoder;
	encoding_decoder_init(&decoder, ENCODING_HEX, out);
	for (size_t i = 0; i < len; i++)
		if (text[i] != '.' && !encoding_decode(&decoder, text + i, 1))
			return false;
	return decoder.chars > 0 && encoding_decode_end(&decoder);
}

enum result rdata_nsap_read(struct rdata_input *input)
{
	const struct dns_token *token = rdata_peek(input, "0x and hexadecimal digits");
	if (token == NULL || token->len < 4 || !text_is(token->text, 2, "0x") ||
	    !dotted_hex_read(token->text + 2, token->len - 2, &input->out))
		return RESULT_MALFORMED;
	input->at++;
	return RESULT_OK;
}

enum result rdata_nsap_text(struct rdata_output *output)
{
	const size_t len = bytes_left(&output->in);
	const uint8_t *data;
	if (len == 0 || !bytes_take(&output->in, len, &data))
		return RESULT_MALFORMED;
	rdata_space(output);
	rdata_put_text(output, "0x");
	encoding_encode(ENCODING_HEX, data, len, &output->out);
	return RESULT_OK;
}

enum result rdata_atma_read(struct rdata_input *input)
{
	const struct dns_token *token =
	    rdata_peek(input, "an ATM address: hexadecimal digits, or + and decimal digits");
	if (token == NULL || token->len < 2)
		return RESULT_MALFORMED;
	if (token->text[0] != '+') {
		bytes_put_u8(&input->out, ATMA_FORMAT_AESA);
		if (!dotted_hex_read(token->text, token->len, &input->out))
			return RESULT_MALFORMED;
	} else {
		bytes_put_u8(&input->out, ATMA_FORMAT_E164);
		for (size_t i = 1; i < token->len; i++)
			if (token->text[i] < '0' || token->text[i] > '9')
				return RESULT_MALFORMED;
		bytes_put(&input->out, token->text + 1, token->len - 1);
	}
	input->at++;
	return RESULT_OK;
}

enum result rdata_atma_text(struct rdata_output *output)
{
	uint8_t format;
	const uint8_t *data;
	if (!bytes_take_u8(&output->in, &format))
		return RESULT_MALFORMED;
	const size_t len = bytes_left(&output->in);
	if (len == 0 || !bytes_take(&output->in, len, &data))
		return RESULT_MALFORMED;
	rdata_space(output);
	if (format == ATMA_FORMAT_AESA) {
		encoding_encode(ENCODING_HEX, data, len, &output->out);
		return RESULT_OK;
	}
	for (size_t i = 0; i < len; i++)
		if (data[i] < '0' || data[i] > '9')
			return RESULT_UNSUPPORTED;
	if (format != ATMA_FORMAT_E164)
		return RESULT_UNSUPPORTED;
	bytes_put_u8(&output->out, '+');
	bytes_put(&output->out, data, len);
	return RESULT_OK;
}

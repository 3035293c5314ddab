/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Fields of rdata that are numbers on the wire, from text: plain ones, durations, times, mnemonics. */
#include "dns/mnemonic.h"
#include "dns/rdata_field.h"
#include "dns/text.h"
#include "dns/ttl.h"

enum result rdata_number_read(struct rdata_input *input, uint64_t max, const char *expected,
                              uint64_t *out)
{
	const struct dns_token *token = rdata_peek(input, expected);
	uint64_t value;
	if (token == NULL || !text_to_u64(token->text, token->len, UINT64_MAX, &value))
		return RESULT_MALFORMED;
	if (value > max)
		return RESULT_OUT_OF_RANGE;
	input->at++;
	*out = value;
	return RESULT_OK;
}

enum result rdata_u8_read(struct rdata_input *input)
{
	uint64_t value;
	const enum result result =
	    rdata_number_read(input, UINT8_MAX, "a number from 0 to 255", &value);
	if (result == RESULT_OK)
		bytes_put_u8(&input->out, (uint8_t)value);
	return result;
}

enum result rdata_u16_read(struct rdata_input *input)
{
	uint64_t value;
	const enum result result =
	    rdata_number_read(input, UINT16_MAX, "a number from 0 to 65535", &value);
	if (result == RESULT_OK)
		bytes_put_u16(&input->out, (uint16_t)value);
	return result;
}

enum result rdata_u32_read(struct rdata_input *input)
{
	uint64_t value;
	const enum result result =
	    rdata_number_read(input, UINT32_MAX, "a number from 0 to 4294967295", &value);
	if (result == RESULT_OK)
		bytes_put_u32(&input->out, (uint32_t)value);
	return result;
}

enum result rdata_u64_read(struct rdata_input *input)
{
	uint64_t value;
	const enum result result =
	    rdata_number_read(input, UINT64_MAX, "a number of at most 64 bits", &value);
	if (result != RESULT_OK)
		return result;
	bytes_put_u32(&input->out, (uint32_t)(value >> 32));
	bytes_put_u32(&input->out, (uint32_t)value);
	return RESULT_OK;
}

enum result rdata_ttl_read(struct rdata_input *input)
{
	const struct dns_token *token =
	    rdata_peek(input, "a time in seconds, or with units as in 1h30m");
	uint32_t value;
	if (token == NULL)
		return RESULT_MALFORMED;
	const enum result result =
	    dns_duration_from_text(token->text, token->len, UINT32_MAX, &value);
	if (result != RESULT_OK)
		return result;
	input->at++;
	bytes_put_u32(&input->out, value);
	return RESULT_OK;
}

enum result rdata_time_read(struct rdata_input *input)
{
	const struct dns_token *token =
	    rdata_peek(input, "a time as YYYYMMDDHHmmSS, or seconds since 1970");
	uint32_t value;
	if (token == NULL)
		return RESULT_MALFORMED;
	const enum result result = dns_time_from_text(token->text, token->len, &value);
	if (result != RESULT_OK)
		return result;
	input->at++;
	bytes_put_u32(&input->out, value);
	return RESULT_OK;
}

enum result rdata_type_read(struct rdata_input *input)
{
	const struct dns_token *token = rdata_peek(input, "a record type");
	uint16_t type;
	if (token == NULL || !dns_type_from_text(token->text, token->len, &type))
		return RESULT_MALFORMED;
	input->at++;
	bytes_put_u16(&input->out, type);
	return RESULT_OK;
}

/* A number, or a word from a list. */
static enum result mnemonic_read(struct rdata_input *input, const struct mnemonic *list,
                                 uint16_t max, const char *expected, uint16_t *out)
{
	const struct dns_token *token = rdata_peek(input, expected);
	uint64_t value;
	if (token != NULL && mnemonic_from_text(list, token->text, token->len, out)) {
		input->at++;
		return RESULT_OK;
	}
	const enum result result = rdata_number_read(input, max, expected, &value);
	if (result == RESULT_OK)
		*out = (uint16_t)value;
	return result;
}

enum result rdata_algorithm_read(struct rdata_input *input)
{
	uint16_t value;
	const enum result result =
	    mnemonic_read(input, mnemonic_algorithms, UINT8_MAX,
	                  "a DNSSEC algorithm: its number or mnemonic", &value);
	if (result == RESULT_OK)
		bytes_put_u8(&input->out, (uint8_t)value);
	return result;
}

enum result rdata_cert_type_read(struct rdata_input *input)
{
	uint16_t value;
	const enum result result =
	    mnemonic_read(input, mnemonic_cert_types, UINT16_MAX,
	                  "a certificate type: its number or mnemonic", &value);
	if (result == RESULT_OK)
		bytes_put_u16(&input->out, value);
	return result;
}

enum result rdata_dsync_scheme_read(struct rdata_input *input)
{
	uint16_t value;
	const enum result result = mnemonic_read(input, mnemonic_dsync_schemes, UINT8_MAX,
	                                         "a scheme: NOTIFY or a number", &value);
	if (result == RESULT_OK)
		bytes_put_u8(&input->out, (uint8_t)value);
	return result;
}

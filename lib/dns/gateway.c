/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Fields whose kind depends on a number before them: the gateway of IPSECKEY, the relay of AMTRELAY;
 * and HIP, whose lengths stand in front of all. */
#include <string.h>

#include "dns/rdata_field.h"

/* RFC 4025 §2.3 and RFC 8777 §4.2.3 number alike. */
enum gateway_type {
	GATEWAY_NONE,
	GATEWAY_IPV4,
	GATEWAY_IPV6,
	GATEWAY_NAME,
	GATEWAY_COUNT
};

#define RELAY_DISCOVERY_BIT 0x80u
#define RELAY_TYPE_BITS 0x7fu

static enum result none_read(struct rdata_input *input)
{
	const struct dns_token *token = rdata_peek(input, "\".\", since there is no gateway");
	if (token == NULL || token->len != 1 || token->text[0] != '.')
		return RESULT_MALFORMED;
	input->at++;
	return RESULT_OK;
}

static enum result gateway_read(struct rdata_input *input, uint64_t type)
{
	switch (type) {
	case GATEWAY_NONE:
		return none_read(input);
	case GATEWAY_IPV4:
		return rdata_ipv4_read(input);
	case GATEWAY_IPV6:
		return rdata_ipv6_read(input);
	default:
		return rdata_name_read(input);
	}
}

static enum result gateway_text(struct rdata_output *output, unsigned type)
{
	switch (type) {
	case GATEWAY_NONE:
		rdata_space(output);
		rdata_put_text(output, ".");
		return RESULT_OK;
	case GATEWAY_IPV4:
		return rdata_ipv4_text(output);
	case GATEWAY_IPV6:
		return rdata_ipv6_text(output);
	case GATEWAY_NAME:
		return rdata_name_text(output);
	default:
		return RESULT_UNSUPPORTED;
	}
}

static enum result gateway_copy(struct rdata_copy *copy, unsigned type)
{
	switch (type) {
	case GATEWAY_NONE:
		return RESULT_OK;
	case GATEWAY_IPV4:
		return rdata_octets_copy(copy, 4) ? RESULT_OK : RESULT_MALFORMED;
	case GATEWAY_IPV6:
		return rdata_octets_copy(copy, 16) ? RESULT_OK : RESULT_MALFORMED;
	case GATEWAY_NAME:
		return rdata_name_copy(copy);
	default:
		/* A type of the future: its length is not known, so all that is left. */
		return rdata_octets_copy(copy, bytes_left(&copy->in)) ? RESULT_OK
		                                                      : RESULT_MALFORMED;
	}
}

enum result rdata_gateway_read(struct rdata_input *input)
{
	uint64_t type;
	uint64_t algorithm;
	enum result result =
	    rdata_number_read(input, GATEWAY_COUNT - 1, "a gateway type from 0 to 3", &type);
	if (result != RESULT_OK)
		return result;
	result = rdata_number_read(input, UINT8_MAX, "an algorithm from 0 to 255", &algorithm);
	if (result != RESULT_OK)
		return result;
	bytes_put_u8(&input->out, (uint8_t)type);
	bytes_put_u8(&input->out, (uint8_t)algorithm);
	return gateway_read(input, type);
}

enum result rdata_gateway_text(struct rdata_output *output)
{
	uint8_t type;
	uint8_t algorithm;
	if (!bytes_take_u8(&output->in, &type) || !bytes_take_u8(&output->in, &algorithm))
		return RESULT_MALFORMED;
	rdata_space(output);
	rdata_put_number(output, type);
	rdata_space(output);
	rdata_put_number(output, algorithm);
	return gateway_text(output, type);
}

enum result rdata_gateway_copy(struct rdata_copy *copy)
{
	if (bytes_left(&copy->in) < 2)
		return RESULT_MALFORMED;
	const uint8_t type = copy->in.data[copy->in.at];
	return rdata_octets_copy(copy, 2) ? gateway_copy(copy, type) : RESULT_MALFORMED;
}

enum result rdata_relay_read(struct rdata_input *input)
{
	uint64_t discovery;
	uint64_t type;
	enum result result =
	    rdata_number_read(input, 1, "the discovery optional flag, 0 or 1", &discovery);
	if (result != RESULT_OK)
		return result;
	result = rdata_number_read(input, GATEWAY_COUNT - 1, "a relay type from 0 to 3", &type);
	if (result != RESULT_OK)
		return result;
	bytes_put_u8(&input->out, (uint8_t)(discovery != 0 ? RELAY_DISCOVERY_BIT | type : type));
	return gateway_read(input, type);
}

enum result rdata_relay_text(struct rdata_output *output)
{
	uint8_t octet;
	if (!bytes_take_u8(&output->in, &octet))
		return RESULT_MALFORMED;
	rdata_space(output);
	rdata_put_number(output, octet >> 7);
	rdata_space(output);
	rdata_put_number(output, octet & RELAY_TYPE_BITS);
	return gateway_text(output, octet & RELAY_TYPE_BITS);
}

enum result rdata_relay_copy(struct rdata_copy *copy)
{
	if (bytes_left(&copy->in) == 0)
		return RESULT_MALFORMED;
	const uint8_t type = copy->in.data[copy->in.at] & RELAY_TYPE_BITS;
	return rdata_octets_copy(copy, 1) ? gateway_copy(copy, type) : RESULT_MALFORMED;
}

/* Length of the HIT, algorithm, length of the key, HIT, key, rendezvous servers (RFC 8005 §5). */
#define HIP_FIXED_SIZE 4

enum result rdata_hip_read(struct rdata_input *input)
{
	uint64_t algorithm;
	enum result result =
	    rdata_number_read(input, UINT8_MAX, "an algorithm from 0 to 255", &algorithm);
	if (result != RESULT_OK)
		return result;
	uint8_t *fixed = bytes_put_space(&input->out, HIP_FIXED_SIZE);
	if (fixed == NULL)
		return RESULT_NO_SPACE;
	const size_t hit_at = input->out.len;
	result = rdata_encoded_read(input, ENCODING_HEX, "a host identity tag in hexadecimal");
	if (result != RESULT_OK)
		return result;
	const size_t key_at = input->out.len;
	result = rdata_encoded_read(input, ENCODING_BASE64, "a public key in base64");
	if (result != RESULT_OK)
		return result;
	if (key_at - hit_at > UINT8_MAX || input->out.len - key_at > UINT16_MAX)
		return RESULT_TOO_LONG;
	fixed[0] = (uint8_t)(key_at - hit_at);
	fixed[1] = (uint8_t)algorithm;
	bytes_store_u16(fixed + 2, (uint16_t)(input->out.len - key_at));
	while (result == RESULT_OK && input->at < input->count)
		result = rdata_name_read(input);
	return result;
}

enum result rdata_hip_text(struct rdata_output *output)
{
	const uint8_t *fixed;
	const uint8_t *hit;
	const uint8_t *key;
	if (!bytes_take(&output->in, HIP_FIXED_SIZE, &fixed))
		return RESULT_MALFORMED;
	const uint16_t key_len = bytes_load_u16(fixed + 2);
	if (!bytes_take(&output->in, fixed[0], &hit) || !bytes_take(&output->in, key_len, &key))
		return RESULT_MALFORMED;
	if (fixed[0] == 0 || key_len == 0)
		return RESULT_UNSUPPORTED;
	rdata_space(output);
	rdata_put_number(output, fixed[1]);
	rdata_space(output);
	encoding_encode(ENCODING_HEX, hit, fixed[0], &output->out);
	rdata_space(output);
	encoding_encode(ENCODING_BASE64, key, key_len, &output->out);
	enum result result = RESULT_OK;
	while (result == RESULT_OK && bytes_left(&output->in) > 0)
		result = rdata_name_text(output);
	return result;
}

enum result rdata_hip_copy(struct rdata_copy *copy)
{
	if (bytes_left(&copy->in) < HIP_FIXED_SIZE)
		return RESULT_MALFORMED;
	const uint8_t *fixed = copy->in.data + copy->in.at;
	const size_t len = HIP_FIXED_SIZE + (size_t)fixed[0] + bytes_load_u16(fixed + 2);
	if (!rdata_octets_copy(copy, len))
		return RESULT_MALFORMED;
	enum result result = RESULT_OK;
	while (result == RESULT_OK && bytes_left(&copy->in) > 0)
		result = rdata_name_copy(copy);
	return result;
}

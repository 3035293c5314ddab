/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Text to rdata: goes through the fields of a type's row, and reads the plain kinds that are no
 * numbers: names, strings, addresses, octets to the end. */
#include "dns/rdata_field.h"

#include <string.h>

#include "dns/address.h"
#include "dns/rrtype_table.h"
#include "dns/text.h"

#define STRING_MAX 255

enum result rdata_name_read(struct rdata_input *input)
{
	const struct dns_token *token = rdata_peek(input, "a domain name");
	struct dns_name name;
	if (token == NULL)
		return RESULT_MALFORMED;
	const enum result result =
	    dns_name_from_text(token->text, token->len, input->origin, &name);
	if (result != RESULT_OK)
		return result;
	input->at++;
	bytes_put(&input->out, name.wire, name.len);
	return RESULT_OK;
}

bool rdata_unescape(const char *text, size_t len, struct bytes_writer *out)
{
	for (size_t i = 0; i < len;) {
		uint8_t octet = (uint8_t)text[i];
		size_t used = 1;
		if (octet == '\\') {
			used = text_unescape(text + i, len - i, &octet);
			if (used == 0)
				return false;
		}
		bytes_put_u8(out, octet);
		i += used;
	}
	return true;
}

static enum result string_read(struct rdata_input *input)
{
	const struct dns_token *token = rdata_peek(input, "a string of at most 255 octets");
	if (token == NULL)
		return RESULT_MALFORMED;
	uint8_t *length = bytes_put_space(&input->out, 1);
	if (length == NULL)
		return RESULT_NO_SPACE;
	const size_t start = input->out.len;
	if (!rdata_unescape(token->text, token->len, &input->out))
		return RESULT_MALFORMED;
	if (input->out.len - start > STRING_MAX)
		return RESULT_TOO_LONG;
	*length = (uint8_t)(input->out.len - start);
	input->at++;
	return RESULT_OK;
}

static enum result string_optional_read(struct rdata_input *input)
{
	return input->at < input->count ? string_read(input) : RESULT_OK;
}

static enum result strings_read(struct rdata_input *input)
{
	enum result result;
	do
		result = string_read(input);
	while (result == RESULT_OK && input->at < input->count);
	return result;
}

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static enum result tag_read(struct rdata_input *input)
{
	const struct dns_token *token = rdata_peek(input, "a tag of letters and digits");
	if (token == NULL || token->len == 0)
		return RESULT_MALFORMED;
	if (token->len > STRING_MAX)
		return RESULT_TOO_LONG;
	for (size_t i = 0; i < token->len; i++)
		if (!is_alphanumeric(token->text[i]))
			return RESULT_MALFORMED;
	bytes_put_u8(&input->out, (uint8_t)token->len);
	bytes_put(&input->out, token->text, token->len);
	input->at++;
	return RESULT_OK;
}

static enum result text_read(struct rdata_input *input)
{
	const struct dns_token *token = rdata_peek(input, "a string");
	if (token == NULL || !rdata_unescape(token->text, token->len, &input->out))
		return RESULT_MALFORMED;
	input->at++;
	return RESULT_OK;
}

enum result rdata_ipv4_read(struct rdata_input *input)
{
	const struct dns_token *token = rdata_peek(input, "an IPv4 address");
	uint8_t address[4];
	if (token == NULL || !address_ipv4_read(token->text, token->len, address))
		return RESULT_MALFORMED;
	input->at++;
	bytes_put(&input->out, address, sizeof(address));
	return RESULT_OK;
}

enum result rdata_ipv6_read(struct rdata_input *input)
{
	const struct dns_token *token = rdata_peek(input, "an IPv6 address");
	uint8_t address[16];
	if (token == NULL || !address_ipv6_read(token->text, token->len, address))
		return RESULT_MALFORMED;
	input->at++;
	bytes_put(&input->out, address, sizeof(address));
	return RESULT_OK;
}

static enum result hex_read(struct rdata_input *input)
{
	return rdata_rest_read(input, ENCODING_HEX, "hexadecimal digits");
}

static enum result base64_read(struct rdata_input *input)
{
	return rdata_rest_read(input, ENCODING_BASE64, "base64 text");
}

static enum result base64_optional_read(struct rdata_input *input)
{
	return input->at < input->count ? base64_read(input) : RESULT_OK;
}

static enum result base64_dash_read(struct rdata_input *input)
{
	const struct dns_token *token = rdata_peek(input, "base64 text or \"-\"");
	if (token != NULL && token->len == 1 && token->text[0] == '-') {
		input->at++;
		return RESULT_OK;
	}
	return base64_read(input);
}

static enum result opaque_read(struct rdata_input *input)
{
	input->expected = "the form \\# LENGTH HEX of RFC 3597";
	return RESULT_MALFORMED;
}

static enum result (*const readers[FIELD_COUNT])(struct rdata_input *) = {
    [FIELD_U8] = rdata_u8_read,
    [FIELD_U16] = rdata_u16_read,
    [FIELD_U32] = rdata_u32_read,
    [FIELD_U64] = rdata_u64_read,
    [FIELD_TTL] = rdata_ttl_read,
    [FIELD_TIME] = rdata_time_read,
    [FIELD_TYPE] = rdata_type_read,
    [FIELD_ALGORITHM] = rdata_algorithm_read,
    [FIELD_CERT_TYPE] = rdata_cert_type_read,
    [FIELD_DSYNC_SCHEME] = rdata_dsync_scheme_read,
    [FIELD_IPV4] = rdata_ipv4_read,
    [FIELD_IPV6] = rdata_ipv6_read,
    [FIELD_NODE64] = rdata_node64_read,
    [FIELD_EUI48] = rdata_eui48_read,
    [FIELD_EUI64] = rdata_eui64_read,
    [FIELD_NAME] = rdata_name_read,
    [FIELD_NAME_COMPRESS] = rdata_name_read,
    [FIELD_NAME_EXPAND] = rdata_name_read,
    [FIELD_NAME_LOWER] = rdata_name_read,
    [FIELD_STRING] = string_read,
    [FIELD_STRING_OPTIONAL] = string_optional_read,
    [FIELD_STRINGS] = strings_read,
    [FIELD_TAG] = tag_read,
    [FIELD_TEXT] = text_read,
    [FIELD_HEX] = hex_read,
    [FIELD_BASE64] = base64_read,
    [FIELD_BASE64_OPTIONAL] = base64_optional_read,
    [FIELD_BASE64_DASH] = base64_dash_read,
    [FIELD_SALT] = rdata_salt_read,
    [FIELD_HASH] = rdata_hash_read,
    [FIELD_BITMAP] = rdata_bitmap_read,
    [FIELD_BITMAP_OLD] = rdata_bitmap_old_read,
    [FIELD_SERVICES] = rdata_services_read,
    [FIELD_NSAP] = rdata_nsap_read,
    [FIELD_ATMA] = rdata_atma_read,
    [FIELD_LOC] = rdata_loc_read,
    [FIELD_APL] = rdata_apl_read,
    [FIELD_GATEWAY] = rdata_gateway_read,
    [FIELD_RELAY] = rdata_relay_read,
    [FIELD_HIP] = rdata_hip_read,
    [FIELD_SVCPARAMS] = rdata_svcparams_read,
    [FIELD_OPAQUE] = opaque_read,
};

static enum result fields_read(uint16_t type, struct rdata_input *input)
{
	const struct rrtype_row *row = rrtype_row(type);
	for (const uint8_t *field = row->field; *field != FIELD_END; field++) {
		const enum result result = readers[*field](input);
		if (UNLIKELY(result != RESULT_OK))
			return result;
	}
	return RESULT_OK;
}

/* The form of RFC 3597 §5; the octets of a type that we know must make sense as well. */
static enum result generic_read(uint16_t type, struct rdata_input *input)
{
	uint64_t length;
	input->at = 1;
	const enum result result =
	    rdata_number_read(input, UINT16_MAX, "the length of the rdata", &length);
	if (result != RESULT_OK)
		return result;
	if (length > 0 || input->at < input->count) {
		const enum result hex = hex_read(input);
		if (hex != RESULT_OK)
			return hex;
	}
	if (input->out.overflow)
		return RESULT_NO_SPACE;
	if (input->out.len != length) {
		input->at = 1;
		input->expected = "as many octets as the length says";
		return RESULT_MALFORMED;
	}
	input->at = 2;
	input->expected = "rdata that is valid for its type";
	const enum result check = rdata_check(type, input->out.data, (uint16_t)length);
	input->at = check == RESULT_OK ? input->count : 2;
	return check;
}

static bool is_generic(const struct dns_token *tokens, size_t count)
{
	return count > 0 && tokens[0].len == 2 && !tokens[0].quoted && tokens[0].text[0] == '\\' &&
	       tokens[0].text[1] == '#';
}

enum result dns_rdata_from_tokens(uint16_t type, const struct dns_token *tokens, size_t count,
                                  const struct dns_name *origin, uint8_t *out, size_t out_size,
                                  uint16_t *out_len, size_t *error_token, const char **expected)
{
	const size_t room = out_size < UINT16_MAX ? out_size : UINT16_MAX;
	struct rdata_input input = {
	    .tokens = tokens,
	    .count = count,
	    .origin = origin,
	    .out = bytes_writer_of(out, room),
	};
	enum result result =
	    is_generic(tokens, count) ? generic_read(type, &input) : fields_read(type, &input);
	if (LIKELY(result == RESULT_OK)) {
		if (UNLIKELY(input.out.overflow)) {
			input.expected = "rdata of at most 65535 octets";
			result = room < out_size ? RESULT_TOO_LONG : RESULT_NO_SPACE;
		} else if (UNLIKELY(input.at != count)) {
			input.expected = "the end of the record";
			result = RESULT_MALFORMED;
		}
	}
	if (UNLIKELY(result != RESULT_OK)) {
		*error_token = input.at;
		*expected = input.expected;
		return result;
	}
	*out_len = (uint16_t)input.out.len;
	return RESULT_OK;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Rdata to text: goes through the fields of a type's row, and writes the plain kinds. What a type's own
 * form cannot say is written in the form of RFC 3597. */
#include <string.h>

#include "dns/address.h"
#include "dns/mnemonic.h"
#include "dns/rdata_field.h"
#include "dns/rrtype_table.h"
#include "dns/text.h"
#include "dns/ttl.h"

void rdata_space(struct rdata_output *output)
{
	if (output->out.len > 0)
		bytes_put_u8(&output->out, ' ');
}

void rdata_put_text(struct rdata_output *output, const char *text)
{
	bytes_put(&output->out, text, strlen(text));
}

void rdata_put_number(struct rdata_output *output, uint64_t value)
{
	char digits[20];
	bytes_put(&output->out, digits, text_from_u64(value, digits));
}

void rdata_put_quoted(struct rdata_output *output, const uint8_t *data, size_t len)
{
	char escaped[TEXT_ESCAPE_MAX];
	bytes_put_u8(&output->out, '"');
	for (size_t i = 0; i < len; i++)
		bytes_put(&output->out, escaped, text_escape_quoted(data[i], escaped));
	bytes_put_u8(&output->out, '"');
}

void rdata_put_type(struct rdata_output *output, uint16_t type)
{
	char buffer[DNS_NUMBER_TEXT_MAX];
	rdata_put_text(output, dns_type_text(type, buffer));
}

/* Takes a big-endian number of 1 to 8 octets. */
static bool take_number(struct rdata_output *output, size_t octets, uint64_t *out)
{
	const uint8_t *p;
	if (!bytes_take(&output->in, octets, &p))
		return false;
	uint64_t value = 0;
	for (size_t i = 0; i < octets; i++)
		value = value << 8 | p[i];
	*out = value;
	return true;
}

static enum result number_text(struct rdata_output *output, size_t octets)
{
	uint64_t value;
	if (!take_number(output, octets, &value))
		return RESULT_MALFORMED;
	rdata_space(output);
	rdata_put_number(output, value);
	return RESULT_OK;
}

static enum result u8_text(struct rdata_output *output)
{
	return number_text(output, 1);
}

static enum result u16_text(struct rdata_output *output)
{
	return number_text(output, 2);
}

static enum result u32_text(struct rdata_output *output)
{
	return number_text(output, 4);
}

static enum result u64_text(struct rdata_output *output)
{
	return number_text(output, 8);
}

static enum result time_text(struct rdata_output *output)
{
	uint32_t value;
	char text[DNS_TIME_TEXT_LEN];
	if (!bytes_take_u32(&output->in, &value))
		return RESULT_MALFORMED;
	rdata_space(output);
	dns_time_to_text(value, text);
	bytes_put(&output->out, text, sizeof(text));
	return RESULT_OK;
}

static enum result type_text(struct rdata_output *output)
{
	uint16_t type;
	if (!bytes_take_u16(&output->in, &type))
		return RESULT_MALFORMED;
	rdata_space(output);
	rdata_put_type(output, type);
	return RESULT_OK;
}

static enum result dsync_scheme_text(struct rdata_output *output)
{
	uint8_t scheme;
	if (!bytes_take_u8(&output->in, &scheme))
		return RESULT_MALFORMED;
	rdata_space(output);
	const char *word = mnemonic_to_text(mnemonic_dsync_schemes, scheme);
	if (word != NULL)
		rdata_put_text(output, word);
	else
		rdata_put_number(output, scheme);
	return RESULT_OK;
}

enum result rdata_ipv4_text(struct rdata_output *output)
{
	const uint8_t *p;
	char text[ADDRESS_IPV4_TEXT_MAX];
	if (!bytes_take(&output->in, 4, &p))
		return RESULT_MALFORMED;
	rdata_space(output);
	bytes_put(&output->out, text, address_ipv4_write(p, text));
	return RESULT_OK;
}

enum result rdata_ipv6_text(struct rdata_output *output)
{
	const uint8_t *p;
	char text[ADDRESS_IPV6_TEXT_MAX];
	if (!bytes_take(&output->in, 16, &p))
		return RESULT_MALFORMED;
	rdata_space(output);
	bytes_put(&output->out, text, address_ipv6_write(p, text));
	return RESULT_OK;
}

enum result rdata_name_text(struct rdata_output *output)
{
	struct dns_name name;
	char text[DNS_NAME_TEXT_MAX];
	if (dns_name_parse_plain(&output->in, &name) != RESULT_OK)
		return RESULT_MALFORMED;
	rdata_space(output);
	bytes_put(&output->out, text, dns_name_to_text(name.wire, text));
	return RESULT_OK;
}

static enum result string_text(struct rdata_output *output)
{
	uint8_t len;
	const uint8_t *data;
	if (!bytes_take_u8(&output->in, &len) || !bytes_take(&output->in, len, &data))
		return RESULT_MALFORMED;
	rdata_space(output);
	rdata_put_quoted(output, data, len);
	return RESULT_OK;
}

static enum result string_optional_text(struct rdata_output *output)
{
	return bytes_left(&output->in) > 0 ? string_text(output) : RESULT_OK;
}

static enum result strings_text(struct rdata_output *output)
{
	enum result result;
	do
		result = string_text(output);
	while (result == RESULT_OK && bytes_left(&output->in) > 0);
	return result;
}

static enum result tag_text(struct rdata_output *output)
{
	uint8_t len;
	const uint8_t *data;
	if (!bytes_take_u8(&output->in, &len) || len == 0 || !bytes_take(&output->in, len, &data))
		return RESULT_MALFORMED;
	for (size_t i = 0; i < len; i++)
		if (!((data[i] >= '0' && data[i] <= '9') ||
		      (dns_name_lower[data[i]] >= 'a' && dns_name_lower[data[i]] <= 'z')))
			return RESULT_UNSUPPORTED;
	rdata_space(output);
	bytes_put(&output->out, data, len);
	return RESULT_OK;
}

/* All that is left. */
static const uint8_t *take_rest(struct rdata_output *output, size_t *len)
{
	const uint8_t *data = output->in.data + output->in.at;
	*len = bytes_left(&output->in);
	output->in.at = output->in.len;
	return data;
}

static enum result text_text(struct rdata_output *output)
{
	size_t len;
	const uint8_t *data = take_rest(output, &len);
	rdata_space(output);
	rdata_put_quoted(output, data, len);
	return RESULT_OK;
}

static enum result rest_text(struct rdata_output *output, enum encoding_base base)
{
	size_t len;
	const uint8_t *data = take_rest(output, &len);
	if (len == 0)
		return RESULT_MALFORMED;
	rdata_space(output);
	encoding_encode(base, data, len, &output->out);
	return RESULT_OK;
}

static enum result hex_text(struct rdata_output *output)
{
	return rest_text(output, ENCODING_HEX);
}

static enum result base64_text(struct rdata_output *output)
{
	return rest_text(output, ENCODING_BASE64);
}

static enum result base64_optional_text(struct rdata_output *output)
{
	return bytes_left(&output->in) > 0 ? base64_text(output) : RESULT_OK;
}

static enum result base64_dash_text(struct rdata_output *output)
{
	if (bytes_left(&output->in) > 0)
		return base64_text(output);
	rdata_space(output);
	bytes_put_u8(&output->out, '-');
	return RESULT_OK;
}

static enum result opaque_text(struct rdata_output *output)
{
	(void)output;
	return RESULT_UNSUPPORTED;
}

static enum result (*const writers[FIELD_COUNT])(struct rdata_output *) = {
    [FIELD_U8] = u8_text,
    [FIELD_U16] = u16_text,
    [FIELD_U32] = u32_text,
    [FIELD_U64] = u64_text,
    [FIELD_TTL] = u32_text,
    [FIELD_TIME] = time_text,
    [FIELD_TYPE] = type_text,
    [FIELD_ALGORITHM] = u8_text,
    [FIELD_CERT_TYPE] = u16_text,
    [FIELD_DSYNC_SCHEME] = dsync_scheme_text,
    [FIELD_IPV4] = rdata_ipv4_text,
    [FIELD_IPV6] = rdata_ipv6_text,
    [FIELD_NODE64] = rdata_node64_text,
    [FIELD_EUI48] = rdata_eui48_text,
    [FIELD_EUI64] = rdata_eui64_text,
    [FIELD_NAME] = rdata_name_text,
    [FIELD_NAME_COMPRESS] = rdata_name_text,
    [FIELD_NAME_EXPAND] = rdata_name_text,
    [FIELD_NAME_LOWER] = rdata_name_text,
    [FIELD_STRING] = string_text,
    [FIELD_STRING_OPTIONAL] = string_optional_text,
    [FIELD_STRINGS] = strings_text,
    [FIELD_TAG] = tag_text,
    [FIELD_TEXT] = text_text,
    [FIELD_HEX] = hex_text,
    [FIELD_BASE64] = base64_text,
    [FIELD_BASE64_OPTIONAL] = base64_optional_text,
    [FIELD_BASE64_DASH] = base64_dash_text,
    [FIELD_SALT] = rdata_salt_text,
    [FIELD_HASH] = rdata_hash_text,
    [FIELD_BITMAP] = rdata_bitmap_text,
    [FIELD_BITMAP_OLD] = rdata_bitmap_old_text,
    [FIELD_SERVICES] = rdata_services_text,
    [FIELD_NSAP] = rdata_nsap_text,
    [FIELD_ATMA] = rdata_atma_text,
    [FIELD_LOC] = rdata_loc_text,
    [FIELD_APL] = rdata_apl_text,
    [FIELD_GATEWAY] = rdata_gateway_text,
    [FIELD_RELAY] = rdata_relay_text,
    [FIELD_HIP] = rdata_hip_text,
    [FIELD_SVCPARAMS] = rdata_svcparams_text,
    [FIELD_OPAQUE] = opaque_text,
};

static enum result fields_text(uint16_t type, struct rdata_output *output)
{
	const struct rrtype_row *row = rrtype_row(type);
	for (const uint8_t *field = row->field; *field != FIELD_END; field++) {
		const enum result result = writers[*field](output);
		if (result != RESULT_OK)
			return result;
	}
	return bytes_left(&output->in) == 0 ? RESULT_OK : RESULT_MALFORMED;
}

static void generic_text(const uint8_t *rdata, uint16_t rdata_len, struct rdata_output *output)
{
	output->out.len = 0;
	rdata_put_text(output, "\\# ");
	rdata_put_number(output, rdata_len);
	if (rdata_len > 0) {
		bytes_put_u8(&output->out, ' ');
		encoding_encode(ENCODING_HEX, rdata, rdata_len, &output->out);
	}
}

enum result dns_rdata_to_text(uint16_t type, const uint8_t *rdata, uint16_t rdata_len, char *out,
                              size_t out_size, size_t *out_len)
{
	struct rdata_output output = {
	    .in = bytes_reader_of(rdata, rdata_len),
	    .out = bytes_writer_of((uint8_t *)out, out_size),
	};
	const enum result result = fields_text(type, &output);
	if (result == RESULT_UNSUPPORTED) {
		output.out.overflow = false;
		generic_text(rdata, rdata_len, &output);
	} else if (result != RESULT_OK) {
		return result;
	}
	bytes_put_u8(&output.out, '\0');
	if (output.out.overflow)
		return RESULT_NO_SPACE;
	*out_len = output.out.len - 1;
	return RESULT_OK;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Service parameters on the wire: their check and their text. A value that does not have its key's
 * shape is passed on (RFC 9460 §4.2 lets resolvers take parameters as opaque); such a record is
 * written in the form of RFC 3597. */
#include <string.h>

#include "dns/address.h"
#include "dns/rdata_field.h"
#include "dns/svcb.h"
#include "dns/text.h"

static const char *const names[SVCB_KEY_NAMED] = {
    [SVCB_KEY_MANDATORY] = "mandatory",
    [SVCB_KEY_ALPN] = "alpn",
    [SVCB_KEY_NO_DEFAULT_ALPN] = "no-default-alpn",
    [SVCB_KEY_PORT] = "port",
    [SVCB_KEY_IPV4HINT] = "ipv4hint",
    [SVCB_KEY_ECH] = "ech",
    [SVCB_KEY_IPV6HINT] = "ipv6hint",
    [SVCB_KEY_DOHPATH] = "dohpath",
    [SVCB_KEY_OHTTP] = "ohttp",
};

const char *svcb_key_name(uint16_t key)
{
	return key < SVCB_KEY_NAMED ? names[key] : NULL;
}

bool svcb_key_from_text(const char *text, size_t len, uint16_t *out)
{
	for (uint16_t key = 0; key < SVCB_KEY_NAMED; key++) {
		if (len == strlen(names[key]) && memcmp(text, names[key], len) == 0) {
			*out = key;
			return true;
		}
	}
	/* RFC 9460 §2.1: lower case, no leading zeros. */
	if (len < 4 || memcmp(text, "key", 3) != 0 || (len > 4 && text[3] == '0'))
		return false;
	return text_to_numbered(text, len, "key", out) && *out != SVCB_KEY_INVALID;
}

/* RFC 9460 §8: keys ascending, none twice, not "mandatory" itself. */
static bool is_mandatory(const uint8_t *value, size_t len)
{
	int last = SVCB_KEY_MANDATORY;
	if (len == 0 || len % 2 != 0)
		return false;
	for (size_t at = 0; at < len; at += 2) {
		const int key = bytes_load_u16(value + at);
		if (key <= last)
			return false;
		last = key;
	}
	return true;
}

/* RFC 9460 §7.1.1: one or more identifiers, none empty. */
static bool is_alpn(const uint8_t *value, size_t len)
{
	size_t at = 0;
	while (at < len && value[at] != 0)
		at += (size_t)value[at] + 1;
	return len > 0 && at == len;
}

bool svcb_value_is_valid(uint16_t key, const uint8_t *value, size_t len)
{
	switch (key) {
	case SVCB_KEY_MANDATORY:
		return is_mandatory(value, len);
	case SVCB_KEY_ALPN:
		return is_alpn(value, len);
	case SVCB_KEY_NO_DEFAULT_ALPN:
	case SVCB_KEY_OHTTP:
		return len == 0;
	case SVCB_KEY_PORT:
		return len == 2;
	case SVCB_KEY_IPV4HINT:
		return len > 0 && len % 4 == 0;
	case SVCB_KEY_IPV6HINT:
		return len > 0 && len % 16 == 0;
	case SVCB_KEY_ECH:
	case SVCB_KEY_DOHPATH:
		return len > 0;
	default:
		return true;
	}
}

/* Takes one parameter; keys must ascend (RFC 9460 §2.2). */
static bool param_take(struct bytes_reader *in, int *last, const uint8_t **value, uint16_t *len)
{
	uint16_t key;
	if (!bytes_take_u16(in, &key) || !bytes_take_u16(in, len) || !bytes_take(in, *len, value))
		return false;
	if ((int)key <= *last)
		return false;
	*last = key;
	return true;
}

enum result rdata_svcparams_copy(struct rdata_copy *copy)
{
	struct bytes_reader ahead = copy->in;
	int last = -1;
	while (bytes_left(&ahead) > 0) {
		const uint8_t *value;
		uint16_t len;
		if (!param_take(&ahead, &last, &value, &len))
			return RESULT_MALFORMED;
	}
	return rdata_octets_copy(copy, bytes_left(&copy->in)) ? RESULT_OK : RESULT_MALFORMED;
}

static void key_text(struct rdata_output *output, uint16_t key)
{
	if (key < SVCB_KEY_NAMED) {
		rdata_put_text(output, names[key]);
		return;
	}
	rdata_put_text(output, "key");
	rdata_put_number(output, key);
}

static void comma(struct rdata_output *output, size_t at)
{
	if (at > 0)
		rdata_put_text(output, ",");
}

static void mandatory_text(struct rdata_output *output, const uint8_t *value, size_t len)
{
	for (size_t at = 0; at < len; at += 2) {
		comma(output, at);
		key_text(output, bytes_load_u16(value + at));
	}
}

/* Commas and backslashes are escaped for the list, then backslashes once more for the string (RFC 9460
 * §A.1). */
static void alpn_octet_text(struct rdata_output *output, uint8_t octet)
{
	char escaped[TEXT_ESCAPE_MAX];
	if (octet == ',')
		rdata_put_text(output, "\\\\,");
	else if (octet == '\\')
		rdata_put_text(output, "\\\\\\\\");
	else
		bytes_put(&output->out, escaped, text_escape_quoted(octet, escaped));
}

static void alpn_text(struct rdata_output *output, const uint8_t *value, size_t len)
{
	rdata_put_text(output, "\"");
	for (size_t at = 0; at < len; at += (size_t)value[at] + 1) {
		comma(output, at);
		for (size_t i = 1; i <= value[at]; i++)
			alpn_octet_text(output, value[at + i]);
	}
	rdata_put_text(output, "\"");
}

static void hints_text(struct rdata_output *output, const uint8_t *value, size_t len, size_t size)
{
	char text[ADDRESS_IPV6_TEXT_MAX];
	for (size_t at = 0; at < len; at += size) {
		comma(output, at);
		bytes_put(&output->out, text,
		          size == 4 ? address_ipv4_write(value + at, text)
		                    : address_ipv6_write(value + at, text));
	}
}

static void value_text(struct rdata_output *output, uint16_t key, const uint8_t *value, size_t len)
{
	switch (key) {
	case SVCB_KEY_MANDATORY:
		mandatory_text(output, value, len);
		break;
	case SVCB_KEY_ALPN:
		alpn_text(output, value, len);
		break;
	case SVCB_KEY_PORT:
		rdata_put_number(output, bytes_load_u16(value));
		break;
	case SVCB_KEY_IPV4HINT:
		hints_text(output, value, len, 4);
		break;
	case SVCB_KEY_IPV6HINT:
		hints_text(output, value, len, 16);
		break;
	case SVCB_KEY_ECH:
		encoding_encode(ENCODING_BASE64, value, len, &output->out);
		break;
	default:
		rdata_put_quoted(output, value, len);
		break;
	}
}

static bool has_key(struct bytes_reader in, uint16_t key)
{
	int last = -1;
	const uint8_t *value;
	uint16_t len;
	while (param_take(&in, &last, &value, &len))
		if (last == key)
			return true;
	return false;
}

/* What text could not say: a mandatory key that is not there, no-default-alpn without alpn (RFC 9460 §8,
 * §7.1.1). */
static bool is_consistent(struct bytes_reader in)
{
	struct bytes_reader all = in;
	int last = -1;
	const uint8_t *value;
	uint16_t len;
	while (param_take(&in, &last, &value, &len)) {
		if (last == SVCB_KEY_NO_DEFAULT_ALPN && !has_key(all, SVCB_KEY_ALPN))
			return false;
		if (last != SVCB_KEY_MANDATORY)
			continue;
		if (len > 2 * SVCB_PARAMS_MAX)
			return false;
		for (size_t at = 0; at + 2 <= len; at += 2)
			if (!has_key(all, bytes_load_u16(value + at)))
				return false;
	}
	return true;
}

enum result rdata_svcparams_text(struct rdata_output *output)
{
	int last = -1;
	if (!is_consistent(output->in))
		return RESULT_UNSUPPORTED;
	while (bytes_left(&output->in) > 0) {
		const uint8_t *value;
		uint16_t len;
		if (!param_take(&output->in, &last, &value, &len))
			return RESULT_MALFORMED;
		const uint16_t key = (uint16_t)last;
		/* Text could not be read back that names a key and gives it a wrong value. */
		if (!svcb_value_is_valid(key, value, len) || key == SVCB_KEY_INVALID)
			return RESULT_UNSUPPORTED;
		rdata_space(output);
		key_text(output, key);
		if (len == 0)
			continue;
		rdata_put_text(output, "=");
		value_text(output, key, value, len);
	}
	return RESULT_OK;
}

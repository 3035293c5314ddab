/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Service parameters from text: key, key=value, key="value", in any order; on the wire they ascend. */
#include <string.h>

#include "dns/address.h"
#include "dns/rdata_field.h"
#include "dns/svcb.h"
#include "dns/text.h"

/* One parameter as text, its escapes still in it. */
struct param {
	uint16_t key;
	bool generic; /* given as keyN: the value is octets, whatever the key */
	size_t token; /* for error messages */
	const char *value;
	size_t len;
};

struct params {
	struct param list[SVCB_PARAMS_MAX];
	size_t count;
};

#define EXPECT_PARAM "a service parameter as in alpn=\"h2,h3\" or key667=value"

/* Splits one token (or two, where the quoted value became a token of its own). */
static enum result param_split(struct rdata_input *input, struct param *out)
{
	const struct dns_token *token = rdata_peek(input, EXPECT_PARAM);
	const char *equals = memchr(token->text, '=', token->len);
	const size_t key_len = equals != NULL ? (size_t)(equals - token->text) : token->len;
	if (token->quoted || !svcb_key_from_text(token->text, key_len, &out->key))
		return RESULT_MALFORMED;
	out->generic = key_len > 3 && memcmp(token->text, "key", 3) == 0;
	out->token = input->at;
	out->value = equals != NULL ? equals + 1 : "";
	out->len = equals != NULL ? token->len - key_len - 1 : 0;
	input->at++;
	if (out->len >= 2 && out->value[0] == '"' && out->value[out->len - 1] == '"') {
		out->value++;
		out->len -= 2;
	} else if (equals != NULL && out->len == 0 && input->at < input->count &&
	           input->tokens[input->at].quoted) {
		out->value = input->tokens[input->at].text;
		out->len = input->tokens[input->at].len;
		input->at++;
	}
	return RESULT_OK;
}

/* Puts a parameter into its place; RFC 9460 §2.1: none may occur twice. */
static enum result param_insert(struct params *params, const struct param *param)
{
	if (params->count == SVCB_PARAMS_MAX)
		return RESULT_TOO_LONG;
	size_t at = params->count;
	while (at > 0 && params->list[at - 1].key > param->key)
		at--;
	if (at > 0 && params->list[at - 1].key == param->key)
		return RESULT_MALFORMED;
	memmove(&params->list[at + 1], &params->list[at],
	        (params->count - at) * sizeof(params->list[0]));
	params->list[at] = *param;
	params->count++;
	return RESULT_OK;
}

static bool has_key(const struct params *params, uint16_t key)
{
	for (size_t i = 0; i < params->count; i++)
		if (params->list[i].key == key)
			return true;
	return false;
}

/* Calls `item` for each part of a list without escapes. */
static bool each_item(const struct param *param, struct bytes_writer *out,
                      bool (*item)(const char *, size_t, struct bytes_writer *))
{
	const char *at = param->value;
	const char *end = at + param->len;
	for (;;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *stop = comma != NULL ? comma : end;
		if (!item(at, (size_t)(stop - at), out))
			return false;
		if (comma == NULL)
			return true;
		at = comma + 1;
	}
}

static bool ipv4_item(const char *text, size_t len, struct bytes_writer *out)
{
	uint8_t address[4];
	if (!address_ipv4_read(text, len, address))
		return false;
	bytes_put(out, address, sizeof(address));
	return true;
}

static bool ipv6_item(const char *text, size_t len, struct bytes_writer *out)
{
	uint8_t address[16];
	if (!address_ipv6_read(text, len, address))
		return false;
	bytes_put(out, address, sizeof(address));
	return true;
}

/* Keys of "mandatory" go out sorted, though text may have them in any order (RFC 9460 §8). */
static bool mandatory_item(const char *text, size_t len, struct bytes_writer *out)
{
	uint16_t key;
	if (!svcb_key_from_text(text, len, &key))
		return false;
	bytes_put_u16(out, key);
	return true;
}

static void sort_u16(uint8_t *values, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		const uint16_t value = bytes_load_u16(values + 2 * i);
		size_t at = i;
		for (; at > 0 && bytes_load_u16(values + 2 * (at - 1)) > value; at--)
			memcpy(values + 2 * at, values + 2 * (at - 1), 2);
		bytes_store_u16(values + 2 * at, value);
	}
}

static bool mandatory_read(const struct params *params, const struct param *param,
                           struct bytes_writer *out)
{
	const size_t start = out->len;
	if (param->len > 16 * SVCB_PARAMS_MAX || !each_item(param, out, mandatory_item) ||
	    out->overflow)
		return false;
	sort_u16(out->data + start, (out->len - start) / 2);
	/* RFC 9460 §8: what is mandatory must be there. */
	for (size_t at = start; at < out->len; at += 2)
		if (!has_key(params, bytes_load_u16(out->data + at)))
			return false;
	return true;
}

static bool alpn_close(struct bytes_writer *out, size_t length_at)
{
	const size_t len = out->len - length_at - 1;
	if (out->overflow || len == 0 || len > 255)
		return false;
	out->data[length_at] = (uint8_t)len;
	return true;
}

/* The string's escapes are resolved first, then the list's: \, and \\ (RFC 9460 §A.1). */
static bool alpn_read(const struct param *param, struct bytes_writer *out)
{
	size_t length_at = out->len;
	bool escaped = false;
	bytes_put_u8(out, 0);
	for (size_t i = 0; i < param->len;) {
		uint8_t octet = (uint8_t)param->value[i];
		size_t used = 1;
		if (octet == '\\') {
			used = text_unescape(param->value + i, param->len - i, &octet);
			if (used == 0)
				return false;
		}
		i += used;
		if (escaped) {
			if (octet != ',' && octet != '\\')
				return false;
			bytes_put_u8(out, octet);
			escaped = false;
		} else if (octet == '\\') {
			escaped = true;
		} else if (octet == ',') {
			if (!alpn_close(out, length_at))
				return false;
			length_at = out->len;
			bytes_put_u8(out, 0);
		} else {
			bytes_put_u8(out, octet);
		}
	}
	return !escaped && alpn_close(out, length_at);
}

static bool port_read(const struct param *param, struct bytes_writer *out)
{
	uint64_t port;
	if (!text_to_u64(param->value, param->len, UINT16_MAX, &port))
		return false;
	bytes_put_u16(out, (uint16_t)port);
	return true;
}

static bool ech_read(const struct param *param, struct bytes_writer *out)
{
	struct encoding_decoder decoder;
	encoding_decoder_init(&decoder, ENCODING_BASE64, out);
	return encoding_decode(&decoder, param->value, param->len) && encoding_decode_end(&decoder);
}

static bool value_read(const struct params *params, const struct param *param,
                       struct bytes_writer *out)
{
	if (param->generic)
		return rdata_unescape(param->value, param->len, out);
	switch (param->key) {
	case SVCB_KEY_MANDATORY:
		return mandatory_read(params, param, out);
	case SVCB_KEY_ALPN:
		return alpn_read(param, out);
	case SVCB_KEY_PORT:
		return port_read(param, out);
	case SVCB_KEY_IPV4HINT:
		return each_item(param, out, ipv4_item);
	case SVCB_KEY_IPV6HINT:
		return each_item(param, out, ipv6_item);
	case SVCB_KEY_ECH:
		return ech_read(param, out);
	default:
		return rdata_unescape(param->value, param->len, out);
	}
}

static enum result param_write(const struct params *params, const struct param *param,
                               struct bytes_writer *out)
{
	bytes_put_u16(out, param->key);
	uint8_t *length = bytes_put_space(out, 2);
	if (length == NULL)
		return RESULT_NO_SPACE;
	const size_t start = out->len;
	if (!value_read(params, param, out))
		return out->overflow ? RESULT_NO_SPACE : RESULT_MALFORMED;
	if (out->overflow)
		return RESULT_NO_SPACE;
	const size_t len = out->len - start;
	if (!svcb_value_is_valid(param->key, out->data + start, len))
		return RESULT_MALFORMED;
	bytes_store_u16(length, (uint16_t)len);
	return RESULT_OK;
}

enum result rdata_svcparams_read(struct rdata_input *input)
{
	struct params params;
	params.count = 0;
	while (input->at < input->count) {
		struct param param;
		const size_t token = input->at;
		enum result result = param_split(input, &param);
		if (result == RESULT_OK)
			result = param_insert(&params, &param);
		if (result != RESULT_OK) {
			input->at = token;
			return result;
		}
	}
	for (size_t i = 0; i < params.count; i++) {
		const struct param *param = &params.list[i];
		const enum result result = param_write(&params, param, &input->out);
		if (result != RESULT_OK) {
			input->at = param->token;
			input->expected = EXPECT_PARAM ", its value fit for its key";
			return result;
		}
	}
	/* RFC 9460 §7.1.1: it would leave no protocol at all. */
	if (has_key(&params, SVCB_KEY_NO_DEFAULT_ALPN) && !has_key(&params, SVCB_KEY_ALPN)) {
		input->expected = "alpn beside no-default-alpn";
		return RESULT_MALFORMED;
	}
	return RESULT_OK;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* APL: lists of address prefixes, "[!]family:address/prefix" (RFC 3123). */
#include <string.h>

#include "dns/address.h"
#include "dns/rdata_field.h"
#include "dns/text.h"

#define FAMILY_IPV4 1
#define FAMILY_IPV6 2
#define NEGATION_BIT 0x80u
#define ITEM_FIXED_SIZE 4

struct item {
	uint16_t family;
	uint8_t prefix;
	bool negated;
	size_t len; /* octets of the address, trailing zeros left out */
	uint8_t address[16];
};

static size_t family_octets(uint16_t family)
{
	return family == FAMILY_IPV4 ? 4 : 16;
}

static enum result item_read(const char *text, size_t len, struct item *out)
{
	uint64_t number;
	out->negated = len > 0 && text[0] == '!';
	if (out->negated) {
		text++;
		len--;
	}
	const char *colon = memchr(text, ':', len);
	const char *slash = memchr(text, '/', len);
	if (colon == NULL || slash == NULL || slash < colon)
		return RESULT_MALFORMED;
	if (!text_to_u64(text, (size_t)(colon - text), UINT16_MAX, &number) ||
	    (number != FAMILY_IPV4 && number != FAMILY_IPV6))
		return RESULT_MALFORMED;
	out->family = (uint16_t)number;
	const char *address = colon + 1;
	const size_t address_len = (size_t)(slash - address);
	memset(out->address, 0, sizeof(out->address));
	if (out->family == FAMILY_IPV4 ? !address_ipv4_read(address, address_len, out->address)
	                               : !address_ipv6_read(address, address_len, out->address))
		return RESULT_MALFORMED;
	if (!text_to_u64(slash + 1, len - (size_t)(slash + 1 - text), UINT16_MAX, &number))
		return RESULT_MALFORMED;
	if (number > family_octets(out->family) * 8)
		return RESULT_OUT_OF_RANGE;
	out->prefix = (uint8_t)number;
	/* RFC 3123 §4: trailing zero octets are not sent. */
	out->len = family_octets(out->family);
	while (out->len > 0 && out->address[out->len - 1] == 0)
		out->len--;
	return RESULT_OK;
}

enum result rdata_apl_read(struct rdata_input *input)
{
	const struct dns_token *token;
	while ((token = rdata_peek(input, "a prefix as in 1:192.0.2.0/24 or !2:2001:db8::/32")) !=
	       NULL) {
		struct item item;
		const enum result result = item_read(token->text, token->len, &item);
		if (result != RESULT_OK)
			return result;
		bytes_put_u16(&input->out, item.family);
		bytes_put_u8(&input->out, item.prefix);
		bytes_put_u8(&input->out,
		             (uint8_t)(item.negated ? NEGATION_BIT | item.len : item.len));
		bytes_put(&input->out, item.address, item.len);
		input->at++;
	}
	return RESULT_OK;
}

static enum result item_text(struct rdata_output *output)
{
	const uint8_t *fixed;
	const uint8_t *data;
	uint8_t address[16] = {0};
	char text[ADDRESS_IPV6_TEXT_MAX];
	if (!bytes_take(&output->in, ITEM_FIXED_SIZE, &fixed))
		return RESULT_MALFORMED;
	const uint16_t family = bytes_load_u16(fixed);
	const size_t len = fixed[3] & ~NEGATION_BIT;
	if (!bytes_take(&output->in, len, &data))
		return RESULT_MALFORMED;
	if ((family != FAMILY_IPV4 && family != FAMILY_IPV6) || len > family_octets(family) ||
	    fixed[2] > family_octets(family) * 8 || (len > 0 && data[len - 1] == 0))
		return RESULT_UNSUPPORTED;
	memcpy(address, data, len);
	rdata_space(output);
	if ((fixed[3] & NEGATION_BIT) != 0)
		rdata_put_text(output, "!");
	rdata_put_number(output, family);
	rdata_put_text(output, ":");
	bytes_put(&output->out, text,
	          family == FAMILY_IPV4 ? address_ipv4_write(address, text)
	                                : address_ipv6_write(address, text));
	rdata_put_text(output, "/");
	rdata_put_number(output, fixed[2]);
	return RESULT_OK;
}

enum result rdata_apl_text(struct rdata_output *output)
{
	enum result result = RESULT_OK;
	while (result == RESULT_OK && bytes_left(&output->in) > 0)
		result = item_text(output);
	return result;
}

enum result rdata_apl_copy(struct rdata_copy *copy)
{
	while (bytes_left(&copy->in) > 0) {
		if (bytes_left(&copy->in) < ITEM_FIXED_SIZE)
			return RESULT_MALFORMED;
		const size_t len = copy->in.data[copy->in.at + 3] & ~NEGATION_BIT;
		if (!rdata_octets_copy(copy, ITEM_FIXED_SIZE + len))
			return RESULT_MALFORMED;
	}
	return RESULT_OK;
}

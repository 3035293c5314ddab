/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Sets written as bitmaps: the types of NSEC, NSEC3 and CSYNC in windows, those of NXT, the ports of
 * WKS. */
#include <string.h>

#include "dns/mnemonic.h"
#include "dns/rdata_field.h"
#include "dns/text.h"

#define WINDOWS 256
#define WINDOW_OCTETS 32
/* RFC 2535 §5.2: bits 0..127. */
#define OLD_OCTETS 16
#define PORT_OCTETS 8192

/* Types by window; windows[w] is set only where len[w] is not 0. */
struct type_set {
	uint8_t len[WINDOWS];
	uint8_t windows[WINDOWS][WINDOW_OCTETS];
};

static void type_set_add(struct type_set *set, uint16_t type)
{
	const uint8_t window = (uint8_t)(type >> 8);
	const uint8_t octet = (uint8_t)(type & 0xff) / 8;
	if (set->len[window] == 0)
		memset(set->windows[window], 0, WINDOW_OCTETS);
	if (set->len[window] < octet + 1)
		set->len[window] = (uint8_t)(octet + 1);
	set->windows[window][octet] |= (uint8_t)(0x80 >> type % 8);
}

enum result rdata_bitmap_read(struct rdata_input *input)
{
	struct type_set set;
	const struct dns_token *token;
	memset(set.len, 0, sizeof(set.len));
	while ((token = rdata_peek(input, "a record type")) != NULL) {
		uint16_t type;
		if (!dns_type_from_text(token->text, token->len, &type))
			return RESULT_MALFORMED;
		type_set_add(&set, type);
		input->at++;
	}
	for (unsigned window = 0; window < WINDOWS; window++) {
		if (set.len[window] == 0)
			continue;
		bytes_put_u8(&input->out, (uint8_t)window);
		bytes_put_u8(&input->out, set.len[window]);
		bytes_put(&input->out, set.windows[window], set.len[window]);
	}
	return RESULT_OK;
}

/* Writes the types of one bitmap; `base` is the first bit's. */
static void types_put(struct rdata_output *output, unsigned base, const uint8_t *bits, size_t len)
{
	for (size_t i = 0; i < len * 8; i++) {
		if ((bits[i / 8] & 0x80 >> i % 8) == 0)
			continue;
		rdata_space(output);
		rdata_put_type(output, (uint16_t)(base + i));
	}
}

/* Takes one window: RFC 4034 §4.1.2, ascending, 1..32 octets, the last not zero. */
static bool window_take(struct bytes_reader *in, int *last, uint8_t *window, const uint8_t **bits,
                        uint8_t *len)
{
	if (!bytes_take_u8(in, window) || !bytes_take_u8(in, len))
		return false;
	if ((int)*window <= *last || *len == 0 || *len > WINDOW_OCTETS)
		return false;
	*last = *window;
	return bytes_take(in, *len, bits) && (*bits)[*len - 1] != 0;
}

enum result rdata_bitmap_text(struct rdata_output *output)
{
	int last = -1;
	while (bytes_left(&output->in) > 0) {
		uint8_t window;
		uint8_t len;
		const uint8_t *bits;
		if (!window_take(&output->in, &last, &window, &bits, &len))
			return RESULT_MALFORMED;
		types_put(output, (unsigned)window << 8, bits, len);
	}
	return RESULT_OK;
}

enum result rdata_bitmap_copy(struct rdata_copy *copy)
{
	struct bytes_reader ahead = copy->in;
	int last = -1;
	while (bytes_left(&ahead) > 0) {
		uint8_t window;
		uint8_t len;
		const uint8_t *bits;
		if (!window_take(&ahead, &last, &window, &bits, &len))
			return RESULT_MALFORMED;
	}
	return rdata_octets_copy(copy, bytes_left(&copy->in)) ? RESULT_OK : RESULT_MALFORMED;
}

enum result rdata_bitmap_old_read(struct rdata_input *input)
{
	uint8_t bits[OLD_OCTETS] = {0};
	size_t len = 0;
	const struct dns_token *token;
	while ((token = rdata_peek(input, "a record type from 1 to 127")) != NULL) {
		uint16_t type;
		if (!dns_type_from_text(token->text, token->len, &type))
			return RESULT_MALFORMED;
		if (type == 0 || type >= OLD_OCTETS * 8)
			return RESULT_OUT_OF_RANGE;
		bits[type / 8] |= (uint8_t)(0x80 >> type % 8);
		if (len < type / 8u + 1)
			len = type / 8u + 1;
		input->at++;
	}
	if (len == 0)
		return RESULT_MALFORMED;
	bytes_put(&input->out, bits, len);
	return RESULT_OK;
}

enum result rdata_bitmap_old_text(struct rdata_output *output)
{
	const size_t len = bytes_left(&output->in);
	const uint8_t *bits;
	/* Bit 0 set means another format, which was never defined (RFC 2535 §5.2). */
	if (len == 0 || len > OLD_OCTETS || !bytes_take(&output->in, len, &bits) ||
	    (bits[0] & 0x80) != 0 || bits[len - 1] == 0)
		return RESULT_UNSUPPORTED;
	types_put(output, 0, bits, len);
	return RESULT_OK;
}

enum result rdata_bitmap_old_copy(struct rdata_copy *copy)
{
	const size_t len = bytes_left(&copy->in);
	return len > 0 && rdata_octets_copy(copy, len) ? RESULT_OK : RESULT_MALFORMED;
}

static enum result word_or_number(struct rdata_input *input, const struct mnemonic *list,
                                  uint16_t max, const char *expected, uint16_t *out)
{
	const struct dns_token *token = rdata_peek(input, expected);
	if (token != NULL && mnemonic_from_text(list, token->text, token->len, out)) {
		input->at++;
		return RESULT_OK;
	}
	uint64_t value;
	const enum result result = rdata_number_read(input, max, expected, &value);
	if (result == RESULT_OK)
		*out = (uint16_t)value;
	return result;
}

enum result rdata_services_read(struct rdata_input *input)
{
	uint16_t protocol;
	uint8_t bits[PORT_OCTETS] = {0};
	size_t len = 0;
	enum result result = word_or_number(input, mnemonic_protocols, UINT8_MAX,
	                                    "a protocol: TCP, UDP or a number", &protocol);
	if (result != RESULT_OK)
		return result;
	while (input->at < input->count) {
		uint16_t port;
		result = word_or_number(input, mnemonic_services, UINT16_MAX,
		                        "a service: a well-known name or a port number", &port);
		if (result != RESULT_OK)
			return result;
		bits[port / 8] |= (uint8_t)(0x80 >> port % 8);
		if (len < port / 8u + 1)
			len = port / 8u + 1;
	}
	bytes_put_u8(&input->out, (uint8_t)protocol);
	bytes_put(&input->out, bits, len);
	return RESULT_OK;
}

enum result rdata_services_text(struct rdata_output *output)
{
	uint8_t protocol;
	const uint8_t *bits;
	if (!bytes_take_u8(&output->in, &protocol))
		return RESULT_MALFORMED;
	const size_t len = bytes_left(&output->in);
	if (len > PORT_OCTETS || !bytes_take(&output->in, len, &bits) ||
	    (len > 0 && bits[len - 1] == 0))
		return RESULT_UNSUPPORTED;
	rdata_space(output);
	rdata_put_number(output, protocol);
	for (size_t i = 0; i < len * 8; i++) {
		if ((bits[i / 8] & 0x80 >> i % 8) == 0)
			continue;
		rdata_space(output);
		rdata_put_number(output, i);
	}
	return RESULT_OK;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Foreign rdata: checked field by field and copied with its names decompressed. Also what else walks
 * over wire fields: canonical form, and the name that wants addresses. */
#include <string.h>

#include "dns/rdata_field.h"
#include "dns/rrtype_table.h"

/* Octets of the fields that always have so many; 0 for the others. */
static const uint8_t fixed_size[FIELD_COUNT] = {
    [FIELD_U8] = 1,        [FIELD_U16] = 2,   [FIELD_U32] = 4,          [FIELD_U64] = 8,
    [FIELD_TTL] = 4,       [FIELD_TIME] = 4,  [FIELD_TYPE] = 2,         [FIELD_ALGORITHM] = 1,
    [FIELD_CERT_TYPE] = 2, [FIELD_IPV4] = 4,  [FIELD_DSYNC_SCHEME] = 1, [FIELD_IPV6] = 16,
    [FIELD_NODE64] = 8,    [FIELD_EUI48] = 6, [FIELD_EUI64] = 8,        [FIELD_LOC] = 16,
};

static void put(struct rdata_copy *copy, const uint8_t *data, size_t count)
{
	if (copy->out.data != NULL)
		bytes_put(&copy->out, data, count);
}

bool rdata_octets_copy(struct rdata_copy *copy, size_t count)
{
	const uint8_t *data;
	if (!bytes_take(&copy->in, count, &data))
		return false;
	put(copy, data, count);
	return true;
}

static enum result name_copy(struct rdata_copy *copy, bool pointers)
{
	struct dns_name name;
	const enum result result =
	    pointers ? dns_name_parse(&copy->in, &name) : dns_name_parse_plain(&copy->in, &name);
	if (result != RESULT_OK)
		return RESULT_MALFORMED;
	put(copy, name.wire, name.len);
	return RESULT_OK;
}

enum result rdata_name_copy(struct rdata_copy *copy)
{
	return name_copy(copy, false);
}

static enum result name_expand_copy(struct rdata_copy *copy)
{
	return name_copy(copy, copy->pointers);
}

/* A length octet and so many octets. */
static enum result counted(struct rdata_copy *copy, uint8_t least)
{
	if (bytes_left(&copy->in) == 0)
		return RESULT_MALFORMED;
	const uint8_t len = copy->in.data[copy->in.at];
	return len >= least && rdata_octets_copy(copy, (size_t)len + 1) ? RESULT_OK
	                                                                : RESULT_MALFORMED;
}

static enum result string_copy(struct rdata_copy *copy)
{
	return counted(copy, 0);
}

static enum result counted_some_copy(struct rdata_copy *copy)
{
	return counted(copy, 1);
}

static enum result string_optional_copy(struct rdata_copy *copy)
{
	return bytes_left(&copy->in) > 0 ? counted(copy, 0) : RESULT_OK;
}

static enum result strings_copy(struct rdata_copy *copy)
{
	enum result result;
	do
		result = counted(copy, 0);
	while (result == RESULT_OK && bytes_left(&copy->in) > 0);
	return result;
}

static enum result rest(struct rdata_copy *copy, size_t least)
{
	const size_t left = bytes_left(&copy->in);
	return left >= least && rdata_octets_copy(copy, left) ? RESULT_OK : RESULT_MALFORMED;
}

static enum result rest_copy(struct rdata_copy *copy)
{
	return rest(copy, 0);
}

static enum result rest_some_copy(struct rdata_copy *copy)
{
	return rest(copy, 1);
}

static enum result atma_copy(struct rdata_copy *copy)
{
	return rest(copy, 2);
}

/* Fields of a fixed size have none. */
static enum result (*const copiers[FIELD_COUNT])(struct rdata_copy *) = {
    [FIELD_NAME] = rdata_name_copy,
    [FIELD_NAME_COMPRESS] = name_expand_copy,
    [FIELD_NAME_EXPAND] = name_expand_copy,
    [FIELD_NAME_LOWER] = rdata_name_copy,
    [FIELD_STRING] = string_copy,
    [FIELD_STRING_OPTIONAL] = string_optional_copy,
    [FIELD_STRINGS] = strings_copy,
    [FIELD_TAG] = counted_some_copy,
    [FIELD_TEXT] = rest_copy,
    [FIELD_HEX] = rest_some_copy,
    [FIELD_BASE64] = rest_some_copy,
    [FIELD_BASE64_OPTIONAL] = rest_copy,
    [FIELD_BASE64_DASH] = rest_copy,
    [FIELD_SALT] = string_copy,
    [FIELD_HASH] = counted_some_copy,
    [FIELD_BITMAP] = rdata_bitmap_copy,
    [FIELD_BITMAP_OLD] = rdata_bitmap_old_copy,
    [FIELD_SERVICES] = rest_some_copy,
    [FIELD_NSAP] = rest_some_copy,
    [FIELD_ATMA] = atma_copy,
    [FIELD_APL] = rdata_apl_copy,
    [FIELD_GATEWAY] = rdata_gateway_copy,
    [FIELD_RELAY] = rdata_relay_copy,
    [FIELD_HIP] = rdata_hip_copy,
    [FIELD_SVCPARAMS] = rdata_svcparams_copy,
    [FIELD_OPAQUE] = rest_copy,
};

static enum result fields_copy(uint16_t type, struct rdata_copy *copy)
{
	const struct rrtype_row *row = rrtype_row(type);
	for (const uint8_t *field = row->field; *field != FIELD_END; field++) {
		if (fixed_size[*field] != 0) {
			if (!rdata_octets_copy(copy, fixed_size[*field]))
				return RESULT_MALFORMED;
			continue;
		}
		const enum result result = copiers[*field](copy);
		if (result != RESULT_OK)
			return result;
	}
	return bytes_left(&copy->in) == 0 ? RESULT_OK : RESULT_MALFORMED;
}

enum result dns_rdata_from_message(struct bytes_reader *reader, uint16_t type, uint16_t rdata_len,
                                   uint8_t *out, size_t out_size, uint16_t *out_len)
{
	if (bytes_left(reader) < rdata_len)
		return RESULT_TOO_SHORT;
	const size_t end = reader->at + rdata_len;
	struct rdata_copy copy = {
	    .in = {.data = reader->data, .len = end, .at = reader->at},
	    .out = bytes_writer_of(out, out_size < UINT16_MAX ? out_size : UINT16_MAX),
	    .pointers = true,
	};
	const enum result result = fields_copy(type, &copy);
	if (result != RESULT_OK)
		return result;
	if (copy.out.overflow)
		return RESULT_NO_SPACE;
	*out_len = (uint16_t)copy.out.len;
	reader->at = end;
	return RESULT_OK;
}

enum result rdata_check(uint16_t type, const uint8_t *rdata, uint16_t rdata_len)
{
	struct rdata_copy copy = {.in = bytes_reader_of(rdata, rdata_len), .pointers = false};
	return fields_copy(type, &copy);
}

static bool is_name(uint8_t field)
{
	return field == FIELD_NAME || field == FIELD_NAME_COMPRESS || field == FIELD_NAME_EXPAND ||
	       field == FIELD_NAME_LOWER;
}

/* Moves behind a field that can stand before a name; false for any other kind. */
static bool skip(struct bytes_reader *reader, uint8_t field)
{
	if (fixed_size[field] != 0)
		return bytes_skip(reader, fixed_size[field]);
	if (is_name(field))
		return dns_name_skip(reader) == RESULT_OK;
	uint8_t len;
	return field == FIELD_STRING && bytes_take_u8(reader, &len) && bytes_skip(reader, len);
}

void dns_rdata_to_canonical(uint16_t type, uint8_t *rdata, uint16_t rdata_len)
{
	struct bytes_reader reader = bytes_reader_of(rdata, rdata_len);
	for (const uint8_t *field = rrtype_row(type)->field; *field != FIELD_END; field++) {
		const size_t start = reader.at;
		if (!skip(&reader, *field))
			return;
		if (is_name(*field) && *field != FIELD_NAME)
			dns_name_to_lower(rdata + start, reader.at - start);
	}
}

const uint8_t *dns_rdata_glue_name(uint16_t type, const uint8_t *rdata, uint16_t rdata_len)
{
	const struct rrtype_row *row = rrtype_row(type);
	struct bytes_reader reader = bytes_reader_of(rdata, rdata_len);
	const uint8_t *name = NULL;
	if ((row->flags & RRTYPE_FLAG_GLUE) == 0)
		return NULL;
	for (const uint8_t *field = row->field; *field != FIELD_END; field++) {
		const size_t start = reader.at;
		if (!skip(&reader, *field))
			return NULL;
		if (is_name(*field))
			name = rdata + start;
	}
	return name;
}

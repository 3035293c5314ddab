/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The table of record types made from rrtype.def, and what can be told from a row alone. */
#include "dns/rrtype.h"

#include <string.h>

#include "dns/rrtype_table.h"
#include "dns/text.h"

enum row_id {
	ROW_UNKNOWN,
#define RRTYPE(symbol, ...) ROW_##symbol,
#include "dns/rrtype.def"
#undef RRTYPE
	ROW_COUNT
};

/* FIELDS(A, B) is FIELD_A, FIELD_B: one to nine names. */
#define FIELDS_1(a) FIELD_##a
#define FIELDS_2(a, ...) FIELD_##a, FIELDS_1(__VA_ARGS__)
#define FIELDS_3(a, ...) FIELD_##a, FIELDS_2(__VA_ARGS__)
#define FIELDS_4(a, ...) FIELD_##a, FIELDS_3(__VA_ARGS__)
#define FIELDS_5(a, ...) FIELD_##a, FIELDS_4(__VA_ARGS__)
#define FIELDS_6(a, ...) FIELD_##a, FIELDS_5(__VA_ARGS__)
#define FIELDS_7(a, ...) FIELD_##a, FIELDS_6(__VA_ARGS__)
#define FIELDS_8(a, ...) FIELD_##a, FIELDS_7(__VA_ARGS__)
#define FIELDS_9(a, ...) FIELD_##a, FIELDS_8(__VA_ARGS__)
#define FIELDS_PICK(a, b, c, d, e, f, g, h, i, name, ...) name
#define FIELDS(...)                                                                                \
	FIELDS_PICK(__VA_ARGS__, FIELDS_9, FIELDS_8, FIELDS_7, FIELDS_6, FIELDS_5, FIELDS_4,       \
	            FIELDS_3, FIELDS_2, FIELDS_1, unused)                                          \
	(__VA_ARGS__)

#define RRTYPE_FLAG_0 0
#define RRTYPE(symbol, mnemonic, value, flag, prefix_octets, names, ...)                           \
	[ROW_##symbol] = {.text = mnemonic,                                                        \
	                  .number = value,                                                         \
	                  .flags = RRTYPE_FLAG_##flag,                                             \
	                  .shape = {.prefix = prefix_octets, .name_count = names},                 \
	                  .field = {FIELDS(__VA_ARGS__)}},
static const struct rrtype_row rows[ROW_COUNT] = {
    [ROW_UNKNOWN] = {.text = NULL, .field = {FIELD_OPAQUE}},
#include "dns/rrtype.def"
};
#undef RRTYPE

/* Types up to here are found by index; the few above by search. */
#define INDEXED_MAX 264
#define HIGH_FIRST ROW_TA

#define RRTYPE(symbol, mnemonic, value, ...) [(value) <= INDEXED_MAX ? (value) : 0] = ROW_##symbol,
/* The rows above INDEXED_MAX all land on 0, which no type has; the last one wins and is not used. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const uint8_t row_of[INDEXED_MAX + 1] = {
#include "dns/rrtype.def"
};
#pragma GCC diagnostic pop
#undef RRTYPE

const struct rrtype_row *rrtype_row(uint16_t type)
{
	if (LIKELY(type <= INDEXED_MAX))
		return &rows[type == 0 ? ROW_UNKNOWN : row_of[type]];
	for (size_t i = HIGH_FIRST; i < ROW_COUNT; i++)
		if (rows[i].number == type)
			return &rows[i];
	return &rows[ROW_UNKNOWN];
}

const char *dns_type_text(uint16_t type, char buffer[DNS_NUMBER_TEXT_MAX])
{
	const struct rrtype_row *row = rrtype_row(type);
	if (row->text != NULL)
		return row->text;
	text_numbered("TYPE", type, buffer, DNS_NUMBER_TEXT_MAX);
	return buffer;
}

/* The types that nearly all records have, found before the search through the table. */
static bool common_from_text(const char *text, size_t len, uint16_t *out)
{
	static const uint8_t common[] = {ROW_A, ROW_AAAA, ROW_NS, ROW_CNAME, ROW_MX, ROW_TXT};
	for (size_t i = 0; i < ARRAY_COUNT(common); i++) {
		if (text_is(text, len, rows[common[i]].text)) {
			*out = rows[common[i]].number;
			return true;
		}
	}
	return false;
}

bool dns_type_from_text(const char *text, size_t len, uint16_t *out)
{
	if (common_from_text(text, len, out))
		return true;
	for (size_t i = ROW_UNKNOWN + 1; i < ROW_COUNT; i++) {
		if (text_is(text, len, rows[i].text)) {
			*out = rows[i].number;
			return true;
		}
	}
	return text_to_numbered(text, len, "TYPE", out);
}

bool dns_type_is_meta(uint16_t type)
{
	/* RFC 6895 §3.1: 128..255 are question types and meta-types, whether we know them or not. */
	return (type >= 128 && type <= 255) || (rrtype_row(type)->flags & RRTYPE_FLAG_META) != 0;
}

struct dns_rdata_shape dns_rdata_compressible(uint16_t type)
{
	return rrtype_row(type)->shape;
}

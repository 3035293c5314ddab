/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The table of types: names, numbers, what follows from a row alone. */
#include "dns/rrtype.h"

#include <string.h>

#include "dns/rrtype_table.h"
#include "unit.h"

static void names_and_numbers_agree(void)
{
	char buffer[DNS_NUMBER_TEXT_MAX];
	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		uint16_t again = 0;
		const char *text = dns_type_text((uint16_t)type, buffer);
		CU_ASSERT_TRUE(dns_type_from_text(text, strlen(text), &again));
		CU_ASSERT_EQUAL(again, type);
		const struct rrtype_row *row = rrtype_row((uint16_t)type);
		CU_ASSERT_TRUE(row->text == NULL || row->number == type);
		CU_ASSERT_EQUAL(row->field[RRTYPE_FIELDS_MAX], FIELD_END);
	}
}

static void known_numbers(void)
{
	static const struct {
		const char *text;
		uint16_t number;
	} rows[] = {
	    {"A", 1},
	    {"aaaa", 28},
	    {"Mx", 15},
	    {"NSEC3PARAM", 51},
	    {"https", 65},
	    {"ANY", 255},
	    {"CAA", 257},
	    {"DLV", 32769},
	    {"TA", 32768},
	    {"TYPE1", 1},
	    {"type0", 0},
	    {"NSAP-PTR", 23},
	    {"TYPE65535", 65535},
	    {"NULL", 10},
	    {"AMTRELAY", 260},
	};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint16_t type = 4711;
		CU_ASSERT_TRUE(dns_type_from_text(rows[i].text, strlen(rows[i].text), &type));
		CU_ASSERT_EQUAL(type, rows[i].number);
	}
	uint16_t type;
	static const char *const bad[] = {"",       "FOO",    "TYPE", "TYPE65536",
	                                  "TYPE-1", "TYPE1x", "AA",   "NS "};
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
		CU_ASSERT_FALSE(dns_type_from_text(bad[i], strlen(bad[i]), &type));
	char buffer[DNS_NUMBER_TEXT_MAX];
	CU_ASSERT_STRING_EQUAL(dns_type_text(65280, buffer), "TYPE65280");
	CU_ASSERT_STRING_EQUAL(dns_type_text(0, buffer), "TYPE0");
}

static void meta_types(void)
{
	static const uint16_t meta[] = {41, 128, 200, 249, 250, 251, 252, 253, 254, 255};
	for (size_t i = 0; i < ARRAY_COUNT(meta); i++)
		CU_ASSERT_TRUE(dns_type_is_meta(meta[i]));
	CU_ASSERT_FALSE(dns_type_is_meta(DNS_TYPE_A));
	CU_ASSERT_FALSE(dns_type_is_meta(256));
	CU_ASSERT_FALSE(dns_type_is_meta(65280));
}

/* The prefix and the number of names in a row must follow from its fields. */
static void shapes_follow_from_fields(void)
{
	for (unsigned type = 0; type <= 300; type++) {
		const struct rrtype_row *row = rrtype_row((uint16_t)type);
		const struct dns_rdata_shape shape = dns_rdata_compressible((uint16_t)type);
		unsigned names = 0;
		unsigned prefix = 0;
		for (const uint8_t *field = row->field; *field != FIELD_END; field++) {
			names += *field == FIELD_NAME_COMPRESS;
			if (names == 0 && *field == FIELD_U16)
				prefix += 2;
		}
		CU_ASSERT_EQUAL(shape.name_count, names);
		CU_ASSERT_EQUAL(shape.prefix, names > 0 ? prefix : 0);
		/* RFC 3597 §4: only types of RFC 1035. */
		CU_ASSERT_TRUE(names == 0 || type <= 16);
	}
}

static const struct unit_case cases[] = {
    {"names_and_numbers_agree", names_and_numbers_agree},
    {"known_numbers", known_numbers},
    {"meta_types", meta_types},
    {"shapes_follow_from_fields", shapes_follow_from_fields},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "dns/rrtype", cases, ARRAY_COUNT(cases));
}

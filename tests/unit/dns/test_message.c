/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Header accessors, records in messages, names of numbers. */
#include "dns/message.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static void header_fields(void)
{
	uint8_t message[DNS_HEADER_SIZE] = {0x12, 0x34, 0xa1, 0x83, 0, 1, 0, 2, 0, 3, 0, 4};
	CU_ASSERT_EQUAL(dns_message_id(message), 0x1234);
	CU_ASSERT_EQUAL(dns_message_flags(message), 0xa183);
	CU_ASSERT_EQUAL(dns_message_opcode(message), DNS_OPCODE_NOTIFY);
	for (unsigned i = 0; i < DNS_SECTION_COUNT; i++)
		CU_ASSERT_EQUAL(dns_message_count(message, (enum dns_section)i), i + 1);
	dns_message_set_count(message, DNS_SECTION_ADDITIONAL, 0x5678);
	CU_ASSERT_EQUAL(dns_message_count(message, DNS_SECTION_ADDITIONAL), 0x5678);
}

static const uint8_t record_message[] = {
    3, 'c', 'o', 'm',  0, /* at 0 */
    2, 'n', 's', 0xc0, 0, /* owner at 5 */
    0, 1,   0,   1,    0, 0, 0x0e, 0x10, 0, 4, 192, 0, 2, 1,
};

static void rr_is_read(void)
{
	struct dns_rr rr;
	struct bytes_reader reader = bytes_reader_of(record_message, sizeof(record_message));
	reader.at = 5;
	CU_ASSERT_EQUAL(dns_rr_parse(&reader, &rr), RESULT_OK);
	CU_ASSERT_EQUAL(reader.at, sizeof(record_message));
	CU_ASSERT_EQUAL(rr.owner.len, 8);
	CU_ASSERT_EQUAL(memcmp(rr.owner.wire, "\2ns\3com", 8), 0);
	CU_ASSERT_EQUAL(rr.type, 1);
	CU_ASSERT_EQUAL(rr.class, 1);
	CU_ASSERT_EQUAL(rr.ttl, 3600);
	CU_ASSERT_EQUAL(rr.rdata_len, 4);
	CU_ASSERT_EQUAL(rr.rdata_at, 20);
	CU_ASSERT_PTR_EQUAL(rr.rdata, record_message + 20);
}

static void rr_is_refused(void)
{
	struct dns_rr rr;
	for (size_t len = 5; len < sizeof(record_message); len++) {
		uint8_t *copy = malloc(len);
		memcpy(copy, record_message, len);
		struct bytes_reader reader = bytes_reader_of(copy, len);
		reader.at = 5;
		CU_ASSERT_EQUAL(dns_rr_parse(&reader, &rr), RESULT_TOO_SHORT);
		CU_ASSERT_EQUAL(reader.at, 5);
		free(copy);
	}
	uint8_t copy[sizeof(record_message)];
	memcpy(copy, record_message, sizeof(copy));
	copy[9] = 8; /* a pointer to behind itself */
	struct bytes_reader reader = bytes_reader_of(copy, sizeof(copy));
	reader.at = 5;
	CU_ASSERT_EQUAL(dns_rr_parse(&reader, &rr), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(reader.at, 5);
}

static void number_texts(void)
{
	char buffer[DNS_NUMBER_TEXT_MAX];
	CU_ASSERT_STRING_EQUAL(dns_rcode_text(3, buffer), "NXDOMAIN");
	CU_ASSERT_STRING_EQUAL(dns_rcode_text(23, buffer), "BADCOOKIE");
	CU_ASSERT_STRING_EQUAL(dns_rcode_text(12, buffer), "RCODE12");
	CU_ASSERT_STRING_EQUAL(dns_rcode_text(4095, buffer), "RCODE4095");
	CU_ASSERT_STRING_EQUAL(dns_opcode_text(0, buffer), "QUERY");
	CU_ASSERT_STRING_EQUAL(dns_opcode_text(3, buffer), "OPCODE3");
	CU_ASSERT_STRING_EQUAL(dns_class_text(3, buffer), "CH");
	CU_ASSERT_STRING_EQUAL(dns_class_text(65535, buffer), "CLASS65535");
}

static void classes_from_text(void)
{
	uint16_t class;
	CU_ASSERT_TRUE(dns_class_from_text("in", 2, &class) && class == DNS_CLASS_IN);
	CU_ASSERT_TRUE(dns_class_from_text("ANY", 3, &class) && class == DNS_CLASS_ANY);
	CU_ASSERT_TRUE(dns_class_from_text("class32", 7, &class) && class == 32);
	CU_ASSERT_FALSE(dns_class_from_text("CLASS65536", 10, &class));
	CU_ASSERT_FALSE(dns_class_from_text("CLASS", 5, &class));
	CU_ASSERT_FALSE(dns_class_from_text("CLASSx", 6, &class));
	CU_ASSERT_FALSE(dns_class_from_text("I", 1, &class));
	CU_ASSERT_FALSE(dns_class_from_text("INN", 3, &class));
	CU_ASSERT_FALSE(dns_class_from_text("", 0, &class));
}

static const struct unit_case cases[] = {
    {"header_fields", header_fields},         {"rr_is_read", rr_is_read},
    {"rr_is_refused", rr_is_refused},         {"number_texts", number_texts},
    {"classes_from_text", classes_from_text},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "dns/message", cases, ARRAY_COUNT(cases));
}

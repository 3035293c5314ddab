/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Blocks are whole, headers are right, whatever the record. */
#include "tap/pcapng.h"

#include <stdlib.h>
#include <string.h>

#include "net/checksum.h"
#include "unit.h"

static uint8_t out[PCAPNG_BLOCK_MAX];

static uint32_t u32_at(size_t at)
{
	uint32_t value;
	memcpy(&value, out + at, sizeof(value));
	return value;
}

/* The length stands at both ends of a block. */
static void expect_block(size_t at, uint32_t type, size_t *next)
{
	CU_ASSERT_EQUAL(u32_at(at), type);
	uint32_t len = u32_at(at + 4);
	CU_ASSERT_FATAL(len >= 12 && len % 4 == 0 && at + len <= sizeof(out));
	CU_ASSERT_EQUAL(u32_at(at + len - 4), len);
	*next = at + len;
}

static struct tap_record *make_record(uint8_t kind, uint8_t family, uint32_t len)
{
	struct tap_record *record = calloc(1, sizeof(*record) + len);
	record->kind = kind;
	record->client = (struct query_address){.family = family, .octets = {1, 2, 3}, .port = 999};
	record->local = (struct query_address){.family = family, .octets = {4, 5, 6}, .port = 53};
	record->data_len = record->message_len = len;
	memset(record->data, 0x5a, len);
	return record;
}

static void a_file_begins_with_its_section(void)
{
	size_t at = 0;
	size_t len = pcapng_head(out);
	expect_block(0, 0x0a0d0d0a, &at);
	CU_ASSERT_EQUAL(u32_at(8), 0x1a2b3c4d);
	expect_block(at, 1, &at);
	expect_block(at, 1, &at);
	CU_ASSERT_EQUAL(at, len);
}

static void messages_get_headers(void)
{
	for (uint8_t family = 4; family <= 6; family += 2) {
		const size_t headers = family == 4 ? 28 : 48;
		struct tap_record *record = make_record(TAP_QUERY, family, 33);
		size_t end;
		CU_ASSERT_EQUAL(pcapng_packet(record, 0x123456789a, out), u32_at(4));
		expect_block(0, 6, &end);
		CU_ASSERT_EQUAL(u32_at(12), 0x12);
		CU_ASSERT_EQUAL(u32_at(20), headers + 33);
		const uint8_t *packet = out + 28;
		CU_ASSERT_EQUAL(packet[0] >> 4, family);
		CU_ASSERT_EQUAL(packet[headers], 0x5a);
		CU_ASSERT_EQUAL(bytes_load_u16(packet + headers - 8), 999);
		CU_ASSERT_EQUAL(bytes_load_u16(packet + headers - 6), 53);
		if (family == 4)
			CU_ASSERT_EQUAL(net_checksum_fold(net_checksum_add(packet, 20, 0)), 0xffff);
		free(record);
	}
}

static void responses_go_the_other_way(void)
{
	struct tap_record *record = make_record(TAP_RESPONSE, 4, 12);
	record->transport = TAP_TLS;
	record->local.port = 853;
	pcapng_packet(record, 0, out);
	/* It is shown as DNS, though it came over TLS. */
	CU_ASSERT_EQUAL(bytes_load_u16(out + 28 + 20), 53);
	CU_ASSERT_EQUAL(bytes_load_u16(out + 28 + 22), 999);
	CU_ASSERT_EQUAL(out[28 + 12], 4);
	free(record);
}

static void the_longest_and_the_shortest_fit(void)
{
	static const uint32_t lengths[] = {0, 1, 2, 3, 65535};
	for (size_t i = 0; i < ARRAY_COUNT(lengths); i++) {
		for (uint8_t kind = 0; kind < TAP_KIND_COUNT; kind++) {
			struct tap_record *record = make_record(kind, 6, lengths[i]);
			size_t end = 0;
			size_t len = pcapng_packet(record, 0, out);
			expect_block(0, 6, &end);
			CU_ASSERT_EQUAL(end, len);
			record->is_frame = true;
			len = pcapng_packet(record, 0, out);
			expect_block(0, 6, &end);
			CU_ASSERT_EQUAL(end, len);
			CU_ASSERT_EQUAL(u32_at(8), 1);
			free(record);
		}
	}
}

static const struct unit_case cases[] = {
    {"a_file_begins_with_its_section", a_file_begins_with_its_section},
    {"messages_get_headers", messages_get_headers},
    {"responses_go_the_other_way", responses_go_the_other_way},
    {"the_longest_and_the_shortest_fit", the_longest_and_the_shortest_fit},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "tap/pcapng", cases, ARRAY_COUNT(cases));
}

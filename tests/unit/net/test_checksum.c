/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The Internet checksum against known values and a word-by-word reference. */
#include "net/checksum.h"

#include "unit.h"

/* RFC 1071 as it is written there: 16-bit words in network order. */
static uint16_t reference(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)data[i] << 8 : data[i];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint16_t to_host(uint16_t memory_order)
{
	uint8_t octets[2];
	memcpy(octets, &memory_order, sizeof(octets));
	return (uint16_t)(octets[0] << 8 | octets[1]);
}

static void test_known_header(void)
{
	/* The worked example found in many books: checksum b861. */
	static const uint8_t header[20] = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40,
	                                   0x00, 0x40, 0x11, 0x00, 0x00, 0xc0, 0xa8,
	                                   0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};
	CU_ASSERT_EQUAL(to_host(net_checksum_finish(net_checksum_add(header, 20, 0))), 0xb861);
}

static void test_every_length(void)
{
	uint8_t data[300];
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 151 + 17);
	for (size_t len = 0; len <= sizeof(data); len++)
		CU_ASSERT_EQUAL(to_host(net_checksum_fold(net_checksum_add(data, len, 0))),
		                reference(data, len));
}

static void test_carries(void)
{
	uint8_t ones[64];
	memset(ones, 0xff, sizeof(ones));
	CU_ASSERT_EQUAL(net_checksum_fold(net_checksum_add(ones, sizeof(ones), 0)), 0xffff);
	CU_ASSERT_EQUAL(net_checksum_fold(UINT64_MAX), 0xffff);
	CU_ASSERT_EQUAL(net_checksum_fold(0x1fffeffff), reference((uint8_t[]){0xff, 0xff}, 2));
}

static void test_pseudo(void)
{
	const uint8_t source[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
	const uint8_t target[16] = {0xfd, 0x53, [15] = 2};
	uint8_t written[40];
	memcpy(written, source, 16);
	memcpy(written + 16, target, 16);
	memcpy(written + 32, (uint8_t[]){0, 0, 0x12, 0x34, 0, 0, 0, 17}, 8);
	CU_ASSERT_EQUAL(net_checksum_fold(net_checksum_pseudo(6, source, target, 17, 0x1234)),
	                net_checksum_fold(net_checksum_add(written, 40, 0)));
	memcpy(written, source, 4);
	memcpy(written + 4, target, 4);
	memcpy(written + 8, (uint8_t[]){0, 17, 0x12, 0x34}, 4);
	CU_ASSERT_EQUAL(net_checksum_fold(net_checksum_pseudo(4, source, target, 17, 0x1234)),
	                net_checksum_fold(net_checksum_add(written, 12, 0)));
}

static void test_udp_zero(void)
{
	CU_ASSERT_EQUAL(net_checksum_finish(0xffff), 0);
	CU_ASSERT_EQUAL(net_checksum_finish_udp(0xffff), 0xffff);
	CU_ASSERT_EQUAL(net_checksum_finish_udp(0x1234), (uint16_t)~0x1234);
}

static void test_update(void)
{
	uint8_t data[20];
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 37 + 5);
	uint16_t field = net_checksum_finish(net_checksum_add(data, sizeof(data), 0));
	for (unsigned value = 0; value < 65536; value += 251) {
		uint16_t before;
		uint16_t after = (uint16_t)value;
		memcpy(&before, data + 8, 2);
		memcpy(data + 8, &after, 2);
		field = net_checksum_update(field, before, after);
		CU_ASSERT_EQUAL(field,
		                net_checksum_finish(net_checksum_add(data, sizeof(data), 0)));
	}
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"known_header", test_known_header}, {"every_length", test_every_length},
	    {"carries", test_carries},           {"pseudo", test_pseudo},
	    {"udp_zero", test_udp_zero},         {"update", test_update},
	};
	return unit_main(argc, argv, "net/checksum", cases, ARRAY_COUNT(cases));
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The frame parser against frames of the builder (the whole matrix), cut at every length, and against
 * frames that no builder makes. */
#include "net/frame.h"

#include <stdlib.h>
#include <string.h>

#include "net/build.h"
#include "net/checksum.h"
#include "unit.h"

#define FRAME_MAX 2048

static const uint8_t payload[37] = "thirty-six octets of DNS, or nearly";

static struct net_build base_frame(unsigned version)
{
	struct net_build build = {
	    .source_mac = {2, 0, 0, 0, 0, 1},
	    .target_mac = {2, 0, 0, 0, 0, 2},
	    .vlan_id = {100, 200},
	    .payload = payload,
	    .payload_len = sizeof(payload),
	};
	enum result a = net_endpoint_parse(version == 4 ? "10.53.0.1:4711" : "[fd53::1]:4711", 0,
	                                   &build.source);
	enum result b =
	    net_endpoint_parse(version == 4 ? "10.53.0.2:53" : "[fd53::2]:53", 0, &build.target);
	CU_ASSERT_FATAL(a == RESULT_OK && b == RESULT_OK);
	return build;
}

static size_t write_frame(const struct net_build *build, uint8_t *frame)
{
	size_t len = 0;
	CU_ASSERT_EQUAL_FATAL(net_build_frame(build, frame, FRAME_MAX, &len), RESULT_OK);
	return len;
}

/* {0, 1, 2 tags} x {v4, v4+options, v6, v6+extensions} x {padded or not}. */
static struct net_build matrix_frame(unsigned row)
{
	struct net_build build = base_frame(row / 3 % 4 < 2 ? 4 : 6);
	build.vlan_count = (uint8_t)(row % 3);
	if (row / 3 % 4 == 1)
		build.ip_options_len = 8;
	if (row / 3 % 4 == 3) {
		build.extension_count = 4;
		build.extension[0] = NET_PROTOCOL_HOP_BY_HOP;
		build.extension[1] = NET_PROTOCOL_DESTINATION;
		build.extension[2] = NET_PROTOCOL_ROUTING;
		build.extension[3] = NET_PROTOCOL_FRAGMENT; /* atomic */
	}
	build.padding_len = row / 12 % 2 == 0 ? 0 : 18;
	return build;
}
#define MATRIX_ROWS 24

static void test_matrix(void)
{
	for (unsigned row = 0; row < MATRIX_ROWS; row++) {
		struct net_build build = matrix_frame(row);
		uint8_t data[FRAME_MAX];
		size_t len = write_frame(&build, data);
		struct net_frame frame;
		CU_ASSERT_EQUAL(net_frame_parse(data, len, &frame), NET_FRAME_UDP);
		CU_ASSERT_EQUAL(frame.vlan_count, build.vlan_count);
		CU_ASSERT_EQUAL(frame.l2_len, 14 + 4 * build.vlan_count);
		CU_ASSERT_EQUAL(frame.version, build.source.address.family);
		CU_ASSERT_EQUAL(frame.source_port, 4711);
		CU_ASSERT_EQUAL(frame.target_port, 53);
		CU_ASSERT_EQUAL_FATAL(frame.payload_len, sizeof(payload));
		CU_ASSERT_EQUAL(memcmp(data + frame.payload_at, payload, sizeof(payload)), 0);
		size_t address_len = frame.version == 4 ? 4 : 16;
		CU_ASSERT_EQUAL(memcmp(net_frame_source(data, &frame), build.source.address.octets,
		                       address_len),
		                0);
		CU_ASSERT_EQUAL(memcmp(net_frame_target(data, &frame), build.target.address.octets,
		                       address_len),
		                0);
		CU_ASSERT_EQUAL(net_frame_checksum_check(data, &frame, false), NET_CHECKSUM_GOOD);
	}
}

/* A frame cut anywhere before the end of its IP packet is broken; the copy has exactly that size, so
 * that a sanitizer sees a read beyond it. */
static void test_every_cut(void)
{
	for (unsigned row = 0; row < MATRIX_ROWS; row++) {
		struct net_build build = matrix_frame(row);
		build.padding_len = 0;
		uint8_t data[FRAME_MAX];
		size_t len = write_frame(&build, data);
		for (size_t cut = 0; cut < len; cut++) {
			uint8_t *copy = malloc(cut + 1);
			CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
			memcpy(copy, data, cut);
			struct net_frame frame;
			CU_ASSERT_EQUAL(net_frame_parse(copy, cut, &frame), NET_FRAME_BROKEN);
			free(copy);
		}
	}
}

static enum net_checksum_state check_of(unsigned version, enum net_build_checksum checksum,
                                        bool ip_is_good)
{
	struct net_build build = base_frame(version);
	build.checksum = checksum;
	uint8_t data[FRAME_MAX];
	size_t len = write_frame(&build, data);
	struct net_frame frame;
	CU_ASSERT_EQUAL_FATAL(net_frame_parse(data, len, &frame), NET_FRAME_UDP);
	return net_frame_checksum_check(data, &frame, ip_is_good);
}

static void test_checksums(void)
{
	for (unsigned version = 4; version <= 6; version += 2) {
		CU_ASSERT_EQUAL(check_of(version, NET_BUILD_CHECKSUM_GOOD, false),
		                NET_CHECKSUM_GOOD);
		CU_ASSERT_EQUAL(check_of(version, NET_BUILD_CHECKSUM_HALF, false),
		                NET_CHECKSUM_HALF);
		CU_ASSERT_EQUAL(check_of(version, NET_BUILD_CHECKSUM_BAD_UDP, false),
		                NET_CHECKSUM_BAD);
	}
	CU_ASSERT_EQUAL(check_of(4, NET_BUILD_CHECKSUM_NONE, false), NET_CHECKSUM_GOOD);
	CU_ASSERT_EQUAL(check_of(6, NET_BUILD_CHECKSUM_NONE, false), NET_CHECKSUM_BAD);
	CU_ASSERT_EQUAL(check_of(4, NET_BUILD_CHECKSUM_BAD_IP, false), NET_CHECKSUM_BAD);
	CU_ASSERT_EQUAL(check_of(4, NET_BUILD_CHECKSUM_BAD_IP, true), NET_CHECKSUM_GOOD);
}

/* Every single flipped bit of header addresses, ports and payload is seen. */
static void test_flipped_bits(void)
{
	for (unsigned version = 4; version <= 6; version += 2) {
		struct net_build build = base_frame(version);
		uint8_t data[FRAME_MAX];
		size_t len = write_frame(&build, data);
		struct net_frame frame;
		CU_ASSERT_EQUAL_FATAL(net_frame_parse(data, len, &frame), NET_FRAME_UDP);
		for (size_t at = (size_t)(net_frame_source(data, &frame) - data); at < len; at++) {
			data[at] ^= 0x10;
			CU_ASSERT_NOT_EQUAL(net_frame_checksum_check(data, &frame, false),
			                    NET_CHECKSUM_GOOD);
			data[at] ^= 0x10;
		}
	}
}

static enum net_frame_kind kind_with(size_t at, uint8_t value, unsigned version)
{
	struct net_build build = base_frame(version);
	uint8_t data[FRAME_MAX];
	size_t len = write_frame(&build, data);
	data[at] = value;
	struct net_frame frame;
	return net_frame_parse(data, len, &frame);
}

static void test_lying_lengths(void)
{
	CU_ASSERT_EQUAL(kind_with(14, 0x44, 4), NET_FRAME_BROKEN); /* header of 16 octets */
	CU_ASSERT_EQUAL(kind_with(14, 0x65, 4), NET_FRAME_BROKEN); /* version 6 inside of IPv4 */
	CU_ASSERT_EQUAL(kind_with(16, 0xff, 4), NET_FRAME_BROKEN); /* total length beyond the end */
	CU_ASSERT_EQUAL(kind_with(17, 19, 4), NET_FRAME_BROKEN); /* total length below the header */
	CU_ASSERT_EQUAL(kind_with(17, 27, 4), NET_FRAME_BROKEN); /* no room for the UDP header */
	CU_ASSERT_EQUAL(kind_with(39, 7, 4), NET_FRAME_BROKEN); /* UDP length below its header */
	CU_ASSERT_EQUAL(kind_with(38, 1, 4), NET_FRAME_BROKEN); /* UDP length beyond the packet */
	CU_ASSERT_EQUAL(kind_with(39, 20, 4),
	                NET_FRAME_UDP); /* shorter than the packet: RFC 9868 */
	CU_ASSERT_EQUAL(kind_with(14, 0x40, 6), NET_FRAME_BROKEN); /* version 4 inside of IPv6 */
	CU_ASSERT_EQUAL(kind_with(18, 1, 6), NET_FRAME_BROKEN); /* payload length beyond the end */
	CU_ASSERT_EQUAL(kind_with(19, 7, 6), NET_FRAME_BROKEN);
}

static void test_other_kinds(void)
{
	CU_ASSERT_EQUAL(kind_with(23, NET_PROTOCOL_TCP, 4), NET_FRAME_TCP);
	CU_ASSERT_EQUAL(kind_with(23, NET_PROTOCOL_ICMP, 4), NET_FRAME_ICMP);
	CU_ASSERT_EQUAL(kind_with(23, 132, 4), NET_FRAME_OTHER);
	CU_ASSERT_EQUAL(kind_with(20, NET_PROTOCOL_TCP, 6), NET_FRAME_TCP);
	CU_ASSERT_EQUAL(kind_with(20, NET_PROTOCOL_ICMPV6, 6), NET_FRAME_ICMP);
	CU_ASSERT_EQUAL(kind_with(20, 59, 6), NET_FRAME_OTHER);
	CU_ASSERT_EQUAL(kind_with(13, 0x06, 4), NET_FRAME_ARP);
	CU_ASSERT_EQUAL(kind_with(13, 0xcc, 4), NET_FRAME_OTHER);
}

static void test_third_tag(void)
{
	uint8_t data[64] = {[12] = 0x88, 0xa8, 0, 1, 0x81, 0, 0, 2, 0x81, 0, 0, 3, 8, 0, 0x45};
	struct net_frame frame;
	CU_ASSERT_EQUAL(net_frame_parse(data, sizeof(data), &frame), NET_FRAME_OTHER);
	CU_ASSERT_EQUAL(frame.vlan_count, 2);
}

static void test_fragments(void)
{
	uint8_t data[FRAME_MAX];
	struct net_frame frame;
	for (unsigned version = 4; version <= 6; version += 2) {
		struct net_build build = base_frame(version);
		if (version == 6) {
			build.extension[0] = NET_PROTOCOL_FRAGMENT;
			build.extension_count = 1;
		}
		build.more_fragments = true;
		size_t len = write_frame(&build, data);
		CU_ASSERT_EQUAL(net_frame_parse(data, len, &frame), NET_FRAME_UDP_FRAGMENT);
		CU_ASSERT_TRUE(frame.first_fragment);
		CU_ASSERT_EQUAL(frame.target_port, 53);
		build.fragment_offset = 1480;
		build.more_fragments = false;
		len = write_frame(&build, data);
		CU_ASSERT_EQUAL(net_frame_parse(data, len, &frame), NET_FRAME_UDP_FRAGMENT);
		CU_ASSERT_FALSE(frame.first_fragment);
		CU_ASSERT_EQUAL(frame.target_port, 0);
	}
}

static enum net_frame_kind kind_of_extensions(const uint8_t *extension, uint8_t count)
{
	struct net_build build = base_frame(6);
	memcpy(build.extension, extension, count);
	build.extension_count = count;
	uint8_t data[FRAME_MAX];
	size_t len = write_frame(&build, data);
	struct net_frame frame;
	return net_frame_parse(data, len, &frame);
}

static void test_extension_bounds(void)
{
	uint8_t extension[NET_EXTENSIONS_MAX + 1];
	memset(extension, NET_PROTOCOL_DESTINATION, sizeof(extension));
	CU_ASSERT_EQUAL(kind_of_extensions(extension, NET_EXTENSIONS_MAX), NET_FRAME_UDP);
	CU_ASSERT_EQUAL(kind_of_extensions(extension, NET_EXTENSIONS_MAX + 1), NET_FRAME_OTHER);
	extension[1] = NET_PROTOCOL_HOP_BY_HOP; /* only allowed in front */
	CU_ASSERT_EQUAL(kind_of_extensions(extension, 2), NET_FRAME_OTHER);
}

static void test_extension_contents(void)
{
	struct net_build build = base_frame(6);
	build.extension[0] = NET_PROTOCOL_ROUTING;
	build.extension_count = 1;
	uint8_t data[FRAME_MAX];
	size_t len = write_frame(&build, data);
	struct net_frame frame;
	CU_ASSERT_EQUAL(net_frame_parse(data, len, &frame), NET_FRAME_UDP);
	data[57] = 1; /* one segment left: we would be a router (RFC 5095) */
	CU_ASSERT_EQUAL(net_frame_parse(data, len, &frame), NET_FRAME_OTHER);
	data[57] = 0;
	data[55] = 200; /* header length beyond the packet */
	CU_ASSERT_EQUAL(net_frame_parse(data, len, &frame), NET_FRAME_BROKEN);
}

/* An option area larger than the limit but inside of the packet. */
static void test_extension_bytes(void)
{
	static const uint8_t zeros[600];
	struct net_build build = base_frame(6);
	build.extension[0] = NET_PROTOCOL_DESTINATION;
	build.extension_count = 1;
	build.payload = zeros;
	build.payload_len = sizeof(zeros);
	uint8_t data[FRAME_MAX];
	size_t len = write_frame(&build, data);
	data[55] = NET_EXTENSION_BYTES_MAX / 8;
	struct net_frame frame;
	CU_ASSERT_EQUAL(net_frame_parse(data, len, &frame), NET_FRAME_OTHER);
}

static void test_random_octets(void)
{
	srandom(53);
	unsigned kinds[NET_FRAME_KIND_COUNT] = {0};
	for (unsigned round = 0; round < 200000; round++) {
		struct net_build build = matrix_frame(round % MATRIX_ROWS);
		uint8_t data[FRAME_MAX];
		size_t len = write_frame(&build, data);
		for (unsigned i = 0; i < 3; i++)
			data[(size_t)random() % len] = (uint8_t)random();
		struct net_frame frame;
		enum net_frame_kind kind = net_frame_parse(data, len, &frame);
		kinds[kind]++;
		if (kind != NET_FRAME_UDP)
			continue;
		CU_ASSERT_TRUE_FATAL((size_t)frame.payload_at + frame.payload_len <= len);
		CU_ASSERT_TRUE_FATAL(frame.payload_at == frame.l2_len + frame.l3_len + 8);
		CU_ASSERT(net_frame_checksum_check(data, &frame, false) <= NET_CHECKSUM_BAD);
	}
	CU_ASSERT(kinds[NET_FRAME_UDP] > 0 && kinds[NET_FRAME_BROKEN] > 0);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"matrix", test_matrix},
	    {"every_cut", test_every_cut},
	    {"checksums", test_checksums},
	    {"flipped_bits", test_flipped_bits},
	    {"lying_lengths", test_lying_lengths},
	    {"other_kinds", test_other_kinds},
	    {"third_tag", test_third_tag},
	    {"fragments", test_fragments},
	    {"extension_bounds", test_extension_bounds},
	    {"extension_contents", test_extension_contents},
	    {"extension_bytes", test_extension_bytes},
	    {"random_octets", test_random_octets},
	};
	return unit_main(argc, argv, "net/frame", cases, ARRAY_COUNT(cases));
}

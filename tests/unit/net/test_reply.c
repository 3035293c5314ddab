/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Frames turned around are read again by the parser: everything swapped, nothing lost, sums right. */
#include "net/reply.h"

#include <string.h>

#include "net/build.h"
#include "net/checksum.h"
#include "net/frame.h"
#include "unit.h"

#define FRAME_MAX 2048

static const char query[] = "a question of some length";
static const char answer[] = "an answer that is longer than its question, and odd";

static struct net_build base_frame(unsigned version, bool with_options)
{
	struct net_build build = {
	    .source_mac = {2, 0, 0, 0, 0, 1},
	    .target_mac = {2, 0, 0, 0, 0, 2},
	    .vlan_id = {0x6064, 200},
	    .payload = query,
	    .payload_len = sizeof(query),
	    .padding_len = 5,
	};
	enum result a = net_endpoint_parse(version == 4 ? "10.53.0.1:4711" : "[fd53::1]:4711", 0,
	                                   &build.source);
	enum result b =
	    net_endpoint_parse(version == 4 ? "10.53.0.2:53" : "[fd53::2]:53", 0, &build.target);
	CU_ASSERT_FATAL(a == RESULT_OK && b == RESULT_OK);
	if (with_options && version == 4)
		build.ip_options_len = 12;
	if (with_options && version == 6) {
		build.extension[0] = NET_PROTOCOL_HOP_BY_HOP;
		build.extension[1] = NET_PROTOCOL_DESTINATION;
		build.extension_count = 2;
	}
	return build;
}

struct turned {
	uint8_t buffer[FRAME_MAX];
	const uint8_t *data;
	uint32_t len;
	struct net_frame frame;
};

/* Builds, parses, puts the answer in place, turns around and parses again. */
static void turn(const struct net_build *build, bool by_device, struct turned *out)
{
	size_t len = 0;
	struct net_frame old;
	CU_ASSERT_EQUAL_FATAL(net_build_frame(build, out->buffer, FRAME_MAX, &len), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(net_frame_parse(out->buffer, len, &old), NET_FRAME_UDP);
	memcpy(out->buffer + old.payload_at, answer, sizeof(answer));
	const struct net_reply reply = {
	    .l2_len = old.l2_len,
	    .l3_len = old.l3_len,
	    .version = old.version,
	    .payload_len = sizeof(answer),
	    .device_ip_checksum = by_device,
	    .device_udp_checksum = by_device,
	};
	struct net_reply_frame reply_frame = net_reply_write(out->buffer, &reply);
	CU_ASSERT_EQUAL(reply_frame.l3_len, old.version == 4 ? 20 : 40);
	CU_ASSERT_EQUAL(reply_frame.start, old.l3_len - reply_frame.l3_len);
	out->data = out->buffer + reply_frame.start;
	out->len = reply_frame.len;
	CU_ASSERT_EQUAL_FATAL(net_frame_parse(out->data, out->len, &out->frame), NET_FRAME_UDP);
}

static void test_matrix(void)
{
	for (unsigned row = 0; row < 12; row++) {
		unsigned version = row % 2 ? 6 : 4;
		struct net_build build = base_frame(version, row / 2 % 2);
		build.vlan_count = (uint8_t)(row / 4);
		struct turned out;
		turn(&build, false, &out);
		CU_ASSERT_EQUAL(out.frame.vlan_count, build.vlan_count);
		CU_ASSERT_EQUAL(out.frame.source_port, 53);
		CU_ASSERT_EQUAL(out.frame.target_port, 4711);
		CU_ASSERT_EQUAL(memcmp(out.data, build.source_mac, 6), 0);
		CU_ASSERT_EQUAL(memcmp(out.data + 6, build.target_mac, 6), 0);
		CU_ASSERT_EQUAL(memcmp(net_frame_source(out.data, &out.frame),
		                       build.target.address.octets, version == 4 ? 4 : 16),
		                0);
		CU_ASSERT_EQUAL(memcmp(net_frame_target(out.data, &out.frame),
		                       build.source.address.octets, version == 4 ? 4 : 16),
		                0);
		CU_ASSERT_EQUAL(out.frame.payload_len, sizeof(answer));
		CU_ASSERT_EQUAL(out.frame.payload_at + sizeof(answer), out.len);
		CU_ASSERT_EQUAL(memcmp(out.data + out.frame.payload_at, answer, sizeof(answer)), 0);
		CU_ASSERT_EQUAL(net_frame_checksum_check(out.data, &out.frame, false),
		                NET_CHECKSUM_GOOD);
	}
}

static void test_tags_kept(void)
{
	struct net_build build = base_frame(4, true);
	build.vlan_count = 2;
	struct turned out;
	turn(&build, false, &out);
	static const uint8_t tags[] = {0x88, 0xa8, 0x60, 0x64, 0x81, 0x00, 0x00, 0xc8};
	CU_ASSERT_EQUAL(memcmp(out.data + 12, tags, sizeof(tags)), 0);
}

static void test_fields(void)
{
	struct net_build build = base_frame(4, false);
	struct turned out;
	turn(&build, false, &out);
	CU_ASSERT_EQUAL(out.data[14 + 6], 0x40); /* DF */
	CU_ASSERT_EQUAL(out.data[14 + 8], 64);
	build = base_frame(6, false);
	turn(&build, false, &out);
	CU_ASSERT_EQUAL(out.data[14 + 7], 64);
}

/* What a device is given: no IP sum, and the pseudo-header's sum for UDP. */
static void test_device_sums(void)
{
	struct turned out;
	for (unsigned version = 4; version <= 6; version += 2) {
		struct net_build build = base_frame(version, false);
		turn(&build, true, &out);
		CU_ASSERT_EQUAL(net_frame_checksum_check(out.data, &out.frame, true),
		                NET_CHECKSUM_HALF);
		if (version == 4)
			CU_ASSERT_TRUE(out.data[14 + 10] == 0 && out.data[14 + 11] == 0);
	}
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"matrix", test_matrix},
	    {"tags_kept", test_tags_kept},
	    {"fields", test_fields},
	    {"device_sums", test_device_sums},
	};
	return unit_main(argc, argv, "net/reply", cases, ARRAY_COUNT(cases));
}

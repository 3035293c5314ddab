/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Fragments in every order, twice, overlapping, too many, too late; what becomes whole is the frame that
 * was cut. */
#include "net/reassembly.h"

#include <stdlib.h>

#include "fragment_rig.h"
#include "net/build.h"
#include "unit.h"

#define FRAME_MAX 8192
#define SECOND 1000000ull

static struct net_reassembly table;
static struct net_reassembly_place *whole;
static uint8_t payload[6000];

static void reset(void)
{
	memset(&table, 0, sizeof(table));
	whole = NULL;
	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(i * 7 + i / 256);
}

static struct net_build base_frame(unsigned version, uint16_t len)
{
	struct net_build build = {.vlan_id = {100, 200},
	                          .vlan_count = 1,
	                          .source_mac = {2, 0, 0, 0, 0, 1},
	                          .target_mac = {2, 0, 0, 0, 0, 2},
	                          .payload = payload,
	                          .payload_len = len};
	CU_ASSERT_FATAL(net_endpoint_parse(version == 4 ? "10.53.0.1:4711" : "[fd53::1]:4711", 0,
	                                   &build.source) == RESULT_OK);
	CU_ASSERT_FATAL(net_endpoint_parse(version == 4 ? "10.53.0.2:53" : "[fd53::2]:53", 0,
	                                   &build.target) == RESULT_OK);
	return build;
}

static struct fragment_rig rig_of(const struct net_build *build, uint8_t *frame)
{
	struct fragment_rig rig = {.whole = frame, .id = 77};
	CU_ASSERT_EQUAL_FATAL(net_build_frame(build, frame, FRAME_MAX, &rig.whole_len), RESULT_OK);
	return rig;
}

static enum net_reassembly_outcome add_frame(const uint8_t *data, size_t len, uint64_t now_us)
{
	struct net_frame frame;
	CU_ASSERT_EQUAL_FATAL(net_frame_parse(data, len, &frame), NET_FRAME_UDP_FRAGMENT);
	return net_reassembly_add(&table, data, &frame, 0, now_us, &whole);
}

static enum net_reassembly_outcome add(const struct fragment_rig *rig, size_t at, size_t len,
                                       bool more)
{
	uint8_t data[FRAME_MAX];
	return add_frame(data, fragment_rig_cut(rig, at, len, more, data), SECOND);
}

/* The whole frame is one that parses, sums up and holds the payload. */
static void expect_whole(const struct net_build *build)
{
	uint8_t data[FRAME_MAX];
	CU_ASSERT_PTR_NOT_NULL_FATAL(whole);
	size_t len = net_reassembly_frame_bytes(whole);
	uint16_t used = table.used;
	CU_ASSERT_FATAL(len <= sizeof(data));
	net_reassembly_write(&table, whole, data);
	struct net_frame frame;
	CU_ASSERT_EQUAL_FATAL(net_frame_parse(data, len, &frame), NET_FRAME_UDP);
	CU_ASSERT_EQUAL(frame.l2_len, NET_ETHERNET_HEADER_BYTES + 4 * build->vlan_count);
	CU_ASSERT_EQUAL_FATAL(frame.payload_len, build->payload_len);
	CU_ASSERT_EQUAL(memcmp(data + frame.payload_at, payload, build->payload_len), 0);
	CU_ASSERT_EQUAL(net_frame_checksum_check(data, &frame, false), NET_CHECKSUM_GOOD);
	CU_ASSERT_EQUAL(table.used, used - 1);
}

/* Options, extension headers before and behind the fragment header. */
static void vary(struct net_build *build, unsigned row)
{
	if (row % 2 == 0)
		return;
	build->ip_options_len = 8;
	build->extension[0] = NET_PROTOCOL_DESTINATION;
	build->extension_count = 1;
}

/* All six orders of three parts, in both families, with and without extras. */
static void test_orders(void)
{
	static const unsigned order[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
	                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	for (unsigned row = 0; row < 24; row++) {
		uint8_t frame[FRAME_MAX];
		reset();
		struct net_build build = base_frame(row % 4 < 2 ? 4 : 6, 1000);
		vary(&build, row);
		struct fragment_rig rig = rig_of(&build, frame);
		size_t len = fragment_rig_len(&rig);
		const size_t at[4] = {0, 400, 808, len};
		for (unsigned i = 0; i < 3; i++) {
			unsigned part = order[row / 4][i];
			enum net_reassembly_outcome outcome =
			    add(&rig, at[part], at[part + 1] - at[part], part < 2);
			CU_ASSERT_EQUAL(outcome,
			                i < 2 ? NET_REASSEMBLY_KEPT : NET_REASSEMBLY_WHOLE);
		}
		expect_whole(&build);
	}
}

/* Extension headers in front of the fragment header, where the builder puts them. */
static void test_extensions_in_front(void)
{
	uint8_t data[FRAME_MAX];
	reset();
	struct net_build build = base_frame(6, 64);
	build.extension[0] = NET_PROTOCOL_HOP_BY_HOP;
	build.extension[1] = NET_PROTOCOL_DESTINATION;
	build.extension[2] = NET_PROTOCOL_FRAGMENT;
	build.extension_count = 3;
	build.more_fragments = true;
	size_t len;
	CU_ASSERT_EQUAL_FATAL(net_build_frame(&build, data, sizeof(data), &len), RESULT_OK);
	/* The UDP header's length and sum cover what comes later: none here, so both stay as built. */
	CU_ASSERT_EQUAL(add_frame(data, len, SECOND), NET_REASSEMBLY_KEPT);
	build.fragment_offset = 72;
	build.more_fragments = false;
	CU_ASSERT_EQUAL_FATAL(net_build_frame(&build, data, sizeof(data), &len), RESULT_OK);
	CU_ASSERT_EQUAL(add_frame(data, len, SECOND), NET_REASSEMBLY_WHOLE);
	CU_ASSERT_EQUAL(net_reassembly_frame_bytes(whole), 18 + 40 + 8 + 64 + 64);
	net_reassembly_write(&table, whole, data);
	CU_ASSERT_EQUAL(data[18 + 6], NET_PROTOCOL_UDP);
}

static void test_twice(void)
{
	uint8_t frame[FRAME_MAX];
	reset();
	struct net_build build = base_frame(4, 500);
	struct fragment_rig rig = rig_of(&build, frame);
	CU_ASSERT_EQUAL(add(&rig, 0, 256, true), NET_REASSEMBLY_KEPT);
	CU_ASSERT_EQUAL(add(&rig, 0, 256, true), NET_REASSEMBLY_KEPT);
	CU_ASSERT_EQUAL(add(&rig, 256, 252, false), NET_REASSEMBLY_WHOLE);
	expect_whole(&build);
}

/* RFC 5722: whatever overlaps ends the packet, also for what comes later. */
static void test_overlaps(void)
{
	static const struct {
		size_t at, len;
		bool more;
	} second[] = {{0, 248, true},    {0, 264, true}, {8, 16, true},    {248, 64, true},
	              {248, 260, false}, {8, 56, false}, {128, 64, false}, {8, 248, false}};
	for (unsigned version = 4; version <= 6; version += 2) {
		for (size_t i = 0; i < ARRAY_COUNT(second); i++) {
			uint8_t frame[FRAME_MAX], other[FRAME_MAX];
			reset();
			struct net_build build = base_frame(version, 500);
			struct fragment_rig rig = rig_of(&build, frame);
			CU_ASSERT_EQUAL(add(&rig, 0, 256, true), NET_REASSEMBLY_KEPT);
			payload[100] ^= 1; /* what overlaps says something else */
			struct fragment_rig liar = rig_of(&build, other);
			CU_ASSERT_EQUAL(add(&liar, second[i].at, second[i].len, second[i].more),
			                NET_REASSEMBLY_BAD);
			CU_ASSERT_EQUAL(add(&rig, 256, 252, false), NET_REASSEMBLY_BAD);
			CU_ASSERT_PTR_NULL(whole);
		}
	}
}

static void test_two_ends(void)
{
	uint8_t frame[FRAME_MAX];
	reset();
	struct net_build build = base_frame(6, 500);
	struct fragment_rig rig = rig_of(&build, frame);
	CU_ASSERT_EQUAL(add(&rig, 256, 64, false), NET_REASSEMBLY_KEPT);
	CU_ASSERT_EQUAL(add(&rig, 320, 64, true), NET_REASSEMBLY_BAD); /* behind the end */
	reset();
	CU_ASSERT_EQUAL(add(&rig, 256, 64, false), NET_REASSEMBLY_KEPT);
	CU_ASSERT_EQUAL(add(&rig, 128, 64, false), NET_REASSEMBLY_BAD);
	reset();
	CU_ASSERT_EQUAL(add(&rig, 256, 63, true), NET_REASSEMBLY_BAD); /* no multiple of 8 */
	reset();
	CU_ASSERT_EQUAL(add(&rig, 256, 0, false), NET_REASSEMBLY_BAD);
}

static void test_limits(void)
{
	uint8_t frame[FRAME_MAX];
	reset();
	struct net_build build = base_frame(4, 5000);
	struct fragment_rig rig = rig_of(&build, frame);
	CU_ASSERT_EQUAL(add(&rig, 4096, 8, true), NET_REASSEMBLY_KEPT);
	CU_ASSERT_EQUAL(add(&rig, 4096, 16, true), NET_REASSEMBLY_BAD);
	reset();
	for (unsigned i = 0; i < NET_FRAGMENTS_MAX; i++)
		CU_ASSERT_EQUAL(add(&rig, 8 + i * 16, 8, true), NET_REASSEMBLY_KEPT);
	CU_ASSERT_EQUAL(add(&rig, 1000, 8, true), NET_REASSEMBLY_BAD);
	/* The largest that there may be. */
	reset();
	build = base_frame(4, NET_REASSEMBLY_BYTES_MAX - 8);
	rig = rig_of(&build, frame);
	for (unsigned i = 0; i < 8; i++)
		(void)add(&rig, i * 520, i < 7 ? 520 : NET_REASSEMBLY_BYTES_MAX - 7 * 520, i < 7);
	expect_whole(&build);
}

static void test_table_full(void)
{
	uint8_t frame[FRAME_MAX], data[FRAME_MAX];
	reset();
	struct net_build build = base_frame(4, 500);
	struct fragment_rig rig = rig_of(&build, frame);
	for (unsigned i = 0; i <= NET_REASSEMBLY_PLACES; i++) {
		rig.id = i;
		size_t len = fragment_rig_cut(&rig, 0, 256, true, data);
		CU_ASSERT_EQUAL(add_frame(data, len, SECOND + i), NET_REASSEMBLY_KEPT);
	}
	CU_ASSERT_EQUAL(table.used, NET_REASSEMBLY_PLACES);
	CU_ASSERT_EQUAL(table.expired, 1); /* the oldest, id 0 */
	rig.id = NET_REASSEMBLY_PLACES;
	CU_ASSERT_EQUAL(add(&rig, 256, 252, false), NET_REASSEMBLY_WHOLE);
	net_reassembly_forget(&table, whole);
	rig.id = 0;
	CU_ASSERT_EQUAL(add(&rig, 256, 252, false), NET_REASSEMBLY_KEPT);
}

static void test_time(void)
{
	uint8_t frame[FRAME_MAX], data[FRAME_MAX];
	reset();
	struct net_build build = base_frame(6, 500);
	struct fragment_rig rig = rig_of(&build, frame);
	CU_ASSERT_EQUAL(add(&rig, 0, 256, true), NET_REASSEMBLY_KEPT);
	size_t len = fragment_rig_cut(&rig, 256, 252, false, data);
	net_reassembly_expire(&table, SECOND + NET_REASSEMBLY_US_MAX);
	CU_ASSERT_EQUAL(table.used, 1);
	CU_ASSERT_EQUAL(add_frame(data, len, SECOND + NET_REASSEMBLY_US_MAX + 1),
	                NET_REASSEMBLY_KEPT);
	CU_ASSERT_EQUAL(table.expired, 1);
	CU_ASSERT_EQUAL(table.used, 1);
	net_reassembly_expire(&table, 10 * SECOND);
	CU_ASSERT_EQUAL(table.used, 0);
	CU_ASSERT_EQUAL(table.expired, 2);
}

/* Others' fragments with the same identification, and other ports', do not mix. */
static void test_strangers(void)
{
	uint8_t frame[FRAME_MAX], data[FRAME_MAX];
	reset();
	struct net_build build = base_frame(4, 500);
	struct fragment_rig rig = rig_of(&build, frame);
	CU_ASSERT_EQUAL(add(&rig, 0, 256, true), NET_REASSEMBLY_KEPT);
	build.source.address.octets[3] = 9;
	struct fragment_rig other = rig_of(&build, frame);
	CU_ASSERT_EQUAL(add(&other, 256, 252, false), NET_REASSEMBLY_KEPT);
	build = base_frame(4, 500);
	rig = rig_of(&build, frame);
	struct net_frame parsed;
	size_t len = fragment_rig_cut(&rig, 256, 252, false, data);
	CU_ASSERT_EQUAL(net_frame_parse(data, len, &parsed), NET_FRAME_UDP_FRAGMENT);
	CU_ASSERT_EQUAL(net_reassembly_add(&table, data, &parsed, 1, SECOND, &whole),
	                NET_REASSEMBLY_KEPT);
	CU_ASSERT_EQUAL(add(&rig, 256, 252, false), NET_REASSEMBLY_WHOLE);
}

static void test_header_checksum(void)
{
	uint8_t frame[FRAME_MAX], data[FRAME_MAX];
	reset();
	struct net_build build = base_frame(4, 500);
	struct fragment_rig rig = rig_of(&build, frame);
	size_t len = fragment_rig_cut(&rig, 0, 256, true, data);
	data[18 + 8]--; /* a hop that forgot the sum */
	CU_ASSERT_EQUAL(add_frame(data, len, SECOND), NET_REASSEMBLY_BAD_CHECKSUM);
	CU_ASSERT_EQUAL(table.used, 0);
}

/* Whatever comes, a whole frame is within its bounds and the table's count is right. */
static void test_random(void)
{
	uint8_t frame[FRAME_MAX], data[FRAME_MAX];
	unsigned wholes = 0;
	reset();
	srandom(5722);
	struct net_build build = base_frame(6, 200);
	struct fragment_rig rig = rig_of(&build, frame);
	for (unsigned round = 0; round < 200000; round++) {
		rig.id = (uint32_t)random() % 80;
		size_t at = (size_t)random() % 26 * 8;
		size_t len = at == 200 ? 8 : (size_t)(random() % 2 ? 104 : 208 - at);
		if (random() % 8 != 0) /* most are honest halves */
			at = (size_t)random() % 2 * 104, len = 104;
		if (at + len > 208)
			len = 208 - at;
		if (at == 0 && len == 208) /* whole already */
			continue;
		size_t size = fragment_rig_cut(&rig, at, len, at + len < 208, data);
		if (add_frame(data, size, SECOND + round * 100) != NET_REASSEMBLY_WHOLE)
			continue;
		wholes++;
		expect_whole(&(struct net_build){.vlan_count = 1, .payload_len = 200});
		memset(&table, 0, sizeof(table));
	}
	CU_ASSERT(wholes > 100);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"orders", test_orders},         {"extensions_in_front", test_extensions_in_front},
	    {"twice", test_twice},           {"overlaps", test_overlaps},
	    {"two_ends", test_two_ends},     {"limits", test_limits},
	    {"table_full", test_table_full}, {"time", test_time},
	    {"strangers", test_strangers},   {"header_checksum", test_header_checksum},
	    {"random", test_random},
	};
	return unit_main(argc, argv, "net/reassembly", cases, ARRAY_COUNT(cases));
}

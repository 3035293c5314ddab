/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Fragments, frames in several buffers and spreading: what goes to DECODER, on which lane, and that every
 * packet is counted once. */
#include "stage/listener.h"

#include <stdlib.h>
#include <string.h>

#include "fake_stage.h"
#include "net/fragment_rig.h"
#include "port_fixture.h"
#include "unit.h"

#define FRAME_MAX 8192

static struct fake_stage *fake;
static struct net_reassembly *table;
static struct rte_mempool *large_pool;
static uint8_t payload[4096];

static void open_stage(struct rte_mempool *large)
{
	fixture_reset();
	table = calloc(1, sizeof(*table));
	CU_ASSERT_PTR_NOT_NULL_FATAL(table);
	const struct stage_listener_settings settings = {
	    .ports = fixture_port(), .port_count = 1, .reassembly = table, .large_pool = large};
	fake = fake_open(&stage_listener_ops, &settings);
	fake->stage.now_us = 1000000;
}

/* Packets that came in are those that went on and those that were dropped. */
static void close_stage(void)
{
	uint64_t left = 0;
	for (unsigned i = 0; i < fake->event_count; i++) {
		left += fake->event[i].output >= 0;
		rte_pktmbuf_free(fake->event[i].mbuf);
	}
	for (unsigned i = 0; i < DROP_REASON_COUNT; i++)
		left += fake->counters.drop[i];
	CU_ASSERT_EQUAL(fake->counters.made, left);
	fake_close();
	free(table);
	CU_ASSERT_EQUAL(fixture_leaked(), 0);
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(large_pool), 0);
}

static struct net_build frame_of(unsigned version, uint16_t len)
{
	struct net_build build = fixture_frame(version);
	build.payload = payload;
	build.payload_len = len;
	return build;
}

/* An mbuf with these octets, in buffers of `step` octets each. */
static struct rte_mbuf *mbuf_of(const uint8_t *data, size_t len, size_t step)
{
	const struct net_build any = fixture_frame(4);
	struct rte_mbuf *head = NULL;
	for (size_t at = 0; at < len; at += step) {
		uint16_t part = (uint16_t)(len - at < step ? len - at : step);
		struct rte_mbuf *mbuf = fixture_mbuf(&any);
		CU_ASSERT_EQUAL_FATAL(rte_pktmbuf_trim(mbuf, mbuf->data_len), 0);
		char *space = rte_pktmbuf_append(mbuf, part);
		CU_ASSERT_PTR_NOT_NULL_FATAL(space);
		memcpy(space, data + at, part);
		if (head == NULL)
			head = mbuf;
		else
			CU_ASSERT_EQUAL_FATAL(rte_pktmbuf_chain(head, mbuf), 0);
	}
	return head;
}

static void receive(struct rte_mbuf *mbuf)
{
	fixture_inject(mbuf);
	CU_ASSERT_EQUAL_FATAL(stage_listener_ops.poll(&fake->stage, PIPELINE_BURST), 1);
}

static void receive_part(const struct fragment_rig *rig, size_t at, size_t len, bool more)
{
	uint8_t data[FRAME_MAX];
	size_t size = fragment_rig_cut(rig, at, len, more, data);
	receive(mbuf_of(data, size, 3000));
}

/* What the last frame led to. */
static struct fake_event last(unsigned count)
{
	CU_ASSERT_EQUAL_FATAL(fake->event_count, count);
	return fake->event[count - 1];
}

static struct fragment_rig rig_of(const struct net_build *build, uint8_t *frame)
{
	struct fragment_rig rig = {.whole = frame, .id = 5};
	CU_ASSERT_EQUAL_FATAL(net_build_frame(build, frame, FRAME_MAX, &rig.whole_len), RESULT_OK);
	return rig;
}

static void test_query(void)
{
	for (unsigned version = 4; version <= 6; version += 2) {
		uint8_t frame[FRAME_MAX];
		open_stage(NULL);
		struct net_build build = frame_of(version, 1000);
		build.vlan_count = 2;
		struct fragment_rig rig = rig_of(&build, frame);
		receive_part(&rig, 0, 512, true);
		CU_ASSERT_EQUAL(fake->event_count, 0);
		receive_part(&rig, 512, 496, false);
		struct fake_event event = last(1);
		CU_ASSERT_EQUAL(event.output, LISTENER_TO_DECODER);
		const struct query *query = query_of(event.mbuf);
		CU_ASSERT_EQUAL(query->l2_len, 22);
		CU_ASSERT_EQUAL_FATAL(query->message_len, 1000);
		CU_ASSERT_EQUAL(memcmp(query_message(event.mbuf), payload, 1000), 0);
		CU_ASSERT_EQUAL(fake->counters.event[LISTENER_EVENT_FRAGMENTS], 1);
		CU_ASSERT_EQUAL(fake->counters.event[LISTENER_EVENT_REASSEMBLED], 1);
		CU_ASSERT_EQUAL(fake->counters.made, 1);
		close_stage();
	}
}

/* What becomes whole is checked and sorted as if it had come so. */
static void test_not_a_query(void)
{
	uint8_t frame[FRAME_MAX];
	open_stage(NULL);
	struct net_build build = frame_of(6, 1000);
	build.checksum = NET_BUILD_CHECKSUM_BAD_UDP;
	struct fragment_rig rig = rig_of(&build, frame);
	receive_part(&rig, 512, 496, false);
	receive_part(&rig, 0, 512, true);
	CU_ASSERT_EQUAL(last(1).reason, DROP_LISTENER_BAD_CHECKSUM);
	build = frame_of(4, 1000);
	build.target.port = 4000;
	rig = rig_of(&build, frame);
	receive_part(&rig, 0, 512, true);
	receive_part(&rig, 512, 496, false);
	CU_ASSERT_EQUAL(last(2).output, LISTENER_TO_KERNEL);
	build.target.address.octets[3] = 77; /* not to us at all */
	rig = rig_of(&build, frame);
	receive_part(&rig, 512, 496, false);
	CU_ASSERT_EQUAL(last(3).output, LISTENER_TO_KERNEL);
	close_stage();
}

static void test_bad(void)
{
	uint8_t frame[FRAME_MAX];
	open_stage(NULL);
	struct net_build build = frame_of(4, 1000);
	struct fragment_rig rig = rig_of(&build, frame);
	receive_part(&rig, 0, 512, true);
	receive_part(&rig, 504, 16, true);
	CU_ASSERT_EQUAL(last(1).reason, DROP_LISTENER_FRAGMENT_BAD);
	rig.id = 6;
	receive_part(&rig, 0, 512, true);
	fake->stage.now_us += NET_REASSEMBLY_US_MAX + 1;
	CU_ASSERT_EQUAL(stage_listener_ops.poll(&fake->stage, PIPELINE_BURST), 0);
	CU_ASSERT_EQUAL(fake->counters.drop[DROP_LISTENER_FRAGMENT_LATE], 1);
	CU_ASSERT_EQUAL(table->used, 0);
	CU_ASSERT_EQUAL(fake->counters.made, 2);
	close_stage();
}

/* Longer than a packet buffer: a large one holds it, or it is dropped by name. */
static void test_long(void)
{
	uint8_t frame[FRAME_MAX];
	struct net_build build = frame_of(4, 4096);
	struct fragment_rig rig = rig_of(&build, frame);
	for (unsigned round = 0; round < 2; round++) {
		open_stage(round == 0 ? NULL : large_pool);
		for (size_t at = 0; at < 4104; at += 1368)
			receive_part(&rig, at, 1368, at < 2736);
		struct fake_event event = last(1);
		if (round == 0) {
			CU_ASSERT_EQUAL(event.reason, DROP_LISTENER_TOO_LONG);
		} else {
			CU_ASSERT_EQUAL_FATAL(event.output, LISTENER_TO_DECODER);
			CU_ASSERT_EQUAL_FATAL(query_of(event.mbuf)->message_len, 4096);
			CU_ASSERT_EQUAL(memcmp(query_message(event.mbuf), payload, 4096), 0);
		}
		CU_ASSERT_EQUAL(table->used, 0);
		close_stage();
	}
}

/* A jumbo frame in several buffers: a query goes on in one, anything else as it came. */
static void test_scattered(void)
{
	uint8_t frame[FRAME_MAX];
	open_stage(large_pool);
	struct net_build build = frame_of(6, 4096);
	struct fragment_rig rig = rig_of(&build, frame);
	receive(mbuf_of(rig.whole, rig.whole_len, 2000));
	struct fake_event event = last(1);
	CU_ASSERT_EQUAL_FATAL(event.output, LISTENER_TO_DECODER);
	CU_ASSERT_EQUAL(event.mbuf->nb_segs, 1);
	CU_ASSERT_EQUAL(memcmp(query_message(event.mbuf), payload, 4096), 0);
	build.target.port = 4000;
	rig = rig_of(&build, frame);
	receive(mbuf_of(rig.whole, rig.whole_len, 2000));
	event = last(2);
	CU_ASSERT_EQUAL_FATAL(event.output, LISTENER_TO_KERNEL);
	CU_ASSERT_EQUAL(event.mbuf->nb_segs, 3);
	CU_ASSERT_EQUAL(query_of(event.mbuf)->message_len, rig.whole_len);
	/* Headers that do not lie in the first buffer. */
	build = frame_of(6, 1000);
	rig = rig_of(&build, frame);
	receive(mbuf_of(rig.whole, rig.whole_len, 20));
	CU_ASSERT_EQUAL(last(3).output, LISTENER_TO_DECODER);
	close_stage();
}

/* A tag that the device took out of the frame is in the answer's way again. */
static void test_stripped_tag(void)
{
	open_stage(NULL);
	const struct net_build build = fixture_frame(4);
	struct rte_mbuf *mbuf = fixture_mbuf(&build);
	mbuf->vlan_tci = 7;
	mbuf->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
	receive(mbuf);
	struct fake_event event = last(1);
	CU_ASSERT_EQUAL_FATAL(event.output, LISTENER_TO_DECODER);
	CU_ASSERT_EQUAL(query_of(event.mbuf)->l2_len, 18);
	CU_ASSERT_EQUAL(net_frame_vlan(rte_pktmbuf_mtod(event.mbuf, const uint8_t *), 0), 7);
	close_stage();
}

/* One queue, three lanes: clients are spread over all of them, and each stays on its own. */
static void test_spread(void)
{
	unsigned seen[3] = {0};
	open_stage(NULL);
	fake_close();
	const struct stage_listener_settings settings = {
	    .ports = fixture_port(), .port_count = 1, .spread = true};
	fake = fake_open_lanes(&stage_listener_ops, &settings, 3);
	for (unsigned i = 0; i < 60; i++) {
		struct net_build build = fixture_frame(i % 2 ? 6 : 4);
		build.source.port = (uint16_t)(4000 + i / 4 * 3); /* each client twice */
		receive(fixture_mbuf(&build));
		struct fake_event event = last(i + 1);
		CU_ASSERT_EQUAL_FATAL(event.output, LISTENER_TO_DECODER);
		CU_ASSERT_FATAL(query_of(event.mbuf)->lane < 3);
		seen[query_of(event.mbuf)->lane]++;
		if (i % 4 >= 2)
			CU_ASSERT_EQUAL(query_of(event.mbuf)->lane,
			                query_of(fake->event[i - 2].mbuf)->lane);
	}
	for (unsigned lane = 0; lane < 3; lane++)
		CU_ASSERT(seen[lane] >= 8);
	CU_ASSERT_EQUAL(fake->counters.event[LISTENER_EVENT_SPREAD], seen[1] + seen[2]);
	close_stage();
}

/* What the device says about the flow is taken. */
static void test_spread_by_device(void)
{
	open_stage(NULL);
	fake_close();
	const struct stage_listener_settings settings = {
	    .ports = fixture_port(), .port_count = 1, .spread = true};
	fake = fake_open_lanes(&stage_listener_ops, &settings, 3);
	for (unsigned i = 0; i < 6; i++) {
		const struct net_build build = fixture_frame(4);
		struct rte_mbuf *mbuf = fixture_mbuf(&build);
		mbuf->hash.rss = i;
		mbuf->ol_flags |= RTE_MBUF_F_RX_RSS_HASH;
		receive(mbuf);
		CU_ASSERT_EQUAL(query_of(last(i + 1).mbuf)->lane, i % 3);
	}
	close_stage();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"query", test_query},
	    {"not_a_query", test_not_a_query},
	    {"bad", test_bad},
	    {"long", test_long},
	    {"scattered", test_scattered},
	    {"stripped_tag", test_stripped_tag},
	    {"spread", test_spread},
	    {"spread_by_device", test_spread_by_device},
	};
	fixture_open();
	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(i * 7 + i / 256);
	large_pool =
	    rte_pktmbuf_pool_create("large", 63, 0, QUERY_PRIVATE_BYTES, 65535, SOCKET_ID_ANY);
	CHECK(large_pool != NULL);
	int status = unit_main(argc, argv, "stage/listener_fragments", cases, ARRAY_COUNT(cases));
	rte_mempool_free(large_pool);
	fixture_close();
	return status;
}

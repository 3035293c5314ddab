/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Answers sent on a ring port are read back as frames; a port that takes nothing shows the limits. */
#include "stage/sender.h"

#include <string.h>

#include "fake_stage.h"
#include "port_fixture.h"
#include "unit.h"

/* The ring of a ring port holds one frame less than this. */
#define RING_FRAMES 1024

static struct fake_stage *fake;

static void open_stage(void)
{
	fixture_reset();
	const struct stage_sender_settings settings = {.ports = fixture_port(), .port_count = 1};
	fake = fake_open(&stage_sender_ops, &settings);
	fake->stage.now_us = 1000000;
}

static void close_stage(void)
{
	for (unsigned i = 0; i < fake->event_count; i++)
		rte_pktmbuf_free(fake->event[i].mbuf);
	fake->event_count = 0;
	for (struct rte_mbuf *mbuf = fixture_take(); mbuf != NULL; mbuf = fixture_take())
		rte_pktmbuf_free(mbuf);
	fake_close();
	CU_ASSERT_EQUAL(fixture_leaked(), 0);
}

static void send_one(struct rte_mbuf *mbuf)
{
	stage_sender_ops.process(&fake->stage, &mbuf, 1);
}

static void test_answers(void)
{
	open_stage();
	for (unsigned row = 0; row < 12; row++) {
		struct net_build build = fixture_frame(row % 2 ? 6 : 4);
		build.vlan_count = (uint8_t)(row / 4);
		build.padding_len = 7;
		if (row / 2 % 2 && row % 2 == 0)
			build.ip_options_len = 16;
		if (row / 2 % 2 && row % 2) {
			build.extension[0] = NET_PROTOCOL_HOP_BY_HOP;
			build.extension_count = 1;
		}
		uint16_t len = (uint16_t)(45 + row * 97);
		send_one(fixture_answer(&build, len));
		CU_ASSERT_EQUAL(stage_sender_ops.held(&fake->stage), 1);
		CU_ASSERT_PTR_NULL(fixture_take());
		stage_sender_ops.flush(&fake->stage);
		CU_ASSERT_EQUAL(stage_sender_ops.held(&fake->stage), 0);
		struct rte_mbuf *mbuf = fixture_take();
		CU_ASSERT_PTR_NOT_NULL_FATAL(mbuf);
		const uint8_t *data = rte_pktmbuf_mtod(mbuf, const uint8_t *);
		struct net_frame frame;
		CU_ASSERT_EQUAL_FATAL(net_frame_parse(data, mbuf->data_len, &frame), NET_FRAME_UDP);
		CU_ASSERT_EQUAL(mbuf->pkt_len, mbuf->data_len);
		CU_ASSERT_EQUAL(mbuf->data_len, frame.payload_at + len);
		CU_ASSERT_EQUAL(frame.payload_len, len);
		CU_ASSERT_EQUAL(frame.vlan_count, build.vlan_count);
		CU_ASSERT_EQUAL(frame.target_port, 4711);
		CU_ASSERT_EQUAL(frame.l3_len, row % 2 ? 40 : 20);
		CU_ASSERT_EQUAL(data[frame.payload_at + 3], 21);
		CU_ASSERT_EQUAL(net_frame_checksum_check(data, &frame, false), NET_CHECKSUM_GOOD);
		CU_ASSERT_EQUAL(mbuf->ol_flags, 0);
		rte_pktmbuf_free(mbuf);
	}
	CU_ASSERT_EQUAL(fake->counters.answered, 12);
	CU_ASSERT_TRUE(fake->counters.event[SENDER_EVENT_V4_BYTES] > 0);
	CU_ASSERT_TRUE(fake->counters.event[SENDER_EVENT_V6_BYTES] > 0);
	CU_ASSERT_EQUAL(fake->event_count, 0);
	close_stage();
}

static void test_device_checksums(void)
{
	open_stage();
	fixture_port()->tx_ip_checksum = true;
	fixture_port()->tx_udp_checksum = true;
	struct net_build build = fixture_frame(4);
	send_one(fixture_answer(&build, 100));
	stage_sender_ops.flush(&fake->stage);
	struct rte_mbuf *mbuf = fixture_take();
	CU_ASSERT_PTR_NOT_NULL_FATAL(mbuf);
	CU_ASSERT_EQUAL(mbuf->ol_flags,
	                RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_UDP_CKSUM);
	CU_ASSERT_EQUAL(mbuf->l2_len, 14);
	CU_ASSERT_EQUAL(mbuf->l3_len, 20);
	rte_pktmbuf_free(mbuf);
	build = fixture_frame(6);
	send_one(fixture_answer(&build, 100));
	stage_sender_ops.flush(&fake->stage);
	mbuf = fixture_take();
	CU_ASSERT_PTR_NOT_NULL_FATAL(mbuf);
	CU_ASSERT_EQUAL(mbuf->ol_flags, RTE_MBUF_F_TX_IPV6 | RTE_MBUF_F_TX_UDP_CKSUM);
	rte_pktmbuf_free(mbuf);
	close_stage();
}

static void test_kernel_frames(void)
{
	open_stage();
	struct net_build build = fixture_frame(4);
	struct rte_mbuf *mbuf = fixture_mbuf(&build);
	uint8_t before[256];
	uint16_t len = mbuf->data_len;
	CU_ASSERT_TRUE_FATAL(len <= sizeof(before));
	memcpy(before, rte_pktmbuf_mtod(mbuf, const void *), len);
	query_of(mbuf)->source = QUERY_SOURCE_KERNEL;
	query_of(mbuf)->port_index = 0;
	send_one(mbuf);
	stage_sender_ops.flush(&fake->stage);
	mbuf = fixture_take();
	CU_ASSERT_PTR_NOT_NULL_FATAL(mbuf);
	CU_ASSERT_EQUAL(mbuf->data_len, len);
	CU_ASSERT_EQUAL(memcmp(before, rte_pktmbuf_mtod(mbuf, const void *), len), 0);
	rte_pktmbuf_free(mbuf);
	CU_ASSERT_EQUAL(fake->counters.answered, 1);
	CU_ASSERT_EQUAL(fake->counters.event[SENDER_EVENT_KERNEL_FRAMES], 1);
	CU_ASSERT_EQUAL(fake->counters.event[SENDER_EVENT_KERNEL_BYTES], len);
	close_stage();
}

static void test_streams(void)
{
	open_stage();
	struct net_build build = fixture_frame(4);
	for (unsigned i = 0; i < 2; i++) {
		struct rte_mbuf *mbuf = fixture_mbuf(&build);
		query_of(mbuf)->source = i == 0 ? QUERY_SOURCE_STREAM : QUERY_SOURCE_SOCKET;
		send_one(mbuf);
		CU_ASSERT_EQUAL(fake->event[i].output, SENDER_TO_ACCEPTOR);
	}
	fake->has_room = false;
	struct rte_mbuf *mbuf = fixture_mbuf(&build);
	query_of(mbuf)->source = QUERY_SOURCE_STREAM;
	send_one(mbuf);
	CU_ASSERT_EQUAL(fake->event[2].reason, DROP_SENDER_NO_STREAM_CREDIT);
	CU_ASSERT_EQUAL(fake->counters.answered, 0);
	close_stage();
}

static void test_too_large(void)
{
	open_stage();
	struct net_build build = fixture_frame(4);
	send_one(fixture_answer(&build, 1472));
	CU_ASSERT_EQUAL(fake->event_count, 0);
	send_one(fixture_answer(&build, 1473));
	CU_ASSERT_EQUAL(fake->event[0].reason, DROP_SENDER_TOO_LARGE);
	build = fixture_frame(6);
	send_one(fixture_answer(&build, 1452));
	CU_ASSERT_EQUAL(fake->event_count, 1);
	send_one(fixture_answer(&build, 1453));
	CU_ASSERT_EQUAL(fake->event[1].reason, DROP_SENDER_TOO_LARGE);
	stage_sender_ops.flush(&fake->stage);
	CU_ASSERT_EQUAL(fake->counters.answered, 2);
	close_stage();
}

/* Fills the ring behind the sender's back. */
static unsigned fill_ring(void)
{
	struct net_build build = fixture_frame(4);
	struct port port = *fixture_port();
	unsigned count = 0;
	for (;;) {
		struct rte_mbuf *mbuf = fixture_mbuf(&build);
		if (port_tx(&port, 0, &mbuf, 1) == 0) {
			rte_pktmbuf_free(mbuf);
			return count;
		}
		count++;
		CU_ASSERT_TRUE_FATAL(count <= RING_FRAMES);
	}
}

static void empty_ring(void)
{
	for (struct rte_mbuf *mbuf = fixture_take(); mbuf != NULL; mbuf = fixture_take())
		rte_pktmbuf_free(mbuf);
}

static void test_retry(void)
{
	open_stage();
	CU_ASSERT_EQUAL(stage_sender_ops.deadline_us(&fake->stage), UINT64_MAX);
	unsigned filled = fill_ring();
	CU_ASSERT_TRUE(filled > 0);
	struct net_build build = fixture_frame(4);
	send_one(fixture_answer(&build, 50));
	send_one(fixture_answer(&build, 60));
	stage_sender_ops.flush(&fake->stage);
	CU_ASSERT_EQUAL(stage_sender_ops.held(&fake->stage), 2);
	CU_ASSERT_TRUE(stage_sender_ops.deadline_us(&fake->stage) <= fake->stage.now_us + 1000);
	fake->stage.now_us += SENDER_STALL_US_MAX;
	stage_sender_ops.flush(&fake->stage);
	CU_ASSERT_EQUAL(stage_sender_ops.held(&fake->stage), 2);
	/* Room for one: progress, so the other one's time starts anew. */
	rte_pktmbuf_free(fixture_take());
	stage_sender_ops.flush(&fake->stage);
	CU_ASSERT_EQUAL(stage_sender_ops.held(&fake->stage), 1);
	CU_ASSERT_EQUAL(fake->counters.answered, 1);
	fake->stage.now_us += SENDER_STALL_US_MAX;
	stage_sender_ops.flush(&fake->stage);
	CU_ASSERT_EQUAL(stage_sender_ops.held(&fake->stage), 1);
	fake->stage.now_us += SENDER_STALL_US_MAX + 1;
	stage_sender_ops.flush(&fake->stage);
	CU_ASSERT_EQUAL(stage_sender_ops.held(&fake->stage), 0);
	CU_ASSERT_EQUAL_FATAL(fake->event_count, 1);
	CU_ASSERT_EQUAL(fake->event[0].reason, DROP_SENDER_TX_FULL);
	CU_ASSERT_TRUE(fake->counters.event[SENDER_EVENT_TX_RETRIES] >= 4);
	empty_ring();
	close_stage();
}

static void test_gather_full(void)
{
	open_stage();
	fill_ring();
	struct net_build build = fixture_frame(4);
	for (unsigned i = 0; i < SENDER_GATHER_MAX + 3; i++)
		send_one(fixture_answer(&build, 40));
	CU_ASSERT_EQUAL(stage_sender_ops.held(&fake->stage), SENDER_GATHER_MAX);
	CU_ASSERT_EQUAL(fake->event_count, 3);
	CU_ASSERT_EQUAL(fake->counters.drop[DROP_SENDER_TX_FULL], 3);
	empty_ring();
	stage_sender_ops.flush(&fake->stage);
	CU_ASSERT_EQUAL(stage_sender_ops.held(&fake->stage), 0);
	CU_ASSERT_EQUAL(fake->counters.answered, SENDER_GATHER_MAX);
	close_stage();
}

/* What waits at the end is dropped by name. */
static void test_fini(void)
{
	open_stage();
	fill_ring();
	struct net_build build = fixture_frame(4);
	send_one(fixture_answer(&build, 50));
	stage_sender_ops.flush(&fake->stage);
	stage_sender_ops.fini(&fake->stage);
	CU_ASSERT_EQUAL_FATAL(fake->event_count, 1);
	CU_ASSERT_EQUAL(fake->event[0].reason, DROP_PIPELINE_STOPPING);
	empty_ring();
	close_stage();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"answers", test_answers},
	    {"device_checksums", test_device_checksums},
	    {"kernel_frames", test_kernel_frames},
	    {"streams", test_streams},
	    {"too_large", test_too_large},
	    {"retry", test_retry},
	    {"gather_full", test_gather_full},
	    {"fini", test_fini},
	};
	fixture_open();
	int status = unit_main(argc, argv, "stage/sender", cases, ARRAY_COUNT(cases));
	fixture_close();
	return status;
}

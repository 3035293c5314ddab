/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Frames put on a ring port: which goes where, with which query, and under which name it is dropped. */
#include "stage/listener.h"

#include <string.h>

#include "fake_stage.h"
#include "net/checksum.h"
#include "port_fixture.h"
#include "unit.h"

static struct fake_stage *fake;

static void open_stage(void)
{
	fixture_reset();
	const struct stage_listener_settings settings = {.ports = fixture_port(), .port_count = 1};
	fake = fake_open(&stage_listener_ops, &settings);
}

/* Every frame that came must have been counted as made, and as emitted or dropped. */
static void close_stage(void)
{
	CU_ASSERT_EQUAL(fake->counters.made, fake->event_count);
	for (unsigned i = 0; i < fake->event_count; i++)
		rte_pktmbuf_free(fake->event[i].mbuf);
	fake_close();
	CU_ASSERT_EQUAL(fixture_leaked(), 0);
}

static struct fake_event poll_one(void)
{
	unsigned before = fake->event_count;
	CU_ASSERT_EQUAL_FATAL(stage_listener_ops.poll(&fake->stage, PIPELINE_BURST), 1);
	CU_ASSERT_EQUAL_FATAL(fake->event_count, before + 1);
	return fake->event[before];
}

static struct fake_event run_frame(const struct net_build *build)
{
	fixture_inject(fixture_mbuf(build));
	return poll_one();
}

static void expect_drop(const struct net_build *build, enum drop_reason reason)
{
	struct fake_event event = run_frame(build);
	CU_ASSERT_EQUAL(event.output, -1);
	CU_ASSERT_EQUAL(event.reason, reason);
	CU_ASSERT_EQUAL(fake->counters.drop[reason] > 0, true);
}

static void expect_output(const struct net_build *build, enum listener_output output)
{
	CU_ASSERT_EQUAL(run_frame(build).output, output);
}

static void test_query(void)
{
	open_stage();
	for (unsigned row = 0; row < 12; row++) {
		struct net_build build = fixture_frame(row % 2 ? 6 : 4);
		build.vlan_count = (uint8_t)(row / 4);
		if (row / 2 % 2 && row % 2 == 0)
			build.ip_options_len = 8;
		if (row / 2 % 2 && row % 2) {
			build.extension[0] = NET_PROTOCOL_DESTINATION;
			build.extension_count = 1;
		}
		build.padding_len = (uint16_t)(row % 3 * 9);
		struct fake_event event = run_frame(&build);
		CU_ASSERT_EQUAL_FATAL(event.output, LISTENER_TO_DECODER);
		const struct query *query = query_of(event.mbuf);
		CU_ASSERT_EQUAL(query->source, QUERY_SOURCE_PORT);
		CU_ASSERT_EQUAL(query->lane, 0);
		CU_ASSERT_EQUAL(query->port_index, 0);
		CU_ASSERT_TRUE(query->arrival_tsc != 0);
		CU_ASSERT_EQUAL(query->l2_len, 14 + 4 * build.vlan_count);
		CU_ASSERT_EQUAL(query->message_len, build.payload_len);
		CU_ASSERT_EQUAL(memcmp(query_message(event.mbuf), build.payload, build.payload_len),
		                0);
		CU_ASSERT_EQUAL(query->client.family, build.source.address.family);
		CU_ASSERT_EQUAL(query->client.port, 4711);
		CU_ASSERT_EQUAL(memcmp(query->client.octets, build.source.address.octets, 16), 0);
		CU_ASSERT_EQUAL(query->local.port, 53);
		CU_ASSERT_EQUAL(memcmp(query->local.octets, build.target.address.octets, 16), 0);
	}
	CU_ASSERT_TRUE(fake->counters.event[LISTENER_EVENT_DNS_V4_BYTES] > 6 * 60);
	CU_ASSERT_TRUE(fake->counters.event[LISTENER_EVENT_DNS_V6_BYTES] > 6 * 60);
	close_stage();
}

static void test_checksums(void)
{
	open_stage();
	for (unsigned version = 4; version <= 6; version += 2) {
		struct net_build build = fixture_frame(version);
		build.checksum = NET_BUILD_CHECKSUM_BAD_UDP;
		expect_drop(&build, DROP_LISTENER_BAD_CHECKSUM);
		build.checksum = NET_BUILD_CHECKSUM_HALF;
		expect_output(&build, LISTENER_TO_DECODER);
		build.checksum = NET_BUILD_CHECKSUM_NONE;
		if (version == 4)
			expect_output(&build, LISTENER_TO_DECODER);
		else
			expect_drop(&build, DROP_LISTENER_BAD_CHECKSUM);
	}
	struct net_build build = fixture_frame(4);
	build.checksum = NET_BUILD_CHECKSUM_BAD_IP;
	expect_drop(&build, DROP_LISTENER_BAD_CHECKSUM);
	CU_ASSERT_EQUAL(fake->counters.event[LISTENER_EVENT_HALF_CHECKSUMS], 2);
	close_stage();
}

/* What the device says is taken, but "bad" is looked at again. */
static void test_device_checksums(void)
{
	open_stage();
	fixture_port()->rx_ip_checksum = true;
	fixture_port()->rx_udp_checksum = true;
	struct net_build bad = fixture_frame(4);
	bad.checksum = NET_BUILD_CHECKSUM_BAD_UDP;
	struct rte_mbuf *mbuf = fixture_mbuf(&bad);
	mbuf->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	fixture_inject(mbuf);
	CU_ASSERT_EQUAL(poll_one().output, LISTENER_TO_DECODER);
	struct net_build half = fixture_frame(4);
	half.checksum = NET_BUILD_CHECKSUM_HALF;
	mbuf = fixture_mbuf(&half);
	mbuf->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_BAD;
	fixture_inject(mbuf);
	CU_ASSERT_EQUAL(poll_one().output, LISTENER_TO_DECODER);
	expect_drop(&bad, DROP_LISTENER_BAD_CHECKSUM); /* no flags: nobody has looked */
	close_stage();
}

static void test_not_ours(void)
{
	open_stage();
	struct net_build build = fixture_frame(4);
	build.target.port = 5353;
	expect_output(&build, LISTENER_TO_KERNEL);
	build = fixture_frame(4);
	build.target.address.octets[3] = 3;
	expect_output(&build, LISTENER_TO_KERNEL);
	build = fixture_frame(6);
	build.target_mac[0] |= 1;
	expect_output(&build, LISTENER_TO_KERNEL);
	build = fixture_frame(4);
	build.source.port = 0;
	expect_drop(&build, DROP_LISTENER_PORT_ZERO);
	build = fixture_frame(4);
	build.source.address.octets[0] = 224;
	expect_drop(&build, DROP_LISTENER_NOT_OURS);
	build = fixture_frame(6);
	build.source_mac[0] |= 1;
	expect_drop(&build, DROP_LISTENER_NOT_OURS);
	close_stage();
}

static void test_other_macs(void)
{
	open_stage();
	struct net_build build = fixture_frame(4);
	expect_output(&build, LISTENER_TO_DECODER);
	fixture_port()->check_mac = true;
	expect_output(&build, LISTENER_TO_KERNEL);
	memcpy(fixture_port()->mac, build.target_mac, 6);
	expect_output(&build, LISTENER_TO_DECODER);
	close_stage();
}

static void test_fragments(void)
{
	open_stage();
	struct net_build build = fixture_frame(4);
	build.more_fragments = true;
	expect_drop(&build, DROP_LISTENER_FRAGMENT);
	build.target.port = 4000;
	expect_output(&build, LISTENER_TO_KERNEL);
	build.fragment_offset = 64;
	expect_drop(&build, DROP_LISTENER_FRAGMENT);
	build.target.address.octets[3] = 99;
	expect_output(&build, LISTENER_TO_KERNEL);
	close_stage();
}

static void inject_octets(const uint8_t *octets, uint16_t len)
{
	struct net_build any = fixture_frame(4);
	struct rte_mbuf *mbuf = fixture_mbuf(&any);
	CU_ASSERT_EQUAL_FATAL(rte_pktmbuf_trim(mbuf, mbuf->data_len), 0);
	uint8_t *data = (uint8_t *)rte_pktmbuf_append(mbuf, len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(data);
	memcpy(data, octets, len);
	fixture_inject(mbuf);
}

static void test_other_protocols(void)
{
	open_stage();
	uint8_t frame[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6};
	inject_octets(frame, sizeof(frame)); /* ARP to everybody */
	struct fake_event event = poll_one();
	CU_ASSERT_EQUAL_FATAL(event.output, LISTENER_TO_KERNEL);
	CU_ASSERT_EQUAL(query_of(event.mbuf)->source, QUERY_SOURCE_KERNEL);
	CU_ASSERT_EQUAL(query_of(event.mbuf)->port_index, 0);
	CU_ASSERT_EQUAL(fake->counters.event[LISTENER_EVENT_ARP_BYTES], 60);
	inject_octets(frame, 13);
	CU_ASSERT_EQUAL(poll_one().reason, DROP_LISTENER_BAD_LENGTH);
	frame[12] = 0x88;
	frame[13] = 0xcc;
	inject_octets(frame, sizeof(frame)); /* LLDP */
	CU_ASSERT_EQUAL(poll_one().output, LISTENER_TO_KERNEL);
	CU_ASSERT_EQUAL(fake->counters.event[LISTENER_EVENT_OTHER_BYTES], 60);
	CU_ASSERT_EQUAL(fake->counters.event[LISTENER_EVENT_KERNEL_FRAMES], 2);
	close_stage();
}

static void test_kernel_half_full(void)
{
	open_stage();
	fake->has_room = false;
	struct net_build build = fixture_frame(4);
	build.target.port = 123;
	expect_drop(&build, DROP_LISTENER_KERNEL_NO_CREDIT);
	build.target.port = 53;
	expect_output(&build, LISTENER_TO_DECODER);
	close_stage();
}

static void test_bifurcated(void)
{
	open_stage();
	fixture_port()->mode = PORT_MODE_BIFURCATED;
	struct net_build build = fixture_frame(4);
	build.target.port = 123;
	expect_drop(&build, DROP_LISTENER_NOT_OURS);
	build.target.port = 53;
	expect_output(&build, LISTENER_TO_DECODER);
	close_stage();
}

static void test_segments(void)
{
	open_stage();
	/* A frame in two buffers is made one. */
	struct net_build build = fixture_frame(4);
	struct rte_mbuf *head = fixture_mbuf(&build);
	struct rte_mbuf *tail = fixture_mbuf(&build);
	uint16_t len = head->data_len;
	CU_ASSERT_EQUAL_FATAL(rte_pktmbuf_trim(head, (uint16_t)(len - 20)), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rte_pktmbuf_adj(tail, 20));
	CU_ASSERT_EQUAL_FATAL(rte_pktmbuf_chain(head, tail), 0);
	fixture_inject(head);
	struct fake_event event = poll_one();
	CU_ASSERT_EQUAL_FATAL(event.output, LISTENER_TO_DECODER);
	CU_ASSERT_EQUAL(event.mbuf->nb_segs, 1);
	CU_ASSERT_EQUAL(memcmp(query_message(event.mbuf), build.payload, build.payload_len), 0);
	/* One that does not fit is dropped by name. */
	head = fixture_mbuf(&build);
	tail = fixture_mbuf(&build);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rte_pktmbuf_append(head, rte_pktmbuf_tailroom(head)));
	CU_ASSERT_EQUAL_FATAL(rte_pktmbuf_chain(head, tail), 0);
	fixture_inject(head);
	CU_ASSERT_EQUAL(poll_one().reason, DROP_LISTENER_TOO_LONG);
	close_stage();
}

static void test_budget(void)
{
	open_stage();
	struct net_build build = fixture_frame(6);
	for (unsigned i = 0; i < 10; i++)
		fixture_inject(fixture_mbuf(&build));
	CU_ASSERT_EQUAL(stage_listener_ops.poll(&fake->stage, 0), 0);
	CU_ASSERT_EQUAL(stage_listener_ops.poll(&fake->stage, 3), 3);
	CU_ASSERT_EQUAL(fake->counters.made, 3);
	CU_ASSERT_EQUAL(stage_listener_ops.poll(&fake->stage, PIPELINE_BURST), 7);
	CU_ASSERT_EQUAL(stage_listener_ops.poll(&fake->stage, PIPELINE_BURST), 0);
	CU_ASSERT_EQUAL(fake->counters.made, 10);
	close_stage();
}

static void test_draining(void)
{
	open_stage();
	fake->stage.draining = true;
	struct net_build build = fixture_frame(4);
	expect_drop(&build, DROP_PIPELINE_STOPPING);
	build.target.port = 123;
	expect_output(&build, LISTENER_TO_KERNEL);
	close_stage();
}

static void test_more_dns_ports(void)
{
	fixture_reset();
	const struct stage_listener_settings settings = {.ports = fixture_port(),
	                                                 .port_count = 1,
	                                                 .dns_ports = {5353, 8053},
	                                                 .dns_port_count = 2};
	fake = fake_open(&stage_listener_ops, &settings);
	struct net_build build = fixture_frame(4);
	expect_output(&build, LISTENER_TO_KERNEL);
	build.target.port = 8053;
	expect_output(&build, LISTENER_TO_DECODER);
	close_stage();
}

static void test_wake_fds(void)
{
	open_stage();
	int fds[2];
	CU_ASSERT_EQUAL(stage_listener_ops.wake_fds(&fake->stage, fds, 2), -1);
	fixture_port()->wake_fd[0] = 7;
	CU_ASSERT_EQUAL(stage_listener_ops.wake_fds(&fake->stage, fds, 2), 1);
	CU_ASSERT_EQUAL(fds[0], 7);
	CU_ASSERT_EQUAL(stage_listener_ops.wake_fds(&fake->stage, fds, 0), -1);
	close_stage();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"query", test_query},
	    {"checksums", test_checksums},
	    {"device_checksums", test_device_checksums},
	    {"not_ours", test_not_ours},
	    {"other_macs", test_other_macs},
	    {"fragments", test_fragments},
	    {"other_protocols", test_other_protocols},
	    {"kernel_half_full", test_kernel_half_full},
	    {"bifurcated", test_bifurcated},
	    {"segments", test_segments},
	    {"budget", test_budget},
	    {"draining", test_draining},
	    {"more_dns_ports", test_more_dns_ports},
	    {"wake_fds", test_wake_fds},
	};
	fixture_open();
	int status = unit_main(argc, argv, "stage/listener", cases, ARRAY_COUNT(cases));
	fixture_close();
	return status;
}

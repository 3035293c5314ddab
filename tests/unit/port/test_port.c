/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Opens ring and null ports: queues, lanes, counters, limits, and what is refused. */
#include "port/port.h"

#include <string.h>

#include <rte_ethdev.h>

#include "eal_fixture.h"
#include "port/stats.h"

#define FRAMES 8

static struct rte_mbuf *frame_to_self(void)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 2};
	return fixture_frame("192.0.2.1:4711", "192.0.2.2:53", mac, 20);
}

/* What is sent on a ring port comes back on it. */
static void test_ring_loop(void)
{
	static struct port port;
	const struct net_prefix address = fixture_prefix("192.0.2.2");
	const struct port_settings settings = {
	    .name = "ring", .device = "net_ring0", .addresses = &address, .address_count = 1};
	unsigned before = rte_mempool_avail_count(fixture_pool());
	CU_ASSERT_EQUAL_FATAL(port_open(&settings, 3, 1, fixture_pool(), &port), RESULT_OK);
	CU_ASSERT_EQUAL(port.index, 3);
	CU_ASSERT_EQUAL(port.mode, PORT_MODE_OWNED);
	CU_ASSERT_EQUAL(port.rx_queue_count, 1);
	CU_ASSERT_EQUAL(port_wake_fd(&port, 0), -1);
	struct rte_mbuf *sent[FRAMES];
	struct rte_mbuf *received[FRAMES];
	for (unsigned i = 0; i < FRAMES; i++)
		sent[i] = frame_to_self();
	CU_ASSERT_EQUAL(port_tx(&port, 0, sent, FRAMES), FRAMES);
	CU_ASSERT_EQUAL_FATAL(port_rx(&port, 0, received, FRAMES), FRAMES);
	CU_ASSERT_EQUAL(memcmp(sent, received, sizeof(sent)), 0);
	CU_ASSERT_EQUAL(port_rx(&port, 1, received, FRAMES), 0); /* no such queue */
	rte_pktmbuf_free_bulk(received, FRAMES);
	struct port_stats stats;
	CU_ASSERT_EQUAL_FATAL(port_stats_read(&port, &stats), RESULT_OK);
	CU_ASSERT_EQUAL(stats.rx_packets, FRAMES);
	CU_ASSERT_EQUAL(stats.tx_packets, FRAMES);
	struct port_link link;
	CU_ASSERT_EQUAL(port_link_read(&port, &link), RESULT_OK);
	port_close(&port);
	port_close(&port);
	CU_ASSERT_EQUAL(port_stats_read(&port, &stats), RESULT_UNSUPPORTED);
	CU_ASSERT_EQUAL(rte_mempool_avail_count(fixture_pool()), before);
	CU_ASSERT_EQUAL(rte_eth_dev_count_avail(), 0);
}

/* Three lanes on a device with one queue: the first lane receives, all may send. */
static void test_fewer_queues_than_lanes(void)
{
	static struct port port;
	const struct port_settings settings = {.name = "ring", .device = "net_ring1", .queues = 1};
	CU_ASSERT_EQUAL_FATAL(port_open(&settings, 0, 3, fixture_pool(), &port), RESULT_OK);
	CU_ASSERT_EQUAL(port.rx_queue_count, 1);
	CU_ASSERT_EQUAL(port.tx_queue_count, 1);
	CU_ASSERT_TRUE(port.tx_shared);
	struct rte_mbuf *mbuf = frame_to_self();
	struct rte_mbuf *received[1];
	CU_ASSERT_EQUAL(port_tx(&port, 2, &mbuf, 1), 1);
	CU_ASSERT_EQUAL_FATAL(port_rx(&port, 0, received, 1), 1);
	CU_ASSERT_PTR_EQUAL(received[0], mbuf);
	rte_pktmbuf_free(mbuf);
	port_close(&port);
}

static void count_name(void *context, const char *name, uint64_t value)
{
	unsigned *count = context;
	CU_ASSERT_TRUE(strlen(name) > 0);
	CU_ASSERT_EQUAL(value, 0);
	(*count)++;
}

static void test_xstats(void)
{
	static struct port port;
	const struct port_settings settings = {.name = "ring", .device = "net_ring2"};
	CU_ASSERT_EQUAL_FATAL(port_open(&settings, 0, 1, fixture_pool(), &port), RESULT_OK);
	unsigned count = 0;
	CU_ASSERT_EQUAL(port_stats_each(&port, count_name, &count), RESULT_OK);
	CU_ASSERT_TRUE(count >= 8);
	port_close(&port);
}

static void test_wishes_too_large(void)
{
	static struct port port;
	const struct port_settings settings = {.name = "null",
	                                       .device = "net_null0,no-rx=1",
	                                       .rx_descriptors = 65535,
	                                       .tx_descriptors = 65535,
	                                       .mtu = PORT_MTU_MAX};
	CU_ASSERT_EQUAL_FATAL(port_open(&settings, 0, PORT_QUEUES_MAX + 1, fixture_pool(), &port),
	                      RESULT_OK);
	CU_ASSERT_TRUE(port.mtu >= PORT_MTU_MIN && port.mtu <= PORT_MTU_MAX);
	CU_ASSERT_TRUE(port.rx_queue_count >= 1 && port.rx_queue_count <= PORT_QUEUES_MAX);
	CU_ASSERT_TRUE(port.tx_shared);
	CU_ASSERT_EQUAL(port_message_max(&port, 4), port.mtu - 28);
	CU_ASSERT_EQUAL(port_message_max(&port, 6), port.mtu - 48);
	port_close(&port);
}

static void test_refused(void)
{
	static struct port port;
	const struct port_settings unknown = {.name = "x", .device = "net_nosuch0"};
	const struct port_settings absent = {.name = "x", .device = "0000:ff:1f.7"};
	const struct port_settings long_name = {.name = "a-name-of-more-than-thirty-one-octets",
	                                        .device = "net_null0"};
	CU_ASSERT_EQUAL(port_open(&unknown, 0, 1, fixture_pool(), &port), RESULT_NOT_FOUND);
	CU_ASSERT_EQUAL(port_open(&absent, 0, 1, fixture_pool(), &port), RESULT_NOT_FOUND);
	CU_ASSERT_EQUAL(port_open(&long_name, 0, 1, fixture_pool(), &port), RESULT_TOO_LONG);
	port_close(&port);
	CU_ASSERT_EQUAL(rte_eth_dev_count_avail(), 0);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"ring_loop", test_ring_loop},
	    {"fewer_queues_than_lanes", test_fewer_queues_than_lanes},
	    {"xstats", test_xstats},
	    {"wishes_too_large", test_wishes_too_large},
	    {"refused", test_refused},
	};
	return fixture_main(argc, argv, "port/port", cases, ARRAY_COUNT(cases));
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Opens real devices without hugepages: ring ports anywhere, TAP ports in a network namespace of the
 * test's own. As a plain user there is no such namespace, and the TAP cases say so. */
#include "port/port.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "net/build.h"
#include "net/frame.h"
#include "port/stats.h"
#include "unit.h"

#define MBUFS 4095
#define DATA_ROOM 2176
#define FRAMES 8
#define WAIT_MS 5000

static struct rte_mempool *pool;
static bool has_namespace;

static struct net_prefix prefix_of(const char *text)
{
	struct net_prefix prefix;
	CU_ASSERT_EQUAL_FATAL(net_prefix_parse(text, &prefix), RESULT_OK);
	return prefix;
}

static struct rte_mbuf *make_frame(unsigned number)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mbuf);
	struct net_build build = {.payload = &number, .payload_len = sizeof(number)};
	enum result a = net_endpoint_parse("192.0.2.1:4711", 0, &build.source);
	enum result b = net_endpoint_parse("192.0.2.2:53", 0, &build.target);
	size_t len = 0;
	CU_ASSERT_FATAL(a == RESULT_OK && b == RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(
	    net_build_frame(&build, rte_pktmbuf_mtod(mbuf, uint8_t *), DATA_ROOM / 2, &len),
	    RESULT_OK);
	mbuf->data_len = (uint16_t)len;
	mbuf->pkt_len = (uint32_t)len;
	return mbuf;
}

/* What is sent on a ring port comes back on it. */
static void test_ring_loop(void)
{
	static struct port port;
	const struct net_prefix address = prefix_of("192.0.2.2");
	const struct port_settings settings = {
	    .name = "ring", .device = "net_ring0", .addresses = &address, .address_count = 1};
	unsigned before = rte_mempool_avail_count(pool);
	CU_ASSERT_EQUAL_FATAL(port_open(&settings, 3, 1, pool, &port), RESULT_OK);
	CU_ASSERT_EQUAL(port.index, 3);
	CU_ASSERT_EQUAL(port.mode, PORT_MODE_OWNED);
	CU_ASSERT_EQUAL(port.rx_queue_count, 1);
	CU_ASSERT_EQUAL(port_wake_fd(&port, 0), -1);
	struct rte_mbuf *sent[FRAMES];
	struct rte_mbuf *received[FRAMES];
	for (unsigned i = 0; i < FRAMES; i++)
		sent[i] = make_frame(i);
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
	CU_ASSERT_EQUAL(rte_mempool_avail_count(pool), before);
	CU_ASSERT_EQUAL(rte_eth_dev_count_avail(), 0);
}

/* Three lanes on a device with one queue: the first lane receives, all may send. */
static void test_fewer_queues_than_lanes(void)
{
	static struct port port;
	const struct port_settings settings = {.name = "ring", .device = "net_ring1", .queues = 1};
	CU_ASSERT_EQUAL_FATAL(port_open(&settings, 0, 3, pool, &port), RESULT_OK);
	CU_ASSERT_EQUAL(port.rx_queue_count, 1);
	CU_ASSERT_EQUAL(port.tx_queue_count, 1);
	CU_ASSERT_TRUE(port.tx_shared);
	struct rte_mbuf *mbuf = make_frame(0);
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
	CU_ASSERT_EQUAL_FATAL(port_open(&settings, 0, 1, pool, &port), RESULT_OK);
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
	CU_ASSERT_EQUAL_FATAL(port_open(&settings, 0, PORT_QUEUES_MAX + 1, pool, &port), RESULT_OK);
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
	CU_ASSERT_EQUAL(port_open(&unknown, 0, 1, pool, &port), RESULT_NOT_FOUND);
	CU_ASSERT_EQUAL(port_open(&absent, 0, 1, pool, &port), RESULT_NOT_FOUND);
	CU_ASSERT_EQUAL(port_open(&long_name, 0, 1, pool, &port), RESULT_TOO_LONG);
	port_close(&port);
	CU_ASSERT_EQUAL(rte_eth_dev_count_avail(), 0);
}

/* Whether the interface has the address. */
static bool has_address(const char *interface, const struct net_prefix *address)
{
	struct ifaddrs *list;
	bool found = false;
	CU_ASSERT_EQUAL_FATAL(getifaddrs(&list), 0);
	for (const struct ifaddrs *row = list; row != NULL; row = row->ifa_next) {
		if (row->ifa_addr == NULL || strcmp(row->ifa_name, interface) != 0)
			continue;
		int family = address->address.family == 4 ? AF_INET : AF_INET6;
		size_t offset = family == AF_INET ? 4 : 8; /* in sockaddr_in, sockaddr_in6 */
		found |= row->ifa_addr->sa_family == family &&
		         memcmp((const char *)row->ifa_addr + offset, address->address.octets,
		                net_address_bytes(address->address.family)) == 0;
	}
	freeifaddrs(list);
	return found;
}

static void test_tap_host(void)
{
	if (!has_namespace) {
		puts("       no network namespace for a plain user: not tried");
		return;
	}
	static struct port port;
	const struct net_prefix host[] = {prefix_of("10.53.0.1/24"), prefix_of("fd53::1/64")};
	const struct port_settings settings = {.name = "tap",
	                                       .device =
	                                           "net_tap0,iface=utap0,mac=02:53:00:00:00:02",
	                                       .host_addresses = host,
	                                       .host_address_count = 2};
	unsigned before = rte_mempool_avail_count(pool);
	CU_ASSERT_EQUAL_FATAL(port_open(&settings, 0, 1, pool, &port), RESULT_OK);
	CU_ASSERT_STRING_EQUAL(port.interface, "utap0");
	CU_ASSERT_EQUAL(port.interface_index, if_nametoindex("utap0"));
	CU_ASSERT_TRUE(has_address("utap0", &host[0]));
	CU_ASSERT_TRUE(has_address("utap0", &host[1]));
	char mac[PORT_MAC_TEXT_BYTES];
	CU_ASSERT_STRING_EQUAL(port_mac_format(port.mac, mac), "02:53:00:00:00:02");
	struct ifreq request = {.ifr_name = "utap0"};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	CU_ASSERT_EQUAL(ioctl(fd, SIOCGIFHWADDR, &request), 0);
	CU_ASSERT_NOT_EQUAL(memcmp(request.ifr_hwaddr.sa_data, port.mac, 6), 0);
	CU_ASSERT_EQUAL(ioctl(fd, SIOCGIFFLAGS, &request), 0);
	CU_ASSERT_TRUE(request.ifr_flags & IFF_UP);
	close(fd);
	static struct port second;
	CU_ASSERT_EQUAL(port_open(&settings, 1, 1, pool, &second), RESULT_BUSY);
	port_close(&port);
	CU_ASSERT_EQUAL(if_nametoindex("utap0"), 0);
	CU_ASSERT_EQUAL(rte_mempool_avail_count(pool), before);
}

/* Receives until an IPv4 datagram to `target_port` comes, sleeping on the port's descriptor. */
static bool wait_datagram(const struct port *port, uint16_t target_port)
{
	struct pollfd ready = {.fd = port_wake_fd(port, 0), .events = POLLIN};
	while (poll(&ready, 1, WAIT_MS) == 1) {
		struct rte_mbuf *mbuf;
		if (port_rx(port, 0, &mbuf, 1) == 0)
			continue;
		struct net_frame frame;
		const uint8_t *data = rte_pktmbuf_mtod(mbuf, const uint8_t *);
		bool found = net_frame_parse(data, mbuf->data_len, &frame) == NET_FRAME_UDP &&
		             frame.version == 4 && frame.target_port == target_port;
		enum net_checksum_state sum = NET_CHECKSUM_GOOD;
		if (found)
			sum = net_frame_checksum_check(data, &frame, false);
		rte_pktmbuf_free(mbuf);
		if (found)
			return sum == NET_CHECKSUM_GOOD;
	}
	return false;
}

/* The descriptor wakes a sleeper, no signal comes, and the host's frames are whole. */
static void test_tap_wakes(void)
{
	if (!has_namespace)
		return;
	static struct port port;
	const struct net_prefix host = prefix_of("10.53.0.1/24");
	const struct port_settings settings = {.name = "tap",
	                                       .device = "net_tap1,iface=utap1",
	                                       .host_addresses = &host,
	                                       .host_address_count = 1};
	CU_ASSERT_EQUAL_FATAL(port_open(&settings, 0, 1, pool, &port), RESULT_OK);
	CU_ASSERT_TRUE_FATAL(port_wake_fd(&port, 0) >= 0);
	struct sigaction action;
	for (int number = SIGRTMIN + 1; number < SIGRTMAX; number++) {
		CU_ASSERT_EQUAL(sigaction(number, NULL, &action), 0);
		CU_ASSERT_TRUE(action.sa_handler == SIG_DFL);
	}
	/* To the broadcast address: no neighbour has to be found first. */
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int on = 1;
	CU_ASSERT_EQUAL(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)), 0);
	struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons(5301)};
	target.sin_addr.s_addr = htonl(0x0a3500ff);
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(
		    sendto(fd, "hello", 5, 0, (const struct sockaddr *)&target, sizeof(target)), 5);
		CU_ASSERT_TRUE(wait_datagram(&port, 5301));
	}
	close(fd);
	port_close(&port);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"ring_loop", test_ring_loop},
	    {"fewer_queues_than_lanes", test_fewer_queues_than_lanes},
	    {"xstats", test_xstats},
	    {"wishes_too_large", test_wishes_too_large},
	    {"refused", test_refused},
	    {"tap_host", test_tap_host},
	    {"tap_wakes", test_tap_wakes},
	};
	has_namespace = unshare(CLONE_NEWNET) == 0;
	char program[] = "test_port";
	char *eal[] = {program,
	               (char[]){"--no-huge"},
	               (char[]){"--no-pci"},
	               (char[]){"--no-shconf"},
	               (char[]){"--no-telemetry"},
	               (char[]){"-m"},
	               (char[]){"64"},
	               (char[]){"--log-level=error"},
	               (char[]){"-l"},
	               (char[]){"0"}};
	if (rte_eal_init((int)ARRAY_COUNT(eal), eal) < 0)
		return 1;
	pool = rte_pktmbuf_pool_create("test", MBUFS, 0, 0, DATA_ROOM, SOCKET_ID_ANY);
	if (pool == NULL)
		return 1;
	int status = unit_main(argc, argv, "port/port", cases, ARRAY_COUNT(cases));
	rte_mempool_free(pool);
	rte_eal_cleanup();
	return status;
}

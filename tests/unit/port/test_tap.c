/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* net_tap ports in a network namespace of the test's own: the host's end, wake-ups, queues. */
#include "port/tap_int.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "eal_fixture.h"
#include "net/frame.h"
#include "port/stats.h"

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
	if (!fixture_has_namespace())
		return;
	static struct port port;
	const struct net_prefix host[] = {fixture_prefix("10.53.0.1/24"),
	                                  fixture_prefix("fd53::1/64")};
	const struct port_settings settings = {.name = "tap",
	                                       .device =
	                                           "net_tap0,iface=utap0,mac=02:53:00:00:00:02",
	                                       .host_addresses = host,
	                                       .host_address_count = 2};
	unsigned before = rte_mempool_avail_count(fixture_pool());
	CU_ASSERT_EQUAL_FATAL(port_open(&settings, 0, 1, fixture_pool(), &port), RESULT_OK);
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
	CU_ASSERT_EQUAL(port_open(&settings, 1, 1, fixture_pool(), &second), RESULT_BUSY);
	port_close(&port);
	CU_ASSERT_EQUAL(if_nametoindex("utap0"), 0);
	CU_ASSERT_EQUAL(rte_mempool_avail_count(fixture_pool()), before);
}

/* Receives until an IPv4 datagram to `target_port` comes, sleeping on the port's descriptor. */
static bool wait_datagram(struct port *port, uint16_t target_port)
{
	struct pollfd ready = {.fd = port_wake_fd(port, 0), .events = POLLIN};
	while (poll(&ready, 1, FIXTURE_WAIT_MS) == 1) {
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
	if (!fixture_has_namespace())
		return;
	static struct port port;
	const struct net_prefix host = fixture_prefix("10.53.0.1/24");
	const struct port_settings settings = {.name = "tap",
	                                       .device = "net_tap1,iface=utap1",
	                                       .host_addresses = &host,
	                                       .host_address_count = 1};
	CU_ASSERT_EQUAL_FATAL(port_open(&settings, 0, 1, fixture_pool(), &port), RESULT_OK);
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

/* Takes DNS datagrams from one queue and gives how many there were. */
static unsigned drain_queue(struct port *port, uint16_t queue)
{
	unsigned count = 0;
	struct rte_mbuf *mbuf;
	while (port_rx(port, queue, &mbuf, 1) == 1) {
		struct net_frame frame;
		count += net_frame_parse(rte_pktmbuf_mtod(mbuf, const uint8_t *), mbuf->data_len,
		                         &frame) == NET_FRAME_UDP &&
		         frame.version == 4 && frame.target_port == 53;
		rte_pktmbuf_free(mbuf);
	}
	return count;
}

/* Many clients are spread over the queues of two lanes, each with a descriptor of its own. */
static void test_tap_two_queues(void)
{
	enum {
		CLIENTS = 40
	};
	if (!fixture_has_namespace())
		return;
	static struct port port;
	const struct net_prefix host = fixture_prefix("10.55.0.1/24");
	const struct port_settings settings = {.name = "tap",
	                                       .device = "net_tap4,iface=utap4",
	                                       .host_addresses = &host,
	                                       .host_address_count = 1};
	CU_ASSERT_EQUAL_FATAL(port_open(&settings, 0, 2, fixture_pool(), &port), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(port.rx_queue_count, 2);
	CU_ASSERT_FALSE(port.tx_shared);
	CU_ASSERT_TRUE(port_wake_fd(&port, 0) >= 0);
	CU_ASSERT_NOT_EQUAL(port_wake_fd(&port, 0), port_wake_fd(&port, 1));
	for (unsigned i = 0; i < CLIENTS; i++) {
		int on = 1;
		int fd = socket(AF_INET, SOCK_DGRAM, 0);
		struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons(53)};
		target.sin_addr.s_addr = htonl(0x0a3700ff);
		CU_ASSERT_EQUAL(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)), 0);
		CU_ASSERT_EQUAL(
		    sendto(fd, "hello", 5, 0, (const struct sockaddr *)&target, sizeof(target)), 5);
		close(fd);
	}
	unsigned count[2] = {0};
	struct pollfd ready[2] = {{.fd = port_wake_fd(&port, 0), .events = POLLIN},
	                          {.fd = port_wake_fd(&port, 1), .events = POLLIN}};
	while (count[0] + count[1] < CLIENTS && poll(ready, 2, FIXTURE_WAIT_MS) > 0) {
		count[0] += drain_queue(&port, 0);
		count[1] += drain_queue(&port, 1);
	}
	CU_ASSERT_EQUAL(count[0] + count[1], CLIENTS);
	CU_ASSERT_TRUE(count[0] > 0 && count[1] > 0);
	port_close(&port);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"host", test_tap_host},
	    {"wakes", test_tap_wakes},
	    {"two_queues", test_tap_two_queues},
	};
	return fixture_main(argc, argv, "port/tap", cases, ARRAY_COUNT(cases));
}

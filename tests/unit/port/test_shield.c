/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A bifurcated port: af_packet on an interface that the kernel works on too. */
#include "port/shield_int.h"

#include <poll.h>
#include <string.h>

#include "eal_fixture.h"
#include "net/frame.h"

/* A query to 10.54.0.1 as it would come over the wire of the interface under `tap`. */
static void send_over_wire(struct port *tap, const char *client, const char *server)
{
	uint8_t mac[6];
	memcpy(mac, tap->mac, sizeof(mac));
	mac[5] ^= 1; /* the host's end */
	struct rte_mbuf *mbuf = fixture_frame(client, server, mac, 1);
	CU_ASSERT_EQUAL_FATAL(port_tx(tap, 0, &mbuf, 1), 1);
}

/* Waits for the kernel's next question for the owner of an IPv4 address; gives its last octet, 0: none. */
static uint8_t wait_arp(struct port *tap, uint8_t former)
{
	struct pollfd ready = {.fd = port_wake_fd(tap, 0), .events = POLLIN};
	while (poll(&ready, 1, FIXTURE_WAIT_MS) == 1) {
		struct rte_mbuf *mbuf;
		if (port_rx(tap, 0, &mbuf, 1) == 0)
			continue;
		struct net_frame frame;
		const uint8_t *data = rte_pktmbuf_mtod(mbuf, const uint8_t *);
		bool is_arp = net_frame_parse(data, mbuf->data_len, &frame) == NET_FRAME_ARP;
		uint8_t octet = is_arp && mbuf->data_len >= 42 ? data[41] : 0;
		rte_pktmbuf_free(mbuf);
		/* The kernel asks for the same address again after a second. */
		if (octet != 0 && octet != former)
			return octet;
	}
	return 0;
}

/* af_packet on a kernel interface, whose other end is a TAP of ours: the frame comes to us, and the kernel
 * says "port unreachable" (for which it asks who the client is) only where we do not serve. */
static void test_bifurcated(void)
{
	if (!fixture_has_namespace())
		return;
	static struct port tap;
	static struct port shared;
	const struct net_prefix host = fixture_prefix("10.54.0.1/24");
	const struct port_settings wire = {.name = "wire",
	                                   .device = "net_tap3,iface=utap3",
	                                   .host_addresses = &host,
	                                   .host_address_count = 1};
	const struct port_settings settings = {.name = "shared",
	                                       .device = "net_af_packet0,iface=utap3",
	                                       .addresses = &host,
	                                       .address_count = 1};
	CU_ASSERT_EQUAL_FATAL(port_open(&wire, 0, 1, fixture_pool(), &tap), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(port_open(&settings, 1, 1, fixture_pool(), &shared), RESULT_OK);
	CU_ASSERT_EQUAL(shared.mode, PORT_MODE_BIFURCATED);
	CU_ASSERT_EQUAL(shared.mtu, 1500);
	CU_ASSERT_EQUAL(shared.address[0].length, 32);
	CU_ASSERT_EQUAL(shared.shield_count, 1);
	CU_ASSERT_TRUE(shared.check_mac);
	send_over_wire(&tap, "10.54.0.2:4711", "10.54.0.1:53");
	send_over_wire(&tap, "10.54.0.3:4711", "10.54.0.1:5999");
	CU_ASSERT_EQUAL(wait_arp(&tap, 0), 3);
	struct rte_mbuf *mbuf;
	bool found = false;
	while (port_rx(&shared, 0, &mbuf, 1) == 1) {
		struct net_frame frame;
		found |= net_frame_parse(rte_pktmbuf_mtod(mbuf, const uint8_t *), mbuf->data_len,
		                         &frame) == NET_FRAME_UDP &&
		         frame.target_port == 53;
		rte_pktmbuf_free(mbuf);
	}
	CU_ASSERT_TRUE(found);
	port_close(&shared);
	send_over_wire(&tap, "10.54.0.4:4711", "10.54.0.1:53");
	CU_ASSERT_EQUAL(wait_arp(&tap, 3), 4);
	port_close(&tap);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {{"bifurcated", test_bifurcated}};
	return fixture_main(argc, argv, "port/shield", cases, ARRAY_COUNT(cases));
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The rules for NICs that are shared with the kernel, as far as they can be looked at without one. */
#include "port/isolate_int.h"

#include <string.h>

#include "eal_fixture.h"

static void test_drivers(void)
{
	CU_ASSERT_TRUE(port_isolate_fits("mlx5_pci"));
	CU_ASSERT_TRUE(port_isolate_fits("net_mlx5"));
	CU_ASSERT_FALSE(port_isolate_fits("net_ixgbe"));
	CU_ASSERT_FALSE(port_isolate_fits("net_tap"));
	CU_ASSERT_FALSE(port_isolate_fits(""));
}

static void test_ipv4_range(void)
{
	const struct net_prefix range = fixture_prefix("192.0.2.128/25");
	const uint8_t address[] = {192, 0, 2, 128}, mask[] = {255, 255, 255, 128};
	struct port_isolate_pattern pattern;
	port_isolate_pattern(&range, 53, &pattern);
	CU_ASSERT_EQUAL(pattern.item[0].type, RTE_FLOW_ITEM_TYPE_ETH);
	CU_ASSERT_EQUAL(pattern.item[1].type, RTE_FLOW_ITEM_TYPE_IPV4);
	CU_ASSERT_EQUAL(pattern.item[2].type, RTE_FLOW_ITEM_TYPE_UDP);
	CU_ASSERT_EQUAL(pattern.item[3].type, RTE_FLOW_ITEM_TYPE_END);
	const struct rte_flow_item_ipv4 *spec = pattern.item[1].spec, *bits = pattern.item[1].mask;
	CU_ASSERT_EQUAL(memcmp(&spec->hdr.dst_addr, address, 4), 0);
	CU_ASSERT_EQUAL(memcmp(&bits->hdr.dst_addr, mask, 4), 0);
	CU_ASSERT_EQUAL(bits->hdr.src_addr, 0);
	const struct rte_flow_item_udp *udp = pattern.item[2].spec;
	CU_ASSERT_EQUAL(udp->hdr.dst_port, rte_cpu_to_be_16(53));
}

static void test_ipv6_address(void)
{
	const struct net_prefix address = fixture_prefix("2001:db8::53");
	uint8_t ones[16];
	struct port_isolate_pattern pattern;
	memset(ones, 0xff, sizeof(ones));
	port_isolate_pattern(&address, 5353, &pattern);
	CU_ASSERT_EQUAL(pattern.item[1].type, RTE_FLOW_ITEM_TYPE_IPV6);
	const struct rte_flow_item_ipv6 *spec = pattern.item[1].spec, *bits = pattern.item[1].mask;
	CU_ASSERT_EQUAL(memcmp(spec->hdr.dst_addr, address.address.octets, 16), 0);
	CU_ASSERT_EQUAL(memcmp(bits->hdr.dst_addr, ones, 16), 0);
	const struct rte_flow_item_udp *udp = pattern.item[2].spec, *port = pattern.item[2].mask;
	CU_ASSERT_EQUAL(udp->hdr.dst_port, rte_cpu_to_be_16(5353));
	CU_ASSERT_EQUAL(port->hdr.dst_port, UINT16_MAX);
	CU_ASSERT_EQUAL(port->hdr.src_port, 0);
}

/* A device without rules of its own: told, and all frames stay ours. */
static void test_refused(void)
{
	static struct port port;
	const struct port_settings settings = {.name = "null", .device = "net_null0"};
	CU_ASSERT_EQUAL_FATAL(port_open(&settings, 0, 1, fixture_pool(), &port), RESULT_OK);
	CU_ASSERT_FALSE(port_isolate_begin(&port));
	CU_ASSERT_FALSE(port.passes);
	port_close(&port);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"drivers", test_drivers},
	    {"ipv4_range", test_ipv4_range},
	    {"ipv6_address", test_ipv6_address},
	    {"refused", test_refused},
	};
	return fixture_main(argc, argv, "port/isolate", cases, ARRAY_COUNT(cases));
}

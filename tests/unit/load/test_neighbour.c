/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Two of us on a link: what one asks the other answers. */
#include "load/neighbour.h"

#include <string.h>

#include "net/frame.h"
#include "unit.h"

static const uint8_t client_mac[] = {2, 0, 0, 0, 0, 1};
static const uint8_t server_mac[] = {2, 0, 0, 0, 0, 2};

/* The server is a route the other way round: its source is the address that is asked for. */
static void make(const char *server, const char *client, uint8_t vlans, struct packet_route *out,
                 struct packet_route *back)
{
	*out = (struct packet_route){.source_count = 16, .vlan_count = vlans, .vlan_id = {5, 6}};
	*back = (struct packet_route){.source_count = 1, .vlan_count = vlans, .vlan_id = {5, 6}};
	memcpy(out->source_mac, client_mac, 6);
	memcpy(back->source_mac, server_mac, 6);
	CU_ASSERT_EQUAL_FATAL(net_endpoint_parse(server, 53, &out->server), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(net_address_parse(client, &out->first_source), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(net_endpoint_parse(client, 53, &back->server), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(net_address_parse(server, &back->first_source), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(packet_route_prepare(out), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(packet_route_prepare(back), RESULT_OK);
}

static void ask_and_answer(const char *server, const char *client, uint8_t vlans)
{
	struct packet_route route, back;
	struct neighbour heard = {0}, learnt = {0};
	uint8_t frame[NEIGHBOUR_BYTES];
	make(server, client, vlans, &route, &back);
	size_t len = neighbour_ask(&route, frame);
	CU_ASSERT_TRUE(len >= 60);
	CU_ASSERT_TRUE(frame[0] & 1); /* to a group */
	CU_ASSERT_EQUAL(neighbour_read(&route, frame, len, &heard), NEIGHBOUR_OTHER);
	CU_ASSERT_EQUAL_FATAL(neighbour_read(&back, frame, len, &heard), NEIGHBOUR_QUESTION);
	CU_ASSERT_EQUAL(memcmp(heard.reply, client_mac, 6), 0);
	CU_ASSERT_EQUAL_FATAL(neighbour_read(&route, heard.reply, heard.reply_len, &learnt),
	                      NEIGHBOUR_SERVER);
	CU_ASSERT_EQUAL(memcmp(learnt.mac, server_mac, 6), 0);
	for (size_t cut = 0; cut < len; cut++)
		CU_ASSERT_NOT_EQUAL(neighbour_read(&back, frame, cut, &heard), NEIGHBOUR_SERVER);
}

static void test_both(void)
{
	for (uint8_t vlans = 0; vlans <= 2; vlans++) {
		ask_and_answer("10.53.0.2", "10.53.0.10", vlans);
		ask_and_answer("fd53::2", "fd53::10", vlans);
	}
}

/* The server looks for one of our addresses that is not the first; and for one that is not ours. */
static void test_range(void)
{
	static const struct {
		const char *server, *first, *sixth, *beyond;
	} families[] = {
	    {"10.53.0.2", "10.53.0.250", "10.53.0.255", "10.53.1.10"},
	    {"fd53::2", "fd53::fffa", "fd53::ffff", "fd53::1:a"},
	};
	for (size_t i = 0; i < ARRAY_COUNT(families); i++) {
		struct packet_route route, back;
		struct neighbour heard;
		uint8_t frame[NEIGHBOUR_BYTES];
		make(families[i].server, families[i].first, 0, &route, &back);
		CU_ASSERT_EQUAL_FATAL(net_address_parse(families[i].sixth, &back.server.address),
		                      RESULT_OK);
		size_t len = neighbour_ask(&back, frame);
		CU_ASSERT_EQUAL(neighbour_read(&route, frame, len, &heard), NEIGHBOUR_QUESTION);
		CU_ASSERT_EQUAL_FATAL(net_address_parse(families[i].beyond, &back.server.address),
		                      RESULT_OK);
		len = neighbour_ask(&back, frame);
		CU_ASSERT_EQUAL(neighbour_read(&route, frame, len, &heard), NEIGHBOUR_OTHER);
	}
}

/* RFC 4861 §7.1.1: what passed a router is not believed. */
static void test_hop_limit(void)
{
	struct packet_route route, back;
	struct neighbour heard;
	uint8_t frame[NEIGHBOUR_BYTES];
	make("fd53::2", "fd53::10", 0, &route, &back);
	size_t len = neighbour_ask(&route, frame);
	frame[NET_ETHERNET_HEADER_BYTES + 7] = 254;
	CU_ASSERT_EQUAL(neighbour_read(&back, frame, len, &heard), NEIGHBOUR_OTHER);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"asked and answered, ARP and neighbour discovery, with tags", test_both},
	    {"all of our addresses are answered for, no others", test_range},
	    {"a neighbour is on the link", test_hop_limit},
	};
	return unit_main(argc, argv, "load/neighbour", cases, ARRAY_COUNT(cases));
}

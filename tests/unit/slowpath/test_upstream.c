/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The resolver's sockets against servers of the test on the loopback interface: datagrams in batches, ports,
 * refused and unreachable servers. Nothing sleeps: the test waits for
 * descriptors to become readable, and fails if that takes seconds. */
#include "upstream_rig.h"

/* Sends one datagram back to where it came from; gives its source port. */
static uint16_t echo(int fd)
{
	uint8_t octets[512];
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	CU_ASSERT_FATAL(wait_readable(fd));
	ssize_t size = recvfrom(fd, octets, sizeof(octets), 0, (struct sockaddr *)&peer, &len);
	CU_ASSERT_FATAL(size == 32);
	CU_ASSERT(sendto(fd, octets, (size_t)size, 0, (struct sockaddr *)&peer, len) == size);
	return ntohs(((struct sockaddr_in *)&peer)->sin_port);
}

static void datagrams_there_and_back(void)
{
	for (uint8_t family = 4; family <= 6; family += 2) {
		struct net_endpoint server;
		uint8_t query[32];
		open_all(4, 1);
		int fd = open_server(SOCK_DGRAM, family, &server);
		uint16_t port[4] = {0};
		for (uint16_t i = 0; i < 100; i++) {
			make_query(query, i);
			upstream_send_udp(upstream, i % 4, &server, query, sizeof(query));
		}
		upstream_flush(upstream);
		for (unsigned i = 0; i < 100; i++) {
			uint16_t from = echo(fd);
			CU_ASSERT(from >= UPSTREAM_PORT_MIN);
			unsigned at = 0;
			while (at < 4 && port[at] != 0 && port[at] != from)
				at++;
			CU_ASSERT_FATAL(at < 4); /* four slots, four ports */
			port[at] = from;
		}
		take_events(100);
		uint64_t seen[2] = {0};
		for (unsigned i = 0; i < 100; i++) {
			uint16_t id = bytes_load_u16(taken[i].octets);
			CU_ASSERT_EQUAL(taken[i].event.kind, UPSTREAM_EVENT_UDP);
			CU_ASSERT_EQUAL(taken[i].event.port_slot, id % 4);
			CU_ASSERT_EQUAL(taken[i].event.len, 32);
			CU_ASSERT_EQUAL(taken[i].event.from.port, server.port);
			CU_ASSERT(net_address_equal(&taken[i].event.from.address, &server.address));
			seen[id / 64] |= (uint64_t)1 << id % 64;
		}
		CU_ASSERT(seen[0] == UINT64_MAX && seen[1] == ((uint64_t)1 << 36) - 1);
		close(fd);
		upstream_close(upstream);
	}
}

static void unreachable_port_is_told(void)
{
	struct net_endpoint server;
	uint8_t query[32];
	open_all(1, 1);
	close(open_server(SOCK_DGRAM, 4, &server));
	make_query(query, 0xabcd);
	upstream_send_udp(upstream, 0, &server, query, sizeof(query));
	upstream_flush(upstream);
	take_events(1);
	CU_ASSERT_EQUAL(taken[0].event.kind, UPSTREAM_EVENT_UDP_ERROR);
	CU_ASSERT_EQUAL(taken[0].event.from.port, server.port);
	CU_ASSERT(taken[0].event.len >= 12);
	CU_ASSERT_EQUAL(bytes_load_u16(taken[0].octets), 0xabcd);
	/* The socket is good for the next one. */
	int fd = open_server(SOCK_DGRAM, 4, &server);
	upstream_send_udp(upstream, 0, &server, query, sizeof(query));
	upstream_flush(upstream);
	echo(fd);
	take_events(2);
	CU_ASSERT_EQUAL(taken[1].event.kind, UPSTREAM_EVENT_UDP);
	close(fd);
	upstream_close(upstream);
}

/* Nothing leads there: the kernel says so at once, and that is an event, too. */
static void unroutable_address_is_told(void)
{
	uint8_t query[32];
	struct net_endpoint server = {.address = {.family = 4, .octets = {255, 255, 255, 255}},
	                              .port = 53};
	open_all(1, 1);
	make_query(query, 7);
	upstream_send_udp(upstream, 0, &server, query, sizeof(query));
	upstream_flush(upstream);
	CU_ASSERT(upstream_has_failures(upstream));
	take_events(1);
	CU_ASSERT_EQUAL(taken[0].event.kind, UPSTREAM_EVENT_UDP_ERROR);
	upstream_send_tcp(upstream, 99, &server, 0, query, sizeof(query));
	CU_ASSERT(upstream_has_failures(upstream));
	take_events(2);
	CU_ASSERT_EQUAL(taken[1].event.kind, UPSTREAM_EVENT_TCP_ERROR);
	CU_ASSERT_EQUAL(taken[1].event.handle, 99);
	CU_ASSERT_FALSE(upstream_has_failures(upstream));
	upstream_close(upstream);
}

static void ports_are_renewed(void)
{
	struct net_endpoint server;
	struct upstream_stats stats;
	uint8_t query[32];
	uint16_t first = 0;
	uint16_t last = 0;
	open_all(1, 1);
	int fd = open_server(SOCK_DGRAM, 4, &server);
	for (unsigned i = 0; i < UPSTREAM_PORT_USES + 10; i++) {
		make_query(query, (uint16_t)i);
		upstream_send_udp(upstream, 0, &server, query, sizeof(query));
		upstream_flush(upstream);
		last = echo(fd);
		first = i == 0 ? last : first;
		taken_count = 0;
		take_events(1);
	}
	upstream_stats(upstream, &stats);
	CU_ASSERT_EQUAL(stats.ports_renewed, 1);
	CU_ASSERT_NOT_EQUAL(first, last);
	close(fd);
	upstream_close(upstream);
}

static void random_bits_differ(void)
{
	uint64_t last = 0;
	open_all(1, 1);
	for (unsigned i = 0; i < 100; i++) {
		uint64_t next = upstream_random(upstream);
		CU_ASSERT_NOT_EQUAL(next, last);
		last = next;
	}
	upstream_close(upstream);
}

/* All of 127/8 is ours: datagrams leave from the addresses that the settings give, each by chance. */
static void sources_are_used(void)
{
	static const struct net_address sources[] = {
	    {.family = 4, .octets = {127, 0, 9, 1}},
	    {.family = 4, .octets = {127, 0, 9, 2}},
	};
	struct problem problem;
	const struct upstream_settings settings = {
	    .port_slots = 32, .sources = sources, .source_count = ARRAY_COUNT(sources)};
	struct net_endpoint server;
	uint8_t query[32], octets[512];
	unsigned seen[3] = {0};
	CU_ASSERT_FATAL(upstream_open(&settings, &upstream, &problem) == RESULT_OK);
	int fd = open_server(SOCK_DGRAM, 4, &server);
	for (uint16_t i = 0; i < 32; i++) {
		struct sockaddr_in peer;
		socklen_t len = sizeof(peer);
		make_query(query, i);
		upstream_send_udp(upstream, i, &server, query, sizeof(query));
		upstream_flush(upstream);
		CU_ASSERT_FATAL(wait_readable(fd));
		CU_ASSERT(recvfrom(fd, octets, sizeof(octets), 0, (struct sockaddr *)&peer, &len) ==
		          32);
		uint32_t host = ntohl(peer.sin_addr.s_addr) - 0x7f000900u;
		CU_ASSERT_FATAL(host == 1 || host == 2);
		seen[host]++;
	}
	CU_ASSERT(seen[1] > 0 && seen[2] > 0);
	close(fd);
	upstream_close(upstream);
}

static void settings_are_checked(void)
{
	struct problem problem = {""};
	struct upstream_settings settings = {.port_slots = UPSTREAM_PORT_SLOTS_MAX + 1};
	CU_ASSERT_EQUAL(upstream_open(&settings, &upstream, &problem), RESULT_OUT_OF_RANGE);
	CU_ASSERT(strstr(problem.text, "4097 upstream ports") != NULL);
	settings = (struct upstream_settings){.connections = UPSTREAM_CONNECTIONS_MAX + 1};
	CU_ASSERT_EQUAL(upstream_open(&settings, &upstream, &problem), RESULT_OUT_OF_RANGE);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"datagrams_there_and_back", datagrams_there_and_back},
	    {"unreachable_port_is_told", unreachable_port_is_told},
	    {"unroutable_address_is_told", unroutable_address_is_told},
	    {"ports_are_renewed", ports_are_renewed},
	    {"sources_are_used", sources_are_used},
	    {"random_bits_differ", random_bits_differ},
	    {"settings_are_checked", settings_are_checked},
	};
	return unit_main(argc, argv, "upstream", cases, ARRAY_COUNT(cases));
}

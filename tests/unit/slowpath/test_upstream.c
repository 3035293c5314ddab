/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The resolver's sockets against servers of the test on the loopback interface: datagrams in batches, ports,
 * refused and unreachable servers, TCP in pieces, connections that break. Nothing sleeps: the test waits for
 * descriptors to become readable, and fails if that takes seconds. */
#include "slowpath/upstream.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "slowpath/upstream_limits.h"
#include "unit.h"

#define PATIENCE_MS 5000
#define EVENTS_MAX 256

static struct upstream *upstream;
static struct {
	struct upstream_event event;
	uint8_t octets[64];
} taken[EVENTS_MAX];
static unsigned taken_count;

static void take(void *context, const struct upstream_event *event)
{
	(void)context;
	CU_ASSERT_FATAL(taken_count < EVENTS_MAX);
	taken[taken_count].event = *event;
	if (event->len > 0)
		memcpy(taken[taken_count].octets, event->message,
		       event->len < 64 ? event->len : 64);
	taken_count++;
}

static void open_all(uint16_t ports, uint16_t connections)
{
	struct problem problem;
	const struct upstream_settings settings = {.port_slots = ports, .connections = connections};
	CU_ASSERT_FATAL(upstream_open(&settings, &upstream, &problem) == RESULT_OK);
	taken_count = 0;
}

static bool wait_readable(int fd)
{
	struct pollfd entry = {.fd = fd, .events = POLLIN};
	return poll(&entry, 1, PATIENCE_MS) == 1;
}

/* Polls until `count` events have come. */
static void take_events(unsigned count)
{
	for (unsigned turn = 0; turn < 1000 && taken_count < count; turn++) {
		if (!upstream_has_failures(upstream))
			CU_ASSERT_FATAL(wait_readable(upstream_fd(upstream)));
		upstream_poll(upstream, 64, take, NULL);
		upstream_flush(upstream);
	}
	CU_ASSERT_EQUAL_FATAL(taken_count, count);
}

/* A socket on a loopback address, and where it is. */
static int open_server(int type, uint8_t family, struct net_endpoint *out)
{
	struct sockaddr_storage address = {.ss_family = AF_INET};
	socklen_t len = sizeof(struct sockaddr_in);
	struct sockaddr_in *in = (struct sockaddr_in *)&address;
	in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (family == 6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;
		*in6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
		                             .sin6_addr = IN6ADDR_LOOPBACK_INIT};
		len = sizeof(*in6);
	}
	int fd = socket(family == 6 ? AF_INET6 : AF_INET, type, 0);
	CU_ASSERT_FATAL(fd >= 0 && bind(fd, (struct sockaddr *)&address, len) == 0);
	CU_ASSERT_FATAL(getsockname(fd, (struct sockaddr *)&address, &len) == 0);
	*out = (struct net_endpoint){.address.family = family, .port = ntohs(in->sin_port)};
	memcpy(out->address.octets,
	       family == 6 ? (void *)&((struct sockaddr_in6 *)&address)->sin6_addr
	                   : (void *)&in->sin_addr,
	       family == 6 ? 16 : 4);
	return fd;
}

static void make_query(uint8_t out[32], uint16_t id)
{
	memset(out, 'q', 32);
	bytes_store_u16(out, id);
}

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

/* Both ways of asking come from the address that is wanted. */
static void source_is_ours_to_choose(void)
{
	struct problem problem;
	const struct upstream_settings settings = {
	    .source_4 = {.family = 4, .octets = {127, 1, 2, 3}}, .port_slots = 1, .connections = 1};
	struct net_endpoint server;
	struct sockaddr_in peer = {0};
	socklen_t len = sizeof(peer);
	uint8_t query[32];
	CU_ASSERT_FATAL(upstream_open(&settings, &upstream, &problem) == RESULT_OK);
	make_query(query, 1);
	int fd = open_server(SOCK_DGRAM, 4, &server);
	upstream_send_udp(upstream, 0, &server, query, sizeof(query));
	upstream_flush(upstream);
	CU_ASSERT_FATAL(wait_readable(fd));
	CU_ASSERT(recvfrom(fd, query, sizeof(query), 0, (struct sockaddr *)&peer, &len) == 32);
	CU_ASSERT_EQUAL(peer.sin_addr.s_addr, htonl(0x7f010203));
	close(fd);
	fd = open_server(SOCK_STREAM, 4, &server);
	CU_ASSERT_FATAL(listen(fd, 1) == 0);
	upstream_send_tcp(upstream, 7, &server, query, sizeof(query));
	CU_ASSERT_FATAL(wait_readable(fd));
	int connection = accept(fd, (struct sockaddr *)&peer, &len);
	CU_ASSERT_FATAL(connection >= 0);
	CU_ASSERT_EQUAL(peer.sin_addr.s_addr, htonl(0x7f010203));
	close(connection);
	close(fd);
	upstream_close(upstream);
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
	upstream_send_tcp(upstream, 99, &server, query, sizeof(query));
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

static void write_all(int fd, const void *data, size_t len)
{
	CU_ASSERT(write(fd, data, len) == (ssize_t)len);
}

/* Accepts a connection and reads its query; on the way the client's side has to be polled. */
static int accept_query(int listener, uint16_t id)
{
	uint8_t octets[34];
	size_t got = 0;
	CU_ASSERT_FATAL(wait_readable(listener));
	int fd = accept(listener, NULL, NULL);
	CU_ASSERT_FATAL(fd >= 0);
	while (got < sizeof(octets)) {
		upstream_poll(upstream, 64, take, NULL);
		CU_ASSERT_FATAL(wait_readable(fd));
		ssize_t part = read(fd, octets + got, sizeof(octets) - got);
		CU_ASSERT_FATAL(part > 0);
		got += (size_t)part;
	}
	CU_ASSERT_EQUAL(bytes_load_u16(octets), 32);
	CU_ASSERT_EQUAL(bytes_load_u16(octets + 2), id);
	return fd;
}

static void tcp_there_and_back(void)
{
	struct net_endpoint server;
	uint8_t query[32];
	static uint8_t answer[2 + 65535];
	open_all(1, 2);
	int listener = open_server(SOCK_STREAM, 4, &server);
	CU_ASSERT_FATAL(listen(listener, 8) == 0);
	/* The largest message, in pieces; and a small one after it in the same place. */
	static const uint16_t sizes[] = {65535, 100, 65535};
	for (unsigned i = 0; i < ARRAY_COUNT(sizes); i++) {
		make_query(query, (uint16_t)i);
		upstream_send_tcp(upstream, 1000 + i, &server, query, sizeof(query));
		int fd = accept_query(listener, (uint16_t)i);
		memset(answer, 'a' + (int)i, sizeof(answer));
		bytes_store_u16(answer, sizes[i]);
		write_all(fd, answer, 1);
		CU_ASSERT_FATAL(wait_readable(upstream_fd(upstream)));
		upstream_poll(upstream, 64, take, NULL);
		size_t len = 2u + sizes[i];
		for (size_t at = 1; at < len;) {
			size_t part = len - at < 8192 ? len - at : 8192;
			write_all(fd, answer + at, part);
			at += part;
			CU_ASSERT_FATAL(wait_readable(upstream_fd(upstream)));
			upstream_poll(upstream, 64, take, NULL);
		}
		take_events(i + 1);
		CU_ASSERT_EQUAL(taken[i].event.kind, UPSTREAM_EVENT_TCP);
		CU_ASSERT_EQUAL(taken[i].event.handle, 1000 + i);
		CU_ASSERT_EQUAL(taken[i].event.len, sizes[i]);
		CU_ASSERT_EQUAL(taken[i].octets[63], 'a' + i);
		close(fd);
	}
	close(listener);
	upstream_close(upstream);
}

static void tcp_that_breaks(void)
{
	struct net_endpoint server;
	uint8_t query[32];
	open_all(1, 1);
	int listener = open_server(SOCK_STREAM, 4, &server);
	CU_ASSERT_FATAL(listen(listener, 8) == 0);
	make_query(query, 1);
	/* Closed before the answer is whole. */
	upstream_send_tcp(upstream, 1, &server, query, sizeof(query));
	int fd = accept_query(listener, 1);
	write_all(fd, "\0\40half", 6);
	close(fd);
	take_events(1);
	CU_ASSERT_EQUAL(taken[0].event.kind, UPSTREAM_EVENT_TCP_ERROR);
	/* Forgotten: nothing comes, and the one place is free again. */
	upstream_send_tcp(upstream, 2, &server, query, sizeof(query));
	upstream_forget_tcp(upstream, 2);
	upstream_forget_tcp(upstream, 77);
	close(listener);
	upstream_send_tcp(upstream, 3, &server, query, sizeof(query));
	take_events(2);
	CU_ASSERT_EQUAL(taken[1].event.kind, UPSTREAM_EVENT_TCP_ERROR);
	CU_ASSERT_EQUAL(taken[1].event.handle, 3);
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
	    {"source_is_ours_to_choose", source_is_ours_to_choose},
	    {"unreachable_port_is_told", unreachable_port_is_told},
	    {"unroutable_address_is_told", unroutable_address_is_told},
	    {"ports_are_renewed", ports_are_renewed},
	    {"tcp_there_and_back", tcp_there_and_back},
	    {"tcp_that_breaks", tcp_that_breaks},
	    {"random_bits_differ", random_bits_differ},
	    {"settings_are_checked", settings_are_checked},
	};
	return unit_main(argc, argv, "upstream", cases, ARRAY_COUNT(cases));
}

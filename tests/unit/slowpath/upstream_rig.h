/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* upstream_rig -- what tests of the resolver's sockets share: the events taken, servers on the loopback.
 *
 * What:    one struct upstream under test; its events are kept with the first octets of their messages.
 * Threads: one.
 * Memory:  static.
 * Limits:  EVENTS_MAX events in one case.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "slowpath/upstream.h"
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

static inline void take(void *context, const struct upstream_event *event)
{
	(void)context;
	CU_ASSERT_FATAL(taken_count < EVENTS_MAX);
	taken[taken_count].event = *event;
	if (event->len > 0)
		memcpy(taken[taken_count].octets, event->message,
		       event->len < 64 ? event->len : 64);
	taken_count++;
}

static inline void open_all(uint16_t ports, uint16_t connections)
{
	struct problem problem;
	const struct upstream_settings settings = {.port_slots = ports, .connections = connections};
	CU_ASSERT_FATAL(upstream_open(&settings, &upstream, &problem) == RESULT_OK);
	taken_count = 0;
}

static inline bool wait_readable(int fd)
{
	struct pollfd entry = {.fd = fd, .events = POLLIN};
	return poll(&entry, 1, PATIENCE_MS) == 1;
}

/* Polls until `count` events have come. */
static inline void take_events(unsigned count)
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
static inline int open_server(int type, uint8_t family, struct net_endpoint *out)
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

static inline void make_query(uint8_t out[32], uint16_t id)
{
	memset(out, 'q', 32);
	bytes_store_u16(out, id);
}

/* The client's side goes on until `fd` is readable. */
static inline void wait_polling(int fd)
{
	struct pollfd entries[] = {{.fd = fd, .events = POLLIN},
	                           {.fd = upstream_fd(upstream), .events = POLLIN}};
	for (unsigned turn = 0; turn < 1000; turn++) {
		CU_ASSERT_FATAL(poll(entries, 2, PATIENCE_MS) > 0);
		if (entries[0].revents != 0)
			return;
		upstream_poll(upstream, 64, take, NULL);
	}
	CU_FAIL_FATAL("nothing comes");
}

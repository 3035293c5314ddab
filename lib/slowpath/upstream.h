/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* upstream -- the resolver's way to other servers: kernel sockets with unpredictable ports.
 *
 * What:    a pool of UDP sockets, each bound to a random port and renewed after some use, read and
 *          written in batches; TCP connections for one question each. Everything that comes back, and
 *          every failure, is an event that upstream_poll() hands to the caller. One epoll descriptor
 *          tells when there is news.
 * Threads: one lcore. Sockets are made in the network namespace in which the calling thread is at
 *          upstream_open() and later when a port is renewed: it must not move between.
 * Memory:  all at upstream_open(): about 66 KiB for each TCP connection, touched only when used.
 * Limits:  slowpath/upstream_limits.h.
 * Trust:   datagrams are anything; who they came from is told as the kernel says, and the caller
 *          compares.
 * RFC:     5452 §9.2 (ports), 7766 (TCP). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "net/prefix.h"
#include "slowpath/problem.h"

struct upstream;

struct upstream_settings {
	/* Addresses of this host that we ask from; family 0: the kernel chooses. */
	struct net_address source_4;
	struct net_address source_6;
	uint16_t port_slots; /* UDP sockets of each address family; 0: default */
	uint16_t connections; /* TCP connections at once; 0: default */
};

enum upstream_event_kind {
	UPSTREAM_EVENT_UDP, /* port_slot, from, message, len */
	UPSTREAM_EVENT_UDP_ERROR, /* port_slot, from (whom we asked), message, len (what was sent) */
	UPSTREAM_EVENT_TCP, /* handle, message, len; the connection is closed by now */
	UPSTREAM_EVENT_TCP_ERROR, /* handle; the connection is closed by now */
};

struct upstream_event {
	enum upstream_event_kind kind;
	uint16_t port_slot;
	uint64_t handle;
	struct net_endpoint from;
	const uint8_t *message; /* valid during the call */
	size_t len;
};

/* Fails: RESULT_OUT_OF_RANGE, RESULT_NO_MEMORY, RESULT_IO. */
MUST_CHECK enum result upstream_open(const struct upstream_settings *settings,
                                     struct upstream **out, struct problem *problem);
void upstream_close(struct upstream *upstream);

/* How many slots there are to choose from. */
uint16_t upstream_port_slots(const struct upstream *upstream);

/* Puts a datagram of at most UPSTREAM_QUERY_BYTES_MAX octets into the batch that upstream_flush() sends
 * from the slot's socket. Failures are events of a later poll. */
void upstream_send_udp(struct upstream *upstream, uint16_t port_slot, const struct net_endpoint *to,
                       const uint8_t *message, size_t len);

/* Opens a connection, sends one message and waits for one. `handle` comes back with the event. */
void upstream_send_tcp(struct upstream *upstream, uint64_t handle, const struct net_endpoint *to,
                       const uint8_t *message, size_t len);

/* Closes the connection of a handle, if there is one: no event comes for it any more. */
void upstream_forget_tcp(struct upstream *upstream, uint64_t handle);

/* Sends what is gathered. */
void upstream_flush(struct upstream *upstream);

/* Hands over at most about `max` events (a batch that was begun is finished). Returns how many. `take` may
 * call upstream_send_*() and upstream_forget_tcp(). */
typedef void upstream_take(void *context, const struct upstream_event *event);
uint32_t upstream_poll(struct upstream *upstream, uint32_t max, upstream_take *take, void *context);

/* Readable when upstream_poll() has work, but for upstream_has_failures(). */
int upstream_fd(const struct upstream *upstream);
/* Whether failures wait that the kernel will not wake anybody for. */
bool upstream_has_failures(const struct upstream *upstream);

/* 64 unpredictable bits from the kernel's generator. `context` is a struct upstream. */
uint64_t upstream_random(void *context);

struct upstream_stats {
	uint64_t udp_sent;
	uint64_t udp_received;
	uint64_t udp_errors; /* the kernel or an ICMP message said no */
	uint64_t tcp_opened;
	uint64_t tcp_failed;
	uint64_t ports_renewed;
};
void upstream_stats(const struct upstream *upstream, struct upstream_stats *out);

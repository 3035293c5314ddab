/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* upstream_int -- the inside of the resolver's sockets, for upstream*.c.
 *
 * What:    slots of UDP sockets, TCP connections, the list of failures that wait to be told.
 * Threads: one.
 * Memory:  made by upstream_open().
 * Limits:  slowpath/upstream_limits.h.
 * Trust:   as upstream.h.
 * RFC:     none. */
#pragma once

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "dns/message.h"
#include "slowpath/upstream.h"
#include "slowpath/upstream_limits.h"

/* Families of sockets: IPv4, IPv6. */
#define UPSTREAM_FAMILIES 2u

/* One bound socket, or fd -1. */
struct upstream_port {
	int fd;
	uint32_t uses;
	uint64_t retire_ms; /* when it is closed, once it is the old one */
};

/* The socket that sends, and the one before, which only listens any more. */
struct upstream_slot {
	struct upstream_port now;
	struct upstream_port old;
};

enum upstream_connection_state {
	UPSTREAM_CONNECTION_FREE,
	UPSTREAM_CONNECTION_WRITING, /* connecting, or the query is not out yet */
	UPSTREAM_CONNECTION_READING,
	UPSTREAM_CONNECTION_FAILED, /* waits to be told */
};

struct upstream_connection {
	uint8_t state; /* enum upstream_connection_state */
	int fd;
	uint32_t generation; /* of the slot, so that late events find it gone */
	uint32_t next; /* free list */
	uint64_t handle;
	size_t out_len;
	size_t out_at;
	size_t in_len;
	uint8_t out[2 + UPSTREAM_QUERY_BYTES_MAX];
	uint8_t in[2 + DNS_MESSAGE_MAX];
};

struct upstream_datagram {
	uint16_t port_slot;
	uint16_t len;
	struct net_endpoint to;
	uint8_t octets[UPSTREAM_QUERY_BYTES_MAX];
};

struct upstream_failure {
	uint16_t port_slot;
	struct net_endpoint to;
	uint8_t header[DNS_HEADER_SIZE];
};

struct upstream {
	int epoll;
	struct net_address source[UPSTREAM_FAMILIES]; /* all zero: any */
	uint16_t slot_count;
	uint32_t connection_count;
	uint32_t connection_free; /* list */
	uint32_t connections_failed;
	struct upstream_slot *slots; /* slot_count for each family */
	struct upstream_connection *connections;
	uint32_t batch_count;
	uint32_t failure_count;
	uint32_t random_at; /* octets of `random` that are used up */
	uint64_t retire_next_ms; /* when an old socket may have to be closed */
	struct upstream_stats stats;
	struct upstream_datagram batch[UPSTREAM_SEND_BATCH];
	struct upstream_failure failures[UPSTREAM_FAILURES_MAX];
	struct sockaddr_storage peer[UPSTREAM_READ_BATCH];
	uint8_t read[UPSTREAM_READ_BATCH][UPSTREAM_DATAGRAM_BYTES];
	uint8_t random[256];
};

enum upstream_tag_kind {
	UPSTREAM_TAG_UDP, /* index: family and slot; generation: the descriptor */
	UPSTREAM_TAG_TCP, /* index: connection; generation: the slot's */
};

static inline uint64_t upstream_tag(enum upstream_tag_kind kind, uint32_t index,
                                    uint32_t generation)
{
	return (uint64_t)generation << 32 | (uint64_t)kind << 31 | index;
}

/* -- upstream_udp.c -- */
uint32_t upstream_udp_read(struct upstream *upstream, uint32_t index, int fd, uint32_t events,
                           upstream_take *take, void *context);
/* Closes old sockets that have listened for long enough. */
void upstream_udp_retire(struct upstream *upstream);
void upstream_udp_close(struct upstream *upstream);
/* Notes that a datagram could not be sent. */
void upstream_udp_fail(struct upstream *upstream, uint16_t port_slot, const struct net_endpoint *to,
                       const uint8_t *message);

/* -- upstream_tcp.c -- */
/* Goes on with a connection that became ready. Returns the events handed over. */
uint32_t upstream_tcp_ready(struct upstream *upstream, uint32_t index, uint32_t generation,
                            upstream_take *take, void *context);
/* Tells of connections that could not even be opened. */
uint32_t upstream_tcp_tell_failed(struct upstream *upstream, upstream_take *take, void *context);
void upstream_tcp_close(struct upstream *upstream);

/* -- upstream.c -- */
/* Where sockets that ask a server are bound to, but for the port. */
const struct net_address *upstream_source(const struct upstream *upstream, bool is_ipv4) PURE;
socklen_t upstream_to_sockaddr(const struct net_endpoint *endpoint, struct sockaddr_storage *out);
MUST_CHECK bool upstream_from_sockaddr(const struct sockaddr_storage *in, struct net_endpoint *out);
uint64_t upstream_now_ms(void);

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
#include "slowpath/list.h"
#include "slowpath/upstream.h"
#include "slowpath/upstream_limits.h"

/* Families of sockets: IPv4, IPv6. */
#define UPSTREAM_FAMILIES 2u

/* A message over TCP with its length. */
#define UPSTREAM_IN_BYTES (2u + DNS_MESSAGE_MAX)

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

enum upstream_question_state {
	UPSTREAM_QUESTION_FREE,
	UPSTREAM_QUESTION_OPEN, /* in its connection's list */
	UPSTREAM_QUESTION_FAILED, /* in the list of those that wait to be told */
};

/* A question over TCP or TLS, until its answer or its end. */
struct upstream_question {
	struct list_link link;
	uint64_t handle;
	uint32_t chain; /* of the same bucket; free list */
	uint32_t connection;
	uint16_t id;
	uint16_t at; /* octets of `out` that are sent */
	uint16_t len;
	uint8_t state; /* enum upstream_question_state */
	uint8_t tries; /* connections that ended under it */
	uint8_t out[2 + UPSTREAM_QUERY_BYTES_MAX];
};

enum upstream_connection_state {
	UPSTREAM_CONNECTION_FREE,
	UPSTREAM_CONNECTION_CONNECTING,
	UPSTREAM_CONNECTION_HANDSHAKE, /* of TLS */
	UPSTREAM_CONNECTION_OPEN,
	UPSTREAM_CONNECTION_BROKEN, /* its questions are to be told or asked again */
};

struct upstream_connection {
	struct list_link questions; /* head; in the order in which they are sent */
	struct list_link idle; /* among those without a question */
	struct net_endpoint to;
	uint16_t tls; /* 0: plain, else which of the settings */
	uint8_t state; /* enum upstream_connection_state */
	bool is_closing; /* takes no more questions */
	bool is_busy; /* its messages are being handed over */
	int fd;
	uint32_t generation; /* of the slot, so that late events find it gone */
	uint32_t chain; /* of the same bucket; free list */
	uint32_t watched; /* epoll events */
	uint32_t question_count;
	uint32_t answered;
	uint64_t idle_until_ms;
	size_t in_len;
	struct tls_session session;
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
	uint16_t slot_count;
	uint32_t connection_count;
	uint32_t connection_free; /* list */
	uint32_t connections_broken;
	uint32_t question_count;
	uint32_t question_free; /* list */
	struct upstream_slot *slots; /* slot_count for each family */
	struct upstream_connection *connections;
	uint8_t *in; /* UPSTREAM_IN_BYTES for each connection */
	struct upstream_question *questions;
	struct list_link idle; /* connections without a question, the first due first */
	struct list_link failed; /* questions that wait to be told */
	uint32_t connection_bucket[UPSTREAM_BUCKETS]; /* by endpoint */
	uint32_t question_bucket[UPSTREAM_BUCKETS]; /* by handle */
	const struct upstream_tls *tls;
	uint32_t tls_count;
	uint32_t source_count;
	const struct netns *netns;
	struct net_address source[UPSTREAM_SOURCES_MAX];
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
struct upstream_question *upstream_question_of(struct list_link *link);
/* A question that was asked on the connection, by its id; NULL: none. */
struct upstream_question *upstream_question_find(const struct upstream_connection *connection,
                                                 uint16_t id);
void upstream_question_end(struct upstream *upstream, struct upstream_question *question);
/* The connection is no more: the question is asked again over another one, or told as failed. */
void upstream_question_orphaned(struct upstream *upstream, struct upstream_question *question,
                                const struct net_endpoint *to, uint16_t tls, bool may_retry);
/* Tells of questions that failed. Returns how many. */
uint32_t upstream_tcp_tell_failed(struct upstream *upstream, upstream_take *take, void *context);
MUST_CHECK bool upstream_tcp_open(struct upstream *upstream,
                                  const struct upstream_settings *settings);
void upstream_tcp_close(struct upstream *upstream);

/* -- upstream_connection.c -- */
/* One that is open or being opened and has room for a question of this id; NULL: none. */
struct upstream_connection *upstream_connection_find(struct upstream *upstream,
                                                     const struct net_endpoint *to, uint16_t tls,
                                                     uint16_t id);
/* NULL: all are in use. */
struct upstream_connection *upstream_connection_make(struct upstream *upstream,
                                                     const struct net_endpoint *to, uint16_t tls);
/* Sends what is not sent yet, as far as the kernel takes it. */
void upstream_connection_write(struct upstream *upstream, struct upstream_connection *connection);
/* Closes it, or puts it among the idle ones, when nothing is left to do. */
void upstream_connection_settle(struct upstream *upstream, struct upstream_connection *connection);
/* Ends those that broke while they could not be ended. */
void upstream_connection_end_broken(struct upstream *upstream);
void upstream_connection_break(struct upstream *upstream, struct upstream_connection *connection);
/* Closes those that were idle for long enough. */
void upstream_connection_expire(struct upstream *upstream);
/* Goes on with one that became ready. Returns the events handed over. */
uint32_t upstream_connection_ready(struct upstream *upstream, uint32_t index, uint32_t generation,
                                   uint32_t events, upstream_take *take, void *context);
void upstream_connection_close(struct upstream *upstream, struct upstream_connection *connection);

/* -- upstream.c -- */
socklen_t upstream_to_sockaddr(const struct net_endpoint *endpoint, struct sockaddr_storage *out);
MUST_CHECK bool upstream_from_sockaddr(const struct sockaddr_storage *in, struct net_endpoint *out);
uint64_t upstream_now_ms(void);
/* A nonblocking socket in the right namespace, or -1. */
int upstream_socket(const struct upstream *upstream, bool is_ipv4, int type);
/* One of our addresses to ask from; all zero octets: as the kernel likes. */
struct net_address upstream_source(struct upstream *upstream, bool is_ipv4);
/* Binds a TCP socket to it. */
MUST_CHECK bool upstream_bind_source(struct upstream *upstream, int fd, bool is_ipv4);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* upstream -- the resolver's way to other servers: kernel sockets with unpredictable ports.
 *
 * What:    a pool of UDP sockets, each bound to a random port and renewed after some use, read and
 *          written in batches; TCP and TLS connections, each shared by questions to one server and kept
 *          for a while. Everything that comes back, and every failure, is an event that
 *          upstream_poll() hands to the caller. One epoll descriptor tells when there is news.
 * Threads: one lcore. Sockets are made in the network namespace of the settings, else in the one in which
 *          the calling thread is: it must not move between.
 * Memory:  all at upstream_open(): about 75 KiB for each TCP connection, touched only when used; TLS
 *          takes OpenSSL's memory for each connection that is open.
 * Limits:  slowpath/upstream_limits.h.
 * Trust:   datagrams are anything; who they came from is told as the kernel says, and the caller
 *          compares.
 * RFC:     5452 §9.2 (ports), 7766 §6.2 (TCP connections), 7858 §3, 9715 §3 (no fragments). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "net/prefix.h"
#include "slowpath/netns.h"
#include "slowpath/problem.h"
#include "slowpath/tls.h"

struct upstream;

/* How servers are asked over TLS. */
struct upstream_tls {
	const struct tls_client *client;
	struct tls_peer peer;
};

struct upstream_settings {
	uint16_t port_slots; /* UDP sockets of each address family; 0: default */
	uint16_t connections; /* TCP connections at once; 0: default */
	/* Addresses of our own to ask from, one of them by chance for each socket; a family without any
	 * leaves it to the kernel. Copied. */
	const struct net_address *sources;
	uint32_t source_count; /* 0..UPSTREAM_SOURCES_MAX */
	const struct netns *netns; /* sockets are made there; NULL: where the thread is */
	const struct upstream_tls *tls; /* the caller's, until upstream_close() */
	uint32_t tls_count;
};

enum upstream_event_kind {
	UPSTREAM_EVENT_UDP, /* port_slot, from, message, len */
	UPSTREAM_EVENT_UDP_ERROR, /* port_slot, from (whom we asked), message, len (what was sent) */
	UPSTREAM_EVENT_TCP, /* handle (which is forgotten by now), from, message, len */
	UPSTREAM_EVENT_TCP_ERROR, /* handle (which is forgotten by now) */
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

/* Other ways to ask over TLS: `tls` takes the place of that of the settings, all connections end. No question may wait
 * for one of them. */
void upstream_set_tls(struct upstream *upstream, const struct upstream_tls *tls, uint32_t count);

/* How many slots there are to choose from. */
uint16_t upstream_port_slots(const struct upstream *upstream);

/* Puts a datagram of at most UPSTREAM_QUERY_BYTES_MAX octets into the batch that upstream_flush() sends
 * from the slot's socket. Failures are events of a later poll. */
void upstream_send_udp(struct upstream *upstream, uint16_t port_slot, const struct net_endpoint *to,
                       const uint8_t *message, size_t len);

/* Sends one message over a connection, a new one if need be, and waits for the answer with its id.
 * `handle` (not in use) comes back with the event. `tls`: 0, or 1 + an index of settings.tls. */
void upstream_send_tcp(struct upstream *upstream, uint64_t handle, const struct net_endpoint *to,
                       uint16_t tls, const uint8_t *message, size_t len);

/* Ends the question of a handle, if there is one: no event comes for it any more. */
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
	uint64_t tcp_opened; /* connections */
	uint64_t tcp_sent; /* questions */
	uint64_t tcp_failed; /* questions */
	uint64_t tls_failed; /* handshakes */
	uint64_t tls_failure[TLS_FAILURE_COUNT]; /* of those, by reason */
	uint64_t ports_renewed;
};
void upstream_stats(const struct upstream *upstream, struct upstream_stats *out);

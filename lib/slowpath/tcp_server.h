/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* tcp_server -- DNS over TCP, TLS and HTTP/2 for thousands of clients on one lcore, without a lock.
 *
 * What:    accepts, reads whole messages and gives them to a sink, takes answers in any order and writes
 *          them. It knows neither mbufs nor the pipeline, and time is an argument.
 * Threads: open, listen and close on a control thread, the rest on one lcore.
 * Memory:  all allocated by tcp_server_open(), touched only when used: slots and input buffers for
 *          connections_max, output_blocks of 4 KiB and large_buffers of 64 KiB for all together. TLS
 *          sessions are allocated by OpenSSL (slowpath/tls.h), those of HTTP/2 by nghttp2 (slowpath/http.h).
 * Limits:  struct tcp_limits. When more than half of the slots are taken the idle time-out falls, and clients that ask
 *          are told (RFC 7766 §6.2.3). When all slots are taken, or a client's share, the connection that has been
 *          idle the longest makes room; when none is idle the one whose unfinished message is the
 *          oldest; else the new one is refused.
 * Trust:   clients are hostile: each is bounded in slots, octets, time and work per turn.
 * RFC:     1035 §4.2.2, 5936 §4.1, 7766, 7858, 8484, 7828, 9210. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "net/prefix.h"
#include "pipeline/query.h"
#include "pipeline/snapshot.h"
#include "slowpath/block_pool.h"
#include "slowpath/http.h"
#include "slowpath/list.h"
#include "slowpath/poller.h"
#include "slowpath/slowpath_limits.h"
#include "slowpath/tls.h"

struct tcp_limits {
	uint32_t connections_max; /* 1..TCP_CONNECTIONS_MAX */
	uint32_t per_client_max; /* 1.. */
	uint8_t client_ipv6_bits; /* 1..128: what of an IPv6 address is one client */
	uint32_t idle_timeout_ms;
	uint32_t message_timeout_ms; /* from a message's first octet to its last */
	uint32_t output_timeout_ms; /* to take STREAM_BLOCK_BYTES of what waits */
	uint32_t
	    answer_timeout_ms; /* a query without an answer for so long was dropped by policy */
	uint16_t in_flight_max; /* queries of one connection in the pipeline, 1.. */
	uint32_t output_bytes_max; /* that may wait for one connection, at least 65537 */
	uint32_t output_blocks; /* for all connections, at least 17 */
	uint32_t large_buffers; /* for messages above STREAM_INPUT_BYTES, at least 1 */
	uint32_t opening_max; /* connections whose PROXY header or TLS handshake is not done, 1.. */
	uint32_t opening_timeout_ms; /* for both together */
};

/* Sets every limit to its default of slowpath_limits.h. */
void tcp_limits_default(struct tcp_limits *limits);

/* What happened to connections, counted; the order is that of stage_counters.event of TCP_ACCEPTOR. */
enum tcp_event {
	TCP_EVENT_ACCEPTED,
	TCP_EVENT_REFUSED, /* no room for a new connection */
	TCP_EVENT_EVICTED, /* closed to make room for another one */
	TCP_EVENT_IDLE, /* closed after the idle time-out */
	TCP_EVENT_SLOW_WRITER, /* closed: a message did not end in time */
	TCP_EVENT_SLOW_READER, /* closed: did not take its answers */
	TCP_EVENT_PROTOCOL, /* closed: sent what no query can be */
	TCP_EVENT_UNANSWERED, /* queries whose answer never came: dropped in the pipeline by name */
	TCP_EVENT_SLOW_OPENING, /* closed: PROXY header and TLS handshake were not done in time */
	TCP_EVENT_PROXY_WRONG, /* closed: a proxy sent no PROXY header, or a wrong one */
	TCP_EVENT_TLS_OPENED, /* handshakes that were done */
	TCP_EVENT_TLS_RESUMED, /* of those, with a ticket */
	TCP_EVENT_TLS_FAILED, /* the sum of those that follow, which are in the order of tls_failure */
	TCP_EVENT_TLS_CLOSED,
	TCP_EVENT_TLS_NOT_TLS,
	TCP_EVENT_TLS_VERSION,
	TCP_EVENT_TLS_CIPHER,
	TCP_EVENT_TLS_ALPN,
	TCP_EVENT_TLS_CERTIFICATE,
	TCP_EVENT_TLS_ABUSE,
	TCP_EVENT_TLS_PROTOCOL,
	TCP_EVENT_HTTP_REQUESTS, /* from here on in the order of http_event */
	TCP_EVENT_HTTP_REFUSED,
	TCP_EVENT_HTTP_RESETS,
	TCP_EVENT_HTTP_ABUSE,
	TCP_EVENT_COUNT
};

/* "accepted", as telemetry names it. */
const char *tcp_event_name(enum tcp_event event);

/* Where an answer belongs. */
struct tcp_stream {
	uint32_t index; /* of the connection */
	uint32_t generation;
	uint32_t request; /* of HTTP/2: which of the connection's requests; else 0 */
};

struct tcp_message {
	struct tcp_stream stream;
	bool encrypted;
	uint16_t keepalive_100ms; /* the idle time-out as it is now, for RFC 7828 */
	const struct query_address *client;
	const struct query_address *local;
	const uint8_t *data; /* valid during the call */
	uint16_t len; /* at least a DNS header */
};

/* Takes a message, or returns false when it cannot now (no buffer): the message is offered again. */
struct tcp_sink {
	bool (*take)(void *context, const struct tcp_message *message);
	void *context;
};

struct tcp_connection; /* slowpath/tcp_int.h */

/* What is spoken at a listener; all zero: plain DNS. What it points to outlives the server. */
struct tcp_service {
	/* Of a struct tls_server, which may be replaced; NULL: no TLS. */
	const struct snapshot *tls;
	const struct http_settings *http; /* DNS over HTTP/2; NULL: plain DNS messages */
	/* Clients here are proxies: they have to begin with a PROXY header, which says who the client is. */
	const struct net_prefix *proxies;
	uint32_t proxy_count;
};

struct tcp_listener {
	int fd;
	bool pending; /* connections may wait */
	struct query_address local;
	struct tcp_service service;
};

/* What a producer did when it was asked for a message. */
enum tcp_produced {
	TCP_PRODUCED_MESSAGE, /* one more is in the buffer */
	TCP_PRODUCED_LATER, /* there is none now; tcp_server_resume() when there is */
	TCP_PRODUCED_END, /* there is none any more */
	/* The rest cannot be made: the connection is closed, so that nobody takes what came for the whole
	 * (RFC 5936 §2.2). */
	TCP_PRODUCED_FAILED,
};

/* An answer of many messages (a zone transfer), made one by one as the client takes those before: of a zone of any
 * size TCP_OUTPUT_PAUSE_BYTES and a message wait in memory. Embedded in what its owner needs to go on. */
struct tcp_producer {
	/* Writes the next message, of 12..size octets. */
	enum tcp_produced (*next)(struct tcp_producer *producer, uint8_t *message, uint32_t size,
	                          uint32_t *len);
	/* The last call: all was handed to the client, or (not complete) its connection has ended. The producer
	 * may free itself; it must not call the server. */
	void (*done)(struct tcp_producer *producer, bool complete);
	struct tcp_stream stream; /* from here on the server's */
	struct list_link link;
};

enum tcp_timer_kind {
	TCP_TIMER_IDLE,
	TCP_TIMER_MESSAGE,
	TCP_TIMER_OUTPUT,
	TCP_TIMER_ANSWER,
	TCP_TIMER_OPENING,
	TCP_TIMER_COUNT
};

struct tcp_server {
	struct tcp_limits limits;
	int poller;
	/* Set anywhere: clients should go elsewhere. All are served as before, but the time-out that they are
	 * told is 0 (RFC 7828 §3.2.2: close) and who is idle has TCP_IDLE_PRESSED_MS. NULL: never. */
	const _Atomic bool *withdrawn;
	bool draining;
	bool starved; /* the sink refused: try again a little later */
	uint32_t opening_count;
	uint32_t handshakes_left; /* steps of TLS handshakes that this turn may still do */
	struct tls_tickets tickets;
	uint64_t accept_after_us; /* the system ran out of descriptors: no accept before */
	uint32_t listener_count;
	struct tcp_listener listeners[SLOWPATH_LISTENERS_MAX];
	struct tcp_connection *connections;
	uint8_t *input_memory; /* STREAM_INPUT_BYTES for each slot */
	uint32_t open_count;
	uint32_t fresh; /* slots from here on were never used */
	struct list_link free_slots;
	struct list_link ready; /* have something to read, may be served */
	struct list_link dirty; /* have answers that were not yet written */
	struct list_link large; /* hold a large buffer, the longest first */
	struct list_link producing; /* have a producer, and room for what it makes */
	uint8_t *made; /* DNS_MESSAGE_MAX: what a producer makes */
	struct list_link timers[TCP_TIMER_COUNT]; /* each in order of time */
	uint64_t timer_us[TCP_TIMER_COUNT];
	uint16_t keepalive_100ms; /* timer_us[TCP_TIMER_IDLE] in the unit of RFC 7828 */
	struct list_link *clients; /* hash table by client, client_mask + 1 buckets */
	uint32_t client_bits;
	uint64_t client_keys[5]; /* secret */
	struct block_pool output_pool;
	struct block_pool large_pool;
	struct http_server *http;
	uint64_t counts[TCP_EVENT_COUNT];
};

/* `poller`: where its sockets are watched. Fails: RESULT_OUT_OF_RANGE, RESULT_NO_MEMORY. */
MUST_CHECK enum result tcp_server_open(struct tcp_server *server, const struct tcp_limits *limits,
                                       int poller);
/* Closes all sockets, frees all memory. */
void tcp_server_close(struct tcp_server *server);

/* Takes over a listening socket (socket_open_tcp), also on failure. Fails: RESULT_TOO_LONG,
 * RESULT_NO_MEMORY. */
MUST_CHECK enum result tcp_server_listen(struct tcp_server *server, int fd,
                                         const struct tcp_service *service);

/* An event of the poller for a listener or a connection of this server. */
void tcp_server_event(struct tcp_server *server, struct poller_tag tag, uint32_t events,
                      uint64_t now_us);

/* One turn: time-outs, accepts, then at most `budget` messages into the sink, connections in turn. Gives
 * how many; `work` grows by everything that was done. */
uint16_t tcp_server_serve(struct tcp_server *server, const struct tcp_sink *sink, uint64_t now_us,
                          uint16_t budget, uint16_t *work);

/* Takes an answer of 12..65535 octets (copied). RESULT_NOT_FOUND: that connection, or request,
 * has ended.
 * RESULT_NO_SPACE: the client does not read, the connection was closed. */
MUST_CHECK enum result tcp_server_answer(struct tcp_server *server, struct tcp_stream stream,
                                         const uint8_t *message, uint32_t len, uint64_t now_us);

/* Takes a producer instead of an answer; several of one connection are served one after the other, other answers go
 * between their messages. Fails, and then no call comes: RESULT_NOT_FOUND (as above), RESULT_UNSUPPORTED (over
 * HTTP a request has one message, RFC 8484 §4.2.1). */
MUST_CHECK enum result tcp_server_produce(struct tcp_server *server, struct tcp_stream stream,
                                          struct tcp_producer *producer, uint64_t now_us);
/* A producer that said TCP_PRODUCED_LATER can go on. Only between produce() and its last call. */
void tcp_server_resume(struct tcp_server *server, struct tcp_producer *producer, uint64_t now_us);

/* The end of a turn: writes what tcp_server_answer() took. */
void tcp_server_flush(struct tcp_server *server, uint64_t now_us);

/* When tcp_server_serve() wants to be called next even if nothing arrives; UINT64_MAX: never. */
uint64_t tcp_server_deadline_us(const struct tcp_server *server, uint64_t now_us);

/* No more connections, no more messages; each connection ends when its answers are written. */
void tcp_server_drain(struct tcp_server *server, uint64_t now_us);

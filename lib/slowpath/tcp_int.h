/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* tcp_int -- what the tcp_*.c files share: a connection and the steps on it.
 *
 * What:    tcp_server.c opens and dispatches, tcp_accept.c lets in, tcp_connection.c reads and settles,
 *          tcp_answer.c writes, tcp_timer.c ends what takes too long, tcp_io.c is the socket or TLS over
 *          it, tcp_opening.c does what stands before the first message.
 * Threads: one.
 * Memory:  slots of struct tcp_server.
 * Limits:  a function that may close the connection says so in its name or returns false then.
 * Trust:   see tcp_server.h.
 * RFC:     7766. */
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include "slowpath/stream_input.h"
#include "slowpath/stream_output.h"
#include "slowpath/tcp_server.h"

struct tcp_timer {
	struct list_link link;
	struct tcp_connection *owner;
	uint64_t since_us;
};

enum tcp_phase {
	TCP_PHASE_PROXY, /* a PROXY header comes first */
	TCP_PHASE_TLS, /* handshake */
	TCP_PHASE_OPEN
};

struct tcp_connection {
	int fd; /* -1: the slot is free */
	uint32_t generation; /* grows with each use of the slot */
	uint8_t phase; /* enum tcp_phase */
	bool readable; /* the kernel, or TLS, may have octets */
	bool hangup; /* the end of the client's octets is in the kernel's queue */
	bool ended; /* it was read: the client sends no more (it may still read, RFC 7766 §6.2.4) */
	uint16_t in_flight; /* queries in the pipeline */
	uint16_t in_flight_old; /* of those, from before epoch_us */
	uint64_t epoch_us;
	uint32_t large_block; /* BLOCK_NONE: the small buffer is in use */
	struct stream_input input;
	struct stream_output output;
	struct query_address client;
	struct query_address local;
	struct list_link ready; /* or the free list */
	struct list_link dirty;
	struct list_link large;
	struct list_link same_client; /* bucket of the hash table */
	struct list_link producing; /* of the server's list */
	struct list_link producers; /* its own, the first is at work */
	uint16_t producer_count;
	bool producer_waits; /* the first one said TCP_PRODUCED_LATER */
	struct tcp_timer timers[TCP_TIMER_COUNT];
	struct tls_session tls; /* ssl NULL: a plain connection */
	const struct tcp_service *service; /* the listener's */
	struct http_session *http; /* from TCP_PHASE_OPEN on, where the service is HTTP */
	uint32_t http_sent; /* of http_state.sent_bytes, when the reader was last seen to go on */
};

/* Until buffers come back; nothing wakes us for them. */
#define TCP_STARVED_PAUSE_US 500

static inline bool tcp_connection_is_tls(const struct tcp_connection *connection)
{
	return connection->tls.ssl != NULL;
}

static inline uint32_t tcp_connection_index(const struct tcp_server *server,
                                            const struct tcp_connection *connection)
{
	return (uint32_t)(connection - server->connections);
}

/* -- tcp_io.c: -1 with errno as read(2) and writev(2); never raises SIGPIPE -- */
/* Tells in connection->readable whether another read may give something. */
ssize_t tcp_io_read(struct tcp_connection *connection, uint8_t *data, size_t size);
/* The same from below TLS, without telling. */
ssize_t tcp_io_read_some(const struct tcp_connection *connection, uint8_t *data, size_t size);
ssize_t tcp_io_write(struct tcp_connection *connection, struct iovec *parts, int count);
/* An event of the kernel: EPOLLIN and friends. */
void tcp_io_event(struct tcp_connection *connection, uint32_t events);

/* -- tcp_producer.c -- */
/* Lets producers make messages, connections in turn, a bounded number. Gives how many were made. */
uint16_t tcp_producer_turn(struct tcp_server *server, uint64_t now_us);
/* When it wants the next turn; UINT64_MAX: when something happens. */
uint64_t tcp_producer_deadline_us(const struct tcp_server *server, uint64_t now_us);
/* There is room again: the connection's producer may go on. */
void tcp_producer_room(struct tcp_server *server, struct tcp_connection *connection);
/* The connection ends. */
void tcp_producer_close(struct tcp_connection *connection);

/* -- tcp_timer.c -- */
/* Starts a timer that does not run; one that runs goes on as it is. */
void tcp_timer_start(struct tcp_server *server, struct tcp_connection *connection,
                     enum tcp_timer_kind kind, uint64_t now_us);
void tcp_timer_stop(struct tcp_connection *connection, enum tcp_timer_kind kind);
/* Ends what is due, a bounded number. Gives how many. */
uint16_t tcp_timer_expire(struct tcp_server *server, uint64_t now_us);

/* -- tcp_accept.c -- */
/* Accepts from all listeners that have something pending, a bounded number. */
uint16_t tcp_accept_all(struct tcp_server *server, uint64_t now_us);
/* A connection that counts as no client's yet is this one's. False: that has too many, and the connection was
 * ended. */
MUST_CHECK bool tcp_accept_client(struct tcp_server *server, struct tcp_connection *connection,
                                  const struct query_address *client);
/* Whether the address is one of the service's proxies. */
MUST_CHECK bool tcp_accept_is_proxy(const struct tcp_service *service,
                                    const struct query_address *address);

/* -- tcp_opening.c -- */
/* Begins with what the listener's service wants before the first message. False: the connection was ended. */
MUST_CHECK bool tcp_opening_begin(struct tcp_server *server, struct tcp_connection *connection,
                                  uint64_t now_us);
/* Goes on with it. False: the connection was ended. */
MUST_CHECK bool tcp_opening_step(struct tcp_server *server, struct tcp_connection *connection,
                                 uint64_t now_us);
/* The connection is open, or closed: it counts as opening no more. */
void tcp_opening_end(struct tcp_server *server, struct tcp_connection *connection);

/* -- tcp_http.c: connections with http_settings -- */
/* The connection is open. False: it was ended. */
MUST_CHECK bool tcp_http_begin(struct tcp_server *server, struct tcp_connection *connection,
                               uint64_t now_us);
/* One read. False: the connection was closed. */
MUST_CHECK bool tcp_http_fill(struct tcp_server *server, struct tcp_connection *connection,
                              uint64_t now_us);
/* Moves octets into the connection's output. False: the connection was closed. */
MUST_CHECK bool tcp_http_pull(struct tcp_server *server, struct tcp_connection *connection);
/* Takes an answer as tcp_server_answer(). */
MUST_CHECK enum result tcp_http_answer(struct tcp_server *server, struct tcp_connection *connection,
                                       uint32_t request, const uint8_t *message, uint32_t len);
/* No new requests; what can be said at once is said. */
void tcp_http_goodbye(struct tcp_server *server, struct tcp_connection *connection);
void tcp_http_close(struct tcp_connection *connection);

/* -- tcp_connection.c -- */
void tcp_connection_close(struct tcp_server *server, struct tcp_connection *connection);
/* Closes and counts why. */
void tcp_connection_end(struct tcp_server *server, struct tcp_connection *connection,
                        enum tcp_event why);
/* Closes after an error of the socket or of TLS, which is counted. */
void tcp_connection_broken(struct tcp_server *server, struct tcp_connection *connection);
/* After anything happened: timers and lists are set by the state; closes a finished connection. */
void tcp_connection_settle(struct tcp_server *server, struct tcp_connection *connection,
                           uint64_t now_us);
/* Reads and gives at most `quota` messages to the sink, then settles; may close. */
uint16_t tcp_connection_serve(struct tcp_server *server, struct tcp_connection *connection,
                              const struct tcp_sink *sink, uint64_t now_us, uint16_t quota);

/* -- tcp_answer.c -- */
/* The connection of a stream, NULL: it has ended. */
struct tcp_connection *tcp_answer_find(const struct tcp_server *server,
                                       const struct tcp_stream *stream);
/* One query has its answer. */
void tcp_answer_count(struct tcp_connection *connection);
/* Puts a message behind what waits, with its length. Fails: RESULT_NO_SPACE, RESULT_NOT_FOUND (the connection is
 * broken). */
MUST_CHECK enum result tcp_answer_put(struct tcp_server *server, struct tcp_connection *connection,
                                      const uint8_t *message, uint32_t len);
/* Ends the connection whose output has stood still the longest. False: there is none but `spared`. */
MUST_CHECK bool tcp_answer_end_slowest(struct tcp_server *server,
                                       const struct tcp_connection *spared);
/* To be written at the end of the turn. */
void tcp_answer_mark(struct tcp_server *server, struct tcp_connection *connection);
/* Writes what waits until the kernel takes no more. False: closed. */
MUST_CHECK bool tcp_answer_write(struct tcp_server *server, struct tcp_connection *connection,
                                 uint64_t now_us);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* tcp_rig -- a TCP server on a loopback port with a clock of the test's own, and clients for it.
 *
 * What:    real sockets, fake time: rig.now_us moves only when the test says so. rig_pump() runs turns of
 *          the server until a condition holds; it waits in the kernel, with a bound that only a
 *          failing test reaches.
 * Threads: one.
 * Memory:  static, one rig at a time.
 * Limits:  RIG_MESSAGES_MAX messages are remembered.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "slowpath/socket.h"
#include "slowpath/tcp_server.h"
#include "unit.h"

#define RIG_MESSAGES_MAX 4096
#define RIG_PATIENCE_MS 5000
#define RIG_QUERY_LEN 20

struct rig_message {
	struct tcp_stream stream;
	uint16_t id;
	uint16_t len;
	bool encrypted;
	uint16_t keepalive_100ms;
	struct query_address client;
	struct query_address local;
};

static struct rig {
	struct tcp_server server;
	struct tcp_service service; /* what to speak; kept by rig_open() */
	int poller;
	uint64_t now_us;
	struct query_address address;
	uint16_t budget;
	bool refuse; /* the sink has no buffers */
	int client_buffer; /* octets of the receive buffer of clients to come, 0: as usual */
	uint32_t message_count;
	struct rig_message messages[RIG_MESSAGES_MAX];
} rig;

static bool rig_take(void *context, const struct tcp_message *message)
{
	(void)context;
	if (rig.refuse || rig.message_count == RIG_MESSAGES_MAX)
		return false;
	rig.messages[rig.message_count++] = (struct rig_message){
	    .stream = message->stream,
	    .id = bytes_load_u16(message->data),
	    .len = message->len,
	    .encrypted = message->encrypted,
	    .keepalive_100ms = message->keepalive_100ms,
	    .client = *message->client,
	    .local = *message->local,
	};
	return true;
}

static void rig_open(const struct tcp_limits *limits)
{
	struct problem problem;
	int fd;
	const struct tcp_service service = rig.service;
	memset(&rig, 0, sizeof(rig));
	rig.service = service;
	rig.now_us = 1000000;
	rig.budget = 32;
	rig.poller = poller_open();
	CU_ASSERT_TRUE_FATAL(rig.poller >= 0);
	struct query_address any_port = {.family = 4, .octets = {127, 0, 0, 1}};
	CU_ASSERT_EQUAL_FATAL(tcp_server_open(&rig.server, limits, rig.poller), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(socket_open_tcp(&any_port, limits->output_timeout_ms, &fd, &problem),
	                      RESULT_OK);
	CU_ASSERT_TRUE_FATAL(socket_local(fd, &rig.address));
	CU_ASSERT_EQUAL_FATAL(tcp_server_listen(&rig.server, fd, &rig.service), RESULT_OK);
}

static void rig_close(void)
{
	tcp_server_close(&rig.server);
	(void)close(rig.poller);
}

/* One turn, as the stage makes it. */
static uint16_t rig_turn(int wait_ms)
{
	struct epoll_event events[POLLER_EVENTS];
	struct tcp_sink sink = {.take = rig_take};
	uint16_t work = 0;
	int count = epoll_wait(rig.poller, events, POLLER_EVENTS, wait_ms);
	for (int i = 0; i < count; i++)
		tcp_server_event(&rig.server, poller_tag_unpack(events[i].data.u64),
		                 events[i].events, rig.now_us);
	(void)tcp_server_serve(&rig.server, &sink, rig.now_us, rig.budget, &work);
	tcp_server_flush(&rig.server, rig.now_us);
	return (uint16_t)(work + (count > 0 ? count : 0));
}

/* Turns until everything that is in the kernel has been dealt with. */
static inline void rig_settle(void)
{
	while (rig_turn(0) > 0 || tcp_server_deadline_us(&rig.server, rig.now_us) <= rig.now_us)
		;
}

static inline uint64_t rig_clock_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Turns until *counter reaches `value`. */
static inline bool rig_pump(const void *counter, size_t size, uint64_t value)
{
	uint64_t end = rig_clock_ms() + RIG_PATIENCE_MS;
	for (;;) {
		uint64_t now = 0;
		memcpy(&now, counter, size);
		if (now == value)
			return true;
		if (rig_clock_ms() > end)
			return false;
		(void)rig_turn(20);
	}
}
#define RIG_PUMP(field, value)                                                                     \
	CU_ASSERT_TRUE(rig_pump(&rig.field, sizeof(rig.field), (uint64_t)(value)))

/* A connected client; reads of it give up after RIG_PATIENCE_MS. */
static inline int rig_connect(void)
{
	struct sockaddr_storage name;
	struct timeval patience = {.tv_sec = RIG_PATIENCE_MS / 1000};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int yes = 1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (rig.client_buffer > 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rig.client_buffer,
		                 sizeof(rig.client_buffer));
	socklen_t length = endpoint_to_sockaddr(&rig.address, &name);
	CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&name, length), 0);
	return fd;
}

/* A query of RIG_QUERY_LEN octets with its length in front. */
static inline size_t rig_query(uint8_t *out, uint16_t id)
{
	memset(out, 0, 2 + RIG_QUERY_LEN);
	bytes_store_u16(out, RIG_QUERY_LEN);
	bytes_store_u16(out + 2, id);
	return 2 + RIG_QUERY_LEN;
}

static inline void rig_send(int fd, const void *data, size_t len)
{
	CU_ASSERT_EQUAL(send(fd, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

static inline void rig_send_query(int fd, uint16_t id)
{
	uint8_t query[2 + RIG_QUERY_LEN];
	rig_send(fd, query, rig_query(query, id));
}

/* Answers message `i` with `len` octets that begin with its id. */
static inline enum result rig_answer(uint32_t i, uint32_t len)
{
	static uint8_t answer[65535];
	bytes_store_u16(answer, rig.messages[i].id);
	bytes_store_u16(answer + 2, 0x8000);
	return tcp_server_answer(&rig.server, rig.messages[i].stream, answer, len, rig.now_us);
}

/* Reads one answer; gives its id, or -1 when the connection ended or nothing came. */
static inline int rig_read_answer(int fd, uint16_t *len)
{
	static uint8_t message[65535];
	uint8_t prefix[2];
	if (recv(fd, prefix, 2, MSG_WAITALL) != 2)
		return -1;
	*len = bytes_load_u16(prefix);
	if (recv(fd, message, *len, MSG_WAITALL) != *len)
		return -1;
	return bytes_load_u16(message);
}

/* Whether the server has closed its side (everything it sent was read). */
static inline bool rig_is_closed(int fd)
{
	uint8_t octet;
	ssize_t count = recv(fd, &octet, 1, 0);
	return count == 0 || (count < 0 && errno == ECONNRESET);
}

#define MS 1000u

/* Limits for tests: as by default, fewer connections. */
static inline struct tcp_limits few(uint32_t connections)
{
	struct tcp_limits limits;
	tcp_limits_default(&limits);
	limits.connections_max = connections;
	limits.per_client_max = connections;
	return limits;
}

static inline void advance(uint64_t us)
{
	rig.now_us += us;
	(void)rig_turn(0);
}

/* A client that is in the server's table. */
static inline int arrive(void)
{
	uint64_t accepted = rig.server.counts[TCP_EVENT_ACCEPTED];
	int client = rig_connect();
	RIG_PUMP(server.counts[TCP_EVENT_ACCEPTED], accepted + 1);
	return client;
}

/* Whether a query of this client gets through and is answered. */
static inline bool is_served(int client)
{
	uint32_t before = rig.message_count;
	uint16_t len;
	rig_send_query(client, 99);
	if (!rig_pump(&rig.message_count, sizeof(rig.message_count), before + 1) ||
	    rig_answer(before, 30) != RESULT_OK)
		return false;
	tcp_server_flush(&rig.server, rig.now_us);
	return rig_read_answer(client, &len) == 99;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Answers out: gathered for a turn, written with one system call for each connection. */
#include <errno.h>

#include "base/bytes.h"
#include "base/check.h"
#include "dns/message.h"
#include "slowpath/tcp_int.h"

bool tcp_answer_write(struct tcp_server *server, struct tcp_connection *connection, uint64_t now_us)
{
	for (;;) {
		if (!tcp_http_pull(server, connection))
			return false;
		if (connection->output.bytes == 0)
			break;
		struct iovec parts[STREAM_GATHER_BLOCKS];
		int count = stream_output_gather(&connection->output, &server->output_pool, parts,
		                                 STREAM_GATHER_BLOCKS);
		ssize_t written = tcp_io_write(connection, parts, count);
		if (written < 0 && errno == EAGAIN)
			break;
		if (written < 0) {
			tcp_connection_broken(server, connection);
			return false;
		}
		/* Only whole blocks are progress: else one octet a second would keep them all. */
		if (stream_output_advance(&connection->output, &server->output_pool,
		                          (size_t)written) > 0)
			tcp_timer_stop(connection, TCP_TIMER_OUTPUT);
	}
	tcp_producer_room(server, connection);
	tcp_connection_settle(server, connection, now_us);
	return connection->fd >= 0;
}

void tcp_answer_mark(struct tcp_server *server, struct tcp_connection *connection)
{
	if (!list_has(&connection->dirty))
		list_push(&server->dirty, &connection->dirty);
}

void tcp_server_flush(struct tcp_server *server, uint64_t now_us)
{
	while (!list_is_empty(&server->dirty)) {
		struct tcp_connection *connection =
		    LIST_ELEMENT(server->dirty.next, struct tcp_connection, dirty);
		list_remove(&connection->dirty);
		(void)!tcp_answer_write(server, connection, now_us);
	}
	for (unsigned i = 0; i < HTTP_EVENT_COUNT; i++)
		server->counts[TCP_EVENT_HTTP_REQUESTS + i] =
		    http_server_count(server->http, (enum http_event)i);
}

struct tcp_connection *tcp_answer_find(const struct tcp_server *server,
                                       const struct tcp_stream *stream)
{
	if (stream->index >= server->fresh)
		return NULL;
	struct tcp_connection *connection = &server->connections[stream->index];
	bool same = connection->fd >= 0 && connection->generation == stream->generation;
	return same ? connection : NULL;
}

bool tcp_answer_end_slowest(struct tcp_server *server, const struct tcp_connection *spared)
{
	struct list_link *list = &server->timers[TCP_TIMER_OUTPUT];
	if (list_is_empty(list))
		return false;
	struct tcp_connection *slowest = LIST_ELEMENT(list->next, struct tcp_timer, link)->owner;
	if (slowest == spared)
		return false;
	tcp_connection_end(server, slowest, TCP_EVENT_SLOW_READER);
	return true;
}

/* Puts the answer behind what waits. False: no room for it, even after making some. */
static bool append(struct tcp_server *server, struct tcp_connection *connection,
                   const struct iovec *parts, int count, size_t skip)
{
	while (!stream_output_append(&connection->output, &server->output_pool, parts, count, skip))
		if (!tcp_answer_end_slowest(server, connection))
			return false;
	return true;
}

/* A large answer with nothing before it goes straight to the kernel. Gives how much it took, or -1 when
 * the connection broke. */
static ssize_t write_through(struct tcp_connection *connection, struct iovec *parts, int count)
{
	if (connection->output.bytes > 0)
		return 0;
	ssize_t written = tcp_io_write(connection, parts, count);
	return written < 0 && errno == EAGAIN ? 0 : written;
}

enum result tcp_answer_put(struct tcp_server *server, struct tcp_connection *connection,
                           const uint8_t *message, uint32_t len)
{
	uint8_t prefix[STREAM_LENGTH_OCTETS];
	ssize_t gone = 0;
	bytes_store_u16(prefix, (uint16_t)len);
	struct iovec parts[] = {
	    {.iov_base = prefix, .iov_len = sizeof(prefix)},
	    /* writev() reads only, its type does not say so. */
	    {.iov_base = (void *)(uintptr_t)message, .iov_len = len},
	};
	if (connection->output.bytes + sizeof(prefix) + len > server->limits.output_bytes_max)
		return RESULT_NO_SPACE;
	if (len > STREAM_BLOCK_BYTES)
		gone = write_through(connection, parts, ARRAY_COUNT(parts));
	if (gone < 0)
		return RESULT_NOT_FOUND;
	if (!append(server, connection, parts, ARRAY_COUNT(parts), (size_t)gone))
		return RESULT_NO_SPACE;
	return RESULT_OK;
}

void tcp_answer_count(struct tcp_connection *connection)
{
	if (connection->in_flight > 0)
		connection->in_flight--;
	if (connection->in_flight_old > 0)
		connection->in_flight_old--;
	tcp_timer_stop(connection, TCP_TIMER_ANSWER);
}

enum result tcp_server_answer(struct tcp_server *server, struct tcp_stream stream,
                              const uint8_t *message, uint32_t len, uint64_t now_us)
{
	struct tcp_connection *connection = tcp_answer_find(server, &stream);
	CHECK(len <= DNS_MESSAGE_MAX);
	if (connection == NULL)
		return RESULT_NOT_FOUND;
	tcp_answer_count(connection);
	enum result result =
	    connection->http == NULL
	        ? tcp_answer_put(server, connection, message, len)
	        : tcp_http_answer(server, connection, stream.request, message, len);
	if (result == RESULT_NO_SPACE) {
		tcp_connection_end(server, connection, TCP_EVENT_SLOW_READER);
		return result;
	}
	/* A request that was reset leaves the others of its connection as they are. */
	if (result != RESULT_OK && connection->http == NULL) {
		tcp_connection_close(server, connection);
		return result;
	}
	tcp_timer_stop(connection, TCP_TIMER_IDLE);
	tcp_answer_mark(server, connection);
	if (connection->in_flight > 0)
		tcp_timer_start(server, connection, TCP_TIMER_ANSWER, now_us);
	return result;
}

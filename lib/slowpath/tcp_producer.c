/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Answers of many messages: each is made when there is room for it. What waits for a client is bounded by
 * TCP_OUTPUT_PAUSE_BYTES and one message; a client that reads slowly slows its own producer and nothing else. */
#include "base/check.h"
#include "dns/message.h"
#include "slowpath/tcp_int.h"

static struct tcp_producer *first_of(const struct tcp_connection *connection)
{
	return LIST_ELEMENT(connection->producers.next, struct tcp_producer, link);
}

#define FRAMED_MAX (STREAM_LENGTH_OCTETS + DNS_MESSAGE_MAX)

static bool has_room(const struct tcp_server *server, const struct tcp_connection *connection)
{
	return connection->output.bytes <= TCP_OUTPUT_PAUSE_BYTES &&
	       connection->output.bytes + FRAMED_MAX <= server->limits.output_bytes_max;
}

void tcp_producer_room(struct tcp_server *server, struct tcp_connection *connection)
{
	if (connection->producer_count > 0 && !connection->producer_waits &&
	    !list_has(&connection->producing) && has_room(server, connection))
		list_push(&server->producing, &connection->producing);
}

static void end_first(struct tcp_connection *connection, bool complete)
{
	struct tcp_producer *producer = first_of(connection);
	list_remove(&producer->link);
	connection->producer_count--;
	connection->producer_waits = false;
	producer->done(producer, complete);
}

void tcp_producer_close(struct tcp_connection *connection)
{
	list_remove(&connection->producing);
	while (connection->producer_count > 0)
		end_first(connection, false);
}

enum result tcp_server_produce(struct tcp_server *server, struct tcp_stream stream,
                               struct tcp_producer *producer, uint64_t now_us)
{
	struct tcp_connection *connection = tcp_answer_find(server, &stream);
	if (connection == NULL)
		return RESULT_NOT_FOUND;
	if (connection->http != NULL)
		return RESULT_UNSUPPORTED;
	tcp_answer_count(connection);
	producer->stream = stream;
	producer->link = (struct list_link){NULL, NULL};
	list_push(&connection->producers, &producer->link);
	connection->producer_count++;
	tcp_producer_room(server, connection);
	tcp_connection_settle(server, connection, now_us);
	return RESULT_OK;
}

void tcp_server_resume(struct tcp_server *server, struct tcp_producer *producer, uint64_t now_us)
{
	struct tcp_connection *connection = tcp_answer_find(server, &producer->stream);
	CHECK(connection != NULL);
	if (producer != first_of(connection))
		return;
	connection->producer_waits = false;
	tcp_timer_stop(connection, TCP_TIMER_ANSWER);
	tcp_producer_room(server, connection);
	tcp_connection_settle(server, connection, now_us);
}

/* Blocks for the largest message, so that nobody is closed for a transfer. */
static bool pool_has_room(const struct tcp_server *server)
{
	return server->output_pool.free_count > FRAMED_MAX / STREAM_BLOCK_BYTES;
}

/* One message of the first producer. False: the connection was closed, or has none to make now. */
static bool make(struct tcp_server *server, struct tcp_connection *connection, uint16_t *made)
{
	uint32_t len = 0;
	struct tcp_producer *producer = first_of(connection);
	switch (producer->next(producer, server->made, DNS_MESSAGE_MAX, &len)) {
	case TCP_PRODUCED_MESSAGE:
		break;
	case TCP_PRODUCED_LATER:
		connection->producer_waits = true;
		return false;
	case TCP_PRODUCED_END:
		end_first(connection, true);
		return connection->producer_count > 0;
	case TCP_PRODUCED_FAILED:
		tcp_connection_close(server, connection);
		return false;
	}
	CHECK(len >= DNS_HEADER_SIZE && len <= DNS_MESSAGE_MAX);
	(*made)++;
	if (tcp_answer_put(server, connection, server->made, len) == RESULT_OK)
		return true;
	tcp_connection_broken(server, connection);
	return false;
}

/* Some messages for one connection, which is on no list now. */
static void visit(struct tcp_server *server, struct tcp_connection *connection, uint16_t *made,
                  uint64_t now_us)
{
	const uint16_t end = (uint16_t)(*made + TCP_PRODUCED_PER_VISIT);
	bool more = true;
	while (more && *made < end && has_room(server, connection) && pool_has_room(server))
		more = make(server, connection, made);
	if (connection->fd < 0)
		return;
	/* Written at the end of the turn; that calls tcp_producer_room(). */
	if (connection->output.bytes > 0)
		tcp_answer_mark(server, connection);
	tcp_producer_room(server, connection);
	tcp_connection_settle(server, connection, now_us);
}

uint16_t tcp_producer_turn(struct tcp_server *server, uint64_t now_us)
{
	uint16_t made = 0;
	while (made < TCP_PRODUCED_PER_TURN && !list_is_empty(&server->producing) &&
	       pool_has_room(server)) {
		struct tcp_connection *connection =
		    LIST_ELEMENT(server->producing.next, struct tcp_connection, producing);
		list_remove(&connection->producing);
		visit(server, connection, &made, now_us);
	}
	return made;
}

uint64_t tcp_producer_deadline_us(const struct tcp_server *server, uint64_t now_us)
{
	if (list_is_empty(&server->producing))
		return UINT64_MAX;
	return pool_has_room(server) ? now_us : now_us + TCP_STARVED_PAUSE_US;
}

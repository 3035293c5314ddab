/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* One connection: octets in, whole messages to the sink, and what its state means for lists and
 * timers. */
#include <errno.h>
#include <unistd.h>

#include "base/bytes.h"
#include "dns/message.h"
#include "slowpath/tcp_int.h"

static void large_release(struct tcp_server *server, struct tcp_connection *connection)
{
	if (connection->large_block == BLOCK_NONE)
		return;
	list_remove(&connection->large);
	block_pool_put(&server->large_pool, connection->large_block);
	connection->large_block = BLOCK_NONE;
}

void tcp_connection_close(struct tcp_server *server, struct tcp_connection *connection)
{
	tcp_opening_end(server, connection);
	tcp_producer_close(connection);
	tcp_http_close(connection);
	tls_session_close(&connection->tls);
	(void)close(connection->fd);
	connection->fd = -1;
	large_release(server, connection);
	stream_output_clear(&connection->output, &server->output_pool);
	list_remove(&connection->ready);
	list_remove(&connection->dirty);
	list_remove(&connection->same_client);
	for (unsigned kind = 0; kind < TCP_TIMER_COUNT; kind++)
		tcp_timer_stop(connection, (enum tcp_timer_kind)kind);
	list_push(&server->free_slots, &connection->ready);
	server->open_count--;
}

void tcp_connection_end(struct tcp_server *server, struct tcp_connection *connection,
                        enum tcp_event why)
{
	server->counts[why]++;
	tcp_connection_close(server, connection);
}

void tcp_connection_broken(struct tcp_server *server, struct tcp_connection *connection)
{
	if (tcp_connection_is_tls(connection) && connection->tls.failure > TLS_FAILURE_CLOSED) {
		server->counts[TCP_EVENT_TLS_FAILED]++;
		server->counts[TCP_EVENT_TLS_FAILED + connection->tls.failure]++;
	}
	tcp_connection_close(server, connection);
}

static bool has_whole_message(const struct tcp_connection *connection)
{
	const uint8_t *message;
	uint16_t len;
	if (connection->http != NULL)
		return http_session_has_request(connection->http);
	return stream_input_next(&connection->input, &message, &len);
}

static void set_timer(struct tcp_server *server, struct tcp_connection *connection,
                      enum tcp_timer_kind kind, bool runs, uint64_t now_us)
{
	if (runs)
		tcp_timer_start(server, connection, kind, now_us);
	else
		tcp_timer_stop(connection, kind);
}

/* Whether one more query may enter the pipeline. */
static bool may_enter(const struct tcp_server *server, const struct tcp_connection *connection)
{
	return !server->draining &&
	       connection->in_flight + connection->producer_count < server->limits.in_flight_max &&
	       connection->output.bytes <= TCP_OUTPUT_PAUSE_BYTES;
}

static void set_ready(struct tcp_server *server, struct tcp_connection *connection, bool ready)
{
	if (!ready)
		list_remove(&connection->ready);
	else if (!list_has(&connection->ready))
		list_push(&server->ready, &connection->ready);
}

void tcp_connection_settle(struct tcp_server *server, struct tcp_connection *connection,
                           uint64_t now_us)
{
	if (connection->phase != TCP_PHASE_OPEN) {
		if (server->draining)
			tcp_connection_close(server, connection);
		else
			set_ready(server, connection, connection->readable);
		return;
	}
	bool output = connection->output.bytes > 0;
	bool producing = connection->producer_count > 0;
	bool asked = connection->in_flight > 0 || (connection->producer_waits && !output);
	bool whole = !server->draining && has_whole_message(connection);
	bool partial = !whole && stream_input_pending(&connection->input) > 0;
	if (connection->http != NULL) {
		struct http_state http = http_session_state(connection->http);
		output |= !http.is_over && http.body_bytes > 0;
		/* What it wants to say comes at the end of the turn. */
		output |= list_has(&connection->dirty);
		partial = !whole && !http.is_over && http.is_partial;
		/* After a failure nobody takes the answers. */
		asked &= !http.is_over;
		whole &= !http.is_over;
	}
	if ((connection->ended || server->draining) && !asked && !output && !producing && !whole) {
		tcp_connection_close(server, connection);
		return;
	}
	set_timer(server, connection, TCP_TIMER_ANSWER, asked, now_us);
	set_timer(server, connection, TCP_TIMER_OUTPUT, output, now_us);
	set_timer(server, connection, TCP_TIMER_MESSAGE, partial, now_us);
	set_timer(server, connection, TCP_TIMER_IDLE,
	          !asked && !output && !producing && !partial && !whole, now_us);
	set_ready(server, connection,
	          (whole || connection->readable) && may_enter(server, connection));
}

/* Takes a large buffer; when none is free, from who has held one the longest: an honest client's message
 * arrives at once, so that is hardly ever one. */
static bool grow(struct tcp_server *server, struct tcp_connection *connection)
{
	if (server->large_pool.free_count == 0 && !list_is_empty(&server->large))
		tcp_connection_end(server,
		                   LIST_ELEMENT(server->large.next, struct tcp_connection, large),
		                   TCP_EVENT_EVICTED);
	uint32_t block = block_pool_take(&server->large_pool);
	if (block == BLOCK_NONE)
		return false;
	connection->large_block = block;
	list_push(&server->large, &connection->large);
	stream_input_move(&connection->input, block_pool_at(&server->large_pool, block),
	                  STREAM_LARGE_BYTES);
	return true;
}

/* Goes back to the small buffer when the large message is done. */
static void shrink(struct tcp_server *server, struct tcp_connection *connection)
{
	if (connection->large_block == BLOCK_NONE ||
	    stream_input_pending(&connection->input) > STREAM_INPUT_BYTES ||
	    stream_input_is_too_small(&connection->input))
		return;
	stream_input_move(&connection->input,
	                  server->input_memory +
	                      (size_t)tcp_connection_index(server, connection) * STREAM_INPUT_BYTES,
	                  STREAM_INPUT_BYTES);
	large_release(server, connection);
}

/* One read. False: the connection was closed. */
static bool fill(struct tcp_server *server, struct tcp_connection *connection, uint64_t now_us)
{
	uint8_t *room;
	if (connection->http != NULL)
		return tcp_http_fill(server, connection, now_us);
	if (stream_input_is_too_small(&connection->input) && !grow(server, connection)) {
		tcp_connection_end(server, connection, TCP_EVENT_REFUSED);
		return false;
	}
	uint32_t size =
	    stream_input_room(&connection->input, connection->large_block != BLOCK_NONE, &room);
	if (size == 0)
		return true;
	ssize_t count = tcp_io_read(connection, room, size);
	if (count < 0 && errno != EAGAIN) {
		tcp_connection_broken(server, connection);
		return false;
	}
	if (count > 0)
		stream_input_filled(&connection->input, (uint32_t)count);
	if (count == 0)
		connection->ended = true;
	return true;
}

/* RFC 1035 §4.1.1: shorter than a header, or a response: no client of ours says that. */
static bool is_query(const uint8_t *message, uint16_t len)
{
	return len >= DNS_HEADER_SIZE && (dns_message_flags(message) & DNS_FLAG_QR) == 0;
}

/* Queries that had no answer for a whole epoch are not counted any more: else those that a policy drops
 * would use up the connection's share. */
static void age_queries(struct tcp_server *server, struct tcp_connection *connection,
                        uint64_t now_us)
{
	if (now_us - connection->epoch_us < server->timer_us[TCP_TIMER_ANSWER])
		return;
	server->counts[TCP_EVENT_UNANSWERED] += connection->in_flight_old;
	connection->in_flight = (uint16_t)(connection->in_flight - connection->in_flight_old);
	connection->in_flight_old = connection->in_flight;
	connection->epoch_us = now_us;
}

/* The next whole message, where it lies. */
static bool next_message(struct tcp_connection *connection, struct tcp_message *out)
{
	struct http_request request;
	if (connection->http == NULL)
		return stream_input_next(&connection->input, &out->data, &out->len);
	if (!http_session_next(connection->http, &request))
		return false;
	out->stream.request = request.stream_id;
	out->data = request.data;
	out->len = request.len;
	return true;
}

/* The message has gone its way. */
static void took_message(struct tcp_server *server, struct tcp_connection *connection, uint16_t len)
{
	if (connection->http != NULL) {
		http_session_took(connection->http);
		return;
	}
	stream_input_consume(&connection->input, len);
	shrink(server, connection);
}

/* Gives whole messages to the sink. False: the connection was closed. */
static bool give(struct tcp_server *server, struct tcp_connection *connection,
                 const struct tcp_sink *sink, uint64_t now_us, uint16_t quota, uint16_t *given)
{
	struct tcp_message message = {
	    .stream = {.index = tcp_connection_index(server, connection),
	               .generation = connection->generation},
	    /* Plain HTTP comes from a proxy, which encrypts. */
	    .encrypted = tcp_connection_is_tls(connection) || connection->http != NULL,
	    .keepalive_100ms = server->keepalive_100ms,
	    .client = &connection->client,
	    .local = &connection->local,
	};
	while (*given < quota && may_enter(server, connection) &&
	       next_message(connection, &message)) {
		if (!is_query(message.data, message.len)) {
			tcp_connection_end(server, connection, TCP_EVENT_PROTOCOL);
			return false;
		}
		if (!sink->take(sink->context, &message)) {
			server->starved = true;
			return true;
		}
		age_queries(server, connection, now_us);
		connection->in_flight++;
		(*given)++;
		took_message(server, connection, message.len);
		tcp_timer_stop(connection, TCP_TIMER_MESSAGE);
		tcp_timer_stop(connection, TCP_TIMER_ANSWER);
	}
	return true;
}

uint16_t tcp_connection_serve(struct tcp_server *server, struct tcp_connection *connection,
                              const struct tcp_sink *sink, uint64_t now_us, uint16_t quota)
{
	uint16_t given = 0;
	if (connection->phase != TCP_PHASE_OPEN) {
		if (!tcp_opening_step(server, connection, now_us))
			return 0;
		if (connection->phase != TCP_PHASE_OPEN) {
			tcp_connection_settle(server, connection, now_us);
			return 0;
		}
	}
	if (!give(server, connection, sink, now_us, quota, &given))
		return given;
	if (given < quota && connection->readable && !server->starved &&
	    may_enter(server, connection)) {
		if (!fill(server, connection, now_us) ||
		    !give(server, connection, sink, now_us, quota, &given))
			return given;
	}
	tcp_connection_settle(server, connection, now_us);
	return given;
}

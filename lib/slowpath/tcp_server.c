/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The TCP server as a whole: memory, listeners, events, the turn. */
#include "slowpath/tcp_server.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "dns/message.h"
#include "slowpath/socket.h"
#include "slowpath/tcp_int.h"

void tcp_limits_default(struct tcp_limits *limits)
{
	*limits = (struct tcp_limits){
	    .connections_max = TCP_CONNECTIONS_DEFAULT,
	    .per_client_max = TCP_PER_CLIENT_DEFAULT,
	    .client_ipv6_bits = TCP_CLIENT_IPV6_BITS_DEFAULT,
	    .idle_timeout_ms = TCP_IDLE_TIMEOUT_MS_DEFAULT,
	    .message_timeout_ms = TCP_MESSAGE_TIMEOUT_MS_DEFAULT,
	    .output_timeout_ms = TCP_OUTPUT_TIMEOUT_MS_DEFAULT,
	    .answer_timeout_ms = TCP_ANSWER_TIMEOUT_MS_DEFAULT,
	    .in_flight_max = TCP_IN_FLIGHT_DEFAULT,
	    .output_bytes_max = TCP_OUTPUT_BYTES_DEFAULT,
	    .output_blocks = TCP_OUTPUT_BLOCKS_DEFAULT,
	    .large_buffers = TCP_LARGE_BUFFERS_DEFAULT,
	    .opening_max = TCP_OPENING_DEFAULT,
	    .opening_timeout_ms = TCP_OPENING_TIMEOUT_MS_DEFAULT,
	};
}

static bool limits_are_sane(const struct tcp_limits *limits)
{
	const uint32_t framed_max = STREAM_LENGTH_OCTETS + DNS_MESSAGE_MAX;
	return limits->connections_max >= 1 && limits->connections_max <= TCP_CONNECTIONS_MAX &&
	       limits->per_client_max >= 1 && limits->client_ipv6_bits >= 1 &&
	       limits->client_ipv6_bits <= 128 && limits->in_flight_max >= 1 &&
	       limits->output_bytes_max >= framed_max &&
	       limits->output_blocks >= framed_max / STREAM_BLOCK_BYTES + 1 &&
	       limits->large_buffers >= 1 && limits->opening_max >= 1;
}

enum {
	US_PER_MS = 1000,
	KEEPALIVE_UNIT_MS = 100 /* RFC 7828 §3.1 */
};

static void init_lists(struct tcp_server *server)
{
	list_init(&server->free_slots);
	list_init(&server->ready);
	list_init(&server->dirty);
	list_init(&server->large);
	list_init(&server->producing);
	for (unsigned kind = 0; kind < TCP_TIMER_COUNT; kind++)
		list_init(&server->timers[kind]);
	for (uint32_t i = 0; i < 1u << server->client_bits; i++)
		list_init(&server->clients[i]);
}

/* RFC 7766 §6.2.3, RFC 7828 §3.4: from half of the slots on the idle time-out falls evenly, so that idle connections go
 * before anybody has to be turned away. All that are idle wait equally long at any time: their list stays in order. */
static void set_idle(struct tcp_server *server)
{
	const uint32_t full_ms = server->limits.idle_timeout_ms;
	const uint32_t least_ms = full_ms < TCP_IDLE_PRESSED_MS ? full_ms : TCP_IDLE_PRESSED_MS;
	const uint32_t half = server->limits.connections_max / 2;
	const uint32_t above = server->open_count > half ? server->open_count - half : 0;
	const uint64_t less_ms =
	    (uint64_t)(full_ms - least_ms) * above / (server->limits.connections_max - half);
	const bool withdrawn = server->withdrawn != NULL &&
	                       atomic_load_explicit(server->withdrawn, memory_order_relaxed);
	const uint64_t idle_ms = withdrawn ? least_ms : full_ms - less_ms;
	const uint64_t units = server->draining || withdrawn ? 0 : idle_ms / KEEPALIVE_UNIT_MS;
	server->timer_us[TCP_TIMER_IDLE] = idle_ms * US_PER_MS;
	server->keepalive_100ms = units < UINT16_MAX ? (uint16_t)units : UINT16_MAX;
}

static void init_times(struct tcp_server *server)
{
	const struct tcp_limits *limits = &server->limits;
	set_idle(server);
	server->timer_us[TCP_TIMER_MESSAGE] = (uint64_t)limits->message_timeout_ms * US_PER_MS;
	server->timer_us[TCP_TIMER_OUTPUT] = (uint64_t)limits->output_timeout_ms * US_PER_MS;
	server->timer_us[TCP_TIMER_ANSWER] = (uint64_t)limits->answer_timeout_ms * US_PER_MS;
	server->timer_us[TCP_TIMER_OPENING] = (uint64_t)limits->opening_timeout_ms * US_PER_MS;
}

static bool allocate(struct tcp_server *server)
{
	uint32_t count = server->limits.connections_max;
	const struct http_limits http = {
	    .streams_max = HTTP_STREAMS_DEFAULT,
	    .session_streams_max = server->limits.in_flight_max,
	    .session_bytes_max = server->limits.output_bytes_max,
	    .memory_max = HTTP_MEMORY_BYTES_DEFAULT,
	};
	server->client_bits = 1;
	while (1u << server->client_bits < count)
		server->client_bits++;
	server->connections = calloc(count, sizeof(*server->connections));
	server->input_memory = malloc((size_t)count * STREAM_INPUT_BYTES);
	server->clients = calloc(1u << server->client_bits, sizeof(*server->clients));
	server->made = malloc(DNS_MESSAGE_MAX);
	return server->connections != NULL && server->input_memory != NULL &&
	       server->clients != NULL && server->made != NULL &&
	       block_pool_init(&server->output_pool, STREAM_BLOCK_BYTES,
	                       server->limits.output_blocks) == RESULT_OK &&
	       http_server_open(&http, &server->output_pool, &server->http) == RESULT_OK &&
	       block_pool_init(&server->large_pool, STREAM_LARGE_BYTES,
	                       server->limits.large_buffers) == RESULT_OK;
}

static void release(struct tcp_server *server)
{
	free(server->connections);
	free(server->input_memory);
	free(server->clients);
	free(server->made);
	http_server_close(server->http);
	block_pool_fini(&server->output_pool);
	block_pool_fini(&server->large_pool);
	server->connections = NULL;
	server->input_memory = NULL;
	server->clients = NULL;
	server->made = NULL;
	server->http = NULL;
}

enum result tcp_server_open(struct tcp_server *server, const struct tcp_limits *limits, int poller)
{
	memset(server, 0, sizeof(*server));
	if (!limits_are_sane(limits))
		return RESULT_OUT_OF_RANGE;
	server->limits = *limits;
	server->poller = poller;
	if (getrandom(server->client_keys, sizeof(server->client_keys), 0) !=
	    (ssize_t)sizeof(server->client_keys))
		return RESULT_IO;
	if (tls_tickets_init(&server->tickets, 0) != RESULT_OK)
		return RESULT_IO;
	if (!allocate(server)) {
		release(server);
		return RESULT_NO_MEMORY;
	}
	init_lists(server);
	init_times(server);
	return RESULT_OK;
}

static void close_listeners(struct tcp_server *server)
{
	for (uint32_t i = 0; i < server->listener_count; i++)
		(void)close(server->listeners[i].fd);
	server->listener_count = 0;
}

void tcp_server_close(struct tcp_server *server)
{
	close_listeners(server);
	for (uint32_t i = 0; i < server->fresh; i++)
		if (server->connections[i].fd >= 0)
			tcp_connection_close(server, &server->connections[i]);
	tls_tickets_fini(&server->tickets);
	release(server);
}

enum result tcp_server_listen(struct tcp_server *server, int fd, const struct tcp_service *service)
{
	struct tcp_listener listener = {.fd = fd, .pending = true, .service = *service};
	uint32_t index = server->listener_count;
	enum result result = RESULT_IO;
	if (index == SLOWPATH_LISTENERS_MAX)
		result = RESULT_TOO_LONG;
	else if (socket_local(fd, &listener.local))
		result = poller_add(server->poller, fd, EPOLLIN,
		                    poller_tag_pack(POLLER_TCP_LISTENER, index, 0));
	if (result != RESULT_OK) {
		(void)close(fd);
		return result;
	}
	server->listeners[index] = listener;
	server->listener_count++;
	return RESULT_OK;
}

static void connection_event(struct tcp_server *server, struct tcp_connection *connection,
                             uint32_t events, uint64_t now_us)
{
	if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
		tcp_connection_close(server, connection);
		return;
	}
	tcp_io_event(connection, events);
	if ((events & EPOLLOUT) != 0 && connection->output.bytes > 0) {
		(void)!tcp_answer_write(server, connection, now_us);
		return;
	}
	tcp_connection_settle(server, connection, now_us);
}

void tcp_server_event(struct tcp_server *server, struct poller_tag tag, uint32_t events,
                      uint64_t now_us)
{
	if (tag.kind == POLLER_TCP_LISTENER) {
		if (tag.index < server->listener_count)
			server->listeners[tag.index].pending = true;
		return;
	}
	/* An event may be older than the slot's present connection. */
	if (tag.index >= server->fresh)
		return;
	struct tcp_connection *connection = &server->connections[tag.index];
	if (connection->fd >= 0 && connection->generation == tag.generation)
		connection_event(server, connection, events, now_us);
}

/* Serves ready connections in turn; who has more to give goes to the end. */
static uint16_t serve_ready(struct tcp_server *server, const struct tcp_sink *sink, uint64_t now_us,
                            uint16_t budget)
{
	uint16_t given = 0;
	for (unsigned visits = 0; visits < TCP_SERVED_PER_TURN && given < budget &&
	                          !server->starved && !list_is_empty(&server->ready);
	     visits++) {
		struct tcp_connection *connection =
		    LIST_ELEMENT(server->ready.next, struct tcp_connection, ready);
		uint16_t left = (uint16_t)(budget - given);
		uint16_t quota = left < TCP_MESSAGES_PER_TURN ? left : TCP_MESSAGES_PER_TURN;
		list_remove(&connection->ready);
		given = (uint16_t)(given +
		                   tcp_connection_serve(server, connection, sink, now_us, quota));
	}
	return given;
}

uint16_t tcp_server_serve(struct tcp_server *server, const struct tcp_sink *sink, uint64_t now_us,
                          uint16_t budget, uint16_t *work)
{
	server->starved = false;
	server->handshakes_left = TLS_HANDSHAKES_PER_TURN;
	set_idle(server);
	uint16_t done = tcp_timer_expire(server, now_us);
	if (!server->draining)
		done = (uint16_t)(done + tcp_accept_all(server, now_us));
	done = (uint16_t)(done + tcp_producer_turn(server, now_us));
	uint16_t given = serve_ready(server, sink, now_us, budget);
	done = (uint16_t)(done + TLS_HANDSHAKES_PER_TURN - server->handshakes_left);
	*work = (uint16_t)(*work + done + given);
	return given;
}

void tcp_server_drain(struct tcp_server *server, uint64_t now_us)
{
	server->draining = true;
	close_listeners(server);
	for (uint32_t i = 0; i < server->fresh; i++)
		if (server->connections[i].fd >= 0) {
			tcp_http_goodbye(server, &server->connections[i]);
			tcp_connection_settle(server, &server->connections[i], now_us);
		}
}

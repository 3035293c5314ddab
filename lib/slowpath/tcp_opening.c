/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What stands before the first message of a connection: a PROXY header, the TLS handshake. Their number,
 * their time and the work for them in one turn are bounded: who never finishes takes nothing from the others. */
#include <assert.h>
#include <errno.h>

#include "slowpath/proxy_header.h"
#include "slowpath/tcp_int.h"

static_assert(TCP_EVENT_TLS_PROTOCOL - TCP_EVENT_TLS_FAILED == TLS_FAILURE_PROTOCOL,
              "an event for each failure, in the same order");

/* Makes room for one more; the oldest has had the longest time. */
static void admit(struct tcp_server *server)
{
	struct list_link *list = &server->timers[TCP_TIMER_OPENING];
	if (server->opening_count < server->limits.opening_max || list_is_empty(list))
		return;
	tcp_connection_end(server, LIST_ELEMENT(list->next, struct tcp_timer, link)->owner,
	                   TCP_EVENT_EVICTED);
}

static bool finish(struct tcp_server *server, struct tcp_connection *connection, uint64_t now_us)
{
	tcp_opening_end(server, connection);
	return connection->service->http == NULL || tcp_http_begin(server, connection, now_us);
}

/* From here on the connection counts as opening. */
static void begin(struct tcp_server *server, struct tcp_connection *connection,
                  enum tcp_phase phase, uint64_t now_us)
{
	if (connection->phase == TCP_PHASE_OPEN) {
		admit(server);
		server->opening_count++;
		tcp_timer_start(server, connection, TCP_TIMER_OPENING, now_us);
	}
	connection->phase = (uint8_t)phase;
}

/* The client is known: TLS, if it is spoken here. */
static bool begin_tls(struct tcp_server *server, struct tcp_connection *connection, uint64_t now_us)
{
	if (connection->service->tls == NULL)
		return finish(server, connection, now_us);
	const struct tls_server *tls = snapshot_load(connection->service->tls);
	tls_tickets_rotate(&server->tickets, now_us);
	if (tls == NULL || tls_session_accept(&connection->tls, tls, &server->tickets,
	                                      connection->fd) != RESULT_OK) {
		tcp_connection_end(server, connection, TCP_EVENT_REFUSED);
		return false;
	}
	tls_session_readable(&connection->tls, connection->hangup);
	begin(server, connection, TCP_PHASE_TLS, now_us);
	return true;
}

bool tcp_opening_begin(struct tcp_server *server, struct tcp_connection *connection,
                       uint64_t now_us)
{
	if (tcp_accept_is_proxy(connection->service, &connection->client)) {
		begin(server, connection, TCP_PHASE_PROXY, now_us);
		return true;
	}
	return tcp_accept_client(server, connection, &connection->client) &&
	       begin_tls(server, connection, now_us);
}

void tcp_opening_end(struct tcp_server *server, struct tcp_connection *connection)
{
	if (connection->phase == TCP_PHASE_OPEN)
		return;
	connection->phase = TCP_PHASE_OPEN;
	server->opening_count--;
	tcp_timer_stop(connection, TCP_TIMER_OPENING);
}

/* -- PROXY -- */

/* The whole header is there. False: the connection was ended. */
static bool take_header(struct tcp_server *server, struct tcp_connection *connection,
                        const struct proxy_header *header, uint64_t now_us)
{
	connection->input.len = 0;
	return tcp_accept_client(server, connection,
	                         header->has_client ? &header->client : &connection->client) &&
	       begin_tls(server, connection, now_us);
}

/* Reads the header and not an octet more: what follows may be TLS. */
static bool step_proxy(struct tcp_server *server, struct tcp_connection *connection,
                       uint64_t now_us)
{
	struct stream_input *input = &connection->input;
	struct proxy_header header;
	while (connection->phase == TCP_PHASE_PROXY) {
		size_t wanted = proxy_header_wants(input->data, input->len);
		ssize_t count =
		    wanted > 0 ? tcp_io_read_some(connection, input->data + input->len, wanted) : 0;
		if (count < 0 && errno == EAGAIN) {
			connection->readable = false;
			return true;
		}
		if (count < 0 || (count == 0 && wanted > 0)) {
			tcp_connection_end(server, connection, TCP_EVENT_PROXY_WRONG);
			return false;
		}
		input->len += (uint32_t)count;
		enum result result = proxy_header_parse(input->data, input->len, &header);
		if (result == RESULT_OK)
			return take_header(server, connection, &header, now_us);
		if (result != RESULT_TOO_SHORT) {
			tcp_connection_end(server, connection, TCP_EVENT_PROXY_WRONG);
			return false;
		}
	}
	return true;
}

/* -- TLS -- */

static bool step_tls(struct tcp_server *server, struct tcp_connection *connection, uint64_t now_us)
{
	struct tls_session *tls = &connection->tls;
	/* Stays readable, so that it is at the end of those who wait. */
	if (server->handshakes_left == 0)
		return true;
	server->handshakes_left--;
	switch (tls_session_handshake(tls)) {
	case TLS_STEP_AGAIN:
		connection->readable = !tls->drained && !tls->wants_write;
		return true;
	case TLS_STEP_FAILED:
		server->counts[TCP_EVENT_TLS_FAILED]++;
		tcp_connection_end(server, connection,
		                   (enum tcp_event)(TCP_EVENT_TLS_FAILED + tls->failure));
		return false;
	case TLS_STEP_DONE:
		break;
	}
	server->counts[TCP_EVENT_TLS_OPENED]++;
	if (tls_session_is_resumed(tls))
		server->counts[TCP_EVENT_TLS_RESUMED]++;
	return finish(server, connection, now_us);
}

bool tcp_opening_step(struct tcp_server *server, struct tcp_connection *connection, uint64_t now_us)
{
	if (connection->phase == TCP_PHASE_PROXY && !step_proxy(server, connection, now_us))
		return false;
	return connection->phase != TCP_PHASE_TLS || step_tls(server, connection, now_us);
}

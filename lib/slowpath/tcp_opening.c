/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What stands before the first message of a connection: the TLS handshake. Their number, their time and the
 * work for them in one turn are bounded: who never finishes takes nothing from the others. */
#include <assert.h>

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
	return connection->http_settings == NULL || tcp_http_begin(server, connection, now_us);
}

bool tcp_opening_begin(struct tcp_server *server, struct tcp_connection *connection,
                       const struct tcp_service *service, uint64_t now_us)
{
	connection->phase = TCP_PHASE_OPEN;
	connection->http_settings = service->http;
	if (service->tls == NULL)
		return finish(server, connection, now_us);
	const struct tls_server *tls = snapshot_load(service->tls);
	admit(server);
	tls_tickets_rotate(&server->tickets, now_us);
	if (tls == NULL || tls_session_accept(&connection->tls, tls, &server->tickets,
	                                      connection->fd) != RESULT_OK) {
		tcp_connection_end(server, connection, TCP_EVENT_REFUSED);
		return false;
	}
	connection->phase = TCP_PHASE_TLS;
	server->opening_count++;
	tcp_timer_start(server, connection, TCP_TIMER_OPENING, now_us);
	return true;
}

void tcp_opening_end(struct tcp_server *server, struct tcp_connection *connection)
{
	if (connection->phase == TCP_PHASE_OPEN)
		return;
	connection->phase = TCP_PHASE_OPEN;
	server->opening_count--;
	tcp_timer_stop(connection, TCP_TIMER_OPENING);
}

bool tcp_opening_step(struct tcp_server *server, struct tcp_connection *connection, uint64_t now_us)
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

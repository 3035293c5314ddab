/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Time-outs. All timers of a kind run equally long, so the list of a kind is in order of time. */
#include "slowpath/tcp_int.h"

void tcp_timer_start(struct tcp_server *server, struct tcp_connection *connection,
                     enum tcp_timer_kind kind, uint64_t now_us)
{
	struct tcp_timer *timer = &connection->timers[kind];
	if (list_has(&timer->link))
		return;
	timer->since_us = now_us;
	list_push(&server->timers[kind], &timer->link);
}

void tcp_timer_stop(struct tcp_connection *connection, enum tcp_timer_kind kind)
{
	list_remove(&connection->timers[kind].link);
}

static struct tcp_timer *first_of(const struct tcp_server *server, enum tcp_timer_kind kind)
{
	if (list_is_empty(&server->timers[kind]))
		return NULL;
	return LIST_ELEMENT(server->timers[kind].next, struct tcp_timer, link);
}

/* The queries got no answer: a policy dropped them. The connection may go on. */
static void forget_queries(struct tcp_server *server, struct tcp_connection *connection,
                           uint64_t now_us)
{
	/* What a producer has begun cannot be left half done. */
	if (connection->producer_waits) {
		tcp_connection_end(server, connection, TCP_EVENT_UNANSWERED);
		return;
	}
	server->counts[TCP_EVENT_UNANSWERED] += connection->in_flight;
	connection->in_flight = 0;
	connection->in_flight_old = 0;
	if (connection->http != NULL) {
		http_session_give_up(connection->http);
		tcp_answer_mark(server, connection);
	}
	tcp_connection_settle(server, connection, now_us);
}

static void expire(struct tcp_server *server, struct tcp_connection *connection,
                   enum tcp_timer_kind kind, uint64_t now_us)
{
	switch (kind) {
	case TCP_TIMER_IDLE:
		tcp_http_goodbye(server, connection);
		tcp_connection_end(server, connection, TCP_EVENT_IDLE);
		return;
	case TCP_TIMER_MESSAGE:
		tcp_connection_end(server, connection, TCP_EVENT_SLOW_WRITER);
		return;
	case TCP_TIMER_OUTPUT:
		tcp_connection_end(server, connection, TCP_EVENT_SLOW_READER);
		return;
	case TCP_TIMER_OPENING:
		tcp_connection_end(server, connection, TCP_EVENT_SLOW_OPENING);
		return;
	case TCP_TIMER_ANSWER:
		forget_queries(server, connection, now_us);
		return;
	case TCP_TIMER_COUNT:
		return;
	}
}

uint16_t tcp_timer_expire(struct tcp_server *server, uint64_t now_us)
{
	uint16_t count = 0;
	for (unsigned kind = 0; kind < TCP_TIMER_COUNT; kind++) {
		struct tcp_timer *timer = first_of(server, (enum tcp_timer_kind)kind);
		while (timer != NULL && timer->since_us + server->timer_us[kind] <= now_us &&
		       count < TCP_EXPIRED_PER_TURN) {
			expire(server, timer->owner, (enum tcp_timer_kind)kind, now_us);
			count++;
			timer = first_of(server, (enum tcp_timer_kind)kind);
		}
	}
	return count;
}

uint64_t tcp_server_deadline_us(const struct tcp_server *server, uint64_t now_us)
{
	uint64_t deadline = tcp_producer_deadline_us(server, now_us);
	if (!list_is_empty(&server->ready) && !server->starved)
		return now_us;
	if (!list_is_empty(&server->ready) && now_us + TCP_STARVED_PAUSE_US < deadline)
		deadline = now_us + TCP_STARVED_PAUSE_US;
	for (unsigned kind = 0; kind < TCP_TIMER_COUNT; kind++) {
		const struct tcp_timer *timer = first_of(server, (enum tcp_timer_kind)kind);
		if (timer != NULL && timer->since_us + server->timer_us[kind] < deadline)
			deadline = timer->since_us + server->timer_us[kind];
	}
	for (uint32_t i = 0; i < server->listener_count; i++)
		if (server->listeners[i].pending && server->accept_after_us < deadline)
			deadline = server->accept_after_us;
	return deadline;
}

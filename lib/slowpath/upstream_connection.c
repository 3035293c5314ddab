/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Connections to other servers, plain or TLS: opened for a question, shared by those that follow, closed when
 * idle (RFC 7766 §6.2). Answers come in any order (RFC 7766 §7) and are told apart by their ids. */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "slowpath/upstream_int.h"

#define LENGTH_SIZE 2u /* RFC 1035 §4.2.2 */

static uint32_t index_of(const struct upstream *upstream,
                         const struct upstream_connection *connection)
{
	return (uint32_t)(connection - upstream->connections);
}

static uint8_t *in_of(const struct upstream *upstream, const struct upstream_connection *connection)
{
	return upstream->in + (size_t)index_of(upstream, connection) * UPSTREAM_IN_BYTES;
}

/* -- found, made, ended -- */

static uint32_t *bucket_of(struct upstream *upstream, const struct net_endpoint *to, uint16_t tls)
{
	uint64_t words[2];
	_Static_assert(sizeof(words) == sizeof(to->address.octets), "an address");
	memcpy(words, to->address.octets, sizeof(words));
	uint64_t hash =
	    (words[0] ^ words[1] * 31 ^ to->port ^ (uint64_t)tls << 16) * 0x9e3779b97f4a7c15u;
	return &upstream->connection_bucket[(hash >> 32) % UPSTREAM_BUCKETS];
}

static bool leads_to(const struct upstream_connection *connection, const struct net_endpoint *to,
                     uint16_t tls)
{
	return connection->tls == tls && connection->to.port == to->port &&
	       net_address_equal(&connection->to.address, &to->address);
}

struct upstream_connection *upstream_connection_find(struct upstream *upstream,
                                                     const struct net_endpoint *to, uint16_t tls,
                                                     uint16_t id)
{
	uint32_t index = *bucket_of(upstream, to, tls);
	while (index != upstream->connection_count) {
		struct upstream_connection *connection = &upstream->connections[index];
		if (leads_to(connection, to, tls) && !connection->is_closing &&
		    connection->state != UPSTREAM_CONNECTION_BROKEN &&
		    connection->question_count < UPSTREAM_PIPELINE_MAX &&
		    upstream_question_find(connection, id) == NULL)
			return connection;
		index = connection->chain;
	}
	return NULL;
}

void upstream_connection_close(struct upstream *upstream, struct upstream_connection *connection)
{
	uint32_t index = index_of(upstream, connection);
	uint32_t *at = bucket_of(upstream, &connection->to, connection->tls);
	while (*at != index)
		at = &upstream->connections[*at].chain;
	*at = connection->chain;
	if (connection->session.ssl != NULL)
		tls_session_close(&connection->session);
	if (connection->fd >= 0)
		(void)close(connection->fd);
	if (connection->state == UPSTREAM_CONNECTION_BROKEN)
		upstream->connections_broken--;
	list_remove(&connection->idle);
	connection->state = UPSTREAM_CONNECTION_FREE;
	connection->generation++;
	connection->chain = upstream->connection_free;
	upstream->connection_free = index;
}

static struct upstream_connection *idle_first(struct upstream *upstream)
{
	return LIST_ELEMENT(upstream->idle.next, struct upstream_connection, idle);
}

void upstream_connection_expire(struct upstream *upstream)
{
	uint64_t now_ms = upstream_now_ms();
	while (!list_is_empty(&upstream->idle) && idle_first(upstream)->idle_until_ms <= now_ms)
		upstream_connection_close(upstream, idle_first(upstream));
}

static struct upstream_connection *take_free(struct upstream *upstream)
{
	if (upstream->connection_free == upstream->connection_count &&
	    !list_is_empty(&upstream->idle))
		upstream_connection_close(upstream, idle_first(upstream));
	uint32_t index = upstream->connection_free;
	if (index == upstream->connection_count)
		return NULL;
	struct upstream_connection *connection = &upstream->connections[index];
	upstream->connection_free = connection->chain;
	return connection;
}

void upstream_connection_break(struct upstream *upstream, struct upstream_connection *connection)
{
	if (connection->state == UPSTREAM_CONNECTION_BROKEN)
		return;
	connection->state = UPSTREAM_CONNECTION_BROKEN;
	upstream->connections_broken++;
}

static bool watch(struct upstream *upstream, struct upstream_connection *connection, int operation,
                  uint32_t events)
{
	struct epoll_event event = {
	    .events = events,
	    .data.u64 = upstream_tag(UPSTREAM_TAG_TCP, index_of(upstream, connection),
	                             connection->generation),
	};
	connection->watched = events;
	return epoll_ctl(upstream->epoll, operation, connection->fd, &event) == 0;
}

static bool start(struct upstream *upstream, struct upstream_connection *connection)
{
	struct sockaddr_storage address;
	int on = 1;
	bool is_ipv4 = connection->to.address.family == 4;
	socklen_t len = upstream_to_sockaddr(&connection->to, &address);
	connection->fd = upstream_socket(upstream, is_ipv4, SOCK_STREAM);
	if (connection->fd < 0)
		return false;
	(void)setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (!upstream_bind_source(upstream, connection->fd, is_ipv4))
		return false;
	if (connect(connection->fd, (const struct sockaddr *)&address, len) != 0 &&
	    errno != EINPROGRESS)
		return false;
	return watch(upstream, connection, EPOLL_CTL_ADD, EPOLLIN | EPOLLRDHUP | EPOLLOUT);
}

struct upstream_connection *upstream_connection_make(struct upstream *upstream,
                                                     const struct net_endpoint *to, uint16_t tls)
{
	struct upstream_connection *connection = take_free(upstream);
	if (connection == NULL)
		return NULL;
	uint32_t *bucket = bucket_of(upstream, to, tls);
	*connection = (struct upstream_connection){
	    .to = *to,
	    .tls = tls,
	    .fd = -1,
	    .state = UPSTREAM_CONNECTION_CONNECTING,
	    .generation = connection->generation,
	    .chain = *bucket,
	};
	*bucket = index_of(upstream, connection);
	list_init(&connection->questions);
	upstream->stats.tcp_opened++;
	if (!start(upstream, connection))
		upstream_connection_break(upstream, connection);
	return connection;
}

/* RFC 7766 §6.2.4: what was not answered when the server closed is asked again, if it answered at all. */
static void end_broken(struct upstream *upstream, struct upstream_connection *connection)
{
	struct list_link orphans = connection->questions;
	struct net_endpoint to = connection->to;
	uint16_t tls = connection->tls;
	bool may_retry = connection->answered > 0;
	bool has_orphans = !list_is_empty(&connection->questions);
	if (has_orphans) {
		orphans.next->previous = &orphans;
		orphans.previous->next = &orphans;
	}
	upstream_connection_close(upstream, connection);
	while (has_orphans && !list_is_empty(&orphans)) {
		struct list_link *link = orphans.next;
		list_remove(link);
		upstream_question_orphaned(upstream, upstream_question_of(link), &to, tls,
		                           may_retry);
	}
}

void upstream_connection_end_broken(struct upstream *upstream)
{
	/* Those that break now, because a question is asked again, wait for the next time. */
	uint32_t left = upstream->connections_broken;
	for (uint32_t i = 0; i < upstream->connection_count && left > 0; i++) {
		if (upstream->connections[i].state != UPSTREAM_CONNECTION_BROKEN)
			continue;
		left--;
		end_broken(upstream, &upstream->connections[i]);
	}
}

void upstream_connection_settle(struct upstream *upstream, struct upstream_connection *connection)
{
	if (connection->is_busy || connection->state == UPSTREAM_CONNECTION_BROKEN ||
	    connection->question_count > 0)
		return;
	if (connection->is_closing) {
		upstream_connection_close(upstream, connection);
	} else if (!list_has(&connection->idle)) {
		connection->idle_until_ms = upstream_now_ms() + UPSTREAM_IDLE_MS;
		list_push(&upstream->idle, &connection->idle);
	}
}

/* -- octets -- */

static ssize_t send_some(struct upstream_connection *connection, const uint8_t *data, size_t len)
{
	if (connection->tls != 0)
		return tls_session_write(&connection->session, data, len);
	return send(connection->fd, data, len, MSG_NOSIGNAL);
}

static bool is_later(int error)
{
	return error == EAGAIN || error == EINTR;
}

/* False: not all is out. */
static bool write_questions(struct upstream *upstream, struct upstream_connection *connection)
{
	for (struct list_link *link = connection->questions.next; link != &connection->questions;
	     link = link->next) {
		struct upstream_question *question = upstream_question_of(link);
		while (question->at < question->len) {
			ssize_t sent = send_some(connection, question->out + question->at,
			                         (size_t)(question->len - question->at));
			if (sent <= 0) {
				if (sent == 0 || !is_later(errno))
					upstream_connection_break(upstream, connection);
				return false;
			}
			question->at = (uint16_t)(question->at + sent);
		}
	}
	return true;
}

void upstream_connection_write(struct upstream *upstream, struct upstream_connection *connection)
{
	if (connection->state != UPSTREAM_CONNECTION_OPEN)
		return;
	bool is_done = write_questions(upstream, connection);
	uint32_t events = EPOLLIN | EPOLLRDHUP | (is_done ? 0u : (uint32_t)EPOLLOUT);
	if (connection->state == UPSTREAM_CONNECTION_OPEN && events != connection->watched &&
	    !watch(upstream, connection, EPOLL_CTL_MOD, events))
		upstream_connection_break(upstream, connection);
}

/* Hands over what is whole, and keeps the rest. */
static uint32_t deliver(struct upstream *upstream, struct upstream_connection *connection,
                        upstream_take *take, void *context)
{
	uint8_t *in = in_of(upstream, connection);
	uint32_t told = 0;
	size_t at = 0;
	while (connection->in_len - at >= LENGTH_SIZE &&
	       connection->in_len - at >= LENGTH_SIZE + bytes_load_u16(in + at)) {
		struct upstream_event event = {
		    .kind = UPSTREAM_EVENT_TCP,
		    .from = connection->to,
		    .message = in + at + LENGTH_SIZE,
		    .len = bytes_load_u16(in + at),
		};
		at += LENGTH_SIZE + event.len;
		struct upstream_question *question = NULL;
		if (event.len >= DNS_HEADER_SIZE)
			question =
			    upstream_question_find(connection, bytes_load_u16(event.message));
		if (question == NULL || question->at < question->len)
			continue; /* nobody asked, or not any more */
		event.handle = question->handle;
		upstream_question_end(upstream, question);
		connection->answered++;
		told++;
		take(context, &event);
	}
	connection->in_len -= at;
	memmove(in, in + at, connection->in_len);
	return told;
}

static ssize_t receive_some(struct upstream *upstream, struct upstream_connection *connection)
{
	uint8_t *room = in_of(upstream, connection) + connection->in_len;
	size_t size = UPSTREAM_IN_BYTES - connection->in_len;
	if (connection->tls != 0)
		return tls_session_read(&connection->session, room, size);
	return recv(connection->fd, room, size, 0);
}

static uint32_t read_answers(struct upstream *upstream, struct upstream_connection *connection,
                             upstream_take *take, void *context)
{
	uint32_t told = 0;
	for (unsigned i = 0; connection->state == UPSTREAM_CONNECTION_OPEN; i++) {
		ssize_t got = receive_some(upstream, connection);
		if (got < 0 && is_later(errno))
			return told;
		if (got <= 0 || i == UPSTREAM_READS_MAX) {
			upstream_connection_break(upstream, connection);
			return told;
		}
		connection->in_len += (size_t)got;
		told += deliver(upstream, connection, take, context);
		if (connection->tls == 0) /* the kernel tells again if there is more */
			return told;
	}
	return told;
}

/* -- from connecting to open -- */

static void connected(struct upstream *upstream, struct upstream_connection *connection)
{
	int error = 0;
	socklen_t len = sizeof(error);
	if (getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error != 0) {
		upstream_connection_break(upstream, connection);
		return;
	}
	connection->state = UPSTREAM_CONNECTION_OPEN;
	if (connection->tls == 0)
		return;
	const struct upstream_tls *tls = &upstream->tls[connection->tls - 1];
	connection->state = UPSTREAM_CONNECTION_HANDSHAKE;
	if (tls_session_connect(&connection->session, tls->client, &tls->peer, NULL,
	                        connection->fd) != RESULT_OK)
		upstream_connection_break(upstream, connection);
}

static void tell_failure(struct upstream *upstream, const struct upstream_connection *connection)
{
	char text[NET_TEXT_BYTES];
	enum tls_failure failure = (enum tls_failure)connection->session.failure;
	upstream->stats.tls_failed++;
	upstream->stats.tls_failure[failure]++;
	net_address_format(&connection->to.address, text);
	log_warn("resolver", "RES111", "no TLS with %s at port %u: %s", text, connection->to.port,
	         tls_failure_text(failure));
}

static void shake_hands(struct upstream *upstream, struct upstream_connection *connection)
{
	uint32_t events = EPOLLIN | EPOLLRDHUP;
	switch (tls_session_handshake(&connection->session)) {
	case TLS_STEP_DONE:
		connection->state = UPSTREAM_CONNECTION_OPEN;
		return;
	case TLS_STEP_AGAIN:
		events |= connection->session.wants_write ? (uint32_t)EPOLLOUT : 0;
		if (events == connection->watched ||
		    watch(upstream, connection, EPOLL_CTL_MOD, events))
			return;
		break;
	case TLS_STEP_FAILED:
		tell_failure(upstream, connection);
		break;
	}
	upstream_connection_break(upstream, connection);
}

uint32_t upstream_connection_ready(struct upstream *upstream, uint32_t index, uint32_t generation,
                                   uint32_t events, upstream_take *take, void *context)
{
	struct upstream_connection *connection = &upstream->connections[index];
	uint32_t told = 0;
	if (connection->state == UPSTREAM_CONNECTION_FREE || connection->generation != generation)
		return 0;
	connection->is_busy = true;
	if (connection->state == UPSTREAM_CONNECTION_CONNECTING)
		connected(upstream, connection);
	if (connection->session.ssl != NULL)
		tls_session_readable(&connection->session, (events & (EPOLLHUP | EPOLLRDHUP)) != 0);
	if (connection->state == UPSTREAM_CONNECTION_HANDSHAKE)
		shake_hands(upstream, connection);
	upstream_connection_write(upstream, connection);
	if ((events & ~(uint32_t)EPOLLOUT) != 0 || connection->tls != 0)
		told = read_answers(upstream, connection, take, context);
	connection->is_busy = false;
	if (connection->state == UPSTREAM_CONNECTION_BROKEN)
		end_broken(upstream, connection);
	else
		upstream_connection_settle(upstream, connection);
	return told + 1;
}

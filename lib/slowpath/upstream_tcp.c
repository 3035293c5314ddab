/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* One question over one TCP connection: connect, write, read, close. */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "slowpath/upstream_int.h"

#define LENGTH_SIZE 2u /* RFC 1035 §4.2.2 */

static uint32_t index_of(const struct upstream *upstream,
                         const struct upstream_connection *connection)
{
	return (uint32_t)(connection - upstream->connections);
}

static void release(struct upstream *upstream, struct upstream_connection *connection)
{
	if (connection->state == UPSTREAM_CONNECTION_FAILED)
		upstream->connections_failed--;
	if (connection->fd >= 0)
		(void)close(connection->fd);
	connection->fd = -1;
	connection->state = UPSTREAM_CONNECTION_FREE;
	connection->generation++;
	connection->next = upstream->connection_free;
	upstream->connection_free = index_of(upstream, connection);
}

static bool watch(struct upstream *upstream, const struct upstream_connection *connection,
                  int operation, uint32_t events)
{
	struct epoll_event event = {
	    .events = events,
	    .data.u64 = upstream_tag(UPSTREAM_TAG_TCP, index_of(upstream, connection),
	                             connection->generation),
	};
	return epoll_ctl(upstream->epoll, operation, connection->fd, &event) == 0;
}

/* The port is the kernel's choice, when it connects. */
static bool bind_source(const struct upstream *upstream, int fd, bool is_ipv4)
{
	struct net_endpoint source = {.address = *upstream_source(upstream, is_ipv4)};
	struct sockaddr_storage address;
	int on = 1;
	socklen_t len = upstream_to_sockaddr(&source, &address);
	(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	return bind(fd, (const struct sockaddr *)&address, len) == 0;
}

static bool start(struct upstream *upstream, struct upstream_connection *connection,
                  const struct net_endpoint *to)
{
	struct sockaddr_storage address;
	int on = 1;
	socklen_t len = upstream_to_sockaddr(to, &address);
	connection->fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (connection->fd < 0)
		return false;
	(void)setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (!bind_source(upstream, connection->fd, to->address.family == 4))
		return false;
	if (connect(connection->fd, (const struct sockaddr *)&address, len) != 0 &&
	    errno != EINPROGRESS)
		return false;
	return watch(upstream, connection, EPOLL_CTL_ADD, EPOLLOUT);
}

/* NULL where all are in use: then nothing is sent and the question times out, as if it were lost. */
static struct upstream_connection *take_free(struct upstream *upstream)
{
	uint32_t index = upstream->connection_free;
	if (index == upstream->connection_count)
		return NULL;
	struct upstream_connection *connection = &upstream->connections[index];
	upstream->connection_free = connection->next;
	connection->fd = -1;
	return connection;
}

void upstream_send_tcp(struct upstream *upstream, uint64_t handle, const struct net_endpoint *to,
                       const uint8_t *message, size_t len)
{
	struct upstream_connection *connection = take_free(upstream);
	if (connection == NULL || len > UPSTREAM_QUERY_BYTES_MAX) {
		upstream->stats.tcp_failed++;
		if (connection != NULL)
			release(upstream, connection);
		return;
	}
	connection->handle = handle;
	connection->in_len = 0;
	connection->out_at = 0;
	connection->out_len = LENGTH_SIZE + len;
	bytes_store_u16(connection->out, (uint16_t)len);
	memcpy(connection->out + LENGTH_SIZE, message, len);
	connection->state = UPSTREAM_CONNECTION_WRITING;
	upstream->stats.tcp_opened++;
	if (!start(upstream, connection, to)) {
		connection->state = UPSTREAM_CONNECTION_FAILED;
		upstream->connections_failed++;
	}
}

void upstream_forget_tcp(struct upstream *upstream, uint64_t handle)
{
	for (uint32_t i = 0; i < upstream->connection_count; i++) {
		struct upstream_connection *connection = &upstream->connections[i];
		if (connection->state != UPSTREAM_CONNECTION_FREE && connection->handle == handle) {
			release(upstream, connection);
			return;
		}
	}
}

/* Closes first, so that whoever is told may open another one. */
static void tell_error(struct upstream *upstream, struct upstream_connection *connection,
                       upstream_take *take, void *context)
{
	const struct upstream_event event = {.kind = UPSTREAM_EVENT_TCP_ERROR,
	                                     .handle = connection->handle};
	upstream->stats.tcp_failed++;
	release(upstream, connection);
	take(context, &event);
}

uint32_t upstream_tcp_tell_failed(struct upstream *upstream, upstream_take *take, void *context)
{
	uint32_t told = 0;
	uint32_t failed = upstream->connections_failed;
	for (uint32_t i = 0; i < upstream->connection_count && told < failed; i++) {
		if (upstream->connections[i].state != UPSTREAM_CONNECTION_FAILED)
			continue;
		tell_error(upstream, &upstream->connections[i], take, context);
		told++;
	}
	return told;
}

/* False: the connection is broken. */
static bool go_on_writing(struct upstream *upstream, struct upstream_connection *connection)
{
	ssize_t sent = send(connection->fd, connection->out + connection->out_at,
	                    connection->out_len - connection->out_at, MSG_NOSIGNAL);
	if (sent < 0)
		return errno == EAGAIN || errno == EINTR;
	connection->out_at += (size_t)sent;
	if (connection->out_at < connection->out_len)
		return true;
	connection->state = UPSTREAM_CONNECTION_READING;
	return watch(upstream, connection, EPOLL_CTL_MOD, EPOLLIN);
}

static bool is_complete(const struct upstream_connection *connection)
{
	return connection->in_len >= LENGTH_SIZE &&
	       connection->in_len >= LENGTH_SIZE + bytes_load_u16(connection->in);
}

/* False: the connection is broken. */
static bool go_on_reading(struct upstream_connection *connection)
{
	ssize_t got = recv(connection->fd, connection->in + connection->in_len,
	                   sizeof(connection->in) - connection->in_len, 0);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR;
	connection->in_len += (size_t)got;
	return got > 0 || is_complete(connection);
}

uint32_t upstream_tcp_ready(struct upstream *upstream, uint32_t index, uint32_t generation,
                            upstream_take *take, void *context)
{
	struct upstream_connection *connection = &upstream->connections[index];
	if (connection->state == UPSTREAM_CONNECTION_FREE || connection->generation != generation)
		return 0;
	bool ok = connection->state == UPSTREAM_CONNECTION_WRITING
	              ? go_on_writing(upstream, connection)
	              : go_on_reading(connection);
	if (!ok) {
		tell_error(upstream, connection, take, context);
		return 1;
	}
	if (!is_complete(connection))
		return 1;
	const struct upstream_event event = {
	    .kind = UPSTREAM_EVENT_TCP,
	    .handle = connection->handle,
	    .message = connection->in + LENGTH_SIZE,
	    .len = bytes_load_u16(connection->in),
	};
	/* The octets stay where they are until the connection's next use has something to read. */
	release(upstream, connection);
	take(context, &event);
	return 1;
}

void upstream_tcp_close(struct upstream *upstream)
{
	for (uint32_t i = 0; i < upstream->connection_count; i++) {
		if (upstream->connections[i].state != UPSTREAM_CONNECTION_FREE)
			release(upstream, &upstream->connections[i]);
	}
}

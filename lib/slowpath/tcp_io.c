/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A connection's octets in and out of the kernel, through TLS where it is spoken. Everything above sees
 * plain octets. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "slowpath/tcp_int.h"

ssize_t tcp_io_read_some(const struct tcp_connection *connection, uint8_t *data, size_t size)
{
	ssize_t count;
	do {
		count = recv(connection->fd, data, size, MSG_DONTWAIT);
	} while (count < 0 && errno == EINTR);
	return count;
}

static ssize_t read_plain(struct tcp_connection *connection, uint8_t *data, size_t size)
{
	ssize_t count = tcp_io_read_some(connection, data, size);
	/* A short read has emptied the kernel's queue: what comes now raises an event again. Only
	 * an end that was announced before has to be read without one. */
	if (count <= 0 || ((size_t)count < size && !connection->hangup))
		connection->readable = false;
	return count;
}

static ssize_t read_tls(struct tcp_connection *connection, uint8_t *data, size_t size)
{
	struct tls_session *tls = &connection->tls;
	ssize_t count = tls_session_read(tls, data, size);
	if (count > 0)
		connection->readable = tls_session_has_more(tls);
	else /* EAGAIN without an empty kernel's queue: this call's share is used up */
		connection->readable = count < 0 && errno == EAGAIN && !tls->drained;
	return count;
}

ssize_t tcp_io_read(struct tcp_connection *connection, uint8_t *data, size_t size)
{
	return tcp_connection_is_tls(connection) ? read_tls(connection, data, size)
	                                         : read_plain(connection, data, size);
}

static ssize_t write_plain(struct tcp_connection *connection, struct iovec *parts, int count)
{
	struct msghdr header = {.msg_iov = parts, .msg_iovlen = (size_t)count};
	ssize_t written;
	do {
		written = sendmsg(connection->fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (written < 0 && errno == EINTR);
	return written;
}

/* Many small answers make one record and one system call. */
static ssize_t write_tls(struct tcp_connection *connection, const struct iovec *parts, int count)
{
	uint8_t flat[TLS_RECORD_BYTES];
	size_t len = 0;
	if (count == 1)
		return tls_session_write(&connection->tls, parts[0].iov_base, parts[0].iov_len);
	for (int i = 0; i < count && len < sizeof(flat); i++) {
		size_t room = sizeof(flat) - len;
		size_t part = parts[i].iov_len < room ? parts[i].iov_len : room;
		memcpy(flat + len, parts[i].iov_base, part);
		len += part;
	}
	return tls_session_write(&connection->tls, flat, len);
}

ssize_t tcp_io_write(struct tcp_connection *connection, struct iovec *parts, int count)
{
	return tcp_connection_is_tls(connection) ? write_tls(connection, parts, count)
	                                         : write_plain(connection, parts, count);
}

void tcp_io_event(struct tcp_connection *connection, uint32_t events)
{
	bool hangup = (events & EPOLLRDHUP) != 0;
	connection->hangup |= hangup;
	if (connection->ended)
		return;
	if (hangup || (events & EPOLLIN) != 0) {
		connection->readable = true;
		tls_session_readable(&connection->tls, hangup);
	}
	/* TLS may have to write before it can read. */
	if ((events & EPOLLOUT) != 0 && connection->tls.wants_write)
		connection->readable = true;
}

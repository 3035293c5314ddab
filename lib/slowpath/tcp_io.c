/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A connection's octets in and out of the kernel. Everything above sees plain octets. */
#include <errno.h>
#include <sys/socket.h>

#include "slowpath/tcp_int.h"

ssize_t tcp_io_read(struct tcp_connection *connection, uint8_t *data, size_t size)
{
	ssize_t count;
	do {
		count = recv(connection->fd, data, size, MSG_DONTWAIT);
	} while (count < 0 && errno == EINTR);
	return count;
}

ssize_t tcp_io_write(struct tcp_connection *connection, struct iovec *parts, int count)
{
	struct msghdr header = {.msg_iov = parts, .msg_iovlen = (size_t)count};
	ssize_t written;
	do {
		written = sendmsg(connection->fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (written < 0 && errno == EINTR);
	return written;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Sockets of the kernel, opened and bound. */
#include "slowpath/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "slowpath/slowpath_limits.h"

/* For options that are an improvement and no condition: old kernels and sandboxes lack some. */
static void prefer(int fd, int level, int option, int value)
{
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

static bool require(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

static enum result bind_problem(bool tcp, const struct query_address *address,
                                struct problem *problem)
{
	char text[ENDPOINT_TEXT_MAX], holder[ENDPOINT_HOLDER_MAX];
	const char *protocol = tcp ? "TCP" : "UDP";
	int error = errno;
	endpoint_text(address, text);
	if (error == EADDRINUSE && endpoint_holder(tcp, address, holder))
		return problem_set(problem, RESULT_BUSY, "%s %s is held by %s", protocol, text,
		                   holder);
	errno = error;
	return problem_set_errno(problem, "binding %s %s", protocol, text);
}

static int open_family(const struct query_address *address, int type)
{
	return socket(address->family == 4 ? AF_INET : AF_INET6,
	              type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static bool bind_to(int fd, const struct query_address *address)
{
	struct sockaddr_storage name;
	socklen_t length = endpoint_to_sockaddr(address, &name);
	if (address->family == 6 && !require(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1))
		return false;
	return bind(fd, (const struct sockaddr *)&name, length) == 0;
}

static bool udp_options(int fd, uint8_t family)
{
	prefer(fd, SOL_SOCKET, SO_RCVBUF, LOCAL_UDP_RECEIVE_BYTES);
	/* As root beyond the system's limit. */
	prefer(fd, SOL_SOCKET, SO_RCVBUFFORCE, LOCAL_UDP_RECEIVE_BYTES);
	if (family == 4) {
		prefer(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
		return require(fd, IPPROTO_IP, IP_PKTINFO, 1);
	}
	prefer(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT);
	return require(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

enum result socket_open_udp(const struct query_address *address, int *out, struct problem *problem)
{
	int fd = open_family(address, SOCK_DGRAM);
	if (fd < 0)
		return problem_set_errno(problem, "opening a UDP socket");
	if (!udp_options(fd, address->family) || !bind_to(fd, address)) {
		enum result result = bind_problem(false, address, problem);
		(void)close(fd);
		return result;
	}
	*out = fd;
	return RESULT_OK;
}

enum result socket_open_tcp(const struct query_address *address, uint32_t output_timeout_ms,
                            int *out, struct problem *problem)
{
	int fd = open_family(address, SOCK_STREAM);
	if (fd < 0)
		return problem_set_errno(problem, "opening a TCP socket");
	/* A restart must not wait for the connections of before (TIME_WAIT). */
	prefer(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	prefer(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	prefer(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)output_timeout_ms);
	prefer(fd, IPPROTO_TCP, TCP_FASTOPEN, TCP_FASTOPEN_QUEUE);
	if (!bind_to(fd, address) || listen(fd, TCP_LISTEN_BACKLOG) != 0) {
		enum result result = bind_problem(true, address, problem);
		(void)close(fd);
		return result;
	}
	*out = fd;
	return RESULT_OK;
}

bool socket_local(int fd, struct query_address *out)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof(name);
	return getsockname(fd, (struct sockaddr *)&name, &length) == 0 &&
	       endpoint_from_sockaddr(&name, out);
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Datagrams to and from other servers. A slot's socket is bound to a random port when it is first used; after
 * UPSTREAM_PORT_USES datagrams a new one takes its place and the old one only listens for a while. */
#include <string.h>
#include <unistd.h>

#include "slowpath/upstream_int.h"

static uint32_t family_index(const struct net_endpoint *to)
{
	return to->address.family == 4 ? 0 : 1;
}

static void close_port(struct upstream_port *port)
{
	if (port->fd >= 0)
		(void)close(port->fd);
	*port = (struct upstream_port){.fd = -1};
}

static void set_options(int fd, bool is_ipv4)
{
	int on = 1;
	/* ICMP errors with the address that they are about; and no belief in forged path MTUs. */
	int omit = is_ipv4 ? IP_PMTUDISC_OMIT : IPV6_PMTUDISC_OMIT;
	if (is_ipv4) {
		(void)setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
		(void)setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &omit, sizeof(omit));
	} else {
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on));
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &omit, sizeof(omit));
	}
}

/* RFC 6056 §3.3.1: any free port above the system ports, each as likely. */
static bool bind_random(struct upstream *upstream, int fd, bool is_ipv4)
{
	struct net_endpoint any = {.address = upstream_source(upstream, is_ipv4)};
	struct sockaddr_storage address;
	for (unsigned i = 0; i <= UPSTREAM_BIND_TRIES; i++) {
		uint64_t random = upstream_random(upstream);
		any.port = (uint16_t)(UPSTREAM_PORT_MIN + random % (65536 - UPSTREAM_PORT_MIN));
		if (i == UPSTREAM_BIND_TRIES)
			any.port = 0;
		socklen_t len = upstream_to_sockaddr(&any, &address);
		if (bind(fd, (const struct sockaddr *)&address, len) == 0)
			return true;
	}
	return false;
}

static int open_port(struct upstream *upstream, uint32_t index)
{
	bool is_ipv4 = index < upstream->slot_count;
	int fd = upstream_socket(upstream, is_ipv4, SOCK_DGRAM);
	if (fd < 0)
		return -1;
	set_options(fd, is_ipv4);
	struct epoll_event event = {
	    .events = EPOLLIN,
	    .data.u64 = upstream_tag(UPSTREAM_TAG_UDP, index, (uint32_t)fd),
	};
	if (!bind_random(upstream, fd, is_ipv4) ||
	    epoll_ctl(upstream->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Puts a fresh socket in the place of one that was used enough, unless the one before still listens. */
static void renew(struct upstream *upstream, uint32_t index)
{
	struct upstream_slot *slot = &upstream->slots[index];
	if (slot->old.fd >= 0)
		return;
	int fd = open_port(upstream, index);
	if (fd < 0)
		return;
	slot->old = slot->now;
	slot->old.retire_ms = upstream_now_ms() + UPSTREAM_PORT_RETIRE_MS;
	if (upstream->retire_next_ms == 0)
		upstream->retire_next_ms = slot->old.retire_ms;
	slot->now = (struct upstream_port){.fd = fd};
	upstream->stats.ports_renewed++;
}

void upstream_udp_retire(struct upstream *upstream)
{
	uint64_t now_ms = upstream_now_ms();
	if (now_ms < upstream->retire_next_ms)
		return;
	upstream->retire_next_ms = 0;
	for (uint32_t i = 0; i < upstream->slot_count * UPSTREAM_FAMILIES; i++) {
		struct upstream_port *old = &upstream->slots[i].old;
		if (old->fd < 0)
			continue;
		if (now_ms >= old->retire_ms)
			close_port(old);
		else if (upstream->retire_next_ms == 0 || old->retire_ms < upstream->retire_next_ms)
			upstream->retire_next_ms = old->retire_ms;
	}
}

void upstream_udp_close(struct upstream *upstream)
{
	for (uint32_t i = 0; i < upstream->slot_count * UPSTREAM_FAMILIES; i++) {
		close_port(&upstream->slots[i].now);
		close_port(&upstream->slots[i].old);
	}
}

void upstream_udp_fail(struct upstream *upstream, uint16_t port_slot, const struct net_endpoint *to,
                       const uint8_t *message)
{
	upstream->stats.udp_errors++;
	if (upstream->failure_count == UPSTREAM_FAILURES_MAX)
		return; /* the question will time out instead */
	struct upstream_failure *failure = &upstream->failures[upstream->failure_count++];
	failure->port_slot = port_slot;
	failure->to = *to;
	memcpy(failure->header, message, sizeof(failure->header));
}

void upstream_send_udp(struct upstream *upstream, uint16_t port_slot, const struct net_endpoint *to,
                       const uint8_t *message, size_t len)
{
	if (upstream->batch_count == UPSTREAM_SEND_BATCH)
		upstream_flush(upstream);
	struct upstream_datagram *datagram = &upstream->batch[upstream->batch_count++];
	datagram->port_slot = port_slot;
	datagram->to = *to;
	datagram->len = (uint16_t)(len < sizeof(datagram->octets) ? len : sizeof(datagram->octets));
	memcpy(datagram->octets, message, datagram->len);
}

static uint32_t index_of(const struct upstream *upstream, const struct upstream_datagram *datagram)
{
	return family_index(&datagram->to) * upstream->slot_count + datagram->port_slot;
}

/* The socket of a slot, opened or renewed if need be; -1 if there is none. */
static int port_of(struct upstream *upstream, uint32_t index, uint32_t uses)
{
	struct upstream_port *port = &upstream->slots[index].now;
	if (port->fd < 0)
		port->fd = open_port(upstream, index);
	else if (port->uses >= UPSTREAM_PORT_USES)
		renew(upstream, index);
	port->uses += uses;
	return port->fd;
}

/* Sends what goes out by one socket. */
static void send_from(struct upstream *upstream, uint32_t index,
                      struct upstream_datagram *const *datagrams, uint32_t count)
{
	struct mmsghdr headers[UPSTREAM_SEND_BATCH];
	struct iovec parts[UPSTREAM_SEND_BATCH];
	struct sockaddr_storage to[UPSTREAM_SEND_BATCH];
	for (uint32_t i = 0; i < count; i++) {
		parts[i] = (struct iovec){datagrams[i]->octets, datagrams[i]->len};
		headers[i].msg_hdr = (struct msghdr){
		    .msg_name = &to[i],
		    .msg_namelen = upstream_to_sockaddr(&datagrams[i]->to, &to[i]),
		    .msg_iov = &parts[i],
		    .msg_iovlen = 1,
		};
	}
	int fd = port_of(upstream, index, count);
	bool again = true;
	for (uint32_t at = 0; at < count;) {
		int sent = fd < 0 ? -1 : sendmmsg(fd, headers + at, count - at, MSG_NOSIGNAL);
		if (sent > 0) {
			upstream->stats.udp_sent += (uint64_t)sent;
			at += (uint32_t)sent;
			again = true;
		} else if (again) { /* it may have been told the error of an earlier datagram */
			again = false;
		} else {
			upstream_udp_fail(upstream, datagrams[at]->port_slot, &datagrams[at]->to,
			                  datagrams[at]->octets);
			at++;
			again = true;
		}
	}
}

void upstream_flush(struct upstream *upstream)
{
	struct upstream_datagram *group[UPSTREAM_SEND_BATCH];
	uint32_t count = upstream->batch_count;
	uint64_t left = count < 64 ? ((uint64_t)1 << count) - 1 : UINT64_MAX;
	_Static_assert(UPSTREAM_SEND_BATCH <= 64, "one bit for each datagram");
	upstream->batch_count = 0;
	while (left != 0) {
		uint32_t first = (uint32_t)__builtin_ctzll(left);
		uint32_t index = index_of(upstream, &upstream->batch[first]);
		uint32_t members = 0;
		for (uint32_t i = first; i < count; i++) {
			if ((left >> i & 1) == 0 ||
			    index_of(upstream, &upstream->batch[i]) != index)
				continue;
			group[members++] = &upstream->batch[i];
			left &= ~((uint64_t)1 << i);
		}
		send_from(upstream, index, group, members);
	}
}

/* ICMP errors: each holds the datagram that it is about, and where that went to. */
static uint32_t read_errors(struct upstream *upstream, uint32_t index, int fd)
{
	uint32_t count = 0;
	for (; count < UPSTREAM_READ_BATCH; count++) {
		struct sockaddr_storage to;
		struct net_endpoint endpoint;
		uint8_t payload[DNS_HEADER_SIZE];
		uint8_t control[512];
		struct iovec part = {payload, sizeof(payload)};
		struct msghdr header = {
		    .msg_name = &to,
		    .msg_namelen = sizeof(to),
		    .msg_iov = &part,
		    .msg_iovlen = 1,
		    .msg_control = control,
		    .msg_controllen = sizeof(control),
		};
		ssize_t len = recvmsg(fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT);
		if (len < 0)
			break;
		if (len == (ssize_t)sizeof(payload) && upstream_from_sockaddr(&to, &endpoint))
			upstream_udp_fail(upstream, (uint16_t)(index % upstream->slot_count),
			                  &endpoint, payload);
	}
	return count;
}

static bool is_open(const struct upstream *upstream, uint32_t index, int fd)
{
	return upstream->slots[index].now.fd == fd || upstream->slots[index].old.fd == fd;
}

uint32_t upstream_udp_read(struct upstream *upstream, uint32_t index, int fd, uint32_t events,
                           upstream_take *take, void *context)
{
	struct mmsghdr headers[UPSTREAM_READ_BATCH];
	struct iovec parts[UPSTREAM_READ_BATCH];
	uint32_t count = 0;
	if (!is_open(upstream, index, fd))
		return 0;
	if ((events & EPOLLERR) != 0)
		count += read_errors(upstream, index, fd);
	for (uint32_t i = 0; i < UPSTREAM_READ_BATCH; i++) {
		parts[i] = (struct iovec){upstream->read[i], UPSTREAM_DATAGRAM_BYTES};
		headers[i].msg_hdr = (struct msghdr){
		    .msg_name = &upstream->peer[i],
		    .msg_namelen = sizeof(upstream->peer[i]),
		    .msg_iov = &parts[i],
		    .msg_iovlen = 1,
		};
	}
	int taken = recvmmsg(fd, headers, UPSTREAM_READ_BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < taken; i++) {
		struct upstream_event event = {
		    .kind = UPSTREAM_EVENT_UDP,
		    .port_slot = (uint16_t)(index % upstream->slot_count),
		    .message = upstream->read[i],
		    .len = headers[i].msg_len,
		};
		upstream->stats.udp_received++;
		if ((headers[i].msg_hdr.msg_flags & MSG_TRUNC) == 0 &&
		    upstream_from_sockaddr(&upstream->peer[i], &event.from))
			take(context, &event);
	}
	return count + (taken > 0 ? (uint32_t)taken : 0);
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Batches of datagrams between a kernel socket and mbufs. */
#include "slowpath/local_udp.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "slowpath/endpoint.h"
#include "slowpath/socket.h"

void local_udp_init(struct local_udp *udp, int fd, uint32_t index, struct rte_mempool *pool)
{
	memset(udp, 0, sizeof(*udp));
	udp->fd = fd;
	udp->index = index;
	udp->pool = pool;
	udp->readable = true;
	if (!socket_local(fd, &udp->local))
		udp->local = (struct query_address){.family = 4};
}

void local_udp_fini(struct local_udp *udp)
{
	(void)close(udp->fd);
	rte_pktmbuf_free_bulk(udp->rx, udp->rx_count);
	rte_pktmbuf_free_bulk(udp->tx, udp->tx_count);
	udp->fd = -1;
	udp->rx_count = 0;
	udp->tx_count = 0;
}

/* Points header `i` at the mbuf's room for `length` octets. */
static void aim(struct local_udp *udp, uint16_t i, void *data, size_t length)
{
	struct local_udp_slot *slot = &udp->slots[i];
	slot->part = (struct iovec){.iov_base = data, .iov_len = length};
	udp->headers[i].msg_hdr = (struct msghdr){
	    .msg_name = &slot->peer,
	    .msg_namelen = sizeof(slot->peer),
	    .msg_iov = &slot->part,
	    .msg_iovlen = 1,
	    .msg_control = slot->control,
	    .msg_controllen = sizeof(slot->control),
	};
}

/* Fills rx[] up to `want` mbufs; gives how many there are. */
static uint16_t refill(struct local_udp *udp, uint16_t want)
{
	if (udp->rx_count < want && rte_pktmbuf_alloc_bulk(udp->pool, &udp->rx[udp->rx_count],
	                                                   (unsigned)(want - udp->rx_count)) == 0)
		udp->rx_count = want;
	return RTE_MIN(udp->rx_count, want);
}

/* Takes the address that the datagram was sent to, and the interface, from the control data. */
static void read_pktinfo(struct msghdr *header, struct query *query)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			memcpy(query->local.octets, &info.ipi_spec_dst, 4);
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			memcpy(query->local.octets, &info.ipi6_addr, 16);
			query->stream_generation = info.ipi6_ifindex;
		}
	}
}

/* Fills in the query of datagram `i`; false when it is not to be used. */
static bool describe(struct local_udp *udp, uint16_t i, struct rte_mbuf *mbuf)
{
	struct mmsghdr *header = &udp->headers[i];
	struct query *query = query_of(mbuf);
	/* All fields but the question, which DECODER sets as a whole. */
	memset(query, 0, offsetof(struct query, question));
	query->source = QUERY_SOURCE_SOCKET;
	query->stream_index = udp->index;
	query->local = udp->local;
	query->message_len = header->msg_len;
	mbuf->data_len = (uint16_t)header->msg_len;
	mbuf->pkt_len = header->msg_len;
	if ((header->msg_hdr.msg_flags & MSG_TRUNC) != 0 ||
	    !endpoint_from_sockaddr(&udp->slots[i].peer, &query->client))
		return false;
	read_pktinfo(&header->msg_hdr, query);
	return true;
}

uint16_t local_udp_read(struct local_udp *udp, struct rte_mbuf **out, uint16_t max,
                        uint64_t *oversized)
{
	uint16_t want = refill(udp, RTE_MIN(max, (uint16_t)LOCAL_UDP_BATCH));
	if (want == 0)
		return 0;
	for (uint16_t i = 0; i < want; i++)
		aim(udp, i, rte_pktmbuf_mtod(udp->rx[i], void *), rte_pktmbuf_tailroom(udp->rx[i]));
	int taken = recvmmsg(udp->fd, udp->headers, want, MSG_DONTWAIT, NULL);
	if (taken < (int)want)
		udp->readable = taken < 0 && errno != EAGAIN;
	uint16_t count = 0;
	for (int i = 0; i < taken; i++) {
		if (describe(udp, (uint16_t)i, udp->rx[i])) {
			out[count++] = udp->rx[i];
		} else {
			rte_pktmbuf_free(udp->rx[i]);
			(*oversized)++;
		}
	}
	if (taken > 0) {
		udp->rx_count = (uint16_t)(udp->rx_count - taken);
		memmove(udp->rx, udp->rx + taken, udp->rx_count * sizeof(udp->rx[0]));
	}
	return count;
}

bool local_udp_put(struct local_udp *udp, struct rte_mbuf *answer)
{
	if (udp->tx_count == LOCAL_UDP_BATCH)
		return false;
	udp->tx[udp->tx_count++] = answer;
	return true;
}

static void *put_control(struct msghdr *header, int level, int type, size_t size)
{
	header->msg_controllen = CMSG_SPACE(size);
	struct cmsghdr *control = CMSG_FIRSTHDR(header);
	control->cmsg_level = level;
	control->cmsg_type = type;
	control->cmsg_len = CMSG_LEN(size);
	return CMSG_DATA(control);
}

/* Makes header `i` send the answer to its client, from the address that the client asked. */
static void address_answer(struct local_udp *udp, uint16_t i, const struct query *query)
{
	struct msghdr *header = &udp->headers[i].msg_hdr;
	header->msg_namelen = endpoint_to_sockaddr(&query->client, &udp->slots[i].peer);
	if (query->local.family == 4) {
		struct in_pktinfo info = {0};
		memcpy(&info.ipi_spec_dst, query->local.octets, 4);
		memcpy(put_control(header, IPPROTO_IP, IP_PKTINFO, sizeof(info)), &info,
		       sizeof(info));
		return;
	}
	struct in6_pktinfo info = {0};
	memcpy(&info.ipi6_addr, query->local.octets, 16);
	if (endpoint_is_link_local(&query->client))
		info.ipi6_ifindex = query->stream_generation;
	memcpy(put_control(header, IPPROTO_IPV6, IPV6_PKTINFO, sizeof(info)), &info, sizeof(info));
}

void local_udp_send(struct local_udp *udp, struct local_udp_outcome *outcome)
{
	uint16_t count = udp->tx_count;
	outcome->sent = 0;
	outcome->failed_count = 0;
	for (uint16_t i = 0; i < count; i++) {
		struct query *query = query_of(udp->tx[i]);
		aim(udp, i, query_message(udp->tx[i]), query->message_len);
		address_answer(udp, i, query);
	}
	for (uint16_t at = 0; at < count;) {
		int sent = sendmmsg(udp->fd, udp->headers + at, (unsigned)(count - at),
		                    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0) {
			outcome->failed[outcome->failed_count++] = udp->tx[at++];
			continue;
		}
		rte_pktmbuf_free_bulk(udp->tx + at, (unsigned)sent);
		outcome->sent = (uint16_t)(outcome->sent + sent);
		at = (uint16_t)(at + sent);
	}
	udp->tx_count = 0;
}

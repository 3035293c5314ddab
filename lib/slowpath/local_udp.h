/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* local_udp -- DNS over a UDP socket of the kernel: 127.0.0.1:53 and wherever no port of ours is.
 *
 * What:    datagrams come in and answers go out in batches, straight into and out of mbufs. An answer
 *          leaves from the address that the query was sent to, on wildcard sockets too.
 * Threads: open and close on a control thread, the rest on one lcore.
 * Memory:  the caller's struct (about 12 KiB), at most 2 x LOCAL_UDP_BATCH mbufs of the given pool.
 * Limits:  a datagram larger than an mbuf's room is not taken (counted).
 * Trust:   datagrams are untrusted; the addresses beside them come from the kernel.
 * RFC:     1035 §4.2.1, 3542 §6 (packet information). */
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <rte_mbuf.h>

#include "base/attr.h"
#include "base/result.h"
#include "pipeline/query.h"
#include "slowpath/problem.h"
#include "slowpath/slowpath_limits.h"

/* Room for the packet information of either family, with its header. */
#define LOCAL_UDP_CONTROL_BYTES CMSG_SPACE(sizeof(struct in6_pktinfo))

/* What one sendmmsg or recvmmsg needs for each datagram. */
struct local_udp_slot {
	struct iovec part;
	struct sockaddr_storage peer;
	_Alignas(struct cmsghdr) uint8_t control[LOCAL_UDP_CONTROL_BYTES];
};

struct local_udp {
	int fd;
	uint32_t index; /* goes into query.stream_index */
	struct query_address local; /* as bound */
	bool readable; /* the kernel may have datagrams */
	uint16_t rx_count; /* spare mbufs that wait in rx[] */
	uint16_t tx_count; /* answers that wait in tx[] */
	struct rte_mempool *pool;
	struct rte_mbuf *rx[LOCAL_UDP_BATCH];
	struct rte_mbuf *tx[LOCAL_UDP_BATCH];
	struct mmsghdr headers[LOCAL_UDP_BATCH];
	struct local_udp_slot slots[LOCAL_UDP_BATCH];
};

/* What became of a batch of answers. */
struct local_udp_outcome {
	uint16_t sent; /* these mbufs are freed */
	uint16_t failed_count; /* these are the caller's again */
	struct rte_mbuf *failed[LOCAL_UDP_BATCH];
};

/* Takes over a socket of socket_open_udp(). */
void local_udp_init(struct local_udp *udp, int fd, uint32_t index, struct rte_mempool *pool);

/* Closes the socket, frees mbufs that wait. */
void local_udp_fini(struct local_udp *udp);

/* Takes at most `max` datagrams, each an mbuf with the message at its start and these fields of its
 * query set: source, stream_index, stream_generation (the interface, for link-local clients), client,
 * local, message_at, message_len. `oversized` grows by those that were too large. `readable` becomes
 * false when there are no more. */
uint16_t local_udp_read(struct local_udp *udp, struct rte_mbuf **out, uint16_t max,
                        uint64_t *oversized);

/* Queues an answer (query.message_len octets at message_at). False when LOCAL_UDP_BATCH wait: send
 * first. */
MUST_CHECK bool local_udp_put(struct local_udp *udp, struct rte_mbuf *answer);

/* Sends what waits, and tells what became of it. */
void local_udp_send(struct local_udp *udp, struct local_udp_outcome *outcome);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* exception_tap -- the kernel half of one port that DPDK owns: a TAP with the port's MAC and addresses.
 *
 * What:    frames that are not ours (ARP, NDP, ICMP, TCP, anything) are written to it and what the kernel
 *          says in return is read from it. No offloads are set, so that the kernel's frames carry
 *          complete checksums and are no longer than the MTU. Where the port is on a VLAN the tags are
 *          taken off on the way in and put on again on the way out, so that the kernel needs no VLAN
 *          interface; otherwise frames keep their tags both ways. An address that is a whole range is made
 *          local (AnyIP), not given to the interface.
 * Threads: open and close on a control thread inside the namespace; the rest on one lcore.
 * Memory:  mbufs of the given pool; a chain of them when one does not hold a frame of the MTU.
 * Limits:  MTU up to 9216 - 18; SLOWPATH_TAPS_MAX of them.
 * Trust:   frames come from the network, unchecked; the kernel checks them.
 * RFC:     826, 4861, 792, 4443, 9293: by the kernel. IEEE 802.1Q. */
#pragma once

#include <net/if.h>

#include <rte_mbuf.h>

#include "base/attr.h"
#include "base/result.h"
#include "net/net_limits.h"
#include "slowpath/endpoint.h"
#include "slowpath/problem.h"
#include "port/netlink.h"

#define EXCEPTION_TAP_MTU_MAX 9198
/* A frame of the largest MTU in the smallest reasonable buffers. */
#define EXCEPTION_TAP_SEGMENTS_MAX 16

struct exception_tap_settings {
	uint16_t port_index; /* ours, as in query.port_index */
	uint8_t mac[6];
	uint16_t mtu; /* octets of IP, 1280..EXCEPTION_TAP_MTU_MAX (RFC 8200 §5) */
	const char *name; /* of the interface, or NULL: "port<index>" */
	uint16_t vlan[NET_VLAN_TAGS_MAX]; /* the port's VLAN, the outermost first */
	uint8_t vlan_count;
	const struct endpoint_prefix *addresses;
	size_t address_count;
};

struct exception_tap {
	int fd;
	int group_fd; /* a socket that keeps multicast groups joined, or -1 */
	unsigned ifindex;
	uint16_t port_index;
	bool readable; /* the kernel may have frames */
	uint32_t frame_bytes; /* largest frame: MTU, Ethernet header, VLAN tags */
	uint16_t vlan[NET_VLAN_TAGS_MAX];
	uint8_t vlan_count; /* 0: frames keep their tags */
	struct rte_mempool *pool;
	struct rte_mbuf *spare; /* a chain with room for frame_bytes, ready for the next read */
};

/* Makes the TAP in the thread's present namespace, gives it MAC, MTU and addresses, and brings it up.
 * Fails: RESULT_OUT_OF_RANGE for an MTU outside of what is allowed, RESULT_NOT_FOUND without
 * /dev/net/tun, RESULT_DENIED without CAP_NET_ADMIN, RESULT_BUSY when the name is taken, RESULT_IO. */
MUST_CHECK enum result exception_tap_open(struct exception_tap *tap,
                                          const struct exception_tap_settings *settings,
                                          struct rte_mempool *pool, struct port_netlink *netlink,
                                          struct problem *problem);

/* Ends the TAP; the interface goes with it. */
void exception_tap_close(struct exception_tap *tap);

/* Whether the frame is on the port's VLAN, or the port on none: others must not be written. */
MUST_CHECK bool exception_tap_wants(const struct exception_tap *tap, struct rte_mbuf *frame);

/* Gives a frame (any number of segments up to EXCEPTION_TAP_SEGMENTS_MAX) to the kernel. The mbuf stays
 * the caller's; a half-made checksum in it is completed (frame_repair.h), the port's tags are gone from it.
 * False when the kernel did not take it. */
MUST_CHECK bool exception_tap_write(struct exception_tap *tap, struct rte_mbuf *frame);

/* Takes at most `max` frames of the kernel; `readable` becomes false when there are no more. */
uint16_t exception_tap_read(struct exception_tap *tap, struct rte_mbuf **frames, uint16_t max);

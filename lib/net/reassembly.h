/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* reassembly -- makes whole frames of IPv4 and IPv6 fragments, within a small fixed budget.
 *
 * What:    net_reassembly_add() takes a copy of each fragment; the one that completes a packet gives a whole
 *          frame: Ethernet header and tags of the first fragment, an IP header without options or extension
 *          headers, the payload. Fragments that overlap end their packet, whatever comes later
 *          (RFC 5722); equal ones that come twice do no harm. Copies, so that a flood of fragments keeps no
 *          receive buffers; DPDK's rte_ip_frag keeps them, and knows no extension headers before the
 *          fragment header.
 * Threads: one table for each lcore.
 * Memory:  sizeof(struct net_reassembly), the caller's; zero it before the first use.
 * Limits:  NET_REASSEMBLY_*, NET_FRAGMENTS_MAX; when all places are taken the oldest packet gives way.
 * Trust:   any octets that net_frame_parse() called NET_FRAME_UDP_FRAGMENT; IPv4 header checksums are
 *          checked here, since they are gone afterwards. The payload's checksum is the receiver's matter.
 * RFC:     791 §3.2, 815, 1122 §3.3.2, 8200 §4.5, 5722, 7112. No ICMP "time exceeded" is sent: nobody asks
 *          us to tell strangers about packets that we do not have. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/frame.h"
#include "net/net_limits.h"

enum net_reassembly_outcome {
	NET_REASSEMBLY_KEPT, /* a copy is kept: more have to come */
	NET_REASSEMBLY_WHOLE, /* `place` is a whole packet: write it out, then let go of it */
	NET_REASSEMBLY_BAD, /* the packet it belongs to overlaps, is too long or in too many parts */
	NET_REASSEMBLY_BAD_CHECKSUM /* of the IPv4 header */
};

struct net_reassembly_place {
	bool is_used;
	bool is_bad; /* kept until it expires, so that what comes late is known as bad too */
	bool has_first;
	uint8_t version;
	uint8_t next; /* protocol of the payload */
	uint8_t part_count;
	uint16_t port; /* where it came in: the caller's number */
	uint16_t header_len; /* Ethernet header, tags, IP header without anything optional */
	uint16_t l2_len;
	uint32_t id;
	uint32_t total; /* octets of the payload; 0: the last fragment has not come */
	uint32_t received;
	uint64_t since_us;
	uint8_t source[16];
	uint8_t target[16];
	struct {
		uint16_t at;
		uint16_t len;
	} part[NET_FRAGMENTS_MAX];
	uint8_t header[NET_ETHERNET_HEADER_BYTES + NET_VLAN_TAGS_MAX * NET_VLAN_TAG_BYTES +
	               NET_IPV6_HEADER_BYTES];
	uint8_t payload[NET_REASSEMBLY_BYTES_MAX];
};

struct net_reassembly {
	uint16_t used;
	uint64_t expired; /* packets that gave way to time or to others, since the start */
	struct net_reassembly_place place[NET_REASSEMBLY_PLACES];
};

/* Takes the fragment at `data`, received on `port` at `now_us`. Gives the place of a whole packet. */
enum net_reassembly_outcome net_reassembly_add(struct net_reassembly *table, const uint8_t *data,
                                               const struct net_frame *frame, uint16_t port,
                                               uint64_t now_us,
                                               struct net_reassembly_place **place);

/* Octets of the frame that net_reassembly_write() writes. */
size_t net_reassembly_frame_bytes(const struct net_reassembly_place *place);

/* Writes the whole frame; `frame` has net_reassembly_frame_bytes(). The place is free afterwards. */
void net_reassembly_write(struct net_reassembly *table, struct net_reassembly_place *place,
                          uint8_t *frame);

/* Frees a place without writing it. */
void net_reassembly_forget(struct net_reassembly *table, struct net_reassembly_place *place);

/* Lets go of packets that wait for longer than NET_REASSEMBLY_US_MAX. */
void net_reassembly_expire(struct net_reassembly *table, uint64_t now_us);

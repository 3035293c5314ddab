/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* reply -- turns a received UDP frame around: the headers of the answer, in front of a payload in place.
 *
 * What:    MAC addresses, IP addresses and ports are swapped, VLAN tags stay. IP options and extension
 *          headers of the query are not echoed: the answer has the shortest header, so the frame may
 *          start later than the query's did. IPv4 answers say "don't fragment".
 * Threads: any; pure.
 * Memory:  works in the caller's frame.
 * Limits:  UDP datagrams up to 65,535 octets.
 * Trust:   the frame has passed net_frame_parse() as NET_FRAME_UDP.
 * RFC:     791, 6864 §4.1 (id of what is never fragmented), 9715 §3.1 (DF), 8200, 6437 §3 (flow label
 *          0: none), 768. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct net_reply {
	uint16_t l2_len; /* of the query, as the next two */
	uint16_t l3_len;
	uint8_t version; /* 4 or 6 */
	uint16_t payload_len; /* of the answer, which stands where the query's payload stood */
	/* The device makes the checksum: the IP field stays zero; the UDP field gets the sum of the
	 * pseudo-header, as devices want it. */
	bool device_ip_checksum;
	bool device_udp_checksum;
};

/* What became of the frame. */
struct net_reply_frame {
	uint16_t start; /* how many octets later it starts */
	uint16_t l3_len; /* 20 or 40 */
	uint32_t len; /* of the whole frame */
};

/* Requires: payload_len <= 65535 - 8, and the frame's buffer holds what that says. */
struct net_reply_frame net_reply_write(uint8_t *frame, const struct net_reply *reply);

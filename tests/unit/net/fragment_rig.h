/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* fragment_rig -- cuts a whole frame into fragments, as a router (IPv4) or a sender (IPv6) does.
 *
 * What:    one fragment at a time, of any part of the IP payload.
 * Threads: one.
 * Memory:  the caller's.
 * Limits:  none checked: tests ask for what they need.
 * Trust:   no input.
 * RFC:     791, 8200 §4.5. */
#pragma once

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "net/checksum.h"
#include "net/frame.h"

struct fragment_rig {
	const uint8_t *whole;
	size_t whole_len;
	uint32_t id;
};

/* Octets that can be spread over fragments: everything behind the IP header (IPv4 with options, IPv6 without
 * extension headers, which so come into the fragmented part). */
static inline size_t fragment_rig_len(const struct fragment_rig *rig)
{
	struct net_frame frame;
	CHECK(net_frame_parse(rig->whole, rig->whole_len, &frame) == NET_FRAME_UDP);
	size_t ip_len = frame.version == 4 ? frame.l3_len : NET_IPV6_HEADER_BYTES;
	return (size_t)frame.payload_at + frame.payload_len - frame.l2_len - ip_len;
}

/* Writes the fragment with payload octets `at`..`at + len`, and gives the frame's length. */
static inline size_t fragment_rig_cut(const struct fragment_rig *rig, size_t at, size_t len,
                                      bool more, uint8_t *out)
{
	struct net_frame frame;
	CHECK(net_frame_parse(rig->whole, rig->whole_len, &frame) == NET_FRAME_UDP);
	bool is_v4 = frame.version == 4;
	size_t ip_len = is_v4 ? frame.l3_len : NET_IPV6_HEADER_BYTES;
	size_t head = frame.l2_len + ip_len;
	const uint8_t *payload = rig->whole + head + at;
	uint8_t *ip = out + frame.l2_len;
	memcpy(out, rig->whole, head);
	if (is_v4) {
		bytes_store_u16(ip + 2, (uint16_t)(ip_len + len));
		bytes_store_u16(ip + 4, (uint16_t)rig->id);
		bytes_store_u16(ip + 6, (uint16_t)(at / 8 | (more ? 0x2000 : 0)));
		bytes_store_u16(ip + 10, 0);
		uint16_t sum = net_checksum_finish(net_checksum_add(ip, ip_len, 0));
		memcpy(ip + 10, &sum, sizeof(sum));
	} else {
		bytes_store_u16(ip + 4, (uint16_t)(8 + len));
		out[head] = ip[6];
		out[head + 1] = 0;
		bytes_store_u16(out + head + 2, (uint16_t)(at | (more ? 1 : 0)));
		bytes_store_u32(out + head + 4, rig->id);
		ip[6] = NET_PROTOCOL_FRAGMENT;
		head += 8;
	}
	memcpy(out + head, payload, len);
	return head + len;
}

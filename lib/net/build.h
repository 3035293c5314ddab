/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* build -- makes a whole Ethernet frame with one UDP datagram (or a fragment of one), good or bad.
 *
 * What:    the other direction of net/frame.h, for load generators and tests: VLAN tags, IPv4 options,
 *          IPv6 extension headers, fragments, padding, right, half-made, absent and wrong checksums.
 * Threads: any; pure.
 * Memory:  the caller's.
 * Limits:  a frame fits 65,535 octets; options and extension headers up to NET_EXTENSION_BYTES_MAX.
 * Trust:   what is asked for is written as it is, sensible or not.
 * RFC:     as net/frame.h. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "net/net_limits.h"
#include "net/prefix.h"

enum net_build_checksum {
	NET_BUILD_CHECKSUM_GOOD,
	NET_BUILD_CHECKSUM_NONE, /* UDP field zero */
	NET_BUILD_CHECKSUM_HALF, /* UDP field holds the pseudo-header's sum only */
	NET_BUILD_CHECKSUM_BAD_UDP,
	NET_BUILD_CHECKSUM_BAD_IP, /* IPv4 header checksum wrong, UDP right */
};

struct net_build {
	uint8_t source_mac[6];
	uint8_t target_mac[6];
	uint16_t vlan_id[NET_VLAN_TAGS_MAX];
	uint8_t vlan_count; /* 0, 1 (802.1Q) or 2 (802.1ad outside, 802.1Q inside) */
	struct net_endpoint source; /* both of the same family, which chooses the IP version */
	struct net_endpoint target;
	uint8_t
	    ip_options_len; /* IPv4: octets of "no operation" options, a multiple of 4 up to 40 */
	/* IPv6: extension headers in this order (enum net_protocol), each of 8 octets */
	uint8_t extension[NET_EXTENSIONS_MAX + 1];
	uint8_t extension_count;
	uint16_t fragment_offset; /* in octets, a multiple of 8: IPv4 only (IPv6: see extension) */
	bool more_fragments; /* also for the IPv6 fragment header */
	enum net_build_checksum checksum;
	const void *payload;
	uint16_t payload_len;
	uint16_t padding_len; /* octets behind the IP packet */
};

/* Writes the frame and gives its length.
 * Fails: RESULT_NO_SPACE. */
MUST_CHECK enum result net_build_frame(const struct net_build *build, uint8_t *frame, size_t size,
                                       size_t *len);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* frame -- reads Ethernet, VLAN tags, IPv4, IPv6 and UDP of a received frame.
 *
 * What:    net_frame_parse() says what a frame is and, for UDP, where everything stands; every length
 *          field is held against the frame's size. Checksums are a step of their own
 *          (net_frame_checksum_check), so that they are computed only for frames that are ours.
 *          Padding behind the IP packet (short Ethernet frames) is no error. Of a frame in several
 *          buffers net_frame_parse_head() needs to see the first one only.
 * Threads: any; pure.
 * Memory:  struct net_frame holds offsets into the caller's frame, no pointers.
 * Limits:  net/net_limits.h; frames up to 65,535 octets.
 * Trust:   made for any octets from the wire.
 * RFC:     894, 791, 768, 8200, 6946 (atomic fragments), 7112 (the first fragment holds all headers),
 *          5095 (no routing header 0). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "net/net_limits.h"

#define NET_ETHERNET_HEADER_BYTES 14
#define NET_VLAN_TAG_BYTES 4
#define NET_IPV4_HEADER_BYTES 20
#define NET_IPV6_HEADER_BYTES 40
#define NET_UDP_HEADER_BYTES 8

/* The most that stands before a UDP payload that net_frame_parse() accepts: buffers that are to hold an
 * answer of N octets need room for both. */
#define NET_HEADERS_BYTES_MAX                                                                      \
	(NET_ETHERNET_HEADER_BYTES + NET_VLAN_TAGS_MAX * NET_VLAN_TAG_BYTES +                      \
	 NET_IPV6_HEADER_BYTES + NET_EXTENSION_BYTES_MAX + NET_UDP_HEADER_BYTES)

enum net_ethertype {
	NET_ETHERTYPE_IPV4 = 0x0800,
	NET_ETHERTYPE_ARP = 0x0806,
	NET_ETHERTYPE_VLAN = 0x8100,
	NET_ETHERTYPE_IPV6 = 0x86dd,
	NET_ETHERTYPE_QINQ = 0x88a8,
};

enum net_protocol {
	NET_PROTOCOL_HOP_BY_HOP = 0,
	NET_PROTOCOL_ICMP = 1,
	NET_PROTOCOL_TCP = 6,
	NET_PROTOCOL_UDP = 17,
	NET_PROTOCOL_ROUTING = 43,
	NET_PROTOCOL_FRAGMENT = 44,
	NET_PROTOCOL_ICMPV6 = 58,
	NET_PROTOCOL_DESTINATION = 60,
};

enum net_frame_kind {
	NET_FRAME_UDP, /* a whole UDP datagram: all fields of struct net_frame are set */
	/* A fragment of one (or of a packet with further extension headers behind the fragment header, if
	 * it is not the first); ports are set if `first_fragment`. */
	NET_FRAME_UDP_FRAGMENT,
	NET_FRAME_ARP,
	NET_FRAME_ICMP, /* ICMP, ICMPv6 (and so neighbour discovery) */
	NET_FRAME_TCP,
	NET_FRAME_OTHER, /* anything else that the kernel half may know */
	NET_FRAME_BROKEN, /* a length field disagrees with the frame's size */
	NET_FRAME_KIND_COUNT
};

struct net_frame {
	uint16_t l2_len; /* Ethernet header and VLAN tags */
	uint16_t l3_len; /* IPv4 header with options, or IPv6 header with extension headers */
	uint16_t payload_at; /* first octet behind the UDP header, from the frame's start */
	uint16_t payload_len;
	uint16_t source_port; /* host order, as the next one */
	uint16_t target_port;
	uint8_t version; /* 4, 6, or 0 where the frame holds no IP */
	uint8_t protocol; /* behind the IP header(s) */
	uint8_t vlan_count;
	/* NET_FRAME_UDP_FRAGMENT only: */
	bool first_fragment; /* holds the UDP header */
	bool more_fragments; /* is not the last one */
	uint8_t fragment_next; /* what the fragmented part starts with */
	uint16_t fragment_at; /* this fragment's part of the packet, and how long that is */
	uint16_t fragment_len;
	uint16_t fragment_offset; /* where in the whole it belongs, in octets */
	uint32_t fragment_id;
};

/* Says what the frame of `total` octets is, of which the first `len` stand at `data`. `out` is written for
 * every kind as far as the frame was understood; what a kind does not set is zero. Headers that do not lie
 * within the first `len` octets make a frame NET_FRAME_BROKEN; payloads may go on behind them. */
enum net_frame_kind net_frame_parse_head(const uint8_t *data, size_t len, size_t total,
                                         struct net_frame *out);

/* The same for a frame that stands at `data` as a whole. */
static inline enum net_frame_kind net_frame_parse(const uint8_t *data, size_t len,
                                                  struct net_frame *out)
{
	return net_frame_parse_head(data, len, len, out);
}

/* The 802.1Q VLAN identifier of tag `index` (0: the outermost) of a frame that has so many tags. */
static inline uint16_t net_frame_vlan(const uint8_t *data, unsigned index)
{
	const uint8_t *tag = data + NET_ETHERNET_HEADER_BYTES + index * NET_VLAN_TAG_BYTES;
	return (uint16_t)((tag[0] & 0x0f) << 8 | tag[1]);
}

enum net_checksum_state {
	NET_CHECKSUM_GOOD,
	NET_CHECKSUM_HALF, /* only the pseudo-header was summed: a kernel neighbour; take it as good */
	NET_CHECKSUM_BAD
};

/* Verifies the header checksum (IPv4; skipped if `ip_is_good`, the device has done it) and the UDP
 * checksum of a frame that parsed as NET_FRAME_UDP.
 *
 * Zero in the UDP field means "none" over IPv4 (RFC 768) and is wrong over IPv6 (RFC 8200 §8.1). A
 * kernel that sends over veth leaves the sum to a device that is not there: the field then holds the
 * pseudo-header's sum, not complemented. Such a frame never was on a wire and counts as good. */
enum net_checksum_state net_frame_checksum_check(const uint8_t *data, const struct net_frame *frame,
                                                 bool ip_is_good);

/* Where the addresses of a frame with version 4 or 6 stand: 4 or 16 octets. */
static inline const uint8_t *net_frame_source(const uint8_t *data, const struct net_frame *frame)
{
	return data + frame->l2_len + (frame->version == 4 ? 12 : 8);
}

static inline const uint8_t *net_frame_target(const uint8_t *data, const struct net_frame *frame)
{
	return data + frame->l2_len + (frame->version == 4 ? 16 : 24);
}

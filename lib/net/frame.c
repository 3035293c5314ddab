/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Walks a received frame from its first octet to the UDP payload. Each step checks the lengths that it
 * reads against what is left; nothing is read twice and nothing behind the IP packet counts. Of a frame in
 * several buffers only the first is there: what is read must lie in it, what is only counted need not. */
#include "net/frame.h"

#include <string.h>

#include "base/bytes.h"
#include "net/checksum.h"
#include "net/net_limits.h"

/* IPv4: the flag "more fragments" and the offset (RFC 791 §3.1). */
#define IPV4_MORE_FRAGMENTS 0x2000
#define IPV4_OFFSET_MASK 0x1fff
/* IPv6 fragment header: offset in the upper 13 bits, "more" in the lowest (RFC 8200 §4.5). */
#define IPV6_OFFSET_MASK 0xfff8
#define IPV6_MORE_FRAGMENTS 0x0001
#define IPV6_FRAGMENT_BYTES 8

/* What an IP header says about fragments. */
struct fragment {
	bool is_fragment;
	bool is_first;
};

/* The payload of an IP packet: what of it can be read, and its length. */
struct packet {
	struct bytes_reader reader;
	size_t len;
};

/* `readable` octets stand behind `data`, the packet's payload has `len` octets. */
static struct packet packet_of(const uint8_t *data, size_t readable, size_t len)
{
	return (struct packet){.reader = bytes_reader_of(data, readable < len ? readable : len),
	                       .len = len};
}

static enum net_frame_kind kind_of(uint8_t protocol)
{
	switch (protocol) {
	case NET_PROTOCOL_TCP:
		return NET_FRAME_TCP;
	case NET_PROTOCOL_ICMP:
	case NET_PROTOCOL_ICMPV6:
		return NET_FRAME_ICMP;
	default:
		return NET_FRAME_OTHER;
	}
}

/* The UDP header at the start of what is left of `packet`. RFC 768 lets the datagram be shorter than the IP
 * payload (RFC 9868 puts options there), never longer. */
static enum net_frame_kind parse_udp(struct packet *packet, struct fragment fragment,
                                     struct net_frame *out)
{
	if (fragment.is_fragment && !fragment.is_first)
		return NET_FRAME_UDP_FRAGMENT;
	size_t left = packet->len - packet->reader.at;
	const uint8_t *header;
	if (!bytes_take(&packet->reader, NET_UDP_HEADER_BYTES, &header))
		return NET_FRAME_BROKEN;
	out->source_port = bytes_load_u16(header);
	out->target_port = bytes_load_u16(header + 2);
	if (fragment.is_fragment) {
		out->first_fragment = true;
		return NET_FRAME_UDP_FRAGMENT;
	}
	uint16_t udp_len = bytes_load_u16(header + 4);
	if (udp_len < NET_UDP_HEADER_BYTES || udp_len > left)
		return NET_FRAME_BROKEN;
	out->payload_at = (uint16_t)(out->l2_len + out->l3_len + NET_UDP_HEADER_BYTES);
	out->payload_len = (uint16_t)(udp_len - NET_UDP_HEADER_BYTES);
	return NET_FRAME_UDP;
}

static enum net_frame_kind parse_ipv4(struct bytes_reader *reader, size_t total,
                                      struct net_frame *out)
{
	size_t left = total - reader->at;
	const uint8_t *header;
	if (!bytes_take(reader, NET_IPV4_HEADER_BYTES, &header) || header[0] >> 4 != 4)
		return NET_FRAME_BROKEN;
	size_t header_len = (size_t)(header[0] & 0x0f) * 4;
	size_t total_len = bytes_load_u16(header + 2);
	if (header_len < NET_IPV4_HEADER_BYTES || total_len < header_len || total_len > left)
		return NET_FRAME_BROKEN;
	out->version = 4;
	out->l3_len = (uint16_t)header_len;
	out->protocol = header[9];
	if (out->protocol != NET_PROTOCOL_UDP)
		return kind_of(out->protocol);
	uint16_t flags = bytes_load_u16(header + 6);
	struct fragment fragment = {
	    .is_fragment = (flags & (IPV4_MORE_FRAGMENTS | IPV4_OFFSET_MASK)) != 0,
	    .is_first = (flags & IPV4_OFFSET_MASK) == 0,
	};
	/* The options have to be there too: they are summed. */
	if (!bytes_skip(reader, header_len - NET_IPV4_HEADER_BYTES))
		return NET_FRAME_BROKEN;
	if (fragment.is_fragment) {
		out->more_fragments = (flags & IPV4_MORE_FRAGMENTS) != 0;
		out->fragment_next = out->protocol;
		out->fragment_at = (uint16_t)(out->l2_len + header_len);
		out->fragment_len = (uint16_t)(total_len - header_len);
		out->fragment_offset = (uint16_t)((flags & IPV4_OFFSET_MASK) * 8);
		out->fragment_id = bytes_load_u16(header + 4);
	}
	struct packet packet =
	    packet_of(header + header_len, bytes_left(reader), total_len - header_len);
	return parse_udp(&packet, fragment, out);
}

enum walk {
	WALK_DONE, /* the upper protocol is reached */
	WALK_OTHER, /* too many, unknown or forbidden headers: the kernel half may know */
	WALK_BROKEN
};

static bool is_extension(uint8_t protocol)
{
	return protocol == NET_PROTOCOL_HOP_BY_HOP || protocol == NET_PROTOCOL_ROUTING ||
	       protocol == NET_PROTOCOL_FRAGMENT || protocol == NET_PROTOCOL_DESTINATION;
}

/* The fragment header, of which `header` are the eight octets. An atomic fragment (offset 0, none to
 * follow) is a whole packet (RFC 6946 §4). */
static void take_fragment(const struct packet *packet, const uint8_t *header,
                          struct fragment *fragment, struct net_frame *out)
{
	uint16_t offset = bytes_load_u16(header + 2);
	fragment->is_fragment = (offset & (IPV6_OFFSET_MASK | IPV6_MORE_FRAGMENTS)) != 0;
	fragment->is_first = (offset & IPV6_OFFSET_MASK) == 0;
	if (!fragment->is_fragment)
		return;
	out->more_fragments = (offset & IPV6_MORE_FRAGMENTS) != 0;
	out->fragment_next = header[0];
	out->fragment_at =
	    (uint16_t)(out->l2_len + NET_IPV6_HEADER_BYTES + (uint16_t)packet->reader.at);
	out->fragment_len = (uint16_t)(packet->len - packet->reader.at);
	out->fragment_offset = offset & IPV6_OFFSET_MASK;
	out->fragment_id = bytes_load_u32(header + 4);
}

/* Takes one extension header of kind *protocol and gives the next kind. */
static enum walk step_extension(struct packet *packet, uint8_t *protocol, bool is_first,
                                struct fragment *fragment, struct net_frame *out)
{
	const uint8_t *header;
	if (!bytes_take(&packet->reader, 8, &header))
		return WALK_BROKEN;
	switch (*protocol) {
	case NET_PROTOCOL_FRAGMENT:
		if (fragment->is_fragment) /* fragments of fragments */
			return WALK_OTHER;
		take_fragment(packet, header, fragment, out);
		*protocol = header[0];
		return WALK_DONE;
	case NET_PROTOCOL_HOP_BY_HOP:
		if (!is_first) /* RFC 8200 §4.1: only directly behind the IPv6 header */
			return WALK_OTHER;
		break;
	case NET_PROTOCOL_ROUTING:
		if (header[3] != 0) /* segments left: we are a waypoint (RFC 5095, RFC 8200 §4.4) */
			return WALK_OTHER;
		break;
	default:
		break;
	}
	*protocol = header[0];
	return bytes_skip(&packet->reader, (size_t)header[1] * 8) ? WALK_DONE : WALK_BROKEN;
}

static enum walk walk_extensions(struct packet *packet, uint8_t *protocol,
                                 struct fragment *fragment, struct net_frame *out)
{
	for (unsigned i = 0; is_extension(*protocol); i++) {
		if (i == NET_EXTENSIONS_MAX || packet->reader.at > NET_EXTENSION_BYTES_MAX)
			return WALK_OTHER;
		enum walk walk = step_extension(packet, protocol, i == 0, fragment, out);
		if (walk != WALK_DONE)
			return walk;
		if (fragment->is_fragment && !fragment->is_first)
			break; /* what follows is the middle of somebody's payload */
	}
	return packet->reader.at > NET_EXTENSION_BYTES_MAX ? WALK_OTHER : WALK_DONE;
}

static enum net_frame_kind parse_ipv6(struct bytes_reader *reader, size_t total,
                                      struct net_frame *out)
{
	size_t left = total - reader->at;
	const uint8_t *header;
	if (!bytes_take(reader, NET_IPV6_HEADER_BYTES, &header) || header[0] >> 4 != 6)
		return NET_FRAME_BROKEN;
	size_t payload_len = bytes_load_u16(header + 4);
	if (payload_len > left - NET_IPV6_HEADER_BYTES)
		return NET_FRAME_BROKEN;
	out->version = 6;
	out->l3_len = NET_IPV6_HEADER_BYTES;
	uint8_t protocol = header[6];
	struct packet packet =
	    packet_of(header + NET_IPV6_HEADER_BYTES, bytes_left(reader), payload_len);
	struct fragment fragment = {.is_fragment = false, .is_first = true};
	switch (walk_extensions(&packet, &protocol, &fragment, out)) {
	case WALK_OTHER:
		return NET_FRAME_OTHER;
	case WALK_BROKEN:
		return NET_FRAME_BROKEN;
	case WALK_DONE:
		break;
	}
	out->l3_len = (uint16_t)(NET_IPV6_HEADER_BYTES + packet.reader.at);
	out->protocol = protocol;
	if (fragment.is_fragment && !fragment.is_first && is_extension(protocol))
		return NET_FRAME_UDP_FRAGMENT; /* may be UDP: only the first one tells */
	if (protocol != NET_PROTOCOL_UDP)
		return kind_of(protocol);
	return parse_udp(&packet, fragment, out);
}

/* The MAC addresses, the tags and the EtherType. */
static bool parse_ethernet(struct bytes_reader *reader, struct net_frame *out, uint16_t *ethertype)
{
	if (!bytes_skip(reader, 12) || !bytes_take_u16(reader, ethertype))
		return false;
	while (*ethertype == NET_ETHERTYPE_VLAN || *ethertype == NET_ETHERTYPE_QINQ) {
		if (out->vlan_count == NET_VLAN_TAGS_MAX)
			break;
		if (!bytes_skip(reader, 2) || !bytes_take_u16(reader, ethertype))
			return false;
		out->vlan_count++;
	}
	out->l2_len = (uint16_t)reader->at;
	return true;
}

enum net_frame_kind net_frame_parse_head(const uint8_t *data, size_t len, size_t total,
                                         struct net_frame *out)
{
	*out = (struct net_frame){0};
	if (UNLIKELY(total > UINT16_MAX || len > total))
		return NET_FRAME_BROKEN;
	struct bytes_reader reader = bytes_reader_of(data, len);
	uint16_t ethertype;
	if (!parse_ethernet(&reader, out, &ethertype))
		return NET_FRAME_BROKEN;
	switch (ethertype) {
	case NET_ETHERTYPE_IPV4:
		return parse_ipv4(&reader, total, out);
	case NET_ETHERTYPE_IPV6:
		return parse_ipv6(&reader, total, out);
	case NET_ETHERTYPE_ARP:
		return NET_FRAME_ARP;
	default:
		return NET_FRAME_OTHER;
	}
}

enum net_checksum_state net_frame_checksum_check(const uint8_t *data, const struct net_frame *frame,
                                                 bool ip_is_good)
{
	if (frame->version == 4 && !ip_is_good &&
	    net_checksum_fold(net_checksum_add(data + frame->l2_len, frame->l3_len, 0)) != 0xffff)
		return NET_CHECKSUM_BAD;
	const uint8_t *udp = data + frame->l2_len + frame->l3_len;
	uint16_t field;
	memcpy(&field, udp + 6, sizeof(field));
	if (field == 0)
		return frame->version == 4 ? NET_CHECKSUM_GOOD : NET_CHECKSUM_BAD;
	uint32_t udp_len = (uint32_t)frame->payload_len + NET_UDP_HEADER_BYTES;
	uint64_t pseudo =
	    net_checksum_pseudo(frame->version, net_frame_source(data, frame),
	                        net_frame_target(data, frame), NET_PROTOCOL_UDP, udp_len);
	if (net_checksum_fold(net_checksum_add(udp, udp_len, pseudo)) == 0xffff)
		return NET_CHECKSUM_GOOD;
	return field == net_checksum_fold(pseudo) ? NET_CHECKSUM_HALF : NET_CHECKSUM_BAD;
}

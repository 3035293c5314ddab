/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* ARP packets, and the two ICMPv6 messages that take their place. */
#include "load/neighbour.h"

#include <string.h>

#include "base/bytes.h"
#include "net/checksum.h"
#include "net/frame.h"

#define MAC_OCTETS 6
#define ARP_REQUEST 1
#define ARP_REPLY 2
/* Hardware Ethernet, protocol IPv4, lengths 6 and 4. */
static const uint8_t arp_kind[] = {0, 1, 0x08, 0, 6, 4};

#define ICMPV6_SOLICITATION 135
#define ICMPV6_ADVERTISEMENT 136
#define ICMPV6_OCTETS 32 /* with one option: the link-layer address */
#define OPTION_SOURCE_MAC 1
#define OPTION_TARGET_MAC 2
/* RFC 4861 §7.1.1: a neighbour's message has not passed a router. */
#define HOP_LIMIT 255
/* Solicited, override: this is the one who was asked, believe it. */
#define ADVERTISEMENT_FLAGS 0x60000000u

static void put_ethernet(struct bytes_writer *writer, const struct packet_route *route,
                         const uint8_t *target, uint16_t type)
{
	bytes_put(writer, target, MAC_OCTETS);
	bytes_put(writer, route->source_mac, MAC_OCTETS);
	for (unsigned i = 0; i < route->vlan_count; i++) {
		bytes_put_u16(writer,
		              i + 1 < route->vlan_count ? NET_ETHERTYPE_QINQ : NET_ETHERTYPE_VLAN);
		bytes_put_u16(writer, route->vlan_id[i]);
	}
	bytes_put_u16(writer, type);
}

/* The shortest Ethernet frame has 60 octets. */
static size_t padded(struct bytes_writer *writer)
{
	while (writer->len < 60)
		bytes_put_u8(writer, 0);
	return writer->len;
}

static size_t put_arp(const struct packet_route *route, uint16_t operation, const uint8_t *source,
                      const uint8_t *target_mac, const uint8_t *target,
                      uint8_t frame[NEIGHBOUR_BYTES])
{
	static const uint8_t everybody[MAC_OCTETS] = {255, 255, 255, 255, 255, 255};
	static const uint8_t unknown[MAC_OCTETS];
	bool asks = operation == ARP_REQUEST;
	struct bytes_writer writer = bytes_writer_of(frame, NEIGHBOUR_BYTES);
	put_ethernet(&writer, route, asks ? everybody : target_mac, NET_ETHERTYPE_ARP);
	bytes_put(&writer, arp_kind, sizeof(arp_kind));
	bytes_put_u16(&writer, operation);
	bytes_put(&writer, route->source_mac, MAC_OCTETS);
	bytes_put(&writer, source, 4);
	bytes_put(&writer, asks ? unknown : target_mac, MAC_OCTETS);
	bytes_put(&writer, target, 4);
	return padded(&writer);
}

struct icmpv6 {
	uint8_t type;
	uint32_t flags;
	uint8_t option;
	const uint8_t *to_mac;
	const uint8_t *from; /* addresses */
	const uint8_t *to;
	const uint8_t *subject;
};

static size_t put_icmpv6(const struct packet_route *route, const struct icmpv6 *what,
                         uint8_t frame[NEIGHBOUR_BYTES])
{
	struct bytes_writer writer = bytes_writer_of(frame, NEIGHBOUR_BYTES);
	put_ethernet(&writer, route, what->to_mac, NET_ETHERTYPE_IPV6);
	bytes_put_u32(&writer, 6u << 28);
	bytes_put_u16(&writer, ICMPV6_OCTETS);
	bytes_put_u8(&writer, NET_PROTOCOL_ICMPV6);
	bytes_put_u8(&writer, HOP_LIMIT);
	bytes_put(&writer, what->from, 16);
	bytes_put(&writer, what->to, 16);
	uint8_t *icmp = frame + writer.len;
	bytes_put_u8(&writer, what->type);
	bytes_put_u8(&writer, 0);
	bytes_put_u16(&writer, 0);
	bytes_put_u32(&writer, what->flags);
	bytes_put(&writer, what->subject, 16);
	bytes_put_u8(&writer, what->option);
	bytes_put_u8(&writer, 1); /* in units of eight octets */
	bytes_put(&writer, route->source_mac, MAC_OCTETS);
	uint64_t sum =
	    net_checksum_pseudo(6, what->from, what->to, NET_PROTOCOL_ICMPV6, ICMPV6_OCTETS);
	uint16_t field = net_checksum_finish(net_checksum_add(icmp, ICMPV6_OCTETS, sum));
	memcpy(icmp + 2, &field, sizeof(field));
	return padded(&writer);
}

size_t neighbour_ask(const struct packet_route *route, uint8_t frame[NEIGHBOUR_BYTES])
{
	const uint8_t *server = route->server.address.octets;
	if (route->server.address.family == 4)
		return put_arp(route, ARP_REQUEST, route->first_source.octets, NULL, server, frame);
	/* RFC 4861 §2.3: the solicited-node group of the address, and Ethernet's address of the group. */
	uint8_t group[16] = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
	uint8_t group_mac[MAC_OCTETS] = {0x33, 0x33, 0xff};
	memcpy(group + 13, server + 13, 3);
	memcpy(group_mac + 3, server + 13, 3);
	const struct icmpv6 what = {
	    .type = ICMPV6_SOLICITATION,
	    .option = OPTION_SOURCE_MAC,
	    .to_mac = group_mac,
	    .from = route->first_source.octets,
	    .to = group,
	    .subject = server,
	};
	return put_icmpv6(route, &what, frame);
}

static bool is_source(const struct packet_route *route, const uint8_t *octets)
{
	size_t len = net_address_bytes(route->first_source.family);
	const uint8_t *first = route->first_source.octets;
	return memcmp(octets, first, len - 4) == 0 &&
	       bytes_load_u32(octets + len - 4) - bytes_load_u32(first + len - 4) <
	           route->source_count;
}

static enum neighbour_kind read_arp(const struct packet_route *route, const uint8_t *arp,
                                    size_t len, struct neighbour *out)
{
	const uint8_t *sender_mac = arp + 8;
	const uint8_t *sender = arp + 14;
	const uint8_t *target = arp + 24;
	if (len < 28 || route->server.address.family != 4 ||
	    memcmp(arp, arp_kind, sizeof(arp_kind)) != 0)
		return NEIGHBOUR_OTHER;
	uint16_t operation = bytes_load_u16(arp + 6);
	if (operation == ARP_REPLY && memcmp(sender, route->server.address.octets, 4) == 0) {
		memcpy(out->mac, sender_mac, MAC_OCTETS);
		return NEIGHBOUR_SERVER;
	}
	if (operation != ARP_REQUEST || !is_source(route, target))
		return NEIGHBOUR_OTHER;
	out->reply_len = put_arp(route, ARP_REPLY, target, sender_mac, sender, out->reply);
	return NEIGHBOUR_QUESTION;
}

/* `ip` holds the IPv6 header and at least a message without options. */
static enum neighbour_kind read_icmpv6(const struct packet_route *route, const uint8_t *frame,
                                       const uint8_t *ip, size_t len, struct neighbour *out)
{
	const uint8_t *icmp = ip + NET_IPV6_HEADER_BYTES;
	const uint8_t *subject = icmp + 8;
	if (len < NET_IPV6_HEADER_BYTES + 24 || route->server.address.family != 6 ||
	    ip[7] != HOP_LIMIT || icmp[1] != 0)
		return NEIGHBOUR_OTHER;
	if (icmp[0] == ICMPV6_ADVERTISEMENT &&
	    memcmp(subject, route->server.address.octets, 16) == 0) {
		bool has_option =
		    len >= NET_IPV6_HEADER_BYTES + ICMPV6_OCTETS && icmp[24] == OPTION_TARGET_MAC;
		memcpy(out->mac, has_option ? icmp + 26 : frame + MAC_OCTETS, MAC_OCTETS);
		return NEIGHBOUR_SERVER;
	}
	if (icmp[0] != ICMPV6_SOLICITATION || !is_source(route, subject))
		return NEIGHBOUR_OTHER;
	const struct icmpv6 what = {
	    .type = ICMPV6_ADVERTISEMENT,
	    .flags = ADVERTISEMENT_FLAGS,
	    .option = OPTION_TARGET_MAC,
	    .to_mac = frame + MAC_OCTETS,
	    .from = subject,
	    .to = ip + 8,
	    .subject = subject,
	};
	out->reply_len = put_icmpv6(route, &what, out->reply);
	return NEIGHBOUR_QUESTION;
}

enum neighbour_kind neighbour_read(const struct packet_route *route, const uint8_t *frame,
                                   size_t len, struct neighbour *out)
{
	struct net_frame parts;
	enum net_frame_kind kind = net_frame_parse(frame, len, &parts);
	if (kind == NET_FRAME_ARP)
		return read_arp(route, frame + parts.l2_len, len - parts.l2_len, out);
	if (kind == NET_FRAME_ICMP && parts.version == 6 && parts.l3_len == NET_IPV6_HEADER_BYTES)
		return read_icmpv6(route, frame, frame + parts.l2_len, len - parts.l2_len, out);
	return NEIGHBOUR_OTHER;
}

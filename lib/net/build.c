/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Writes frames front to back with a bytes_writer, then fills in the checksums. */
#include "net/build.h"

#include "base/bytes.h"
#include "net/checksum.h"
#include "net/frame.h"

#define TTL 64
#define EXTENSION_BYTES 8
#define IPV4_OPTION_NOP 1
/* Added to a right checksum to make it wrong without turning it into 0 or the half-made one. */
#define CHECKSUM_ERROR 0x0101

static void write_ethernet(struct bytes_writer *writer, const struct net_build *build)
{
	bytes_put(writer, build->target_mac, sizeof(build->target_mac));
	bytes_put(writer, build->source_mac, sizeof(build->source_mac));
	for (unsigned i = 0; i < build->vlan_count; i++) {
		bool is_outer = i + 1 < build->vlan_count;
		bytes_put_u16(writer, is_outer ? NET_ETHERTYPE_QINQ : NET_ETHERTYPE_VLAN);
		bytes_put_u16(writer, build->vlan_id[i]);
	}
	bytes_put_u16(writer,
	              build->source.address.family == 4 ? NET_ETHERTYPE_IPV4 : NET_ETHERTYPE_IPV6);
}

static void write_ipv4(struct bytes_writer *writer, const struct net_build *build,
                       uint16_t packet_len)
{
	size_t start = writer->len;
	size_t header_len = NET_IPV4_HEADER_BYTES + build->ip_options_len;
	uint16_t fragment =
	    (uint16_t)(build->fragment_offset / 8 | (build->more_fragments ? 0x2000 : 0));
	bytes_put_u8(writer, (uint8_t)(0x40 | header_len / 4));
	bytes_put_u8(writer, 0);
	bytes_put_u16(writer, (uint16_t)(header_len + packet_len));
	bytes_put_u16(writer, 0);
	bytes_put_u16(writer, fragment);
	bytes_put_u8(writer, TTL);
	bytes_put_u8(writer, NET_PROTOCOL_UDP);
	bytes_put_u16(writer, 0);
	bytes_put(writer, build->source.address.octets, 4);
	bytes_put(writer, build->target.address.octets, 4);
	for (unsigned i = 0; i < build->ip_options_len; i++)
		bytes_put_u8(writer, IPV4_OPTION_NOP);
	if (writer->overflow)
		return;
	uint8_t *header = writer->data + start;
	uint16_t sum = net_checksum_finish(net_checksum_add(header, header_len, 0));
	if (build->checksum == NET_BUILD_CHECKSUM_BAD_IP)
		sum = (uint16_t)(sum ^ CHECKSUM_ERROR);
	memcpy(header + 10, &sum, sizeof(sum));
}

/* One extension header of eight octets; PadN options fill what has options (RFC 8200 §4.2). */
static void write_extension(struct bytes_writer *writer, const struct net_build *build,
                            uint8_t kind, uint8_t next)
{
	bytes_put_u8(writer, next);
	bytes_put_u8(writer, 0);
	if (kind == NET_PROTOCOL_FRAGMENT) {
		bytes_put_u16(writer, (uint16_t)((build->fragment_offset & 0xfff8) |
		                                 (build->more_fragments ? 1 : 0)));
		bytes_put_u32(writer, 0x5c10ad); /* identification */
	} else if (kind == NET_PROTOCOL_ROUTING) {
		bytes_put_u16(writer, 4 << 8); /* type 4, no segments left */
		bytes_put_u32(writer, 0);
	} else {
		bytes_put_u16(writer, 1 << 8 | 4); /* PadN of four octets */
		bytes_put_u32(writer, 0);
	}
}

static void write_ipv6(struct bytes_writer *writer, const struct net_build *build,
                       uint16_t packet_len)
{
	unsigned count = build->extension_count;
	bytes_put_u32(writer, 6u << 28);
	bytes_put_u16(writer, (uint16_t)(packet_len + count * EXTENSION_BYTES));
	bytes_put_u8(writer, count > 0 ? build->extension[0] : NET_PROTOCOL_UDP);
	bytes_put_u8(writer, TTL);
	bytes_put(writer, build->source.address.octets, 16);
	bytes_put(writer, build->target.address.octets, 16);
	for (unsigned i = 0; i < count; i++)
		write_extension(writer, build, build->extension[i],
		                i + 1 < count ? build->extension[i + 1] : NET_PROTOCOL_UDP);
}

static uint16_t udp_checksum(const struct net_build *build, const uint8_t *udp, uint16_t udp_len)
{
	uint64_t pseudo =
	    net_checksum_pseudo(build->source.address.family, build->source.address.octets,
	                        build->target.address.octets, NET_PROTOCOL_UDP, udp_len);
	uint16_t good = net_checksum_finish_udp(net_checksum_add(udp, udp_len, pseudo));
	switch (build->checksum) {
	case NET_BUILD_CHECKSUM_NONE:
		return 0;
	case NET_BUILD_CHECKSUM_HALF:
		return net_checksum_fold(pseudo);
	case NET_BUILD_CHECKSUM_BAD_UDP:
		return (uint16_t)(good ^ CHECKSUM_ERROR);
	case NET_BUILD_CHECKSUM_GOOD:
	case NET_BUILD_CHECKSUM_BAD_IP:
		break;
	}
	return good;
}

static void write_udp(struct bytes_writer *writer, const struct net_build *build)
{
	uint16_t udp_len = (uint16_t)(NET_UDP_HEADER_BYTES + build->payload_len);
	size_t start = writer->len;
	bytes_put_u16(writer, build->source.port);
	bytes_put_u16(writer, build->target.port);
	bytes_put_u16(writer, udp_len);
	bytes_put_u16(writer, 0);
	bytes_put(writer, build->payload, build->payload_len);
	if (writer->overflow)
		return;
	uint16_t sum = udp_checksum(build, writer->data + start, udp_len);
	memcpy(writer->data + start + 6, &sum, sizeof(sum));
}

enum result net_build_frame(const struct net_build *build, uint8_t *frame, size_t size, size_t *len)
{
	struct bytes_writer writer = bytes_writer_of(frame, size);
	bool has_udp_header = build->fragment_offset == 0;
	uint16_t packet_len =
	    (uint16_t)(build->payload_len + (has_udp_header ? NET_UDP_HEADER_BYTES : 0));
	write_ethernet(&writer, build);
	if (build->source.address.family == 4)
		write_ipv4(&writer, build, packet_len);
	else
		write_ipv6(&writer, build, packet_len);
	if (has_udp_header)
		write_udp(&writer, build);
	else
		bytes_put(&writer, build->payload, build->payload_len);
	for (unsigned i = 0; i < build->padding_len; i++)
		bytes_put_u8(&writer, 0);
	if (writer.overflow)
		return RESULT_NO_SPACE;
	*len = writer.len;
	return RESULT_OK;
}

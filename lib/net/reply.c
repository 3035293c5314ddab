/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Headers of an answer, written over those of the query. What is swapped is read first, since the new
 * headers overlap the old ones when there were options. */
#include "net/reply.h"

#include <string.h>

#include "base/bytes.h"
#include "net/checksum.h"
#include "net/frame.h"

#define MAC_BYTES 6
#define HOPS 64 /* time to live and hop limit: the usual start value (RFC 1700) */
#define IPV4_DONT_FRAGMENT 0x4000

/* Swaps the MAC addresses and moves the Ethernet header with its tags to where the frame now starts. */
static void write_ethernet(uint8_t *frame, uint16_t start, uint16_t l2_len)
{
	uint8_t swapped[2 * MAC_BYTES];
	memcpy(swapped, frame + MAC_BYTES, MAC_BYTES);
	memcpy(swapped + MAC_BYTES, frame, MAC_BYTES);
	memcpy(frame, swapped, sizeof(swapped));
	if (start > 0)
		memmove(frame + start, frame, l2_len);
}

static void write_ipv4(uint8_t *header, const uint8_t *source, const uint8_t *target,
                       uint16_t udp_len, bool by_device)
{
	header[0] = 0x45;
	header[1] = 0;
	bytes_store_u16(header + 2, (uint16_t)(NET_IPV4_HEADER_BYTES + udp_len));
	bytes_store_u16(header + 4, 0); /* any id does for what is never fragmented (RFC 6864) */
	bytes_store_u16(header + 6, IPV4_DONT_FRAGMENT);
	header[8] = HOPS;
	header[9] = NET_PROTOCOL_UDP;
	bytes_store_u16(header + 10, 0);
	memcpy(header + 12, source, 4);
	memcpy(header + 16, target, 4);
	if (by_device)
		return;
	uint16_t sum = net_checksum_finish(net_checksum_add(header, NET_IPV4_HEADER_BYTES, 0));
	memcpy(header + 10, &sum, sizeof(sum));
}

static void write_ipv6(uint8_t *header, const uint8_t *source, const uint8_t *target,
                       uint16_t udp_len)
{
	bytes_store_u32(header, 6u << 28);
	bytes_store_u16(header + 4, udp_len);
	header[6] = NET_PROTOCOL_UDP;
	header[7] = HOPS;
	memcpy(header + 8, source, 16);
	memcpy(header + 24, target, 16);
}

/* Ports swapped, length, and the checksum over the answer that already stands behind the header. */
static void write_udp(uint8_t *udp, const struct net_reply *reply, const uint8_t *source,
                      const uint8_t *target, uint16_t udp_len)
{
	uint8_t port[2];
	memcpy(port, udp, 2);
	memcpy(udp, udp + 2, 2);
	memcpy(udp + 2, port, 2);
	bytes_store_u16(udp + 4, udp_len);
	bytes_store_u16(udp + 6, 0);
	uint64_t pseudo =
	    net_checksum_pseudo(reply->version, source, target, NET_PROTOCOL_UDP, udp_len);
	uint16_t sum = reply->device_udp_checksum
	                   ? net_checksum_fold(pseudo)
	                   : net_checksum_finish_udp(net_checksum_add(udp, udp_len, pseudo));
	memcpy(udp + 6, &sum, sizeof(sum));
}

struct net_reply_frame net_reply_write(uint8_t *frame, const struct net_reply *reply)
{
	const struct net_frame old = {.l2_len = reply->l2_len, .version = reply->version};
	size_t address_len = reply->version == 4 ? 4 : 16;
	uint8_t source[16]; /* of the answer: the query's target */
	uint8_t target[16];
	memcpy(source, net_frame_target(frame, &old), address_len);
	memcpy(target, net_frame_source(frame, &old), address_len);

	struct net_reply_frame out = {.l3_len = reply->version == 4 ? NET_IPV4_HEADER_BYTES
	                                                            : NET_IPV6_HEADER_BYTES};
	out.start = (uint16_t)(reply->l3_len - out.l3_len);
	uint16_t udp_len = (uint16_t)(NET_UDP_HEADER_BYTES + reply->payload_len);
	out.len = (uint32_t)reply->l2_len + out.l3_len + udp_len;

	write_ethernet(frame, out.start, reply->l2_len);
	uint8_t *ip = frame + out.start + reply->l2_len;
	if (reply->version == 4)
		write_ipv4(ip, source, target, udp_len, reply->device_ip_checksum);
	else
		write_ipv6(ip, source, target, udp_len);
	write_udp(ip + out.l3_len, reply, source, target, udp_len);
	return out;
}

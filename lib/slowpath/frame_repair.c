/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Half-made checksums of frames for the kernel half. */
#include "slowpath/frame_repair.h"

#include <string.h>

#include "base/bytes.h"
#include "net/checksum.h"
#include "net/frame.h"

/* Where the checksum stands in the header behind IP, and that header's size. 0: no such protocol. */
struct layer4 {
	uint8_t checksum_at;
	uint8_t header_bytes;
};

static struct layer4 layer4_of(uint8_t protocol)
{
	if (protocol == NET_PROTOCOL_TCP)
		return (struct layer4){.checksum_at = 16, .header_bytes = 20};
	if (protocol == NET_PROTOCOL_UDP)
		return (struct layer4){.checksum_at = 6, .header_bytes = NET_UDP_HEADER_BYTES};
	return (struct layer4){0};
}

/* Octets behind the IP header(s), Ethernet padding left out; 0 when that makes no sense. */
static uint32_t layer4_len(const uint8_t *ip, const struct net_frame *frame)
{
	uint32_t total = frame->version == 4
	                     ? bytes_load_u16(ip + 2)
	                     : bytes_load_u16(ip + 4) + (uint32_t)NET_IPV6_HEADER_BYTES;
	return total > frame->l3_len ? total - frame->l3_len : 0;
}

bool frame_repair_checksum(struct rte_mbuf *mbuf)
{
	struct net_frame frame;
	uint8_t *data = rte_pktmbuf_mtod(mbuf, uint8_t *);
	uint32_t size = rte_pktmbuf_data_len(mbuf);
	if (mbuf->nb_segs != 1)
		return false;
	enum net_frame_kind kind = net_frame_parse(data, size, &frame);
	if (kind != NET_FRAME_TCP && kind != NET_FRAME_UDP)
		return false;
	struct layer4 layer4 = layer4_of(frame.protocol);
	uint32_t at = (uint32_t)frame.l2_len + frame.l3_len;
	uint32_t len = layer4_len(data + frame.l2_len, &frame);
	if (layer4.header_bytes == 0 || len < layer4.header_bytes || at + len > size)
		return false;
	uint64_t pseudo = net_checksum_pseudo(frame.version, net_frame_source(data, &frame),
	                                      net_frame_target(data, &frame), frame.protocol, len);
	uint16_t field;
	memcpy(&field, data + at + layer4.checksum_at, sizeof(field));
	if (field != net_checksum_fold(pseudo))
		return false;
	/* The field itself holds the pseudo-header's sum, so the span's sum includes it. */
	field = net_checksum_finish_udp(net_checksum_add(data + at, len, 0));
	memcpy(data + at + layer4.checksum_at, &field, sizeof(field));
	return true;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Half-made checksums become whole; good, bad and odd frames stay as they are. */
#include <string.h>

#include <rte_ether.h>
#include <rte_ip.h>

#include "base/bytes.h"
#include "pool_rig.h"
#include "slowpath/frame_repair.h"
#include "unit.h"

#define ETHER 14

enum sum {
	SUM_HALF,
	SUM_GOOD,
	SUM_BAD
};

/* A TCP or UDP frame with `payload` octets behind the header. */
static size_t make(uint8_t *out, uint8_t version, uint8_t protocol, size_t payload, enum sum sum)
{
	size_t header = protocol == IPPROTO_TCP ? 20 : 8;
	size_t l4 = header + payload;
	memset(out, 0, 256);
	bytes_store_u16(out + 12, version == 4 ? RTE_ETHER_TYPE_IPV4 : RTE_ETHER_TYPE_IPV6);
	struct rte_ipv4_hdr ip4 = {.version_ihl = RTE_IPV4_VHL_DEF,
	                           .total_length = rte_cpu_to_be_16((uint16_t)(20 + l4)),
	                           .time_to_live = 64,
	                           .next_proto_id = protocol,
	                           .src_addr = 0x01020304,
	                           .dst_addr = 0x05060708};
	struct rte_ipv6_hdr ip6 = {.vtc_flow = rte_cpu_to_be_32(6u << 28),
	                           .payload_len = rte_cpu_to_be_16((uint16_t)l4),
	                           .proto = protocol,
	                           .hop_limits = 64,
	                           .src_addr = {0xfd, 1},
	                           .dst_addr = {0xfd, 2}};
	size_t at = ETHER + (version == 4 ? sizeof(ip4) : sizeof(ip6));
	uint8_t *field = out + at + (protocol == IPPROTO_TCP ? 16 : 6);
	bytes_store_u16(out + at, 4000);
	bytes_store_u16(out + at + 2, 8053);
	if (protocol == IPPROTO_TCP)
		out[at + 12] = 5 << 4;
	else
		bytes_store_u16(out + at + 4, (uint16_t)l4);
	for (size_t i = 0; i < payload; i++)
		out[at + header + i] = (uint8_t)(3 * i + 1);
	ip4.hdr_checksum = rte_ipv4_cksum(&ip4);
	uint16_t whole = version == 4 ? rte_ipv4_udptcp_cksum(&ip4, out + at)
	                              : rte_ipv6_udptcp_cksum(&ip6, out + at);
	uint16_t half = version == 4 ? rte_ipv4_phdr_cksum(&ip4, 0) : rte_ipv6_phdr_cksum(&ip6, 0);
	if (sum == SUM_BAD)
		whole ^= 0x1111;
	memcpy(field, sum == SUM_HALF ? &half : &whole, 2);
	if (version == 4)
		memcpy(out + ETHER, &ip4, sizeof(ip4));
	else
		memcpy(out + ETHER, &ip6, sizeof(ip6));
	return at + l4;
}

/* Repairs a copy of the frame in an mbuf and gives whether it then equals `expected`. */
static bool becomes(const uint8_t *frame, size_t len, const uint8_t *expected, bool repaired)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(rig_pool);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mbuf);
	memcpy(rte_pktmbuf_append(mbuf, (uint16_t)len), frame, len);
	bool was = frame_repair_checksum(mbuf);
	bool same = memcmp(rte_pktmbuf_mtod(mbuf, void *), expected, len) == 0;
	rte_pktmbuf_free(mbuf);
	return same && was == repaired;
}

static void half_becomes_whole(void)
{
	static const uint8_t versions[] = {4, 6}, protocols[] = {IPPROTO_TCP, IPPROTO_UDP};
	uint8_t half[256], good[256];
	for (int v = 0; v < 2; v++) {
		for (int p = 0; p < 2; p++) {
			for (size_t payload = 0; payload < 40; payload++) {
				size_t len =
				    make(half, versions[v], protocols[p], payload, SUM_HALF);
				(void)make(good, versions[v], protocols[p], payload, SUM_GOOD);
				CU_ASSERT_TRUE(becomes(half, len, good, true));
				CU_ASSERT_TRUE(becomes(half, len + 6, good, true)); /* padded */
			}
		}
	}
}

static void others_stay(void)
{
	uint8_t frame[256];
	size_t len = make(frame, 4, IPPROTO_TCP, 11, SUM_GOOD);
	CU_ASSERT_TRUE(becomes(frame, len, frame, false));
	len = make(frame, 6, IPPROTO_UDP, 11, SUM_BAD);
	CU_ASSERT_TRUE(becomes(frame, len, frame, false));
	len = make(frame, 4, IPPROTO_TCP, 11, SUM_HALF);
	for (size_t cut = 0; cut < len; cut++)
		CU_ASSERT_TRUE(becomes(frame, cut, frame, false));
	frame[ETHER + 9] = IPPROTO_ICMP;
	CU_ASSERT_TRUE(becomes(frame, len, frame, false));
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"half_becomes_whole", half_becomes_whole},
	    {"others_stay", others_stay},
	};
	if (pool_rig_open() != 0)
		return 1;
	int status = unit_main(argc, argv, "slowpath/frame_repair", cases, ARRAY_COUNT(cases));
	pool_rig_close();
	return status;
}

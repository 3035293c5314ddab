/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The filter of an af_xdp port, run by the kernel for each frame: UDP to a DNS port on an address of ours goes
 * to our sockets, everything else goes on to the kernel as if there were no filter. What takes longer to
 * look at (fragments, IPv6 extension headers, more than two tags) goes to the kernel too, where our UDP
 * socket takes it, so that nothing is lost by being passed. xdp_filter.c fills the maps. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "port/xdp_filter_limits.h"

#define TAGS_MAX 2
#define IPV4_FRAGMENT 0x3fff /* more fragments, and the offset */
#define IPV4_WORDS_MIN 5
#define WORD_BYTES 4
#define MAC_GROUP 0x01

/* By receive queue; the name is what DPDK's driver looks for. */
struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, XDP_FILTER_QUEUES_MAX);
	__type(key, __u32);
	__type(value, __u32);
} xsks_map SEC(".maps");

struct key_v4 {
	__u32 bits;
	__u32 address;
};

struct key_v6 {
	__u32 bits;
	struct in6_addr address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, XDP_FILTER_ADDRESSES_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct key_v4);
	__type(value, __u8);
} ours_v4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, XDP_FILTER_ADDRESSES_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct key_v6);
	__type(value, __u8);
} ours_v6 SEC(".maps");

/* UDP ports of DNS, as they stand in a packet. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XDP_FILTER_PORTS_MAX);
	__type(key, __u16);
	__type(value, __u8);
} dns_ports SEC(".maps");

struct tag {
	__be16 control;
	__be16 ethertype;
};

static __always_inline int is_dns(const struct udphdr *udp, const void *end)
{
	if ((const void *)(udp + 1) > end)
		return 0;
	__u16 port = udp->dest;
	return bpf_map_lookup_elem(&dns_ports, &port) != NULL;
}

static __always_inline int is_ours_v4(const struct iphdr *ip, const void *end)
{
	if ((const void *)(ip + 1) > end || ip->protocol != IPPROTO_UDP ||
	    ip->ihl < IPV4_WORDS_MIN || (ip->frag_off & bpf_htons(IPV4_FRAGMENT)) != 0)
		return 0;
	const struct key_v4 key = {.bits = 32, .address = ip->daddr};
	return bpf_map_lookup_elem(&ours_v4, &key) != NULL &&
	       is_dns((const void *)((const __u8 *)ip + ip->ihl * WORD_BYTES), end);
}

static __always_inline int is_ours_v6(const struct ipv6hdr *ip, const void *end)
{
	if ((const void *)(ip + 1) > end || ip->nexthdr != IPPROTO_UDP)
		return 0;
	const struct key_v6 key = {.bits = 128, .address = ip->daddr};
	return bpf_map_lookup_elem(&ours_v6, &key) != NULL && is_dns((const void *)(ip + 1), end);
}

SEC("xdp")
int scloud_filter(struct xdp_md *frame)
{
	const void *end = (const void *)(long)frame->data_end;
	const struct ethhdr *ethernet = (const void *)(long)frame->data;
	if ((const void *)(ethernet + 1) > end || (ethernet->h_dest[0] & MAC_GROUP) != 0)
		return XDP_PASS;
	__be16 ethertype = ethernet->h_proto;
	const void *at = ethernet + 1;
#pragma unroll
	for (int i = 0; i < TAGS_MAX; i++) {
		const struct tag *tag = at;
		if (ethertype != bpf_htons(ETH_P_8021Q) && ethertype != bpf_htons(ETH_P_8021AD))
			break;
		if ((const void *)(tag + 1) > end)
			return XDP_PASS;
		ethertype = tag->ethertype;
		at = tag + 1;
	}
	if (!(ethertype == bpf_htons(ETH_P_IP) && is_ours_v4(at, end)) &&
	    !(ethertype == bpf_htons(ETH_P_IPV6) && is_ours_v6(at, end)))
		return XDP_PASS;
	/* A queue without a socket of ours (or ours have ended): the kernel's. */
	return (int)bpf_redirect_map(&xsks_map, frame->rx_queue_index, XDP_PASS);
}

/* No helper of the kernel that is called here asks for another one. */
char filter_license[] SEC("license") = "LicenseRef-MIT-NonCommercial";

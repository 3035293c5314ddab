/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The kernel half as a whole, in a namespace of its own: frames go in through the TAP and the kernel
 * answers ARP, NDP, ICMP and TCP with complete checksums; nothing is left behind. Needs root. */
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rte_arp.h>
#include <rte_ether.h>
#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_tcp.h>

#include "base/bytes.h"
#include "pool_rig.h"
#include "slowpath/slowpath.h"
#include "slowpath/socket.h"
#include "unit.h"

#define PATIENCE_MS 5000
#define FRAME_MAX 9300
#define MTU_JUMBO 9000

static const uint8_t our_mac[6] = {2, 0, 0, 0, 0, 0x53};
static const uint8_t peer_mac[6] = {2, 0, 0, 0, 0, 0x99};
static const uint8_t our_ip[4] = {10, 53, 0, 2};
static const uint8_t peer_ip[4] = {10, 53, 0, 1};
static const uint8_t our_ip6[16] = {0xfd, 0x53, [15] = 2};
static const uint8_t peer_ip6[16] = {0xfd, 0x53, [15] = 1};

static struct slowpath slowpath;
static bool can_make_namespaces;
static char told[PROBLEM_TEXT_MAX];

static bool tell(void *context, enum result result, const char *text)
{
	(void)context;
	(void)snprintf(told, sizeof(told), "%s", text);
	return result == RESULT_BUSY;
}

static enum result open_half(const char *name, uint16_t mtu)
{
	static const struct endpoint_prefix addresses[] = {
	    {.address = {.family = 4, .octets = {10, 53, 0, 2}}, .bits = 24},
	    {.address = {.family = 6, .octets = {0xfd, 0x53, [15] = 2}}, .bits = 64},
	};
	static const struct slowpath_route routes[] = {
	    {.destination = {.address = {.family = 4}},
	     .gateway = {.family = 4, .octets = {10, 53, 0, 1}}},
	    {.destination = {.address = {.family = 6}},
	     .gateway = {.family = 6, .octets = {0xfd, 0x53, [15] = 1}}},
	};
	static const struct slowpath_listener listeners[] = {
	    {.address = {.family = 4, .octets = {10, 53, 0, 2}, .port = 53}, .tcp = true},
	    {.address = {.family = 6, .octets = {0xfd, 0x53, [15] = 2}, .port = 53}, .tcp = true},
	    {.address = {.family = 4, .octets = {127, 0, 0, 1}}, .tcp = true, .host = true},
	    {.address = {.family = 4, .octets = {127, 0, 0, 1}}, .host = true},
	};
	struct exception_tap_settings port = {
	    .port_index = 3, .mtu = mtu, .addresses = addresses, .address_count = 2};
	memcpy(port.mac, our_mac, 6);
	struct slowpath_settings settings = {
	    .netns_name = name,
	    .ports = &port,
	    .port_count = 1,
	    .routes = routes,
	    .route_count = ARRAY_COUNT(routes),
	    .listeners = listeners,
	    .listener_count = ARRAY_COUNT(listeners),
	    .packet_pool = rig_pool,
	    .stream_pool = rig_pool,
	    .tell = tell,
	};
	told[0] = '\0';
	tcp_limits_default(&settings.tcp);
	enum result result = slowpath_open(&slowpath, &settings);
	return result;
}

/* Gives a frame to the kernel half as a chain of segments of at most `piece` octets. */
static void give(const uint8_t *frame, size_t len, size_t piece)
{
	struct rte_mbuf *head = NULL;
	for (size_t at = 0; at < len; at += piece) {
		size_t here = len - at < piece ? len - at : piece;
		struct rte_mbuf *segment = rte_pktmbuf_alloc(rig_pool);
		CU_ASSERT_PTR_NOT_NULL_FATAL(segment);
		memcpy(rte_pktmbuf_append(segment, (uint16_t)here), frame + at, here);
		if (head == NULL)
			head = segment;
		else
			CU_ASSERT_EQUAL(rte_pktmbuf_chain(head, segment), 0);
	}
	CU_ASSERT_TRUE(exception_tap_write(slowpath_find_tap(&slowpath, 3), head));
	rte_pktmbuf_free(head);
}

/* Takes frames from the kernel half until one is wanted; copies it. Gives its length, 0 for none. */
static size_t take(uint8_t *frame, bool (*is_wanted)(const uint8_t *frame, size_t len))
{
	struct exception_tap *tap = slowpath_find_tap(&slowpath, 3);
	struct pollfd wait = {.fd = tap->fd, .events = POLLIN};
	while (poll(&wait, 1, PATIENCE_MS) == 1) {
		struct rte_mbuf *mbuf;
		tap->readable = true;
		if (exception_tap_read(tap, &mbuf, 1) == 0)
			continue;
		size_t len = rte_pktmbuf_pkt_len(mbuf);
		const void *data = rte_pktmbuf_read(mbuf, 0, (uint32_t)len, frame);
		if (data != NULL && data != frame)
			memcpy(frame, data, len);
		rte_pktmbuf_free(mbuf);
		if (data != NULL && is_wanted(frame, len))
			return len;
	}
	return 0;
}

static size_t put_ethernet(uint8_t *frame, const uint8_t *to, uint16_t type)
{
	memcpy(frame, to, 6);
	memcpy(frame + 6, peer_mac, 6);
	bytes_store_u16(frame + 12, type);
	return RTE_ETHER_HDR_LEN;
}

static size_t make_arp(uint8_t *frame)
{
	static const uint8_t broadcast[6] = {255, 255, 255, 255, 255, 255};
	size_t at = put_ethernet(frame, broadcast, RTE_ETHER_TYPE_ARP);
	static const uint8_t fixed[] = {0, 1, 8, 0, 6, 4, 0, 1};
	memcpy(frame + at, fixed, 8);
	memcpy(frame + at + 8, peer_mac, 6);
	memcpy(frame + at + 14, peer_ip, 4);
	memset(frame + at + 18, 0, 6);
	memcpy(frame + at + 24, our_ip, 4);
	return at + 28;
}

static bool is_arp_reply(const uint8_t *frame, size_t len)
{
	return len >= 42 && bytes_load_u16(frame + 12) == RTE_ETHER_TYPE_ARP &&
	       bytes_load_u16(frame + 20) == 2;
}

static size_t put_ipv4(uint8_t *frame, uint8_t protocol, size_t payload)
{
	size_t at = put_ethernet(frame, our_mac, RTE_ETHER_TYPE_IPV4);
	struct rte_ipv4_hdr ip = {.version_ihl = RTE_IPV4_VHL_DEF,
	                          .total_length = htons((uint16_t)(sizeof(ip) + payload)),
	                          .time_to_live = 64,
	                          .next_proto_id = protocol};
	memcpy(&ip.src_addr, peer_ip, 4);
	memcpy(&ip.dst_addr, our_ip, 4);
	ip.hdr_checksum = rte_ipv4_cksum(&ip);
	memcpy(frame + at, &ip, sizeof(ip));
	return at + sizeof(ip);
}

static size_t make_echo(uint8_t *frame, size_t payload)
{
	size_t size = sizeof(struct rte_icmp_hdr) + payload;
	size_t at = put_ipv4(frame, IPPROTO_ICMP, size);
	struct rte_icmp_hdr icmp = {.icmp_type = RTE_IP_ICMP_ECHO_REQUEST, .icmp_ident = 77};
	for (size_t i = 0; i < payload; i++)
		frame[at + sizeof(icmp) + i] = (uint8_t)i;
	memcpy(frame + at, &icmp, sizeof(icmp));
	icmp.icmp_cksum = (uint16_t)~rte_raw_cksum(frame + at, size);
	memcpy(frame + at, &icmp, sizeof(icmp));
	return at + size;
}

static bool is_echo_reply(const uint8_t *frame, size_t len)
{
	return len >= 42 && bytes_load_u16(frame + 12) == RTE_ETHER_TYPE_IPV4 &&
	       frame[23] == IPPROTO_ICMP && frame[34] == RTE_IP_ICMP_ECHO_REPLY;
}

static size_t make_syn(uint8_t *frame, uint16_t port, bool half)
{
	size_t at = put_ipv4(frame, IPPROTO_TCP, sizeof(struct rte_tcp_hdr));
	struct rte_tcp_hdr tcp = {.src_port = htons(port),
	                          .dst_port = htons(53),
	                          .sent_seq = 1,
	                          .data_off = 5 << 4,
	                          .tcp_flags = RTE_TCP_SYN_FLAG,
	                          .rx_win = htons(1000)};
	struct rte_ipv4_hdr ip;
	memcpy(&ip, frame + RTE_ETHER_HDR_LEN, sizeof(ip));
	memcpy(frame + at, &tcp, sizeof(tcp));
	tcp.cksum = half ? rte_ipv4_phdr_cksum(&ip, 0) : rte_ipv4_udptcp_cksum(&ip, frame + at);
	memcpy(frame + at, &tcp, sizeof(tcp));
	return at + sizeof(tcp);
}

static bool is_syn_ack(const uint8_t *frame, size_t len)
{
	return len >= 54 && bytes_load_u16(frame + 12) == RTE_ETHER_TYPE_IPV4 &&
	       frame[23] == IPPROTO_TCP && frame[47] == (RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG);
}

/* RFC 4861 §4.3: who has fd53::2? to its solicited-node group. */
static size_t make_solicitation(uint8_t *frame)
{
	enum {
		ICMP_LEN = 32,
		NEIGHBOR_SOLICITATION = 135
	};
	static const uint8_t group_mac[6] = {0x33, 0x33, 0xff, 0, 0, 2};
	static const uint8_t group[16] = {0xff, 2, [11] = 1, 0xff, 0, 0, 2};
	size_t at = put_ethernet(frame, group_mac, RTE_ETHER_TYPE_IPV6);
	struct rte_ipv6_hdr ip = {.vtc_flow = htonl(6u << 28),
	                          .payload_len = htons(ICMP_LEN),
	                          .proto = IPPROTO_ICMPV6,
	                          .hop_limits = 255};
	memcpy(ip.src_addr, peer_ip6, 16);
	memcpy(ip.dst_addr, group, 16);
	uint8_t icmp[ICMP_LEN] = {NEIGHBOR_SOLICITATION};
	memcpy(icmp + 8, our_ip6, 16);
	icmp[24] = 1; /* source link-layer address, one unit of eight octets */
	icmp[25] = 1;
	memcpy(icmp + 26, peer_mac, 6);
	uint16_t checksum = rte_ipv6_udptcp_cksum(&ip, icmp);
	memcpy(icmp + 2, &checksum, 2);
	memcpy(frame + at, &ip, sizeof(ip));
	memcpy(frame + at + sizeof(ip), icmp, sizeof(icmp));
	return at + sizeof(ip) + sizeof(icmp);
}

static bool is_advertisement(const uint8_t *frame, size_t len)
{
	enum {
		NEIGHBOR_ADVERTISEMENT = 136
	};
	return len >= 78 && bytes_load_u16(frame + 12) == RTE_ETHER_TYPE_IPV6 &&
	       frame[20] == IPPROTO_ICMPV6 && frame[54] == NEIGHBOR_ADVERTISEMENT &&
	       memcmp(frame + 62, our_ip6, 16) == 0;
}

static ino_t namespace_now(void)
{
	struct stat self;
	CU_ASSERT_EQUAL(stat("/proc/thread-self/ns/net", &self), 0);
	return self.st_ino;
}

static bool skipped(void)
{
	if (!can_make_namespaces)
		printf("skip   needs root (CAP_SYS_ADMIN, CAP_NET_ADMIN, /dev/net/tun)\n");
	return !can_make_namespaces;
}

static void the_kernel_answers(void)
{
	uint8_t frame[FRAME_MAX];
	if (skipped())
		return;
	ino_t home = namespace_now();
	CU_ASSERT_EQUAL_FATAL(open_half(NULL, 1500), RESULT_OK);
	CU_ASSERT_EQUAL(namespace_now(), home);
	CU_ASSERT_EQUAL(if_nametoindex("port3"), 0); /* it is not in our namespace */
	give(frame, make_arp(frame), 10);
	CU_ASSERT_TRUE_FATAL(take(frame, is_arp_reply) > 0);
	CU_ASSERT_EQUAL(memcmp(frame + 22, our_mac, 6), 0);
	CU_ASSERT_EQUAL(memcmp(frame, peer_mac, 6), 0);
	give(frame, make_echo(frame, 56), FRAME_MAX);
	CU_ASSERT_TRUE_FATAL(take(frame, is_echo_reply) > 0);
	CU_ASSERT_EQUAL(rte_raw_cksum(frame + 34, 64), 0xffff);
	give(frame, make_solicitation(frame), FRAME_MAX);
	CU_ASSERT_TRUE(take(frame, is_advertisement) > 0);
	slowpath_close(&slowpath);
	CU_ASSERT_EQUAL(pool_rig_used(), 0);
}

static void checksums_are_complete(void)
{
	uint8_t frame[FRAME_MAX];
	struct rte_ipv4_hdr ip;
	if (skipped())
		return;
	CU_ASSERT_EQUAL_FATAL(open_half(NULL, 1500), RESULT_OK);
	give(frame, make_arp(frame), FRAME_MAX);
	give(frame, make_syn(frame, 4242, false), FRAME_MAX);
	CU_ASSERT_TRUE_FATAL(take(frame, is_syn_ack) > 0);
	memcpy(&ip, frame + RTE_ETHER_HDR_LEN, sizeof(ip));
	CU_ASSERT_EQUAL(rte_ipv4_udptcp_cksum_verify(&ip, frame + 34), 0);
	/* A SYN of a kernel neighbour: only the pseudo-header is summed. */
	size_t len = make_syn(frame, 4243, true);
	give(frame, len, FRAME_MAX);
	CU_ASSERT_TRUE(take(frame, is_syn_ack) > 0);
	CU_ASSERT_EQUAL(bytes_load_u16(frame + 36), 4243);
	slowpath_close(&slowpath);
}

static void jumbo_frames_are_chains(void)
{
	enum {
		PAYLOAD = 8000
	};
	uint8_t frame[FRAME_MAX];
	if (skipped())
		return;
	CU_ASSERT_EQUAL_FATAL(open_half(NULL, MTU_JUMBO), RESULT_OK);
	give(frame, make_arp(frame), FRAME_MAX);
	give(frame, make_echo(frame, PAYLOAD), 1000);
	size_t len = take(frame, is_echo_reply);
	CU_ASSERT_EQUAL(len, 42 + PAYLOAD);
	CU_ASSERT_EQUAL(frame[42 + PAYLOAD - 1], (uint8_t)(PAYLOAD - 1));
	slowpath_close(&slowpath);
	CU_ASSERT_EQUAL(pool_rig_used(), 0);
	CU_ASSERT_EQUAL(open_half(NULL, 1279), RESULT_OUT_OF_RANGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(told, "1280..9198"));
}

static void a_named_namespace_is_removed(void)
{
	char name[32], path[64];
	if (skipped())
		return;
	(void)snprintf(name, sizeof(name), "slow-unit-%d", (int)getpid());
	(void)snprintf(path, sizeof(path), "/run/netns/%s", name);
	CU_ASSERT_EQUAL_FATAL(open_half(name, 1500), RESULT_OK);
	CU_ASSERT_EQUAL(access(path, F_OK), 0);
	slowpath_close(&slowpath);
	CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0);
	struct netns netns;
	struct problem problem;
	CU_ASSERT_EQUAL(netns_open(&netns, "../x", &problem), RESULT_MALFORMED);
}

static void a_named_namespace_of_others_stays(void)
{
	char name[32], path[64];
	struct netns theirs;
	struct problem problem;
	uint8_t frame[FRAME_MAX];
	if (skipped())
		return;
	(void)snprintf(name, sizeof(name), "slow-unit2-%d", (int)getpid());
	(void)snprintf(path, sizeof(path), "/run/netns/%s", name);
	CU_ASSERT_EQUAL_FATAL(netns_open(&theirs, name, &problem), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(open_half(name, 1500), RESULT_OK);
	give(frame, make_arp(frame), FRAME_MAX);
	CU_ASSERT_TRUE(take(frame, is_arp_reply) > 0);
	slowpath_close(&slowpath);
	CU_ASSERT_EQUAL(access(path, F_OK), 0);
	netns_close(&theirs);
	CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0);
}

static void a_taken_address_is_told_and_the_rest_works(void)
{
	struct problem problem;
	struct query_address address = {.family = 4, .octets = {127, 0, 0, 1}};
	int holder;
	CU_ASSERT_EQUAL_FATAL(socket_open_udp(&address, &holder, &problem), RESULT_OK);
	CU_ASSERT_TRUE(socket_local(holder, &address));
	struct slowpath_listener listeners[] = {
	    {.address = address, .host = true},
	    {.address = {.family = 4, .octets = {127, 0, 0, 1}}, .host = true},
	};
	struct slowpath_settings settings = {
	    .listeners = listeners, .listener_count = 2, .packet_pool = rig_pool, .tell = tell};
	tcp_limits_default(&settings.tcp);
	CU_ASSERT_EQUAL(slowpath_open(&slowpath, &settings), RESULT_OK);
	CU_ASSERT_PTR_NOT_NULL(strstr(told, "is held by"));
	CU_ASSERT_EQUAL(slowpath.udp_count, 1);
	slowpath_close(&slowpath);
	settings.tell = NULL;
	CU_ASSERT_EQUAL(slowpath_open(&slowpath, &settings), RESULT_BUSY);
	(void)close(holder);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"the_kernel_answers", the_kernel_answers},
	    {"checksums_are_complete", checksums_are_complete},
	    {"jumbo_frames_are_chains", jumbo_frames_are_chains},
	    {"a_named_namespace_is_removed", a_named_namespace_is_removed},
	    {"a_named_namespace_of_others_stays", a_named_namespace_of_others_stays},
	    {"a_taken_address_is_told_and_the_rest_works",
	     a_taken_address_is_told_and_the_rest_works},
	};
	can_make_namespaces = geteuid() == 0 && access("/dev/net/tun", R_OK | W_OK) == 0;
	if (pool_rig_open() != 0)
		return 1;
	int status = unit_main(argc, argv, "slowpath/slowpath", cases, ARRAY_COUNT(cases));
	pool_rig_close();
	return status;
}

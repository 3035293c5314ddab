/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The exception TAP: set up by control code, then frames out and in, each one system call. */
#include "slowpath/exception_tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/check.h"
#include "net/frame.h"
#include "slowpath/frame_repair.h"
#include "slowpath/netns.h"

#define FRAME_OVERHEAD_BYTES (NET_ETHERNET_HEADER_BYTES + NET_VLAN_TAGS_MAX * NET_VLAN_TAG_BYTES)
#define MAC_ADDRESSES_BYTES 12
#define LOOPBACK_IFINDEX 1
#define IPV6_MTU_MIN 1280

static enum result attach(struct exception_tap *tap, const struct exception_tap_settings *settings,
                          char name[IFNAMSIZ], struct problem *problem)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	if (settings->name != NULL)
		(void)snprintf(request.ifr_name, IFNAMSIZ, "%.15s", settings->name);
	else
		(void)snprintf(request.ifr_name, IFNAMSIZ, "port%u", settings->port_index);
	tap->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tap->fd < 0)
		return problem_set_errno(problem, "opening /dev/net/tun for the kernel half");
	if (ioctl(tap->fd, TUNSETIFF, &request) != 0)
		return problem_set_errno(problem, "making the TAP %s", request.ifr_name);
	memcpy(name, request.ifr_name, IFNAMSIZ);
	tap->ifindex = if_nametoindex(name);
	if (tap->ifindex == 0)
		return problem_set_errno(problem, "finding the TAP %s", name);
	tap->group_fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return RESULT_OK;
}

/* Makes the interface speak only when it has to: no router solicitations, no address detection, answers
 * to ARP only for its own addresses although others' live in the same namespace. All of it is an
 * improvement, none a condition, so a read-only /proc does no harm. */
static void quieten(const char *name, bool has_range)
{
	static const struct {
		const char *path;
		const char *value;
	} settings[] = {
	    {"ipv6/conf/%s/accept_ra", "0"},  {"ipv6/conf/%s/router_solicitations", "0"},
	    {"ipv6/conf/%s/accept_dad", "0"}, {"ipv6/conf/%s/disable_ipv6", "0"},
	    {"ipv4/conf/%s/arp_ignore", "1"}, {"ipv4/conf/%s/arp_announce", "2"},
	    {"ipv4/conf/%s/rp_filter", "0"},
	};
	char path[NETNS_PATH_MAX];
	for (size_t i = 0; i < ARRAY_COUNT(settings); i++) {
		int split = (int)(strstr(settings[i].path, "%s") - settings[i].path);
		(void)snprintf(path, sizeof(path), "%.*s%s%s", split, settings[i].path, name,
		               settings[i].path + split + 2);
		(void)netns_sysctl(path, settings[i].value);
	}
	/* Addresses of a range are on no interface: ARP is answered for whatever is local. */
	(void)snprintf(path, sizeof(path), "ipv4/conf/%s/arp_ignore", name);
	if (has_range)
		(void)netns_sysctl(path, "0");
}

/* "192.0.2.0/24" is all of these addresses, "192.0.2.1/24" one of them. */
static bool is_range(const struct net_prefix *prefix)
{
	return !net_prefix_has_host_bits(prefix) &&
	       prefix->length < 8 * net_address_bytes(prefix->address.family);
}

static bool has_range(const struct exception_tap_settings *settings)
{
	for (size_t i = 0; i < settings->address_count; i++) {
		const struct net_prefix prefix = endpoint_to_prefix(&settings->addresses[i]);
		if (is_range(&prefix))
			return true;
	}
	return false;
}

static enum result add_address(const struct exception_tap *tap, const struct net_prefix *address,
                               struct port_netlink *netlink)
{
	if (is_range(address))
		return port_netlink_add_local(netlink, LOOPBACK_IFINDEX, address);
	return port_netlink_add_address(netlink, tap->ifindex, address);
}

/* The kernel joins the group in which neighbours ask for an IPv6 address (RFC 4291 §2.7.1) a little later,
 * from a work queue, and is deaf until then: their next try comes after a second. Joining it ourselves
 * works at once. An improvement, no condition. */
static void join_solicited_node(const struct exception_tap *tap,
                                const struct query_address *address)
{
	enum {
		LOW_OCTETS = 3
	};
	struct ipv6_mreq request = {.ipv6mr_interface = tap->ifindex};
	static const uint8_t group[16] = {0xff, 0x02, [11] = 1, 0xff};
	memcpy(&request.ipv6mr_multiaddr, group, sizeof(group));
	memcpy(&request.ipv6mr_multiaddr.s6_addr[16 - LOW_OCTETS],
	       &address->octets[16 - LOW_OCTETS], LOW_OCTETS);
	(void)setsockopt(tap->group_fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &request,
	                 sizeof(request));
}

static enum result configure(const struct exception_tap *tap,
                             const struct exception_tap_settings *settings, const char *name,
                             struct port_netlink *netlink, struct problem *problem)
{
	char text[ENDPOINT_TEXT_MAX];
	quieten(name, has_range(settings));
	const struct port_netlink_link link = {
	    .mac = settings->mac, .mtu = settings->mtu, .up = true};
	if (port_netlink_set_link(netlink, tap->ifindex, &link) != RESULT_OK)
		return problem_set_errno(problem, "bringing up the TAP %s (MTU %u)", name,
		                         settings->mtu);
	for (size_t i = 0; i < settings->address_count; i++) {
		const struct endpoint_prefix *prefix = &settings->addresses[i];
		const struct net_prefix address = endpoint_to_prefix(prefix);
		if (add_address(tap, &address, netlink) != RESULT_OK)
			return problem_set_errno(problem, "giving %s/%u to the TAP %s",
			                         endpoint_text(&prefix->address, text),
			                         prefix->bits, name);
		if (prefix->address.family == 6)
			join_solicited_node(tap, &prefix->address);
	}
	return RESULT_OK;
}

enum result exception_tap_open(struct exception_tap *tap,
                               const struct exception_tap_settings *settings,
                               struct rte_mempool *pool, struct port_netlink *netlink,
                               struct problem *problem)
{
	char name[IFNAMSIZ];
	*tap = (struct exception_tap){.fd = -1,
	                              .group_fd = -1,
	                              .port_index = settings->port_index,
	                              .frame_bytes = settings->mtu + FRAME_OVERHEAD_BYTES,
	                              .vlan_count = settings->vlan_count,
	                              .pool = pool};
	memcpy(tap->vlan, settings->vlan, sizeof(tap->vlan));
	if (settings->mtu < IPV6_MTU_MIN || settings->mtu > EXCEPTION_TAP_MTU_MAX)
		return problem_set(problem, RESULT_OUT_OF_RANGE,
		                   "MTU %u of port %u: %u..%u are allowed", settings->mtu,
		                   settings->port_index, IPV6_MTU_MIN, EXCEPTION_TAP_MTU_MAX);
	enum result result = attach(tap, settings, name, problem);
	if (result == RESULT_OK)
		result = configure(tap, settings, name, netlink, problem);
	if (result != RESULT_OK)
		exception_tap_close(tap);
	return result;
}

void exception_tap_close(struct exception_tap *tap)
{
	if (tap->fd >= 0)
		(void)close(tap->fd);
	if (tap->group_fd >= 0)
		(void)close(tap->group_fd);
	rte_pktmbuf_free(tap->spare);
	tap->fd = -1;
	tap->group_fd = -1;
	tap->spare = NULL;
}

bool exception_tap_wants(const struct exception_tap *tap, struct rte_mbuf *frame)
{
	struct net_frame parsed;
	if (tap->vlan_count == 0)
		return true;
	const uint8_t *data = rte_pktmbuf_mtod(frame, const uint8_t *);
	(void)net_frame_parse_head(data, frame->data_len, frame->pkt_len, &parsed);
	if (parsed.vlan_count != tap->vlan_count)
		return false;
	for (unsigned i = 0; i < tap->vlan_count; i++) {
		if (net_frame_vlan(data, i) != tap->vlan[i])
			return false;
	}
	return true;
}

/* The tags of exception_tap_wants() go; the MAC addresses move to where they end. */
static void remove_tags(const struct exception_tap *tap, struct rte_mbuf *frame)
{
	uint8_t *data = rte_pktmbuf_mtod(frame, uint8_t *);
	uint16_t tag_bytes = (uint16_t)(tap->vlan_count * NET_VLAN_TAG_BYTES);
	if (tag_bytes == 0)
		return;
	memmove(data + tag_bytes, data, MAC_ADDRESSES_BYTES);
	(void)rte_pktmbuf_adj(frame, tag_bytes);
}

static void add_tags(const struct exception_tap *tap, struct rte_mbuf *frame)
{
	uint16_t tag_bytes = (uint16_t)(tap->vlan_count * NET_VLAN_TAG_BYTES);
	if (tag_bytes == 0)
		return;
	/* The head room of a buffer that was just read into is untouched. */
	uint8_t *data = (uint8_t *)rte_pktmbuf_prepend(frame, tag_bytes);
	CHECK(data != NULL);
	memmove(data, data + tag_bytes, MAC_ADDRESSES_BYTES);
	for (unsigned i = 0; i < tap->vlan_count; i++) {
		uint8_t *tag = data + MAC_ADDRESSES_BYTES + i * NET_VLAN_TAG_BYTES;
		bool is_outer = i + 1u < tap->vlan_count;
		bytes_store_u16(tag, is_outer ? NET_ETHERTYPE_QINQ : NET_ETHERTYPE_VLAN);
		bytes_store_u16(tag + 2, tap->vlan[i]);
	}
}

bool exception_tap_write(struct exception_tap *tap, struct rte_mbuf *frame)
{
	struct iovec parts[EXCEPTION_TAP_SEGMENTS_MAX];
	int count = 0;
	(void)frame_repair_checksum(frame);
	remove_tags(tap, frame);
	for (const struct rte_mbuf *segment = frame; segment != NULL; segment = segment->next) {
		if (count == EXCEPTION_TAP_SEGMENTS_MAX)
			return false;
		parts[count++] = (struct iovec){.iov_base = rte_pktmbuf_mtod(segment, void *),
		                                .iov_len = rte_pktmbuf_data_len(segment)};
	}
	ssize_t written;
	do {
		written = writev(tap->fd, parts, count);
	} while (written < 0 && errno == EINTR);
	return written == (ssize_t)rte_pktmbuf_pkt_len(frame);
}

/* A chain of empty mbufs that holds a frame, or NULL. */
static struct rte_mbuf *chain_alloc(const struct exception_tap *tap)
{
	struct rte_mbuf *head = rte_pktmbuf_alloc(tap->pool);
	if (head == NULL)
		return NULL;
	uint32_t room = rte_pktmbuf_tailroom(head);
	struct rte_mbuf *last = head;
	while (room < tap->frame_bytes && head->nb_segs < EXCEPTION_TAP_SEGMENTS_MAX) {
		struct rte_mbuf *next = rte_pktmbuf_alloc(tap->pool);
		if (next == NULL) {
			rte_pktmbuf_free(head);
			return NULL;
		}
		room += rte_pktmbuf_tailroom(next);
		last->next = next;
		last = next;
		head->nb_segs++;
	}
	return head;
}

/* Sets the lengths of a chain into which `length` octets were read; frees what was not needed. */
static void chain_trim(struct rte_mbuf *head, uint32_t length)
{
	struct rte_mbuf *segment = head;
	uint16_t used = 1;
	head->pkt_len = length;
	for (;;) {
		uint32_t room = rte_pktmbuf_tailroom(segment);
		segment->data_len = (uint16_t)RTE_MIN(room, length);
		length -= segment->data_len;
		if (length == 0 || segment->next == NULL)
			break;
		segment = segment->next;
		used++;
	}
	struct rte_mbuf *rest = segment->next;
	segment->next = NULL;
	head->nb_segs = used;
	while (rest != NULL) {
		struct rte_mbuf *next = rest->next;
		rest->next = NULL;
		rte_pktmbuf_free_seg(rest);
		rest = next;
	}
}

static ssize_t read_chain(const struct exception_tap *tap)
{
	struct iovec parts[EXCEPTION_TAP_SEGMENTS_MAX];
	int count = 0;
	for (struct rte_mbuf *segment = tap->spare; segment != NULL; segment = segment->next)
		parts[count++] = (struct iovec){.iov_base = rte_pktmbuf_mtod(segment, void *),
		                                .iov_len = rte_pktmbuf_tailroom(segment)};
	ssize_t length;
	do {
		length = readv(tap->fd, parts, count);
	} while (length < 0 && errno == EINTR);
	return length;
}

uint16_t exception_tap_read(struct exception_tap *tap, struct rte_mbuf **frames, uint16_t max)
{
	uint16_t count = 0;
	while (count < max) {
		if (tap->spare == NULL)
			tap->spare = chain_alloc(tap);
		if (tap->spare == NULL)
			break; /* the pool is empty: still readable, tried again next turn */
		ssize_t length = read_chain(tap);
		if (length <= 0) {
			tap->readable = false;
			break;
		}
		chain_trim(tap->spare, (uint32_t)length);
		add_tags(tap, tap->spare);
		frames[count++] = tap->spare;
		tap->spare = NULL;
	}
	return count;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* LISTENER: receive, prefetch, sort. Frames are sorted one by one; a burst's first cache lines are asked for
 * before the first frame is looked at. */
#include "stage/listener.h"

#include <string.h>

#include <rte_cycles.h>
#include <rte_ether.h>
#include <rte_prefetch.h>

#include "net/frame.h"
#include "net/match.h"
#include "net/reassembly.h"
#include "pipeline/query.h"
#include "stage/listener_int.h"

#define DNS_PORT 53
#define MAC_BYTES 6
/* The bit of a MAC address that says "to a group": broadcast and multicast. */
#define MAC_GROUP 0x01
/* An odd number whose bits look random (2^64 divided by the golden ratio). */
#define SPREAD_FACTOR 0x9e3779b97f4a7c15u

static const enum listener_event byte_event[NET_FRAME_KIND_COUNT] = {
    [NET_FRAME_UDP] = LISTENER_EVENT_OTHER_BYTES,
    [NET_FRAME_UDP_FRAGMENT] = LISTENER_EVENT_OTHER_BYTES,
    [NET_FRAME_ARP] = LISTENER_EVENT_ARP_BYTES,
    [NET_FRAME_ICMP] = LISTENER_EVENT_ICMP_BYTES,
    [NET_FRAME_TCP] = LISTENER_EVENT_TCP_BYTES,
    [NET_FRAME_OTHER] = LISTENER_EVENT_OTHER_BYTES,
    [NET_FRAME_BROKEN] = LISTENER_EVENT_OTHER_BYTES,
};

static bool is_dns_port(const struct listener *listener, uint16_t port)
{
	for (unsigned i = 0; i < listener->dns_port_count; i++) {
		if (listener->dns_ports[i] == port)
			return true;
	}
	return false;
}

/* To this port's MAC address, or at least to a single station's where the device filters. */
static bool is_to_our_mac(const struct port *port, const uint8_t *data)
{
	if (data[0] & MAC_GROUP)
		return false;
	return !port->check_mac || memcmp(data, port->mac, MAC_BYTES) == 0;
}

static bool is_to_us(const struct listener_port *from, const uint8_t *data,
                     const struct net_frame *frame)
{
	const uint8_t *target = net_frame_target(data, frame);
	return is_to_our_mac(from->port, data) &&
	       net_match_has(&from->addresses, frame->version, target) &&
	       net_address_is_unicast(frame->version, target);
}

/* Whether an answer can go where the frame says that it comes from. */
static bool is_answerable(const uint8_t *data, const struct net_frame *frame)
{
	return !(data[MAC_BYTES] & MAC_GROUP) &&
	       net_address_is_unicast(frame->version, net_frame_source(data, frame));
}

static enum net_checksum_state check_sums(const struct port *port, const struct rte_mbuf *mbuf,
                                          const uint8_t *data, const struct net_frame *frame)
{
	uint64_t flags = mbuf->ol_flags;
	bool ip_is_good = port->rx_ip_checksum &&
	                  (flags & RTE_MBUF_F_RX_IP_CKSUM_MASK) == RTE_MBUF_F_RX_IP_CKSUM_GOOD;
	bool udp_is_good = port->rx_udp_checksum &&
	                   (flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	if (LIKELY(udp_is_good && (ip_is_good || frame->version == 6)))
		return NET_CHECKSUM_GOOD;
	/* "Bad" of a device is looked at again: it does not know the half-made sum. */
	return net_frame_checksum_check(data, frame, ip_is_good);
}

static void fill_address(struct query_address *address, uint8_t version, const uint8_t *octets,
                         uint16_t port)
{
	address->family = version;
	address->port = port;
	memcpy(address->octets, octets, version == 4 ? 4 : 16);
	if (version == 4)
		memset(address->octets + 4, 0, 12);
}

static void fill_query(const struct stage *stage, const struct listener *listener,
                       const struct port *port, struct rte_mbuf *mbuf,
                       const struct net_frame *frame)
{
	struct query *query = query_of(mbuf);
	const uint8_t *data = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	query->arrival_tsc = listener->tsc;
	query->source = QUERY_SOURCE_PORT;
	query->lane = (uint8_t)stage->instance;
	query->port_index = port->index;
	query->l2_len = frame->l2_len;
	query->l3_len = frame->l3_len;
	query->message_at = frame->payload_at;
	query->message_len = frame->payload_len;
	fill_address(&query->client, frame->version, net_frame_source(data, frame),
	             frame->source_port);
	fill_address(&query->local, frame->version, net_frame_target(data, frame),
	             frame->target_port);
}

/* The lanes that this queue feeds are its own and every rx_queue_count-th after it. Which of them a client
 * gets is the device's hash where it made one; rte_softrss() would do the same one bit at a time. */
static uint8_t choose_lane(const struct stage *stage, const struct listener_port *from,
                           const struct rte_mbuf *mbuf, const struct query *query)
{
	uint32_t hash = mbuf->hash.rss;
	if (!(mbuf->ol_flags & RTE_MBUF_F_RX_RSS_HASH)) {
		uint64_t part[2];
		memcpy(part, query->client.octets, sizeof(part));
		uint64_t sum = (part[0] ^ query->client.port) * SPREAD_FACTOR;
		sum = (sum ^ sum >> 32 ^ part[1]) * SPREAD_FACTOR;
		hash = (uint32_t)(sum >> 32);
	}
	return (uint8_t)(stage->instance + hash % from->fed_lanes * from->port->rx_queue_count);
}

static void take_query(struct stage *stage, const struct listener_port *from, struct rte_mbuf *mbuf,
                       const struct net_frame *frame)
{
	const struct port *port = from->port;
	struct listener *listener = stage->state;
	const uint8_t *data = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	if (UNLIKELY(stage->draining)) { /* the kernel half works on, queries are too late */
		stage_drop(stage, mbuf, DROP_PIPELINE_STOPPING);
		return;
	}
	if (UNLIKELY(frame->source_port == 0)) {
		stage_drop(stage, mbuf, DROP_LISTENER_PORT_ZERO);
		return;
	}
	if (UNLIKELY(!is_answerable(data, frame))) {
		stage_drop(stage, mbuf, DROP_LISTENER_NOT_OURS);
		return;
	}
	enum net_checksum_state sums = check_sums(port, mbuf, data, frame);
	if (UNLIKELY(sums == NET_CHECKSUM_BAD)) {
		stage_drop(stage, mbuf, DROP_LISTENER_BAD_CHECKSUM);
		return;
	}
	listener->event[LISTENER_EVENT_HALF_CHECKSUMS] += sums == NET_CHECKSUM_HALF;
	listener->event[frame->version == 4 ? LISTENER_EVENT_DNS_V4_BYTES
	                                    : LISTENER_EVENT_DNS_V6_BYTES] += mbuf->data_len;
	fill_query(stage, listener, port, mbuf, frame);
	if (UNLIKELY(from->fed_lanes > 1)) {
		struct query *query = query_of(mbuf);
		query->lane = choose_lane(stage, from, mbuf, query);
		listener->event[LISTENER_EVENT_SPREAD] += query->lane != stage->instance;
	}
	stage_emit(stage, LISTENER_TO_DECODER, mbuf);
}

static void give_to_kernel(struct stage *stage, const struct port *port, struct rte_mbuf *mbuf,
                           enum net_frame_kind kind)
{
	struct listener *listener = stage->state;
	listener->event[byte_event[kind]] += mbuf->pkt_len;
	if (port->mode == PORT_MODE_BIFURCATED) { /* the kernel has it already */
		stage_drop(stage, mbuf, DROP_LISTENER_NOT_OURS);
		return;
	}
	if (!stage_output_has_room(stage, LISTENER_TO_KERNEL)) {
		stage_drop(stage, mbuf, DROP_LISTENER_KERNEL_NO_CREDIT);
		return;
	}
	struct query *query = query_of(mbuf);
	query->arrival_tsc = listener->tsc;
	query->source = QUERY_SOURCE_KERNEL;
	query->lane = (uint8_t)stage->instance;
	query->port_index = port->index;
	query->message_at = 0;
	query->message_len = mbuf->pkt_len;
	listener->event[LISTENER_EVENT_KERNEL_FRAMES]++;
	stage_emit(stage, LISTENER_TO_KERNEL, mbuf);
}

/* Whether a fragment is one of a query, as far as it tells: later ones do not say their UDP port. */
static bool is_dns_fragment(const struct listener *listener, const struct listener_port *from,
                            const uint8_t *data, const struct net_frame *frame)
{
	if (!is_to_us(from, data, frame))
		return false;
	/* What is put together is sorted once more: then its port is known. */
	return listener->fragments != NULL || !frame->first_fragment ||
	       is_dns_port(listener, frame->target_port);
}

/* A frame of which the first buffer holds all headers. */
static void sort_frame(struct stage *stage, const struct listener_port *from, struct rte_mbuf *mbuf)
{
	const struct listener *listener = stage->state;
	const uint8_t *data = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	struct net_frame frame;
	enum net_frame_kind kind =
	    net_frame_parse_head(data, mbuf->data_len, mbuf->pkt_len, &frame);
	switch (kind) {
	case NET_FRAME_UDP:
		if (LIKELY(is_dns_port(listener, frame.target_port) &&
		           is_to_us(from, data, &frame))) {
			mbuf = listener_gather(stage, mbuf);
			if (LIKELY(mbuf != NULL))
				take_query(stage, from, mbuf, &frame);
			return;
		}
		break;
	case NET_FRAME_UDP_FRAGMENT:
		if (is_dns_fragment(listener, from, data, &frame)) {
			mbuf = listener_reassemble(stage, from->port, mbuf, &frame);
			if (mbuf != NULL) /* it is no fragment any more: this ends here */
				sort_frame(stage, from, mbuf);
			return;
		}
		break;
	case NET_FRAME_BROKEN:
		stage_drop(stage, mbuf, DROP_LISTENER_BAD_LENGTH);
		return;
	case NET_FRAME_ARP:
	case NET_FRAME_ICMP:
	case NET_FRAME_TCP:
	case NET_FRAME_OTHER:
	case NET_FRAME_KIND_COUNT:
		break;
	}
	give_to_kernel(stage, from->port, mbuf, kind);
}

/* Puts right what few devices do: a tag beside the frame goes back into it, headers into one buffer. */
static void take_frame(struct stage *stage, const struct listener_port *from, struct rte_mbuf *mbuf)
{
	if (UNLIKELY((mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) &&
	             rte_vlan_insert(&mbuf) != 0)) {
		stage_drop(stage, mbuf, DROP_LISTENER_TOO_LONG);
		return;
	}
	if (UNLIKELY(mbuf->nb_segs > 1 && mbuf->data_len < NET_HEADERS_BYTES_MAX &&
	             rte_pktmbuf_linearize(mbuf) != 0)) {
		stage_drop(stage, mbuf, DROP_LISTENER_TOO_LONG);
		return;
	}
	sort_frame(stage, from, mbuf);
}

static void count_events(struct stage *stage, struct listener *listener)
{
	for (unsigned i = 0; i < LISTENER_EVENT_COUNT; i++) {
		if (listener->event[i] == 0)
			continue;
		stage_count(&stage->counters->event[i], listener->event[i]);
		listener->event[i] = 0;
	}
}

static uint16_t poll_port(struct stage *stage, const struct listener_port *from, uint16_t budget)
{
	struct listener *listener = stage->state;
	struct rte_mbuf *burst[PIPELINE_BURST];
	uint16_t wanted = budget < PIPELINE_BURST ? budget : PIPELINE_BURST;
	uint16_t count = port_rx(from->port, stage->instance, burst, wanted);
	if (count == 0)
		return 0;
	listener->tsc = rte_rdtsc();
	listener->kept = 0;
	for (unsigned i = 0; i < count; i++) {
		rte_prefetch0(rte_pktmbuf_mtod(burst[i], const void *));
		rte_prefetch0(query_of(burst[i]));
	}
	for (unsigned i = 0; i < count; i++)
		take_frame(stage, from, burst[i]);
	stage_count(&stage->counters->made, (uint64_t)count - listener->kept);
	count_events(stage, listener);
	return count;
}

static uint16_t poll_ports(struct stage *stage, uint16_t budget)
{
	struct listener *listener = stage->state;
	if (UNLIKELY(listener->port_count == 0))
		return 0;
	uint16_t work = 0;
	uint16_t at = listener->next;
	for (unsigned i = 0; i < listener->port_count && work < budget; i++) {
		work += poll_port(stage, &listener->ports[at], (uint16_t)(budget - work));
		at = (uint16_t)(at + 1 < listener->port_count ? at + 1 : 0);
	}
	/* Whoever was asked first now is asked last in the next turn: a busy port starves no other. */
	listener->next = (uint16_t)((listener->next + 1) % listener->port_count);
	if (UNLIKELY(listener->fragments != NULL && listener->fragments->used > 0))
		listener_expire(stage);
	return work;
}

/* How many lanes the queue of lane `instance` feeds. */
static uint16_t fed_lanes(const struct stage *stage, const struct port *port)
{
	uint16_t queues = port->rx_queue_count;
	return (uint16_t)((stage->lane_count - stage->instance + queues - 1) / queues);
}

static enum result init(struct stage *stage, const void *settings)
{
	struct listener *listener = stage->state;
	const struct stage_listener_settings *given = settings;
	if (given->port_count > PORT_MAX || given->dns_port_count > LISTENER_DNS_PORTS_MAX)
		return RESULT_TOO_LONG;
	listener->dns_port_count = given->dns_port_count;
	memcpy(listener->dns_ports, given->dns_ports, sizeof(listener->dns_ports));
	if (listener->dns_port_count == 0)
		listener->dns_ports[listener->dns_port_count++] = DNS_PORT;
	listener->large_pool = given->large_pool;
	if (given->reassembly != NULL)
		listener->fragments = &given->reassembly[stage->instance];
	for (unsigned i = 0; i < given->port_count; i++) {
		struct port *port = &given->ports[i];
		if (port->rx_queue_count <= stage->instance)
			continue; /* no receive queue for this lane */
		struct listener_port *from = &listener->ports[listener->port_count++];
		from->port = port;
		from->fed_lanes = given->spread ? fed_lanes(stage, port) : 1;
		for (unsigned j = 0; j < port->address_count; j++) {
			enum result result = net_match_add(&from->addresses, &port->address[j]);
			if (result != RESULT_OK)
				return result;
		}
	}
	return RESULT_OK;
}

static int wake_fds(struct stage *stage, int *fds, int max)
{
	const struct listener *listener = stage->state;
	int count = 0;
	for (unsigned i = 0; i < listener->port_count; i++) {
		int fd = port_wake_fd(listener->ports[i].port, stage->instance);
		if (fd < 0 || count == max)
			return -1;
		fds[count++] = fd;
	}
	return count;
}

static const char *const outputs[] = {
    [LISTENER_TO_DECODER] = "decoder", [LISTENER_TO_KERNEL] = "tcp_acceptor", NULL};

const struct stage_ops stage_listener_ops = {
    .name = "LISTENER",
    .outputs = outputs,
    .state_size = sizeof(struct listener),
    .init = init,
    .poll = poll_ports,
    .wake_fds = wake_fds,
};

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* LISTENER: receive, prefetch, sort. Frames are sorted one by one; a burst's first cache lines are asked for
 * before the first frame is looked at. */
#include "stage/listener.h"

#include <string.h>

#include <rte_cycles.h>
#include <rte_prefetch.h>

#include "net/frame.h"
#include "net/match.h"
#include "pipeline/query.h"

#define DNS_PORT 53
#define MAC_BYTES 6
/* The bit of a MAC address that says "to a group": broadcast and multicast. */
#define MAC_GROUP 0x01

struct listener_port {
	const struct port *port;
	struct net_match addresses;
};

struct listener {
	uint16_t port_count;
	uint16_t next; /* which port is asked first in the next turn */
	uint16_t dns_port_count;
	uint16_t dns_ports[LISTENER_DNS_PORTS_MAX];
	uint64_t tsc; /* of the burst */
	uint64_t event[LISTENER_EVENT_COUNT]; /* of the burst */
	struct listener_port ports[PORT_MAX];
};

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

static void take_query(struct stage *stage, const struct port *port, struct rte_mbuf *mbuf,
                       const struct net_frame *frame)
{
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
	stage_emit(stage, LISTENER_TO_DECODER, mbuf);
}

static void give_to_kernel(struct stage *stage, const struct port *port, struct rte_mbuf *mbuf,
                           enum net_frame_kind kind)
{
	struct listener *listener = stage->state;
	listener->event[byte_event[kind]] += mbuf->data_len;
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
	query->message_len = mbuf->data_len;
	listener->event[LISTENER_EVENT_KERNEL_FRAMES]++;
	stage_emit(stage, LISTENER_TO_KERNEL, mbuf);
}

/* Later fragments do not tell their UDP port; those to us are of no use to the kernel half either. */
static bool is_dns_fragment(const struct listener *listener, const struct listener_port *from,
                            const uint8_t *data, const struct net_frame *frame)
{
	return (!frame->first_fragment || is_dns_port(listener, frame->target_port)) &&
	       is_to_us(from, data, frame);
}

static void sort_frame(struct stage *stage, const struct listener_port *from, struct rte_mbuf *mbuf)
{
	const struct listener *listener = stage->state;
	if (UNLIKELY(mbuf->nb_segs > 1 && rte_pktmbuf_linearize(mbuf) != 0)) {
		stage_drop(stage, mbuf, DROP_LISTENER_TOO_LONG);
		return;
	}
	const uint8_t *data = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	struct net_frame frame;
	enum net_frame_kind kind = net_frame_parse(data, mbuf->data_len, &frame);
	switch (kind) {
	case NET_FRAME_UDP:
		if (LIKELY(is_dns_port(listener, frame.target_port) &&
		           is_to_us(from, data, &frame))) {
			take_query(stage, from->port, mbuf, &frame);
			return;
		}
		break;
	case NET_FRAME_UDP_FRAGMENT:
		if (is_dns_fragment(listener, from, data, &frame)) {
			stage_drop(stage, mbuf, DROP_LISTENER_FRAGMENT);
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
	stage_count(&stage->counters->made, count);
	for (unsigned i = 0; i < count; i++) {
		rte_prefetch0(rte_pktmbuf_mtod(burst[i], const void *));
		rte_prefetch0(query_of(burst[i]));
	}
	for (unsigned i = 0; i < count; i++)
		sort_frame(stage, from, burst[i]);
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
	return work;
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
	for (unsigned i = 0; i < given->port_count; i++) {
		const struct port *port = &given->ports[i];
		if (port->rx_queue_count <= stage->instance)
			continue; /* no receive queue for this lane */
		struct listener_port *from = &listener->ports[listener->port_count++];
		from->port = port;
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

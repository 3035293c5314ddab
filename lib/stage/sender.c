/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* SENDER: turn frames around, gather, send. */
#include "stage/sender.h"

#include <string.h>

#include "base/check.h"
#include "net/frame.h"
#include "net/net_limits.h"
#include "net/reply.h"
#include "pipeline/answer_times.h"
#include "pipeline/query.h"

#define MAC_BYTES 6

/* What has to be counted once the frame has left, and its mbuf is gone. */
struct sent_frame {
	uint64_t arrival_tsc;
	uint16_t len;
	uint8_t bytes_event; /* enum sender_event */
	uint8_t way; /* enum answer_way */
};

/* Frames that wait for one port's transmit queue. */
struct sender_queue {
	struct port *port;
	const struct snapshot *snapshot; /* of next hops, or NULL */
	const struct net_next_hops *next_hops; /* of this burst, or NULL */
	uint16_t count;
	uint64_t stalled_since_us; /* 0: the last try got rid of something */
	struct rte_mbuf *mbuf[SENDER_GATHER_MAX];
	struct sent_frame frame[SENDER_GATHER_MAX];
};

struct sender {
	uint16_t queue_count;
	uint32_t waiting; /* writer: the lane; readers: any (held) */
	struct sender_queue queues[PORT_MAX];
};

static void set_waiting(struct sender *sender, uint32_t waiting)
{
	__atomic_store_n(&sender->waiting, waiting, __ATOMIC_RELAXED);
}

static void count_sent(struct stage *stage, const struct sender_queue *queue, uint16_t sent)
{
	uint64_t bytes[SENDER_EVENT_COUNT] = {0};
	struct answer_run run;
	answer_run_begin(&run, stage->answer_times);
	for (unsigned i = 0; i < sent; i++) {
		const struct sent_frame *frame = &queue->frame[i];
		bytes[frame->bytes_event] += frame->len;
		if (frame->bytes_event == SENDER_EVENT_KERNEL_BYTES)
			bytes[SENDER_EVENT_KERNEL_FRAMES]++;
		else
			answer_run_add(&run, frame->arrival_tsc, frame->way);
	}
	answer_run_end(&run);
	for (unsigned i = 0; i < SENDER_EVENT_COUNT; i++) {
		if (bytes[i] > 0)
			stage_count(&stage->counters->event[i], bytes[i]);
	}
	stage_count(&stage->counters->answered, sent);
}

/* Takes the first `count` frames out of the queue; they are gone already. */
static void remove_first(struct sender *sender, struct sender_queue *queue, uint16_t count)
{
	queue->count = (uint16_t)(queue->count - count);
	set_waiting(sender, sender->waiting - count);
	if (queue->count == 0)
		return;
	memmove(queue->mbuf, queue->mbuf + count, queue->count * sizeof(queue->mbuf[0]));
	memmove(queue->frame, queue->frame + count, queue->count * sizeof(queue->frame[0]));
}

static void drop_all(struct stage *stage, struct sender_queue *queue, enum drop_reason reason)
{
	for (unsigned i = 0; i < queue->count; i++)
		stage_drop(stage, queue->mbuf[i], reason);
	remove_first(stage->state, queue, queue->count);
	queue->stalled_since_us = 0;
}

static void transmit(struct stage *stage, struct sender_queue *queue)
{
	uint16_t sent = port_tx(queue->port, stage->instance, queue->mbuf, queue->count);
	if (LIKELY(sent > 0)) {
		count_sent(stage, queue, sent);
		remove_first(stage->state, queue, sent);
		queue->stalled_since_us = 0;
	}
	if (LIKELY(queue->count == 0))
		return;
	stage_count(&stage->counters->event[SENDER_EVENT_TX_RETRIES], 1);
	if (sent > 0)
		return;
	if (queue->stalled_since_us == 0)
		queue->stalled_since_us = stage->now_us;
	else if (stage->now_us - queue->stalled_since_us > SENDER_STALL_US_MAX)
		drop_all(stage, queue, DROP_SENDER_TX_FULL);
}

static void gather(struct stage *stage, struct sender_queue *queue, struct rte_mbuf *mbuf,
                   enum sender_event bytes_event)
{
	struct sender *sender = stage->state;
	if (UNLIKELY(queue->count == SENDER_GATHER_MAX))
		transmit(stage, queue);
	if (UNLIKELY(queue->count == SENDER_GATHER_MAX)) {
		stage_drop(stage, mbuf, DROP_SENDER_TX_FULL);
		return;
	}
	queue->mbuf[queue->count] = mbuf;
	const struct query *query = query_of(mbuf);
	queue->frame[queue->count] = (struct sent_frame){
	    .arrival_tsc = query->arrival_tsc,
	    .len = (uint16_t)mbuf->pkt_len,
	    .bytes_event = (uint8_t)bytes_event,
	    .way = (uint8_t)answer_way_of(query),
	};
	queue->count++;
	set_waiting(sender, sender->waiting + 1);
}

/* Headers in front of the message, and the mbuf's fields. */
static void turn_around(const struct port *port, struct rte_mbuf *mbuf, const struct query *query)
{
	const struct net_reply reply = {
	    .l2_len = query->l2_len,
	    .l3_len = query->l3_len,
	    .version = query->client.family,
	    .payload_len = (uint16_t)query->message_len,
	    .device_ip_checksum = port->tx_ip_checksum,
	    .device_udp_checksum = port->tx_udp_checksum,
	};
	struct net_reply_frame frame = net_reply_write(rte_pktmbuf_mtod(mbuf, uint8_t *), &reply);
	mbuf->data_off = (uint16_t)(mbuf->data_off + frame.start);
	mbuf->data_len = (uint16_t)frame.len;
	mbuf->pkt_len = frame.len;
	mbuf->l2_len = reply.l2_len;
	mbuf->l3_len = frame.l3_len;
	mbuf->ol_flags = 0;
	if (!port->tx_ip_checksum && !port->tx_udp_checksum)
		return;
	mbuf->ol_flags = reply.version == 4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6;
	if (port->tx_udp_checksum)
		mbuf->ol_flags |= RTE_MBUF_F_TX_UDP_CKSUM;
	if (port->tx_ip_checksum && reply.version == 4)
		mbuf->ol_flags |= RTE_MBUF_F_TX_IP_CKSUM;
}

/* The turned frame goes to the next hop instead of back, where a table says so. */
static void route(struct stage *stage, const struct sender_queue *queue, struct rte_mbuf *mbuf)
{
	const struct query *query = query_of(mbuf);
	if (LIKELY(queue->next_hops == NULL))
		return;
	const uint8_t *mac =
	    net_next_hop_find(queue->next_hops, query->client.family, query->client.octets);
	if (UNLIKELY(mac == NULL)) {
		stage_count(&stage->counters->event[SENDER_EVENT_NO_ROUTE], 1);
		return;
	}
	memcpy(rte_pktmbuf_mtod(mbuf, uint8_t *), mac, MAC_BYTES);
	stage_count(&stage->counters->event[SENDER_EVENT_ROUTED], 1);
}

static void load_next_hops(struct sender *sender)
{
	for (unsigned i = 0; i < sender->queue_count; i++) {
		struct sender_queue *queue = &sender->queues[i];
		if (queue->snapshot != NULL)
			queue->next_hops = snapshot_load(queue->snapshot);
	}
}

static void send_answer(struct stage *stage, struct sender_queue *queue, struct rte_mbuf *mbuf)
{
	const struct query *query = query_of(mbuf);
	/* DECODER's limit is this very number: only a configuration that changed below us gets here. */
	if (UNLIKELY(query->message_len > port_message_max(queue->port, query->client.family))) {
		stage_drop(stage, mbuf, DROP_SENDER_TOO_LARGE);
		return;
	}
	turn_around(queue->port, mbuf, query);
	route(stage, queue, mbuf);
	gather(stage, queue, mbuf,
	       query->client.family == 4 ? SENDER_EVENT_V4_BYTES : SENDER_EVENT_V6_BYTES);
}

static void send_kernel_frame(struct stage *stage, struct sender_queue *queue,
                              struct rte_mbuf *mbuf)
{
	uint32_t frame_max = (uint32_t)queue->port->mtu + NET_ETHERNET_HEADER_BYTES +
	                     NET_VLAN_TAGS_MAX * NET_VLAN_TAG_BYTES;
	if (UNLIKELY(mbuf->pkt_len > frame_max)) { /* it would block the queue behind it */
		stage_drop(stage, mbuf, DROP_SENDER_TOO_LARGE);
		return;
	}
	mbuf->ol_flags = 0;
	gather(stage, queue, mbuf, SENDER_EVENT_KERNEL_BYTES);
}

static void give_to_acceptor(struct stage *stage, struct rte_mbuf *mbuf)
{
	if (stage_output_has_room(stage, SENDER_TO_ACCEPTOR))
		stage_emit(stage, SENDER_TO_ACCEPTOR, mbuf);
	else
		stage_drop(stage, mbuf, DROP_SENDER_NO_STREAM_CREDIT);
}

static struct sender_queue *queue_of(struct sender *sender, const struct query *query)
{
	CHECK(query->port_index < sender->queue_count);
	return &sender->queues[query->port_index];
}

static void process(struct stage *stage, struct rte_mbuf **burst, uint16_t count)
{
	struct sender *sender = stage->state;
	load_next_hops(sender);
	for (unsigned i = 0; i < count; i++) {
		const struct query *query = query_of(burst[i]);
		switch ((enum query_source)query->source) {
		case QUERY_SOURCE_PORT:
			send_answer(stage, queue_of(sender, query), burst[i]);
			break;
		case QUERY_SOURCE_KERNEL:
			send_kernel_frame(stage, queue_of(sender, query), burst[i]);
			break;
		case QUERY_SOURCE_SOCKET:
		case QUERY_SOURCE_STREAM:
			give_to_acceptor(stage, burst[i]);
			break;
		case QUERY_SOURCE_NONE:
			/* CACHE_WRITER has retired these. */
			CHECK(false);
			break;
		}
	}
}

static void flush(struct stage *stage)
{
	struct sender *sender = stage->state;
	if (sender->waiting == 0)
		return;
	for (unsigned i = 0; i < sender->queue_count; i++) {
		if (sender->queues[i].count > 0)
			transmit(stage, &sender->queues[i]);
	}
}

static uint64_t deadline_us(struct stage *stage)
{
	const struct sender *sender = stage->state;
	return sender->waiting > 0 ? stage->now_us + SENDER_RETRY_US : UINT64_MAX;
}

static uint32_t held(const struct stage *stage)
{
	const struct sender *sender = stage->state;
	return __atomic_load_n(&sender->waiting, __ATOMIC_RELAXED);
}

static enum result init(struct stage *stage, const void *settings)
{
	struct sender *sender = stage->state;
	const struct stage_sender_settings *given = settings;
	if (given->port_count > PORT_MAX)
		return RESULT_TOO_LONG;
	sender->queue_count = given->port_count;
	for (unsigned i = 0; i < given->port_count; i++) {
		sender->queues[i].port = &given->ports[i];
		if (given->next_hops != NULL)
			sender->queues[i].snapshot = &given->next_hops[i];
	}
	return RESULT_OK;
}

static void fini(struct stage *stage)
{
	struct sender *sender = stage->state;
	for (unsigned i = 0; i < sender->queue_count; i++)
		drop_all(stage, &sender->queues[i], DROP_PIPELINE_STOPPING);
}

static const char *const outputs[] = {[SENDER_TO_ACCEPTOR] = "tcp_acceptor", NULL};

const struct stage_ops stage_sender_ops = {
    .name = "SENDER",
    .outputs = outputs,
    .state_size = sizeof(struct sender),
    .init = init,
    .fini = fini,
    .process = process,
    .flush = flush,
    .deadline_us = deadline_us,
    .held = held,
    .answers = true,
};

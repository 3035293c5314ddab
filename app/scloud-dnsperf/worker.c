/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The loop: receive, send what is due, give up what is too old. Both ways work on bursts in rounds, so that the memory
 * of one packet comes while another one is worked on. */
#include "worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_pause.h>
#include <rte_prefetch.h>

#include "dns/message.h"
#include "load/neighbour.h"

/* How often queries are given up: often enough for the ring to have room. */
#define EXPIRE_EACH_S 0.001
#define INBOX_SLOTS 4096

static void count(uint64_t *word, uint64_t by)
{
	__atomic_store_n(word, *word + by, __ATOMIC_RELAXED);
}

/* -- answers -- */

struct arrival {
	struct rte_mbuf *mbuf;
	struct packet_answer answer;
	uint32_t number; /* of the slot */
};

static uint64_t to_ns(const struct worker *worker, uint64_t ticks)
{
	/* Whole seconds apart, so that nothing overflows. */
	uint64_t hz = worker->plan->tsc_hz;
	return ticks / hz * NS_PER_S + ticks % hz * NS_PER_S / hz;
}

static void learn_cookie(struct worker *worker, const struct packet_answer *answer)
{
	struct packet_cookie *known = &worker->cookies[answer->source];
	struct packet_cookie found;
	if (known->server_len == 0 && packet_find_cookie(answer, &found) &&
	    memcmp(found.client, known->client, sizeof(known->client)) == 0)
		*known = found;
}

static void take_answer(struct worker *worker, const struct arrival *arrival, uint64_t now)
{
	const struct packet_answer *answer = &arrival->answer;
	const struct query_file *file = worker->plan->file;
	struct worker_counts *counts = &worker->counts;
	struct flight_slot *slot = flight_find(&worker->flight, arrival->number);
	if (UNLIKELY(slot == NULL)) {
		count(&counts->unknown, 1);
		return;
	}
	const struct query_file_entry *entry = &file->entries[slot->query];
	const uint8_t *message = query_file_message(file, slot->query);
	if (UNLIKELY(slot->id != answer->id || slot->port != answer->port ||
	             slot->source != answer->source ||
	             ((answer->flags & DNS_FLAG_QR) == 0) != worker->plan->echo ||
	             !packet_question_matches(answer, message, entry))) {
		count(&counts->mismatched, 1);
		return;
	}
	uint16_t rcode = answer->flags & DNS_FLAG_RCODE;
	count(&counts->rcode[rcode], 1);
	count(&counts->answered, 1);
	count(&counts->answer_octets, answer->len);
	if (UNLIKELY((answer->flags & DNS_FLAG_TC) != 0))
		count(&counts->truncated, 1);
	if (UNLIKELY(entry->rcode != QUERY_FILE_ANY_RCODE && entry->rcode != rcode))
		count(&counts->unexpected, 1);
	else if (UNLIKELY(!query_file_fits(file, slot->query, answer->message, answer->len)))
		count(&counts->other_records, 1);
	histogram_record(&worker->latency, to_ns(worker, now - slot->sent_tsc));
	flight_done(&worker->flight, slot);
	if (worker->cookies != NULL)
		learn_cookie(worker, answer);
}

/* A neighbour that looks for one of our addresses. */
static void take_other(struct worker *worker, const struct rte_mbuf *mbuf)
{
	struct neighbour neighbour;
	const struct worker_plan *plan = worker->plan;
	count(&worker->counts.other, 1);
	if (neighbour_read(plan->route, rte_pktmbuf_mtod(mbuf, const uint8_t *), mbuf->data_len,
	                   &neighbour) != NEIGHBOUR_QUESTION)
		return;
	struct rte_mbuf *reply = rte_pktmbuf_alloc(plan->pool);
	if (reply == NULL)
		return;
	char *room = rte_pktmbuf_append(reply, (uint16_t)neighbour.reply_len);
	memcpy(room, neighbour.reply, neighbour.reply_len);
	if (port_tx(plan->port, worker->index, &reply, 1) == 0)
		rte_pktmbuf_free(reply);
}

/* Which slot, and whose: UDP ports are dealt out in ranges. */
static bool find_owner(struct worker *worker, struct arrival *arrival)
{
	const struct worker_plan *plan = worker->plan;
	uint32_t port = (uint32_t)arrival->answer.port - plan->first_port;
	uint32_t owner = port / plan->ports_each;
	if (UNLIKELY(owner >= plan->worker_count)) {
		count(&worker->counts.unknown, 1);
		return false;
	}
	if (UNLIKELY(owner != worker->index)) {
		if (rte_ring_enqueue(plan->workers[owner].inbox, arrival->mbuf) == 0)
			arrival->mbuf = NULL;
		else
			count(&worker->counts.unknown, 1);
		return false;
	}
	uint32_t extra = (port - owner * plan->ports_each) & worker->extra_mask;
	arrival->number = extra << 16 | arrival->answer.id;
	return true;
}

static bool read_frame(struct worker *worker, struct arrival *arrival)
{
	const struct worker_plan *plan = worker->plan;
	const struct rte_mbuf *mbuf = arrival->mbuf;
	switch (packet_read(plan->route, rte_pktmbuf_mtod(mbuf, const uint8_t *), mbuf->data_len,
	                    plan->check_sums, &arrival->answer)) {
	case PACKET_ANSWER:
		return find_owner(worker, arrival);
	case PACKET_BAD_CHECKSUM:
		count(&worker->counts.bad_checksum, 1);
		return false;
	case PACKET_OTHER:
		take_other(worker, mbuf);
		return false;
	}
	return false;
}

static void take_burst(struct worker *worker, struct rte_mbuf **burst, uint16_t received)
{
	struct arrival arrivals[WORKER_BURST];
	uint16_t answers = 0;
	uint64_t now = rte_rdtsc();
	for (uint16_t i = 0; i < received; i++)
		rte_prefetch0(rte_pktmbuf_mtod(burst[i], const void *));
	for (uint16_t i = 0; i < received; i++) {
		struct arrival *arrival = &arrivals[answers];
		arrival->mbuf = burst[i];
		if (read_frame(worker, arrival)) {
			rte_prefetch0(&worker->flight.slots[arrival->number & worker->flight.mask]);
			answers++;
		}
		burst[i] = arrival->mbuf; /* NULL: another worker has it */
	}
	for (uint16_t i = 0; i < answers; i++) {
		const struct flight_slot *slot = flight_find(&worker->flight, arrivals[i].number);
		if (slot != NULL)
			rte_prefetch0(&worker->plan->file->entries[slot->query]);
	}
	for (uint16_t i = 0; i < answers; i++)
		take_answer(worker, &arrivals[i], now);
	rte_pktmbuf_free_bulk(burst, received);
}

static uint16_t receive(struct worker *worker)
{
	struct rte_mbuf *burst[WORKER_BURST];
	uint16_t received = port_rx(worker->plan->port, worker->index, burst, WORKER_BURST);
	if (received > 0)
		take_burst(worker, burst, received);
	uint16_t handed = 0;
	while (worker->plan->worker_count > 1 && handed < WORKER_BURST &&
	       rte_ring_dequeue(worker->inbox, (void **)&burst[handed]) == 0)
		handed++;
	if (handed > 0)
		take_burst(worker, burst, handed);
	return (uint16_t)(received + handed);
}

/* -- queries -- */

static uint64_t draw(struct worker *worker)
{
	worker->random ^= worker->random << 13;
	worker->random ^= worker->random >> 7;
	worker->random ^= worker->random << 17;
	return worker->random * UINT64_C(0x2545f4914f6cdd1d);
}

/* Workers take turns through the file: worker i of n has questions i, i + n … */
static uint32_t next_query(struct worker *worker)
{
	uint32_t questions = worker->plan->file->count;
	if (worker->plan->random_order)
		return (uint32_t)((draw(worker) >> 32) * questions >> 32);
	uint32_t query = (uint32_t)worker->position;
	worker->position += worker->plan->worker_count;
	if (worker->position >= questions)
		worker->position %= questions;
	return query;
}

/* How many may be sent now. */
static uint16_t allowed(const struct worker *worker)
{
	uint64_t most = WORKER_BURST;
	uint64_t left = worker->to_send - worker->counts.sent;
	if (worker->rate == 0) {
		if (worker->flight.waiting >= worker->in_flight)
			return 0;
		if (worker->in_flight - worker->flight.waiting < most)
			most = worker->in_flight - worker->flight.waiting;
	}
	return (uint16_t)(left < most ? left : most);
}

static void write_query(struct worker *worker, struct rte_mbuf *mbuf, uint32_t query, uint64_t sent)
{
	const struct worker_plan *plan = worker->plan;
	uint32_t number = flight_take(&worker->flight);
	struct flight_slot *slot = &worker->flight.slots[number];
	uint64_t chance = worker->flight.next * UINT64_C(0x9e3779b97f4a7c15);
	uint32_t ports = plan->ports_each / (worker->extra_mask + 1u);
	uint32_t spread = (uint32_t)((chance >> 40) * ports >> 24);
	uint32_t port = plan->first_port + (uint32_t)worker->index * plan->ports_each +
	                spread * (worker->extra_mask + 1u) + (number >> 16);
	*slot = (struct flight_slot){
	    .sent_tsc = sent,
	    .query = query,
	    .source = (uint16_t)((uint64_t)(uint32_t)chance * plan->route->source_count >> 32),
	    .port = (uint16_t)port,
	    .id = (uint16_t)number,
	    .waits = true,
	};
	const struct packet_query what = {
	    .message = query_file_message(plan->file, query),
	    .entry = &plan->file->entries[query],
	    .source = slot->source,
	    .port = slot->port,
	    .id = slot->id,
	    .cookie = worker->cookies != NULL ? &worker->cookies[slot->source] : NULL,
	};
	uint16_t len = packet_write(plan->route, &what, rte_pktmbuf_mtod(mbuf, uint8_t *));
	mbuf->data_len = len;
	mbuf->pkt_len = len;
	count(&worker->counts.query_octets, len - plan->route->head_len);
}

/* Hands over what was written; the rest waits for the next turn. */
static void flush(struct worker *worker)
{
	worker->pending_at +=
	    port_tx(worker->plan->port, worker->index, worker->pending_mbuf + worker->pending_at,
	            worker->pending - worker->pending_at);
	if (worker->pending_at == worker->pending)
		worker->pending = worker->pending_at = 0;
}

static void write_burst(struct worker *worker, uint16_t most, uint64_t now)
{
	const struct query_file *file = worker->plan->file;
	uint32_t query[WORKER_BURST];
	uint16_t written = 0;
	for (uint16_t i = 0; i < most; i++) {
		query[i] = next_query(worker);
		rte_prefetch0(&file->entries[query[i]]);
	}
	for (uint16_t i = 0; i < most; i++)
		rte_prefetch0(query_file_message(file, query[i]));
	for (; written < most && flight_has_room(&worker->flight); written++) {
		if (worker->rate != 0 && !pace_is_due(&worker->pace, now))
			break;
		uint64_t sent = worker->rate != 0 ? pace_take(&worker->pace) : now;
		write_query(worker, worker->pending_mbuf[written], query[written], sent);
	}
	rte_pktmbuf_free_bulk(worker->pending_mbuf + written, most - written);
	worker->pending = written;
	count(&worker->counts.sent, written);
	flush(worker);
}

static void send(struct worker *worker, uint32_t phase, uint64_t now)
{
	if (worker->pending > 0) {
		flush(worker);
		return;
	}
	uint16_t most = phase == WORKER_SEND ? allowed(worker) : 0;
	if (most == 0 || !flight_has_room(&worker->flight) ||
	    (worker->rate != 0 && !pace_is_due(&worker->pace, now)))
		return;
	if (rte_pktmbuf_alloc_bulk(worker->plan->pool, worker->pending_mbuf, most) != 0) {
		count(&worker->counts.no_buffer, 1);
		return;
	}
	write_burst(worker, most, now);
}

/* -- the loop -- */

static void begin(struct worker *worker, uint32_t generation)
{
	memset(&worker->counts, 0, sizeof(worker->counts));
	histogram_reset(&worker->latency);
	worker->position = worker->index % worker->plan->file->count;
	if (worker->rate != 0)
		pace_start(&worker->pace, rte_rdtsc(), worker->plan->tsc_hz, worker->rate);
	__atomic_store_n(&worker->generation_seen, generation, __ATOMIC_RELEASE);
}

static uint32_t rests_in(const struct worker *worker, uint32_t phase)
{
	bool rests = worker->flight.waiting == 0 && worker->pending == 0 &&
	             (phase != WORKER_SEND || worker->counts.sent == worker->to_send);
	return rests ? phase : WORKER_NO_PHASE;
}

int worker_main(void *argument)
{
	struct worker *worker = argument;
	uint64_t expire_ticks = (uint64_t)(EXPIRE_EACH_S * (double)worker->plan->tsc_hz);
	for (;;) {
		uint32_t phase = __atomic_load_n(&worker->phase, __ATOMIC_ACQUIRE);
		uint32_t generation = __atomic_load_n(&worker->generation, __ATOMIC_ACQUIRE);
		if (phase == WORKER_STOP)
			return 0;
		if (generation != worker->generation_seen)
			begin(worker, generation);
		uint64_t now = rte_rdtsc();
		uint16_t received = receive(worker);
		send(worker, phase, now);
		if (now >= worker->expire_at) {
			worker->expire_at = now + expire_ticks;
			uint64_t before =
			    now > worker->plan->timeout_tsc ? now - worker->plan->timeout_tsc : 0;
			count(&worker->counts.lost, flight_expire(&worker->flight, before));
		}
		__atomic_store_n(&worker->rests_in, rests_in(worker, phase), __ATOMIC_RELEASE);
		if (received == 0)
			rte_pause();
	}
}

/* -- made and ended -- */

static unsigned bits_for(uint64_t slots)
{
	unsigned bits = LOAD_FLIGHT_BITS_MIN;
	while (bits < LOAD_FLIGHT_BITS_MAX && (UINT64_C(1) << bits) < slots)
		bits++;
	return bits;
}

/* Client cookies that differ by address, as a client's do (RFC 9018 §3). */
static enum result make_cookies(const struct worker_plan *plan, struct worker *worker)
{
	worker->cookies = calloc(plan->route->source_count, sizeof(*worker->cookies));
	if (worker->cookies == NULL)
		return RESULT_NO_MEMORY;
	for (uint32_t i = 0; i < plan->route->source_count; i++) {
		uint64_t client = draw(worker);
		memcpy(worker->cookies[i].client, &client, sizeof(client));
	}
	return RESULT_OK;
}

enum result worker_create(const struct worker_plan *plan, uint16_t index, uint64_t slots,
                          struct worker *out)
{
	char name[32];
	unsigned bits = bits_for(slots);
	uint32_t extra = bits > 16 ? 1u << (bits - 16) : 1;
	memset(out, 0, sizeof(*out));
	out->plan = plan;
	out->index = index;
	out->extra_mask = (uint16_t)(extra - 1);
	out->random = rte_rdtsc() * (index + 1u) | 1;
	if (extra > plan->ports_each)
		return RESULT_OUT_OF_RANGE;
	snprintf(name, sizeof(name), "inbox%u", index);
	out->inbox = rte_ring_create(name, INBOX_SLOTS, SOCKET_ID_ANY, RING_F_SC_DEQ);
	if (out->inbox == NULL)
		return RESULT_NO_MEMORY;
	if (plan->cookies && make_cookies(plan, out) != RESULT_OK)
		return RESULT_NO_MEMORY;
	return flight_create(bits, &out->flight);
}

void worker_destroy(struct worker *worker)
{
	rte_ring_free(worker->inbox);
	free(worker->cookies);
	flight_destroy(&worker->flight);
}

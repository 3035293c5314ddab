/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The side of the lcores: who wants this, and a copy of it. */
#include "tap/tap.h"

#include <string.h>

#include <rte_cycles.h>

#include "tap/tap_int.h"

/* What filters look at. */
struct look {
	enum tap_kind kind;
	const struct query_address *client; /* NULL: not known */
	const struct dns_question *question; /* NULL: not known */
	const uint8_t *name; /* of the question, in any case; NULL: not known */
	uint16_t type;
	uint16_t rcode;
	uint8_t drop;
};

static bool is_wanted(const struct tap_filter *filter, const struct look *look)
{
	if ((filter->kinds >> look->kind & 1) == 0)
		return false;
	if (filter->only_drops_of && look->kind == TAP_DROP &&
	    (filter->drops >> look->drop & 1) == 0)
		return false;
	if (filter->has_rcode && (look->kind != TAP_RESPONSE || filter->rcode != look->rcode))
		return false;
	if (filter->has_type && (look->name == NULL || filter->type != look->type))
		return false;
	if (filter->has_client &&
	    (look->client == NULL ||
	     !net_prefix_contains(&filter->client, look->client->family, look->client->octets)))
		return false;
	return !filter->has_name ||
	       (look->name != NULL && dns_name_is_below(look->name, filter->name.wire));
}

/* One in so many, counted on this lcore. */
static bool is_sampled(struct tap_ring *ring, unsigned sink, uint32_t sample)
{
	if (sample <= 1)
		return true;
	if (++ring->counter[sink] < sample)
		return false;
	ring->counter[sink] = 0;
	return true;
}

/* Gives the bits of those who want it, and the most octets that one of them wants. */
static uint8_t choose(const struct tap_plan *plan, struct tap_ring *ring, const struct look *look,
                      uint32_t *snap)
{
	uint8_t sinks = 0;
	*snap = 0;
	for (unsigned i = 0; i < TAP_SINKS_MAX; i++) {
		const struct tap_filter *filter = &plan->filter[i];
		if ((plan->sinks >> i & 1) == 0 || !is_wanted(filter, look) ||
		    !is_sampled(ring, i, filter->sample))
			continue;
		uint32_t wanted = filter->snap != 0 ? filter->snap : TAP_SNAP_DEFAULT;
		sinks |= (uint8_t)(1u << i);
		*snap = wanted > *snap ? wanted : *snap;
	}
	return sinks;
}

static struct tap_ring *ring_here(const struct tap *tap)
{
	unsigned lcore = rte_lcore_id();
	return lcore < RTE_MAX_LCORE ? tap->ring[lcore] : NULL;
}

static uint32_t record_size(uint32_t data_len)
{
	return (uint32_t)((sizeof(struct tap_record) + data_len + 7) & ~(size_t)7);
}

static uint8_t transport_of(const struct query *query)
{
	if (query->source != QUERY_SOURCE_STREAM)
		return TAP_UDP;
	if (!query->encrypted)
		return TAP_TCP;
	return query->stream_request != 0 ? TAP_HTTPS : TAP_TLS;
}

/* The record, all but its data; NULL: no room. */
static struct tap_record *begin(struct tap_ring *ring, const struct look *look, uint8_t sinks,
                                uint32_t message_len, uint32_t data_len)
{
	struct tap_record *record = tap_ring_begin(ring, record_size(data_len));
	if (record == NULL)
		return NULL;
	const uint32_t size = record->size;
	*record = (struct tap_record){
	    .size = size,
	    .kind = (uint8_t)look->kind,
	    .sinks = sinks,
	    .ede = EDNS_EDE_NONE,
	    .lcore = (uint16_t)rte_lcore_id(),
	    .message_len = message_len,
	    .data_len = data_len,
	    .tsc = rte_rdtsc(),
	};
	if (look->client != NULL)
		record->client = *look->client;
	return record;
}

static void describe(struct tap_record *record, const struct query *query)
{
	record->transport = transport_of(query);
	record->verdict = query->verdict;
	record->view = query->view;
	record->local = query->local;
	record->arrival_tsc = query->arrival_tsc;
}

static void copy_message(struct tap *tap, const struct tap_plan *plan, const struct look *look,
                         struct rte_mbuf *mbuf)
{
	struct tap_ring *ring = ring_here(tap);
	const struct query *query = query_of(mbuf);
	uint32_t snap;
	if (UNLIKELY(ring == NULL))
		return;
	uint8_t sinks = choose(plan, ring, look, &snap);
	if (sinks == 0)
		return;
	uint32_t len = query->message_len < snap ? query->message_len : snap;
	struct tap_record *record = begin(ring, look, sinks, query->message_len, len);
	if (record == NULL)
		return;
	describe(record, query);
	if (look->kind == TAP_RESPONSE) {
		record->rcode = query->answer.rcode;
		record->ede = query->answer.ede;
	}
	memcpy(record->data, query_message(mbuf), len);
	tap_ring_end(ring, record);
}

static void look_at(struct look *look, const struct query *query)
{
	look->client = &query->client;
	if (!query->question_ok)
		return;
	look->question = &query->question;
	look->name = query->question.name;
	look->type = query->question.type;
}

void tap_query(struct tap *tap, const struct tap_plan *plan, struct rte_mbuf *mbuf)
{
	struct look look = {.kind = TAP_QUERY};
	look_at(&look, query_of(mbuf));
	copy_message(tap, plan, &look, mbuf);
}

void tap_response(struct tap *tap, const struct tap_plan *plan, struct rte_mbuf *mbuf)
{
	const struct query *query = query_of(mbuf);
	struct look look = {.kind = TAP_RESPONSE, .rcode = query->answer.rcode};
	look_at(&look, query);
	copy_message(tap, plan, &look, mbuf);
}

/* -- drops -- */

enum tap_known tap_known(enum drop_reason reason)
{
	/* Those that are not here are dropped before they are read, made a frame again, or at a place
	 * where all sorts pass. */
	static const uint8_t known[DROP_REASON_COUNT] = {
	    [DROP_DECODER_TOO_SHORT] = TAP_KNOWN_CLIENT,
	    [DROP_DECODER_NOT_A_QUERY] = TAP_KNOWN_CLIENT,
	    [DROP_ACCEPTOR_OVERSIZED] = TAP_KNOWN_CLIENT,
	    [DROP_DISPATCHER_ACL] = TAP_KNOWN_QUESTION,
	    [DROP_DISPATCHER_RATE_LIMIT] = TAP_KNOWN_QUESTION,
	    [DROP_DISPATCHER_POLICY] = TAP_KNOWN_QUESTION,
	    [DROP_CACHE_NO_BUFFER] = TAP_KNOWN_QUESTION,
	    [DROP_RESOLVER_NO_PLACE] = TAP_KNOWN_QUESTION,
	    [DROP_RESOLVER_STOPPING] = TAP_KNOWN_QUESTION,
	    [DROP_ENCODER_RATE_LIMIT] = TAP_KNOWN_QUESTION,
	    [DROP_ENCODER_NO_ROOM] = TAP_KNOWN_QUESTION,
	    [DROP_SENDER_NO_STREAM_CREDIT] = TAP_KNOWN_QUESTION,
	    [DROP_ACCEPTOR_CLIENT_GONE] = TAP_KNOWN_QUESTION,
	    [DROP_ACCEPTOR_SLOW_READER] = TAP_KNOWN_QUESTION,
	    [DROP_ACCEPTOR_SOCKET_WRITE] = TAP_KNOWN_QUESTION,
	};
	return (enum tap_known)known[reason];
}

/* A message with nothing but the question: what was in the packet may be half an answer. */
static void make_question(const struct query *query, uint8_t *out)
{
	memset(out, 0, DNS_HEADER_SIZE);
	bytes_store_u16(out, query->id);
	bytes_store_u16(out + 2, query->flags);
	dns_message_set_count(out, DNS_SECTION_QUESTION, 1);
	uint8_t *end = out + DNS_HEADER_SIZE + query->question.name_len;
	memcpy(out + DNS_HEADER_SIZE, query->question.name, query->question.name_len);
	bytes_store_u16(end, query->question.type);
	bytes_store_u16(end + 2, query->question.class);
}

static void copy_drop(struct tap_ring *ring, const struct look *look, uint8_t sinks, uint32_t snap,
                      struct rte_mbuf *mbuf)
{
	const struct query *query = query_of(mbuf);
	const bool has_question = look->question != NULL;
	uint32_t whole = has_question           ? DNS_HEADER_SIZE + look->question->name_len + 4u
	                 : look->client == NULL ? rte_pktmbuf_data_len(mbuf)
	                                        : 0;
	uint32_t len = has_question || whole < snap ? whole : snap;
	struct tap_record *record = begin(ring, look, sinks, whole, len);
	if (record == NULL)
		return;
	record->drop = look->drop;
	record->is_frame = look->client == NULL;
	if (look->client != NULL)
		describe(record, query);
	if (has_question)
		make_question(query, record->data);
	else
		memcpy(record->data, rte_pktmbuf_mtod(mbuf, const uint8_t *), len);
	tap_ring_end(ring, record);
}

void tap_drop(struct tap *tap, const struct tap_plan *plan, struct rte_mbuf *mbuf,
              enum drop_reason reason)
{
	const struct query *query = query_of(mbuf);
	struct tap_ring *ring = ring_here(tap);
	struct look look = {.kind = TAP_DROP, .drop = (uint8_t)reason};
	uint32_t snap;
	if (UNLIKELY(ring == NULL))
		return;
	enum tap_known known = tap_known(reason);
	if (known == TAP_KNOWN_QUESTION)
		look_at(&look, query);
	else if (known == TAP_KNOWN_CLIENT)
		look.client = &query->client;
	uint8_t sinks = choose(plan, ring, &look, &snap);
	if (sinks != 0)
		copy_drop(ring, &look, sinks, snap, mbuf);
}

/* -- other servers -- */

void tap_upstream(struct tap *tap, const struct tap_plan *plan, enum tap_kind kind,
                  enum tap_transport transport, const struct net_endpoint *server,
                  const uint8_t *message, size_t len)
{
	struct tap_ring *ring = ring_here(tap);
	struct query_address address = {.family = server->address.family, .port = server->port};
	struct look look = {.kind = kind, .client = &address};
	struct bytes_reader reader = bytes_reader_of(message, len);
	struct dns_name name;
	uint32_t snap;
	if (ring == NULL || len < DNS_HEADER_SIZE)
		return;
	memcpy(address.octets, server->address.octets, sizeof(address.octets));
	reader.at = DNS_HEADER_SIZE;
	if (dns_name_parse_plain(&reader, &name) == RESULT_OK &&
	    bytes_take_u16(&reader, &look.type))
		look.name = name.wire;
	uint8_t sinks = choose(plan, ring, &look, &snap);
	if (sinks == 0)
		return;
	uint32_t data_len = len < snap ? (uint32_t)len : snap;
	struct tap_record *record = begin(ring, &look, sinks, (uint32_t)len, data_len);
	if (record == NULL)
		return;
	record->transport = (uint8_t)transport;
	record->rcode = dns_message_flags(message) & DNS_FLAG_RCODE;
	record->is_forward = (dns_message_flags(message) & DNS_FLAG_RD) != 0;
	memcpy(record->data, message, data_len);
	tap_ring_end(ring, record);
}

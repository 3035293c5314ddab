/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* DECODER: packets come from LISTENER or TCP_ACCEPTOR with the place of their message; they go on to
 * QUERY_DISPATCHER with everything that the query says, or to ENCODER with a response code. */
#include "stage/decoder.h"

#include <rte_prefetch.h>

#include "dns/rrtype.h"
#include "guard/cookie.h"
#include "pipeline/query.h"
#include "stage/encoder.h"

struct decoder {
	const struct stage_decoder_settings *settings;
	const struct tap_plan *plan; /* for the burst at hand; NULL: nobody watches */
};

static const char *const outputs[] = {"query_dispatcher", "encoder", NULL};

static enum result decoder_init(struct stage *stage, const void *settings)
{
	struct decoder *decoder = stage->state;
	decoder->settings = settings;
	return RESULT_OK;
}

/* One OPT record; the reader stands behind its owner and type. RFC 6891 §6.1.1: its owner is the root
 * and there is at most one. */
static bool take_opt(struct bytes_reader *reader, const struct dns_name *owner, struct query *query)
{
	if (owner->len != 1 || query->edns.present)
		return false;
	return dns_edns_parse(reader, &query->edns) == RESULT_OK;
}

/* The fixed rest of any other record: class, TTL, length, data. */
static bool skip_record(struct bytes_reader *reader)
{
	uint16_t rdata_len;
	return bytes_skip(reader, 6) && bytes_take_u16(reader, &rdata_len) &&
	       bytes_skip(reader, rdata_len);
}

static bool take_additional(const struct stage_decoder_settings *settings,
                            struct bytes_reader *reader, struct query *query)
{
	struct dns_name owner;
	uint16_t type;

	/* RFC 8945 §5.1: nothing may follow a TSIG record. */
	if (query->tsig_present)
		return false;
	if (dns_name_parse(reader, &owner) != RESULT_OK || !bytes_take_u16(reader, &type))
		return false;
	if (type == DNS_TYPE_OPT && !settings->ignore_edns)
		return take_opt(reader, &owner, query);
	if (type == DNS_TYPE_TSIG)
		query->tsig_present = true;
	return skip_record(reader);
}

/* The records of an ordinary query: none in answer and authority (but the SOA of an IXFR, RFC 1995 §3,
 * and what UPDATE carries), then OPT and TSIG. */
static bool take_records(const struct stage_decoder_settings *settings, struct bytes_reader *reader,
                         const uint8_t *message, struct query *query)
{
	unsigned answers = dns_message_count(message, DNS_SECTION_ANSWER);
	unsigned authority = dns_message_count(message, DNS_SECTION_AUTHORITY);
	unsigned additional = dns_message_count(message, DNS_SECTION_ADDITIONAL);

	if (query->opcode == DNS_OPCODE_QUERY &&
	    (answers > 0 || (authority > 0 && query->question.type != DNS_TYPE_IXFR)))
		return false;
	if (answers + authority + additional > DECODER_RECORDS_MAX)
		return false;
	for (unsigned i = 0; i < answers + authority; i++) {
		if (dns_name_skip(reader) != RESULT_OK || !bytes_skip(reader, 2) ||
		    !skip_record(reader))
			return false;
	}
	for (unsigned i = 0; i < additional; i++) {
		if (!take_additional(settings, reader, query))
			return false;
	}
	return bytes_left(reader) == 0;
}

/* Octets that ENCODER may need behind the sections for the OPT record. */
static uint32_t opt_reserve(const struct stage_decoder_settings *settings,
                            const struct query *query)
{
	const struct dns_edns *edns = &query->edns;
	if (!edns->present)
		return 0;
	uint32_t reserve = EDNS_OPT_FIXED_SIZE + ENCODER_EDE_RESERVE;
	if (edns->nsid_asked && settings->nsid_len > 0)
		reserve += 4u + settings->nsid_len;
	if (edns->cookie_len > 0 && settings->cookies)
		reserve += 4u + COOKIE_BYTES;
	if (edns->zoneversion_asked)
		reserve += 4u + ENCODER_ZONEVERSION_BYTES;
	if (edns->expire_asked && query->question_ok && query->question.type == DNS_TYPE_SOA)
		reserve += 8;
	if (edns->keepalive_asked && query->source == QUERY_SOURCE_STREAM)
		reserve += 6;
	if (edns->subnet_present)
		reserve += 8u + (edns->subnet_family == 1 ? 4 : 16);
	return reserve;
}

/* RFC 6891 §6.2.3 to §6.2.5: the client's size, never below 512, never above ours. */
static void set_limits(const struct stage_decoder_settings *settings, const struct rte_mbuf *mbuf,
                       struct query *query)
{
	uint32_t limit = DNS_MESSAGE_MAX;
	if (query->source != QUERY_SOURCE_STREAM) {
		limit = DNS_UDP_PLAIN_MAX;
		if (query->edns.present && query->edns.udp_size > limit)
			limit = query->edns.udp_size;
		uint32_t ours =
		    query->client.family == 4 ? settings->udp_size_v4 : settings->udp_size_v6;
		if (limit > ours)
			limit = ours;
	}
	uint32_t room = (uint32_t)mbuf->buf_len - mbuf->data_off - query->message_at;
	if (limit > room)
		limit = room;
	query->answer_limit = limit;
	uint32_t reserve = opt_reserve(settings, query);
	query->section_limit = limit > reserve ? limit - reserve : 0;
	if (query->section_limit < query->question_end)
		query->section_limit = query->question_end;
}

/* RFC 6891 §6.1.1: there is an OPT record in the answer if there was one in the query, also if we do not
 * know the opcode: as far as such a message has the usual form. */
static void look_for_opt(const struct stage_decoder_settings *settings, struct bytes_reader *reader,
                         const uint8_t *message, struct query *query)
{
	const unsigned questions = dns_message_count(message, DNS_SECTION_QUESTION);
	if (questions > 1 ||
	    (questions == 1 && dns_question_parse(reader, &query->question) != RESULT_OK) ||
	    !take_records(settings, reader, message, query))
		query->edns.present = false;
}

/* RFC 7873 §5.4, RFC 9619 §4: no question at all, from a client that wants a server cookie only. */
static uint16_t parse_cookie_query(const struct stage_decoder_settings *settings,
                                   struct bytes_reader *reader, const uint8_t *message,
                                   struct query *query)
{
	query->question.type = 0;
	if (query->opcode != DNS_OPCODE_QUERY || !settings->cookies ||
	    !take_records(settings, reader, message, query) || !query->edns.present)
		return DNS_RCODE_FORMERR;
	if (query->edns.version > 0)
		return DNS_RCODE_BADVERS;
	return query->edns.cookie_len > 0 ? DNS_RCODE_NOERROR : DNS_RCODE_FORMERR;
}

/* Names that are longer than the operator wants them, though the protocol allows them. */
static bool is_too_long(const struct stage_decoder_settings *settings,
                        const struct dns_question *question)
{
	if (settings->name_octets_max != 0 && question->name_len > settings->name_octets_max)
		return true;
	for (unsigned i = 0; i < question->label_count && settings->label_octets_max != 0; i++) {
		if (question->name[question->label_at[i]] > settings->label_octets_max)
			return true;
	}
	return false;
}

/* RFC 1035 §4.1: header, question, records. Gives the response code that the query itself asks for:
 * NOERROR with a question means that somebody has to answer it. */
static uint16_t parse(const struct stage_decoder_settings *settings, const uint8_t *message,
                      struct query *query)
{
	struct bytes_reader reader = bytes_reader_of(message, query->message_len);
	reader.at = DNS_HEADER_SIZE;

	if (UNLIKELY(query->opcode != DNS_OPCODE_QUERY && query->opcode != DNS_OPCODE_NOTIFY &&
	             query->opcode != DNS_OPCODE_UPDATE)) {
		look_for_opt(settings, &reader, message, query);
		return DNS_RCODE_NOTIMP;
	}
	/* RFC 9619 §4: never more than one question. */
	const unsigned questions = dns_message_count(message, DNS_SECTION_QUESTION);
	if (UNLIKELY(questions != 1))
		return questions == 0 ? parse_cookie_query(settings, &reader, message, query)
		                      : DNS_RCODE_FORMERR;
	if (dns_question_parse(&reader, &query->question) != RESULT_OK)
		return DNS_RCODE_FORMERR;
	query->question_ok = true;
	query->question_end = (uint16_t)reader.at;
	if (!take_records(settings, &reader, message, query))
		return DNS_RCODE_FORMERR;
	/* RFC 6891 §6.1.3: a version that we do not speak. */
	if (query->edns.present && query->edns.version > 0)
		return DNS_RCODE_BADVERS;
	if (UNLIKELY(is_too_long(settings, &query->question))) {
		query->answer.ede = EDNS_EDE_PROHIBITED;
		query->ede_text = "the name is too long";
		return DNS_RCODE_REFUSED;
	}
	return DNS_RCODE_NOERROR;
}

static void count_rcode(struct stage *stage, uint16_t rcode)
{
	uint64_t *event = stage->counters->event;
	if (rcode == DNS_RCODE_FORMERR)
		stage_count(&event[DECODER_EVENT_FORMERR], 1);
	else if (rcode == DNS_RCODE_BADVERS)
		stage_count(&event[DECODER_EVENT_BADVERS], 1);
	else if (rcode == DNS_RCODE_NOTIMP)
		stage_count(&event[DECODER_EVENT_NOTIMP], 1);
}

static void reset(struct query *query, const uint8_t *message)
{
	query->id = dns_message_id(message);
	query->flags = dns_message_flags(message);
	query->opcode = (uint8_t)dns_message_opcode(message);
	query->question_end = DNS_HEADER_SIZE;
	query->question_ok = false;
	query->tsig_present = false;
	query->recursion_allowed = false;
	query->cookie_state = COOKIE_NONE;
	query->exempt = false;
	query->expire_known = false;
	query->serial_known = false;
	query->ede_text = NULL;
	query->verdict = QUERY_VERDICT_NONE;
	query->edns.present = false;
	query->answer = (struct dns_answer){.ede = EDNS_EDE_NONE};
}

static void decode(struct stage *stage, struct rte_mbuf *mbuf)
{
	const struct decoder *decoder = stage->state;
	struct query *query = query_of(mbuf);

	if (UNLIKELY(query->message_len < DNS_HEADER_SIZE)) {
		stage_drop(stage, mbuf, DROP_DECODER_TOO_SHORT);
		return;
	}
	const uint8_t *message = query_message(mbuf);
	reset(query, message);
	if (UNLIKELY(query->flags & DNS_FLAG_QR)) {
		stage_drop(stage, mbuf, DROP_DECODER_NOT_A_QUERY);
		return;
	}
	uint16_t rcode = parse(decoder->settings, message, query);
	set_limits(decoder->settings, mbuf, query);
	if (tap_wants(decoder->plan, TAP_QUERY))
		tap_query(decoder->settings->tap, decoder->plan, mbuf);
	query->answer.rcode = rcode;
	query->answer.end = query->question_end;
	if (LIKELY(rcode == DNS_RCODE_NOERROR && query->question_ok)) {
		if (query->edns.present)
			stage_count(&stage->counters->event[DECODER_EVENT_EDNS], 1);
		stage_emit(stage, DECODER_TO_DISPATCHER, mbuf);
		return;
	}
	count_rcode(stage, rcode);
	query->verdict = QUERY_VERDICT_ANSWER;
	stage_emit(stage, DECODER_TO_ENCODER, mbuf);
}

static void decoder_process(struct stage *stage, struct rte_mbuf **burst, uint16_t count)
{
	struct decoder *decoder = stage->state;
	decoder->plan = tap_plan(decoder->settings->tap);
	for (uint16_t i = 0; i < count; i++) {
		rte_prefetch0(query_message(burst[i]));
		rte_prefetch0(&query_of(burst[i])->question);
	}
	for (uint16_t i = 0; i < count; i++)
		decode(stage, burst[i]);
}

const struct stage_ops stage_decoder_ops = {
    .name = "DECODER",
    .outputs = outputs,
    .state_size = sizeof(struct decoder),
    .init = decoder_init,
    .process = decoder_process,
};

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* ENCODER: packets come from every stage that can answer, with sections behind their question; they go to
 * SENDER as finished messages. */
#include "stage/encoder.h"

#include <string.h>

#include <rte_cycles.h>
#include <rte_prefetch.h>

#include "base/clock.h"
#include "guard/cookie.h"
#include "pipeline/query.h"

struct encoder {
	const struct stage_encoder_settings *settings;
	struct ratelimit *ratelimit; /* of this lane, for the burst at hand; NULL: none */
	struct top *top; /* of this lane; NULL: none */
	const struct tap_plan *plan; /* the same; NULL: nobody watches */
	uint64_t flight_tsc; /* of the burst; 0: nothing is recorded */
};

static const char *const outputs[] = {"sender", NULL};

static enum result encoder_init(struct stage *stage, const void *settings)
{
	struct encoder *encoder = stage->state;
	encoder->settings = settings;
	/* Beside the pipeline (pipeline/solo.h) a question is nobody's. */
	if (encoder->settings->top != NULL && stage->pipeline != NULL)
		encoder->top = &encoder->settings->top[stage->instance];
	return RESULT_OK;
}

static enum ratelimit_kind kind_of(const struct dns_answer *answer)
{
	if (answer->rcode == DNS_RCODE_NXDOMAIN)
		return RATELIMIT_NXDOMAIN;
	if (answer->rcode != DNS_RCODE_NOERROR)
		return RATELIMIT_ERROR;
	return answer->count[DNS_SECTION_ANSWER] > 0 ? RATELIMIT_POSITIVE : RATELIMIT_NODATA;
}

/* Instead of the answer: something small that an honest client can go on with. With a client cookie that
 * is BADCOOKIE and a server cookie (RFC 7873 §5.2.3), else TC and a stream. */
static void slip(const struct encoder *encoder, struct query *query)
{
	const bool cookie = query->edns.present && query->edns.cookie_len > 0 &&
	                    encoder->settings->cookie_keys != NULL;
	query->answer = (struct dns_answer){
	    .rcode = cookie ? DNS_RCODE_BADCOOKIE : query->answer.rcode,
	    .ede = EDNS_EDE_NONE,
	    .truncated = !cookie,
	    .end = query->question_end,
	};
}

/* Whoever forges an address gets neither a stream nor a good cookie: the others are not limited. */
static bool can_be_limited(const struct query *query)
{
	return query->source != QUERY_SOURCE_STREAM && query->cookie_state < COOKIE_GOOD &&
	       !query->exempt;
}

static bool is_limited(struct stage *stage, struct query *query)
{
	const struct encoder *encoder = stage->state;
	if (encoder->ratelimit == NULL || !can_be_limited(query))
		return false;
	switch (ratelimit_response(encoder->ratelimit, query->client.family, query->client.octets,
	                           kind_of(&query->answer), (uint32_t)(stage->now_us / 1000))) {
	case RATELIMIT_PASS:
		return false;
	case RATELIMIT_SLIP:
		slip(encoder, query);
		return false;
	case RATELIMIT_DROP:
		break;
	}
	return true;
}

static uint16_t answer_flags(const struct query *query)
{
	const struct dns_answer *answer = &query->answer;
	/* RFC 1035 §4.1.1: opcode and RD are copied; RFC 4035 §3.1.6: so is CD. */
	uint16_t flags = DNS_FLAG_QR;
	flags |= query->flags & (DNS_FLAG_OPCODE | DNS_FLAG_RD | DNS_FLAG_CD);
	flags |= answer->rcode & DNS_FLAG_RCODE;
	if (answer->authoritative)
		flags |= DNS_FLAG_AA;
	if (answer->truncated)
		flags |= DNS_FLAG_TC;
	if (query->recursion_allowed)
		flags |= DNS_FLAG_RA;
	/* RFC 6840 §5.7, §5.8: AD only for a client that shows that it understands it. */
	if (answer->authenticated && (query->edns.dnssec_ok || (query->flags & DNS_FLAG_AD)))
		flags |= DNS_FLAG_AD;
	return flags;
}

static void write_header(uint8_t *message, const struct query *query)
{
	const struct dns_answer *answer = &query->answer;
	bytes_store_u16(message + 2, answer_flags(query));
	dns_message_set_count(message, DNS_SECTION_QUESTION, query->question_ok ? 1 : 0);
	for (int i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		dns_message_set_count(message, (enum dns_section)i, answer->count[i]);
}

/* RFC 7873 §5.2, RFC 9018 §4.3: a good cookie goes back as it is, all others get a new one. */
static bool write_cookie(const struct stage_encoder_settings *settings, const struct query *query,
                         uint8_t out[COOKIE_BYTES])
{
	const struct cookie_keys *keys =
	    settings->cookie_keys == NULL ? NULL : snapshot_load(settings->cookie_keys);
	if (query->edns.cookie_len == 0 || keys == NULL)
		return false;
	if (query->cookie_state == COOKIE_GOOD)
		memcpy(out, query->edns.cookie, COOKIE_BYTES);
	else
		cookie_make(keys, query->edns.cookie, query->client.family, query->client.octets,
		            (uint32_t)clock_calendar_s(), out);
	return true;
}

/* What the answer says about the zone it comes from: `version` holds the ZONEVERSION option's data. */
static void tell_zone(const struct query *query, uint8_t version[ENCODER_ZONEVERSION_BYTES],
                      struct dns_edns_reply *reply)
{
	if (query->expire_known) {
		reply->expire = true;
		reply->expire_s = query->zone_expire_s;
	}
	if (query->serial_known) {
		/* RFC 9660 §2: label count, type SOA-SERIAL, serial. */
		version[0] = query->zone_labels;
		version[1] = 0;
		bytes_store_u32(version + 2, query->zone_serial);
		reply->zoneversion = version;
		reply->zoneversion_len = ENCODER_ZONEVERSION_BYTES;
	}
}

/* What streams alone may have. */
static void tell_stream(const struct query *query, struct dns_edns_reply *reply)
{
	/* RFC 7828 §3.2.1: never over UDP. */
	if (query->edns.keepalive_asked) {
		reply->keepalive = true;
		reply->keepalive_timeout = query->keepalive_100ms;
	}
	/* RFC 7830 §4: only for who pads his queries; RFC 8467 §4.1: in blocks of 468. In the clear it
	 * would hide nothing. */
	if (query->edns.padding_asked && query->encrypted)
		reply->padding_block = ENCODER_PADDING_BLOCK;
}

/* RFC 6891 §6.1.1: an OPT record in the answer if and only if there was one in the query. */
static bool append_opt(const struct stage_encoder_settings *settings, struct query *query,
                       struct bytes_writer *writer)
{
	uint8_t cookie[COOKIE_BYTES];
	uint8_t version[ENCODER_ZONEVERSION_BYTES];
	const struct dns_edns *edns = &query->edns;
	struct dns_edns_reply reply = {
	    .udp_size = settings->udp_size,
	    .rcode = query->answer.rcode,
	    .dnssec_ok = edns->dnssec_ok,
	    .ede = (enum edns_ede)query->answer.ede,
	};
	if (edns->nsid_asked && settings->nsid_len > 0) {
		reply.nsid = settings->nsid;
		reply.nsid_len = settings->nsid_len;
	}
	if (write_cookie(settings, query, cookie)) {
		reply.cookie = cookie;
		reply.cookie_len = sizeof(cookie);
	}
	if (query->source == QUERY_SOURCE_STREAM)
		tell_stream(query, &reply);
	if (edns->subnet_present)
		reply.subnet_echo = edns;
	tell_zone(query, version, &reply);
	/* RFC 8914 §2: the text is for people; it goes where there is room for it anyway. */
	if (UNLIKELY(query->ede_text != NULL) && reply.ede != EDNS_EDE_NONE) {
		reply.ede_text = query->ede_text;
		if (dns_edns_size(&reply) > writer->size - writer->len)
			reply.ede_text = NULL;
	}
	dns_edns_write(writer, &reply);
	return !writer->overflow;
}

/* RFC 7873 §5.4: a query without a question asks for nothing but a cookie. */
static void answer_cookie_query(const struct encoder *encoder, struct query *query)
{
	const struct cookie_keys *keys = encoder->settings->cookie_keys == NULL
	                                     ? NULL
	                                     : snapshot_load(encoder->settings->cookie_keys);
	if (keys == NULL)
		return;
	query->cookie_state = (uint8_t)cookie_check(
	    keys, query->edns.cookie, query->edns.cookie_len, query->client.family,
	    query->client.octets, (uint32_t)clock_calendar_s());
	if (query->cookie_state == COOKIE_BAD)
		query->answer.rcode = DNS_RCODE_BADCOOKIE;
}

/* Answers by response code, so that telemetry needs no second look at the message. */
static void count_answer(struct stage *stage, const struct dns_answer *answer)
{
	static const uint8_t events[] = {
	    [DNS_RCODE_NOERROR] = ENCODER_EVENT_NOERROR,
	    [DNS_RCODE_FORMERR] = ENCODER_EVENT_FORMERR,
	    [DNS_RCODE_SERVFAIL] = ENCODER_EVENT_SERVFAIL,
	    [DNS_RCODE_NXDOMAIN] = ENCODER_EVENT_NXDOMAIN,
	    [DNS_RCODE_NOTIMP] = ENCODER_EVENT_NOTIMP,
	    [DNS_RCODE_REFUSED] = ENCODER_EVENT_REFUSED,
	};
	unsigned event =
	    answer->rcode < ARRAY_COUNT(events) ? events[answer->rcode] : ENCODER_EVENT_OTHER_RCODE;
	stage_count(&stage->counters->event[event], 1);
	if (UNLIKELY(answer->truncated))
		stage_count(&stage->counters->event[ENCODER_EVENT_TRUNCATED], 1);
}

static void encode(struct stage *stage, struct rte_mbuf *mbuf)
{
	const struct encoder *encoder = stage->state;
	struct query *query = query_of(mbuf);
	uint8_t *message = query_message(mbuf);
	struct bytes_writer writer = bytes_writer_of(message, query->answer_limit);

	if (UNLIKELY(!query->question_ok && query->answer.rcode == DNS_RCODE_NOERROR))
		answer_cookie_query(encoder, query);
	if (UNLIKELY(is_limited(stage, query))) {
		stage_drop(stage, mbuf, DROP_ENCODER_RATE_LIMIT);
		return;
	}
	writer.len = query->answer.end;
	/* Without an OPT record the upper bits of an extended code have no place (RFC 6891 §6.1.3). */
	if (!query->edns.present && query->answer.rcode > DNS_FLAG_RCODE)
		query->answer.rcode = DNS_RCODE_SERVFAIL;
	write_header(message, query);
	if (query->edns.present) {
		if (UNLIKELY(!append_opt(encoder->settings, query, &writer))) {
			stage_drop(stage, mbuf, DROP_ENCODER_NO_ROOM);
			return;
		}
		dns_message_set_count(message, DNS_SECTION_ADDITIONAL,
		                      (uint16_t)(query->answer.count[DNS_SECTION_ADDITIONAL] + 1));
	}
	query->message_len = (uint32_t)writer.len;
	mbuf->data_len = (uint16_t)(query->message_at + writer.len);
	mbuf->pkt_len = mbuf->data_len;
	count_answer(stage, &query->answer);
	if (LIKELY(encoder->flight_tsc != 0))
		flight_answer(encoder->settings->flight, query, encoder->flight_tsc);
	if (tap_wants(encoder->plan, TAP_RESPONSE))
		tap_response(encoder->settings->tap, encoder->plan, mbuf);
	stage_emit(stage, ENCODER_TO_SENDER, mbuf);
}

static void encoder_process(struct stage *stage, struct rte_mbuf **burst, uint16_t count)
{
	struct encoder *encoder = stage->state;
	const struct snapshot *snapshot = encoder->settings->ratelimit;

	encoder->plan = tap_plan(encoder->settings->tap);
	encoder->flight_tsc = flight_is_on(encoder->settings->flight) ? rte_rdtsc() : 0;
	encoder->ratelimit =
	    snapshot != NULL ? ratelimit_lane(snapshot_load(snapshot), stage->instance) : NULL;
	top_take(encoder->top, burst, count, stage->now_us);
	for (uint16_t i = 0; i < count; i++) {
		const struct query *query = query_of(burst[i]);
		rte_prefetch0(query_message(burst[i]));
		if (UNLIKELY(encoder->ratelimit != NULL && can_be_limited(query)))
			ratelimit_response_prefetch(encoder->ratelimit, query->client.family,
			                            query->client.octets, kind_of(&query->answer));
	}
	for (uint16_t i = 0; i < count; i++)
		encode(stage, burst[i]);
}

const struct stage_ops stage_encoder_ops = {
    .name = "ENCODER",
    .outputs = outputs,
    .state_size = sizeof(struct encoder),
    .init = encoder_init,
    .process = encoder_process,
};

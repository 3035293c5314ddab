/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The packet's way through the stages, by hand. */
#include "explain.h"

#include "base/clock.h"
#include "stage/encoder.h"

/* What most clients say that they take over UDP. */
#define CLIENT_UDP_BYTES 1232
#define MS_PER_US 1000u

static uint64_t now_us(void)
{
	return clock_now_us();
}

/* -- the packet -- */

static void write_message(const struct explain *explain, struct bytes_writer *writer)
{
	bytes_put_u16(writer, 0);
	bytes_put_u16(writer, explain->recursion_desired ? DNS_FLAG_RD : 0);
	bytes_put_u16(writer, 1);
	bytes_put_u16(writer, 0);
	bytes_put_u16(writer, 0);
	bytes_put_u16(writer, 1);
	bytes_put(writer, explain->name.wire, explain->name.len);
	bytes_put_u16(writer, explain->type);
	bytes_put_u16(writer, DNS_CLASS_IN);
	const struct dns_edns_reply opt = {
	    .udp_size = CLIENT_UDP_BYTES, .dnssec_ok = explain->dnssec_ok, .ede = EDNS_EDE_NONE};
	dns_edns_write(writer, &opt);
}

static struct query_address address_of(const struct net_endpoint *endpoint)
{
	struct query_address address = {.family = endpoint->address.family, .port = endpoint->port};
	memcpy(address.octets, endpoint->address.octets, sizeof(address.octets));
	return address;
}

/* As TCP_ACCEPTOR makes it from a socket. */
static struct rte_mbuf *make_packet(const struct explain *explain)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(explain->server->pools.stream);
	if (mbuf == NULL)
		return NULL;
	struct query *query = query_of(mbuf);
	memset(query, 0, sizeof(*query));
	mbuf->data_off = 0;
	query->source =
	    explain->transport == EXPLAIN_UDP ? QUERY_SOURCE_SOCKET : QUERY_SOURCE_STREAM;
	query->encrypted = explain->transport >= EXPLAIN_TLS;
	query->client = address_of(&explain->client);
	query->local = address_of(&explain->local);
	struct bytes_writer writer = bytes_writer_of(query_message(mbuf), DNS_UDP_PLAIN_MAX);
	write_message(explain, &writer);
	query->message_len = (uint32_t)writer.len;
	return mbuf;
}

/* -- the stages -- */

/* Runs one stage. Gives its output; SOLO_DROPPED: the packet is gone and a row says why. */
static int run(struct explain *explain, const struct stage_ops *ops, const void *settings,
               struct stage_counters *counted)
{
	struct solo *solo;
	enum drop_reason reason;
	if (solo_create(ops, settings, &solo) != RESULT_OK) {
		explain_row(explain, ops->name, "?", "no memory");
		rte_pktmbuf_free(explain->packet);
		explain->packet = NULL;
		return SOLO_DROPPED;
	}
	int output = solo_run(solo, explain->packet, now_us(), &reason);
	*counted = *solo_counters(solo);
	solo_destroy(solo);
	if (output == SOLO_DROPPED) {
		explain->packet = NULL;
		explain_row(explain, "drop", drop_name(reason), "%s", drop_sentence(reason));
	}
	return output;
}

/* What the stage told the client besides the code. */
static const char *reason_of(const struct query *query)
{
	if (query->ede_text != NULL)
		return query->ede_text;
	return query->answer.ede != EDNS_EDE_NONE ? dns_ede_text((enum edns_ede)query->answer.ede)
	                                          : "";
}

static void tell_answered(struct explain *explain, const char *step, const char *by)
{
	const struct query *query = query_of(explain->packet);
	char rcode[DNS_NUMBER_TEXT_MAX];
	explain->answered_by = by;
	explain_row(explain, step, dns_rcode_text(query->answer.rcode, rcode), "%s",
	            reason_of(query));
}

static void tell_dispatched(struct explain *explain, const struct stage_counters *counted)
{
	static const struct {
		unsigned event;
		const char *step;
		const char *by;
	} rows[] = {
	    {QUERY_DISPATCHER_EVENT_ACL, "access", "access list"},
	    {QUERY_DISPATCHER_EVENT_NO_ZONE, "recursion", "no zone of ours, no recursion"},
	    {QUERY_DISPATCHER_EVENT_LOCAL, "policy", "local zone"},
	    {QUERY_DISPATCHER_EVENT_SPECIAL, "policy", "special name"},
	    {QUERY_DISPATCHER_EVENT_DENIED, "policy", "block list or denied name"},
	};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if (counted->event[rows[i].event] == 0)
			continue;
		tell_answered(explain, rows[i].step, rows[i].by);
		return;
	}
	tell_answered(explain, "question", "QUERY_DISPATCHER");
}

static void answer_from_zone(struct explain *explain)
{
	struct stage_counters counted;
	explain_zone(explain);
	if (run(explain, &stage_zone_manager_ops, &explain->server->settings.zone_manager,
	        &counted) != SOLO_DROPPED)
		tell_answered(explain, "zone answer", "zone");
}

/* Gives true for a miss. */
static bool answer_from_cache(struct explain *explain)
{
	struct stage_counters counted;
	/* Without pools nothing is sent for a refresh. */
	const struct stage_cache_lookup_settings settings = {.cache =
	                                                         explain->server->settings.cache};
	explain_cache(explain);
	int output = run(explain, &stage_cache_lookup_ops, &settings, &counted);
	if (output == CACHE_LOOKUP_TO_ENCODER)
		tell_answered(explain,
		              counted.event[CACHE_LOOKUP_EVENT_INFERRED] > 0 ? "cache inferred"
		                                                             : "cache answer",
		              "cache");
	return output == CACHE_LOOKUP_TO_RESOLVER;
}

static bool dispatch(struct explain *explain)
{
	struct stage_counters counted;
	/* Rate limits are looked at in explain_access(): here they would be charged. */
	struct stage_query_dispatcher_settings settings =
	    explain->server->settings.query_dispatcher;
	settings.ratelimit = NULL;
	switch (run(explain, &stage_query_dispatcher_ops, &settings, &counted)) {
	case QUERY_DISPATCHER_TO_ZONE_MANAGER:
		answer_from_zone(explain);
		return false;
	case QUERY_DISPATCHER_TO_CACHE_LOOKUP:
		explain_row(explain, "zone", "none", "no zone of ours is at or above the name");
		return answer_from_cache(explain);
	case QUERY_DISPATCHER_TO_ENCODER:
		tell_dispatched(explain, &counted);
		return false;
	default:
		return false;
	}
}

bool explain_start(struct explain *explain, struct control_reply *reply, bool *wants_resolver)
{
	struct stage_counters counted;
	*wants_resolver = false;
	explain->packet = make_packet(explain);
	if (explain->packet == NULL) {
		control_reply_error(reply, "no buffer is free: the server is under load");
		return false;
	}
	explain_access(explain);
	/* Nobody has asked: there is nothing to record. */
	struct stage_decoder_settings settings = explain->server->settings.decoder;
	settings.tap = NULL;
	int output = run(explain, &stage_decoder_ops, &settings, &counted);
	if (output == DECODER_TO_ENCODER)
		tell_answered(explain, "question", "DECODER");
	else if (output == DECODER_TO_DISPATCHER)
		*wants_resolver = dispatch(explain);
	return true;
}

void explain_take_answer(struct explain *explain, const struct resolver_desk_answer *from)
{
	struct query *query = query_of(explain->packet);
	const uint32_t question_end = query->question_end;
	explain->answered_by = "resolver";
	if (from->len == 0 && query->has_stale) {
		explain->answered_by = "cache (stale)";
		return;
	}
	query->answer = (struct dns_answer){
	    .rcode = from->rcode,
	    .ede = from->ede,
	    .authenticated = from->security == DNS_SECURITY_SECURE,
	    .end = question_end,
	};
	if (from->len == 0)
		return;
	if (from->len > query->section_limit) {
		query->answer.truncated = true;
		explain_row(explain, "size", "TC",
		            "%zu octets do not fit into the %u that the client takes", from->len,
		            query->section_limit);
		return;
	}
	memcpy(query_message(explain->packet) + question_end, from->message + question_end,
	       from->len - question_end);
	query->answer.end = (uint32_t)from->len;
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		query->answer.count[i] = dns_message_count(from->message, (enum dns_section)i);
}

void explain_encode(struct explain *explain)
{
	struct stage_counters counted;
	struct stage_encoder_settings settings = explain->server->settings.encoder;
	settings.ratelimit = NULL;
	settings.tap = NULL;
	settings.flight = NULL;
	if (explain->packet != NULL)
		(void)run(explain, &stage_encoder_ops, &settings, &counted);
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* QUERY_DISPATCHER: packets come from DECODER with a parsed query; they go on to whoever can answer. */
#include "stage/query_dispatcher_int.h"

#include <string.h>

#include <rte_prefetch.h>

#include "base/clock.h"
#include "dns/rrtype.h"
#include "guard/cookie.h"
#include "guard/policy.h"
#include "guard/views.h"
#include "zone/zone.h"

static const char *const outputs[] = {"zone_manager", "cache_lookup", "encoder", NULL};

static enum result query_dispatcher_init(struct stage *stage, const void *settings)
{
	struct query_dispatcher *dispatcher = stage->state;
	dispatcher->settings = settings;
	/* Beside the pipeline (pipeline/solo.h) a question is nobody's. */
	if (dispatcher->settings->top != NULL && stage->pipeline != NULL)
		dispatcher->top = &dispatcher->settings->top[stage->instance];
	dispatcher->translate = translate_create();
	return dispatcher->translate != NULL ? RESULT_OK : RESULT_NO_MEMORY;
}

static void query_dispatcher_fini(struct stage *stage)
{
	struct query_dispatcher *dispatcher = stage->state;
	translate_destroy(dispatcher->translate);
	dispatcher->translate = NULL;
}

/* RFC 7873 §5.2: does the client show that it receives what we send to its address? */
static void check_cookie(const struct stage_query_dispatcher_settings *settings,
                         struct query *query)
{
	const struct cookie_keys *keys =
	    settings->cookie_keys == NULL ? NULL : snapshot_load(settings->cookie_keys);
	if (keys != NULL && query->edns.cookie_len > 0)
		query->cookie_state = (uint8_t)cookie_check(
		    keys, query->edns.cookie, query->edns.cookie_len, query->client.family,
		    query->client.octets, (uint32_t)clock_calendar_s());
}

/* Who has proved his address, or is on the list of the exempt, has no limit. */
static bool is_over_rate(struct stage *stage, const struct query *query)
{
	const struct query_dispatcher *dispatcher = stage->state;
	return dispatcher->ratelimit != NULL && query->source != QUERY_SOURCE_STREAM &&
	       query->cookie_state < COOKIE_GOOD && !query->exempt &&
	       !ratelimit_query(dispatcher->ratelimit, query->client.family, query->client.octets,
	                        (uint32_t)(stage->now_us / 1000));
}

/* `text`: a static one that says more than the code, or NULL. */
static enum query_dispatcher_output refuse(struct query *query, uint16_t rcode, enum edns_ede ede,
                                           const char *text)
{
	query->verdict = QUERY_VERDICT_ANSWER;
	query->answer.rcode = rcode;
	query->answer.ede = (int16_t)ede;
	query->ede_text = text;
	return QUERY_DISPATCHER_TO_ENCODER;
}

/* RFC 4892 §2, §3 and the older BIND names: what a server says about itself. */
static const char *chaos_text(const struct stage_query_dispatcher_settings *settings,
                              const struct dns_question *question)
{
	static const struct {
		const char *wire;
		bool version;
	} names[] = {
	    {"\7version\4bind", true},
	    {"\7version\6server", true},
	    {"\10hostname\4bind", false},
	    {"\2id\6server", false},
	};
	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		size_t len = strlen(names[i].wire) + 1;
		if (question->name_len == len && memcmp(question->name, names[i].wire, len) == 0)
			return names[i].version ? settings->version : settings->identity;
	}
	return NULL;
}

static enum query_dispatcher_output answer_chaos(struct stage *stage, struct rte_mbuf *mbuf)
{
	const struct query_dispatcher *dispatcher = stage->state;
	struct query *query = query_of(mbuf);
	const char *text = chaos_text(dispatcher->settings, &query->question);
	uint8_t rdata[1 + QUERY_DISPATCHER_TEXT_MAX];
	struct dns_builder builder;

	stage_count(&stage->counters->event[QUERY_DISPATCHER_EVENT_CHAOS], 1);
	if (text == NULL)
		return refuse(query, DNS_RCODE_REFUSED, EDNS_EDE_NONE, NULL);
	query->verdict = QUERY_VERDICT_ANSWER;
	query->answer.authoritative = true;
	if (query->question.type != DNS_TYPE_TXT && query->question.type != DNS_TYPE_ANY)
		return QUERY_DISPATCHER_TO_ENCODER;
	size_t len = strnlen(text, QUERY_DISPATCHER_TEXT_MAX);
	rdata[0] = (uint8_t)len;
	memcpy(rdata + 1, text, len);
	query_builder(mbuf, &builder);
	if (dns_builder_rr(&builder, DNS_SECTION_ANSWER, query->question.name, DNS_TYPE_TXT,
	                   DNS_CLASS_CH, 0, rdata, (uint16_t)(len + 1)) != RESULT_OK)
		query->answer.truncated = true;
	query_take_sections(query, &builder);
	return QUERY_DISPATCHER_TO_ENCODER;
}

/* RFC 6895 §3.1: OPT and 128 to 254 are no types of records; 255 is ANY. */
static bool is_record_type(uint16_t type)
{
	return type != 0 && type != DNS_TYPE_OPT && (type < 128 || type >= DNS_TYPE_ANY);
}

/* Transfers belong to the control path, which does not make them yet. */
static enum query_dispatcher_output refuse_transfer(struct query *query)
{
	/* RFC 5936 §4.2: AXFR is not defined over UDP. RFC 1995 §2 allows IXFR there. */
	if (query->question.type == DNS_TYPE_AXFR && query->source != QUERY_SOURCE_STREAM)
		return refuse(query, DNS_RCODE_FORMERR, EDNS_EDE_NOT_SUPPORTED,
		              "AXFR needs a stream");
	return refuse(query, DNS_RCODE_REFUSED, EDNS_EDE_PROHIBITED, "no transfers");
}

static enum query_dispatcher_output refuse_type(struct query *query)
{
	switch (query->question.type) {
	case DNS_TYPE_AXFR:
	case DNS_TYPE_IXFR:
		return refuse_transfer(query);
	case DNS_TYPE_MAILA:
	case DNS_TYPE_MAILB:
	case DNS_TYPE_TKEY:
		return refuse(query, DNS_RCODE_NOTIMP, EDNS_EDE_NOT_SUPPORTED, NULL);
	default:
		/* RFC 9824 §3.5 for NXNAME; nobody can have the others either. */
		return refuse(query, DNS_RCODE_FORMERR, EDNS_EDE_INVALID_QUERY_TYPE, NULL);
	}
}

/* What no zone and no cache answers. */
static enum query_dispatcher_output answer_odd(struct stage *stage, struct rte_mbuf *mbuf)
{
	struct query *query = query_of(mbuf);

	/* NOTIFY (RFC 1996) and UPDATE (RFC 2136 §2.2) are not taken yet. */
	if (query->opcode != DNS_OPCODE_QUERY)
		return refuse(query, DNS_RCODE_NOTIMP, EDNS_EDE_NOT_SUPPORTED, NULL);
	if (!is_record_type(query->question.type))
		return refuse_type(query);
	if (query->question.class == DNS_CLASS_CH)
		return answer_chaos(stage, mbuf);
	return refuse(query, DNS_RCODE_REFUSED, EDNS_EDE_NOT_AUTHORITATIVE,
	              "no zones of that class");
}

/* Whether the question is of the common kind that a zone or the cache answers. QCLASS ANY is answered from
 * class IN, the only one that there are zones of, without AA (RFC 1035 §6.2). */
static bool is_ordinary(const struct query *query)
{
	return query->opcode == DNS_OPCODE_QUERY &&
	       (query->question.class == DNS_CLASS_IN || query->question.class == DNS_CLASS_ANY) &&
	       is_record_type(query->question.type);
}

/* Whether a zone of ours answers: the longest one, unless a zone of others lies in it. */
static bool is_ours(const struct outside *outside, const struct zone_set *zones,
                    const struct query *query)
{
	const struct zone *zone = zone_set_get(zones, query->zone_ref);
	return zone != NULL &&
	       (LIKELY(outside == NULL || outside->count == 0) ||
	        !outside_has(outside, &query->question, zone_origin(zone)->label_count));
}

static enum query_dispatcher_output refuse_outsider(struct stage *stage, struct query *query,
                                                    const struct guard_policy *guard)
{
	stage_count(&stage->counters->event[QUERY_DISPATCHER_EVENT_NO_ZONE], 1);
	if (guard->recursion_enabled)
		return refuse(query, DNS_RCODE_REFUSED, EDNS_EDE_PROHIBITED,
		              "recursion is not for this client");
	return refuse(query, DNS_RCODE_REFUSED, EDNS_EDE_NOT_AUTHORITATIVE, "no zone of ours");
}

static void dispatch(struct stage *stage, struct rte_mbuf *mbuf, const struct zone_set *zones,
                     const struct query_dispatcher_rules *rules)
{
	struct query *query = query_of(mbuf);

	if (UNLIKELY(!is_ordinary(query))) {
		stage_emit(stage, answer_odd(stage, mbuf), mbuf);
	} else if (is_ours(rules->outside, zones, query)) {
		query->verdict = QUERY_VERDICT_ZONE;
		stage_emit(stage, QUERY_DISPATCHER_TO_ZONE_MANAGER, mbuf);
	} else if (!query->recursion_allowed || query->question.class != DNS_CLASS_IN) {
		stage_emit(stage, refuse_outsider(stage, query, rules->guard), mbuf);
	} else if (!query_dispatcher_names(stage, mbuf, rules)) {
		query->verdict = QUERY_VERDICT_CACHE;
		stage_emit(stage, QUERY_DISPATCHER_TO_CACHE_LOOKUP, mbuf);
	}
}

static void take(struct stage *stage, struct rte_mbuf *mbuf, const struct zone_set *zones,
                 const struct query_dispatcher_rules *rules)
{
	const struct query_dispatcher *dispatcher = stage->state;
	struct query *query = query_of(mbuf);
	const struct guard_verdict verdict =
	    guard_policy_check(rules->guard, query->client.family, query->client.octets,
	                       query->local.octets, query->local.port);

	query->recursion_allowed = verdict.recursion_allowed;
	query->exempt = verdict.exempt;
	query->unfiltered = verdict.unfiltered;
	query->dns64 = verdict.dns64;
	if (query->edns.present)
		check_cookie(dispatcher->settings, query);
	if (UNLIKELY(is_over_rate(stage, query))) {
		stage_drop(stage, mbuf, DROP_DISPATCHER_RATE_LIMIT);
	} else if (UNLIKELY(!verdict.allowed)) {
		stage_count(&stage->counters->event[QUERY_DISPATCHER_EVENT_ACL], 1);
		stage_emit(
		    stage,
		    refuse(query, DNS_RCODE_REFUSED, EDNS_EDE_PROHIBITED, "not in the access list"),
		    mbuf);
	} else {
		dispatch(stage, mbuf, zones, rules);
	}
}

/* The zones that the client sees. ZONE_MANAGER finds the same ones by the index, if the snapshot is still
 * the same by then. */
static const struct zone_set *pick_zones(const struct views *views, struct query *query)
{
	query->view = views_pick(views, query->client.family, query->client.octets);
	query->views_generation = views->generation;
	return views_zones(views, query->view);
}

static struct ratelimit *limit_of_lane(const struct stage *stage)
{
	const struct query_dispatcher *dispatcher = stage->state;
	const struct snapshot *snapshot = dispatcher->settings->ratelimit;
	return snapshot != NULL ? ratelimit_lane(snapshot_load(snapshot), stage->instance) : NULL;
}

/* Finds all zones, then asks for what ZONE_MANAGER will read first in one go (zone/zone.h says why): it comes
 * while the packets are judged. */
static void look_ahead(const struct views *views, const struct policy *names,
                       struct rte_mbuf **burst, uint16_t count)
{
	const void *line[PIPELINE_BURST];
	uint16_t lines = 0;
	for (uint16_t i = 0; i < count; i++) {
		struct query *query = query_of(burst[i]);
		zone_set_prefetch(pick_zones(views, query), &query->question);
		if (names != NULL)
			policy_prefetch(names, &query->question);
	}
	for (uint16_t i = 0; i < count; i++) {
		struct query *query = query_of(burst[i]);
		const struct zone_set *zones = views_zones(views, query->view);
		query->zone_ref = zone_set_find_ref(zones, &query->question);
		if (LIKELY(query->zone_ref != 0))
			line[lines++] = zone_bucket_line(zone_set_get(zones, query->zone_ref),
			                                 &query->question);
	}
	for (uint16_t i = 0; i < lines; i++)
		rte_prefetch0(line[i]);
}

static void query_dispatcher_process(struct stage *stage, struct rte_mbuf **burst, uint16_t count)
{
	struct query_dispatcher *dispatcher = stage->state;
	const struct views *views = snapshot_load(dispatcher->settings->zones);
	const struct query_dispatcher_rules rules = {
	    .guard = snapshot_load(dispatcher->settings->policy),
	    .names = dispatcher->settings->names == NULL
	                 ? NULL
	                 : snapshot_load(dispatcher->settings->names),
	    .dns64 = translate_load(dispatcher->settings->dns64),
	    .outside = dispatcher->settings->outside == NULL
	                   ? NULL
	                   : snapshot_load(dispatcher->settings->outside),
	};

	dispatcher->ratelimit = limit_of_lane(stage);
	top_take(dispatcher->top, burst, count, stage->now_us);
	look_ahead(views, rules.names, burst, count);
	for (uint16_t i = 0; i < count; i++)
		take(stage, burst[i], views_zones(views, query_of(burst[i])->view), &rules);
}

const struct stage_ops stage_query_dispatcher_ops = {
    .name = "QUERY_DISPATCHER",
    .outputs = outputs,
    .state_size = sizeof(struct query_dispatcher),
    .init = query_dispatcher_init,
    .fini = query_dispatcher_fini,
    .process = query_dispatcher_process,
};

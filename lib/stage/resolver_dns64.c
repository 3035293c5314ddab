/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* RESOLVER for clients behind a NAT64: when servers have no IPv6 address for a name they are asked for the IPv4
 * ones. What servers have said goes to the cache in carriers, what is made of it to the client alone. */
#include <rte_cycles.h>

#include "dns/rrset.h"
#include "policy/policy_limits.h"
#include "stage/resolver_int.h"

/* A failure that took longer than this share (1/x) of the whole time leaves none for a second question. */
#define TIME_SHARE 2u

const struct dns_question *resolver_dns64_asked(const struct resolver_stage *state,
                                                const struct query *query,
                                                struct dns_question *room)
{
	const struct dns64 *dns64 = translate_load(state->dns64);
	if (dns64 == NULL || query->dns64 == DNS64_NONE || query->dns64 == DNS64_IPV6)
		return &query->question;
	dns64_question(dns64, (enum dns64_way)query->dns64, &query->question, room);
	return room;
}

/* What was said goes to the cache by itself. */
static void carry(struct stage *stage, const struct query *query, const struct dns_question *asked,
                  const struct resolver_action *action)
{
	if (action->first || action->late)
		resolver_answer_carry(stage, asked, query->edns.present && query->edns.dnssec_ok,
		                      action);
}

static void finish(struct stage *stage, struct rte_mbuf *mbuf)
{
	query_of(mbuf)->keep = QUERY_KEEP_NOT;
	resolver_stage_count(stage, RESOLVER_EVENT_COUNT_ANSWERED);
	resolver_answer_ready(stage->state, mbuf);
}

/* The other question is asked when the engine's step has ended. */
static void ask_instead(struct stage *stage, struct rte_mbuf *mbuf)
{
	struct resolver_stage *state = stage->state;
	struct query *query = query_of(mbuf);
	query->dns64 = DNS64_IPV4;
	query->has_stale = false;
	state->again[state->again_count++] = mbuf;
}

static bool has_time(const struct resolver_stage *state, const struct query *query)
{
	const uint64_t passed_ms = (rte_rdtsc() - query->arrival_tsc) * MS_PER_S / rte_get_tsc_hz();
	return passed_ms < state->deadline_ms / TIME_SHARE;
}

/* RFC 6147 §5.1: what the answer to the AAAA question means. False: it is the client's, as it is. */
static bool take_ipv6(struct stage *stage, const struct dns64 *dns64,
                      const struct resolver_action *action)
{
	const struct resolver_stage *state = stage->state;
	struct rte_mbuf *mbuf = action->client;
	struct query *query = query_of(mbuf);
	if (action->message == NULL) {
		if (action->late || query->has_stale || !has_time(state, query))
			return false;
		query->dns64_ttl_s = DNS64_TTL_S;
		carry(stage, query, &query->question, action);
		ask_instead(stage, mbuf);
		return true;
	}
	switch (
	    translate_judge_message(state->translate, dns64, query, action->message, action->len)) {
	case DNS64_WHOLE:
		return false;
	case DNS64_PARTLY:
		carry(stage, query, &query->question, action);
		translate_filter_message(state->translate, dns64, mbuf, action->message,
		                         action->len);
		query->answer.ede = action->ede;
		finish(stage, mbuf);
		return true;
	case DNS64_EMPTY:
		break;
	}
	carry(stage, query, &query->question, action);
	ask_instead(stage, mbuf);
	return true;
}

/* The answer to the other question. */
static void take_other(struct stage *stage, const struct dns64 *dns64,
                       const struct resolver_action *action)
{
	const struct resolver_stage *state = stage->state;
	struct rte_mbuf *mbuf = action->client;
	struct query *query = query_of(mbuf);
	struct dns_question room;
	const struct dns_question *asked = resolver_dns64_asked(state, query, &room);
	carry(stage, query, asked, action);
	if (action->message == NULL) {
		resolver_answer_failed(stage, query, action);
		query->keep = QUERY_KEEP_NOT;
		resolver_answer_ready(stage->state, mbuf);
		return;
	}
	query->answer = (struct dns_answer){.ede = action->ede};
	translate_put_message(state->translate, dns64, mbuf, asked, action->message, action->len);
	finish(stage, mbuf);
}

bool resolver_dns64_take(struct stage *stage, const struct resolver_action *action)
{
	const struct resolver_stage *state = stage->state;
	const struct query *query = query_of((struct rte_mbuf *)action->client);
	const struct dns64 *dns64 = translate_load(state->dns64);
	if (query->dns64 == DNS64_NONE)
		return false;
	if (query->dns64 == DNS64_IPV6)
		return dns64 != NULL && take_ipv6(stage, dns64, action);
	if (dns64 == NULL) { /* switched off while it was under way: nothing fits the question */
		struct resolver_action failure = *action;
		failure.message = NULL;
		failure.rcode = DNS_RCODE_SERVFAIL;
		failure.first = false;
		resolver_answer_failed(stage, query_of(action->client), &failure);
		query_of(action->client)->keep = QUERY_KEEP_NOT;
		resolver_answer_ready(stage->state, action->client);
		return true;
	}
	take_other(stage, dns64, action);
	return true;
}

/* Whether the cache knows the answer to the other question. */
static bool is_known(struct stage *stage, const struct dns64 *dns64, struct rte_mbuf *mbuf,
                     const struct dns_question *asked)
{
	const struct resolver_stage *state = stage->state;
	const struct query *query = query_of(mbuf);
	struct dns_builder builder;
	struct dns_answer answer;
	if (state->cache == NULL || dns64 == NULL)
		return false;
	translate_start(state->translate, asked, &builder);
	const enum cache_hit hit =
	    cache_find(state->cache, asked, query->edns.present && query->edns.dnssec_ok,
	               stage->now_us / MS_PER_S, &builder, &answer);
	if (hit != CACHE_FRESH && hit != CACHE_REFRESH)
		return false;
	translate_put(state->translate, dns64, mbuf, asked, &answer);
	finish(stage, mbuf);
	return true;
}

void resolver_dns64_ask(struct stage *stage)
{
	struct resolver_stage *state = stage->state;
	struct dns_question room;
	while (state->again_count > 0) {
		struct rte_mbuf *mbuf = state->again[--state->again_count];
		const struct query *query = query_of(mbuf);
		const struct dns_question *asked = resolver_dns64_asked(state, query, &room);
		if (is_known(stage, translate_load(state->dns64), mbuf, asked))
			continue;
		const struct resolver_event event = {
		    .kind = RESOLVER_EVENT_QUERY,
		    .question = asked,
		    .dnssec_ok = query->edns.present && query->edns.dnssec_ok,
		    .client = mbuf,
		};
		resolver_step(state->engine, &event, stage->now_us / MS_PER_S, &state->sink);
	}
}

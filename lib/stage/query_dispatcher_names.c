/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* QUERY_DISPATCHER and names that are treated in a way of their own: policies, and DNS64. */
#include "stage/query_dispatcher_int.h"

/* Writes what a policy says into the packet; for a name that gets no answer the packet ends. */
static void apply(struct stage *stage, struct rte_mbuf *mbuf, const struct policy *names,
                  const struct policy_verdict *verdict)
{
	static const uint8_t events[POLICY_REASON_COUNT] = {
	    [POLICY_REASON_LOCAL] = QUERY_DISPATCHER_EVENT_LOCAL,
	    [POLICY_REASON_SPECIAL] = QUERY_DISPATCHER_EVENT_SPECIAL,
	    [POLICY_REASON_DENIED] = QUERY_DISPATCHER_EVENT_DENIED,
	};
	struct query *query = query_of(mbuf);
	struct dns_builder builder;
	stage_count(&stage->counters->event[events[verdict->reason]], 1);
	if (verdict->kind == POLICY_DROP) {
		stage_drop(stage, mbuf, DROP_DISPATCHER_POLICY);
		return;
	}
	query->verdict = QUERY_VERDICT_ANSWER;
	query_builder(mbuf, &builder);
	policy_answer(names, verdict, &query->question, &builder, &query->answer);
	query_take_sections(query, &builder);
	stage_emit(stage, QUERY_DISPATCHER_TO_ENCODER, mbuf);
}

/* A policy's answer to the question that DNS64 asks instead, made one to the client's. */
static void apply_other(struct stage *stage, struct rte_mbuf *mbuf,
                        const struct query_dispatcher_rules *rules,
                        const struct dns_question *asked, const struct policy_verdict *verdict)
{
	const struct query_dispatcher *dispatcher = stage->state;
	struct query *query = query_of(mbuf);
	struct dns_builder builder;
	struct dns_answer answer;
	query->verdict = QUERY_VERDICT_ANSWER;
	query->dns64_ttl_s = UINT32_MAX;
	translate_start(dispatcher->translate, asked, &builder);
	policy_answer(rules->names, verdict, asked, &builder, &answer);
	for (unsigned i = 0; i < DNS_SECTION_COUNT; i++)
		answer.count[i] = builder.count[i];
	answer.end = builder.len;
	translate_put(dispatcher->translate, rules->dns64, mbuf, asked, &answer);
	stage_emit(stage, QUERY_DISPATCHER_TO_ENCODER, mbuf);
}

/* RFC 6147 §5.1 for local data: a name with IPv4 addresses and no IPv6 ones. And §5.3.1: what is said here of a
 * name of in-addr.arpa. */
static bool is_translated(struct stage *stage, struct rte_mbuf *mbuf,
                          const struct query_dispatcher_rules *rules,
                          const struct policy_verdict *verdict)
{
	struct query *query = query_of(mbuf);
	struct dns_question asked;
	enum dns64_way way = (enum dns64_way)query->dns64;
	if (way == DNS64_IPV6 && verdict->kind == POLICY_NODATA)
		way = DNS64_IPV4;
	else if (way != DNS64_POINTER || verdict->reason == POLICY_REASON_LOCAL)
		return false;
	dns64_question(rules->dns64, way, &query->question, &asked);
	const struct policy_verdict other = policy_find(rules->names, &asked);
	if (way == DNS64_IPV4 ? other.kind != POLICY_DATA
	                      : other.kind == POLICY_NONE || other.kind == POLICY_DROP)
		return false;
	query->dns64 = (uint8_t)way;
	apply_other(stage, mbuf, rules, &asked, &other);
	return true;
}

/* Whether a policy has taken the packet. Policies are for those who may have recursion. */
static bool is_taken(struct stage *stage, struct rte_mbuf *mbuf,
                     const struct query_dispatcher_rules *rules)
{
	const struct query *query = query_of(mbuf);
	if (rules->names == NULL || query->unfiltered)
		return false;
	const struct policy_verdict verdict = policy_find(rules->names, &query->question);
	if (UNLIKELY(query->dns64 != DNS64_NONE) && is_translated(stage, mbuf, rules, &verdict))
		return true;
	/* A prefix of a NAT64 may lie where nobody is to be asked otherwise. */
	if (LIKELY(verdict.kind == POLICY_NONE) ||
	    (query->dns64 == DNS64_POINTER && verdict.reason == POLICY_REASON_SPECIAL))
		return false;
	apply(stage, mbuf, rules->names, &verdict);
	return true;
}

/* RFC 6147 §5.5: who checks signatures himself (DO and CD) wants nothing that is made. */
static enum dns64_way way_of(const struct query *query, const struct dns64 *dns64)
{
	if (LIKELY(dns64 == NULL) || query->dns64 == DNS64_NONE ||
	    (query->edns.present && query->edns.dnssec_ok && (query->flags & DNS_FLAG_CD) != 0))
		return DNS64_NONE;
	return dns64_way_of(dns64, &query->question);
}

/* Whether the packet is answered here: a policy, or DNS64's own name. */
bool query_dispatcher_names(struct stage *stage, struct rte_mbuf *mbuf,
                            const struct query_dispatcher_rules *rules)
{
	struct query *query = query_of(mbuf);
	struct dns_builder builder;
	query->dns64 = (uint8_t)way_of(query, rules->dns64);
	if (LIKELY(query->dns64 != DNS64_ITSELF))
		return is_taken(stage, mbuf, rules);
	query->verdict = QUERY_VERDICT_ANSWER;
	query_builder(mbuf, &builder);
	dns64_answer_itself(rules->dns64, &query->question, &builder, &query->answer);
	query_take_sections(query, &builder);
	stage_emit(stage, QUERY_DISPATCHER_TO_ENCODER, mbuf);
	return true;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* RESOLVER's results: written into the packets of clients, or into carriers for the cache alone. */
#include "base/check.h"
#include "dns/rrset.h"
#include "stage/resolver_int.h"

/* Octets of the message that fit into the packet. */
static uint32_t capacity_of(struct rte_mbuf *mbuf)
{
	uint32_t room = mbuf->buf_len - mbuf->data_off - query_of(mbuf)->message_at;
	return room < DNS_MESSAGE_MAX ? room : DNS_MESSAGE_MAX;
}

static void set_failure(struct query *query, const struct resolver_action *action)
{
	query->answer = (struct dns_answer){
	    .rcode = action->rcode,
	    .ede = action->ede,
	    .end = query->question_end,
	};
}

/* What a message says besides its records. */
static struct dns_answer answer_of(const struct resolver_action *action)
{
	struct dns_answer answer = {
	    .rcode = action->rcode,
	    .authenticated = action->security == DNS_SECURITY_SECURE,
	    .ede = action->ede,
	    .rank = (uint8_t)action->rank,
	    .security = (uint8_t)action->security,
	    .end = (uint32_t)action->len,
	};
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		answer.count[i] = dns_message_count(action->message, (enum dns_section)i);
	return answer;
}

void resolver_answer_ready(struct resolver_stage *state, struct rte_mbuf *mbuf)
{
	CHECK(state->ready_count < state->ready_size);
	state->ready[(state->ready_head + state->ready_count++) % state->ready_size] = mbuf;
}

void resolver_answer_carry(struct stage *stage, const struct dns_question *question, bool dnssec_ok,
                           const struct resolver_action *action)
{
	struct resolver_stage *state = stage->state;
	const uint32_t from = DNS_HEADER_SIZE + question->name_len + 4u;
	const uint32_t sections = action->message != NULL ? (uint32_t)action->len - from : 0;
	struct rte_mbuf *mbuf = NULL;
	if (state->carriers < RESOLVER_CARRIERS_MAX && state->pools != NULL)
		mbuf = carrier_take(state->pools, question, dnssec_ok, sections);
	if (mbuf == NULL) {
		resolver_stage_count(stage, RESOLVER_EVENT_COUNT_NOT_CARRIED);
		return;
	}
	struct query *query = query_of(mbuf);
	query->keep = action->late ? QUERY_KEEP_HOLD : QUERY_KEEP_FAILURE;
	if (action->message != NULL) {
		memcpy(query_message(mbuf) + from, action->message + from, sections);
		query->answer = answer_of(action);
		query->keep = QUERY_KEEP_ANSWER;
	}
	state->carriers++;
	resolver_stage_count(stage, RESOLVER_EVENT_COUNT_CARRIED);
	resolver_answer_ready(state, mbuf);
}

/* The sections stand behind an equally long question there and here, so that they can be copied. */
static void copy_answer(struct stage *stage, struct rte_mbuf *mbuf,
                        const struct resolver_action *action)
{
	const struct resolver_stage *state = stage->state;
	struct query *query = query_of(mbuf);
	uint32_t from = query->question_end;
	struct dns_rrset_cut cut;
	query->answer = answer_of(action);
	bool fits = action->len <= capacity_of(mbuf);
	if (!fits) {
		/* What was made by the engine can be read; a message that cannot is no answer. */
		if (dns_rrset_cut(state->reader, action->message, action->len, query->section_limit,
		                  &cut) != RESULT_OK)
			cut = (struct dns_rrset_cut){.end = from, .truncated = true};
		query->answer.end = cut.end;
		query->answer.truncated = cut.truncated;
		memcpy(query->answer.count, cut.count, sizeof(cut.count));
	}
	memcpy(query_message(mbuf) + from, action->message + from, query->answer.end - from);
	query->keep = fits && action->first ? QUERY_KEEP_ANSWER : QUERY_KEEP_NOT;
	if (!fits && action->first)
		resolver_answer_carry(stage, &query->question,
		                      query->edns.present && query->edns.dnssec_ok, action);
	resolver_stage_count(stage, RESOLVER_EVENT_COUNT_ANSWERED);
}

/* RFC 8767 §5: when nobody answers, or not soon, what was true a while ago is better than nothing. It has
 * been in the packet since CACHE_LOOKUP. */
static bool give_stale(struct stage *stage, struct query *query)
{
	if (!query->has_stale)
		return false;
	resolver_stage_count(stage, RESOLVER_EVENT_COUNT_STALE);
	return true;
}

void resolver_answer_failed(struct stage *stage, struct query *query,
                            const struct resolver_action *action)
{
	/* A question for which there was no place, or that is still open, has not failed. */
	query->keep = action->first ? QUERY_KEEP_FAILURE : QUERY_KEEP_NOT;
	if (action->late)
		query->keep = QUERY_KEEP_HOLD;
	if (give_stale(stage, query))
		return;
	set_failure(query, action);
	resolver_stage_count(stage, RESOLVER_EVENT_COUNT_SERVFAIL);
}

void resolver_answer_client(struct stage *stage, const struct resolver_action *action)
{
	if (action->message != NULL)
		copy_answer(stage, action->client, action);
	else
		resolver_answer_failed(stage, query_of(action->client), action);
	resolver_answer_ready(stage->state, action->client);
}

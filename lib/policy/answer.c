/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Writes the answers of policies: local data, and answers that say that there is nothing. */
#include <string.h>

#include "base/bytes.h"
#include "policy/policy_int.h"

/* RFC 6303 §3: RNAME of zones that nobody is responsible for. */
static const uint8_t nobody[] = "\6nobody\7invalid";

/* Names and five numbers. */
#define SOA_BYTES_MAX (DNS_NAME_MAX + sizeof(nobody) + 20)
#define SOA_NUMBERS 5

struct answer {
	const struct policy *policy;
	const struct policy_verdict *verdict;
	const struct dns_question *question;
	struct dns_builder *builder;
	struct dns_answer *out;
};

/* Where the zone's or the denied name begins in the question. */
static const uint8_t *apex_of(const struct answer *answer)
{
	const struct dns_question *question = answer->question;
	return question->name + question->label_at[answer->verdict->label];
}

static const struct policy_zone *zone_of(const struct answer *answer)
{
	return answer->verdict->zone == POLICY_NO_ZONE
	           ? NULL
	           : &answer->policy->zones[answer->verdict->zone];
}

static void put(const struct answer *answer, enum dns_section section, const uint8_t *owner,
                uint16_t type, uint32_t ttl, const uint8_t *rdata, size_t len)
{
	if (dns_builder_rr(answer->builder, section, owner, type, DNS_CLASS_IN, ttl, rdata,
	                   (uint16_t)len) != RESULT_OK)
		answer->out->truncated = true;
}

static void put_set(const struct answer *answer, enum dns_section section, const uint8_t *owner,
                    const struct policy_set *set, uint32_t ttl)
{
	if (dns_builder_rrset(answer->builder, section, owner, set->type, DNS_CLASS_IN, ttl,
	                      &answer->policy->rdata[set->rdata], set->count) != RESULT_OK)
		answer->out->truncated = true;
}

/* The question's name as the client wrote it. */
static const uint8_t *asked(const struct answer *answer)
{
	return answer->builder->message + DNS_HEADER_SIZE;
}

/* -- a SOA record where nobody gave one -- */

/* RFC 2308 §5: without one, nobody can keep a negative answer. RFC 6303 §3 gives the numbers. */
static void put_made_soa(const struct answer *answer, enum dns_section section)
{
	const bool is_special = answer->verdict->reason == POLICY_REASON_SPECIAL;
	const uint32_t ttl = is_special ? POLICY_SPECIAL_TTL_S : answer->policy->deny_ttl_s;
	const uint32_t numbers[SOA_NUMBERS] = {1, 3600, 1200, 604800, ttl};
	const uint8_t *apex = apex_of(answer);
	uint8_t rdata[SOA_BYTES_MAX];
	size_t len = dns_name_len(apex);
	memcpy(rdata, apex, len);
	memcpy(rdata + len, nobody, sizeof(nobody));
	len += sizeof(nobody);
	for (unsigned i = 0; i < SOA_NUMBERS; i++, len += sizeof(uint32_t))
		bytes_store_u32(rdata + len, numbers[i]);
	put(answer, section, apex, DNS_TYPE_SOA, ttl, rdata, len);
}

static void put_soa(const struct answer *answer)
{
	const struct policy_zone *zone = zone_of(answer);
	const struct policy_set *set =
	    zone == NULL ? NULL : policy_data_find(answer->policy, zone->node, DNS_TYPE_SOA);
	if (set == NULL) {
		put_made_soa(answer, DNS_SECTION_AUTHORITY);
		return;
	}
	/* RFC 2308 §3: the TTL is the lesser of its own and its minimum. */
	const struct dns_rdata *rdata = &answer->policy->rdata[set->rdata];
	const uint32_t minimum = bytes_load_u32(rdata->data + rdata->len - sizeof(uint32_t));
	put_set(answer, DNS_SECTION_AUTHORITY, apex_of(answer), set,
	        minimum < set->ttl ? minimum : set->ttl);
}

/* -- data -- */

static void put_data_at(const struct answer *answer, uint32_t node, const uint8_t *owner,
                        uint16_t type)
{
	const struct policy *policy = answer->policy;
	const struct policy_node *at = &policy->nodes[node];
	for (uint32_t i = 0; i < at->set_count; i++) {
		const struct policy_set *set = &policy->sets[at->set + i];
		if (set->type == type || type == DNS_TYPE_ANY)
			put_set(answer, DNS_SECTION_ANSWER, owner, set, set->ttl);
	}
}

/* RFC 1034 §3.6.2: aliases are followed as far as local data goes. */
static void put_chain(const struct answer *answer, const struct policy_set *alias)
{
	const struct policy *policy = answer->policy;
	const uint8_t *owner = asked(answer);
	struct dns_question target = {.type = answer->question->type};
	struct policy_verdict verdict = *answer->verdict;
	for (unsigned i = 0; i < POLICY_CHAIN_MAX && alias != NULL; i++) {
		put_set(answer, DNS_SECTION_ANSWER, owner, alias, alias->ttl);
		owner = policy->rdata[alias->rdata].data;
		dns_question_set(&target, owner, answer->question->type, DNS_CLASS_IN);
		verdict = policy_find(policy, &target);
		if (verdict.kind != POLICY_DATA)
			return;
		alias = policy_data_find(policy, verdict.node, DNS_TYPE_CNAME);
	}
	if (alias == NULL)
		put_data_at(answer, verdict.node, owner, target.type);
}

/* RFC 6303 §3: an empty zone has a SOA record and an NS record that leads nowhere. */
static void put_made_up(const struct answer *answer)
{
	const uint16_t type = answer->question->type;
	const uint8_t *apex = apex_of(answer);
	if (type == DNS_TYPE_SOA || type == DNS_TYPE_ANY)
		put_made_soa(answer, DNS_SECTION_ANSWER);
	if (type == DNS_TYPE_NS || type == DNS_TYPE_ANY)
		put(answer, DNS_SECTION_ANSWER, apex, DNS_TYPE_NS, POLICY_SPECIAL_TTL_S, apex,
		    dns_name_len(apex));
}

static void answer_data(const struct answer *answer)
{
	const struct policy_zone *zone = zone_of(answer);
	const uint16_t type = answer->question->type;
	if (zone->is_served && answer->verdict->label == 0)
		put_made_up(answer);
	const struct policy_set *alias =
	    policy_data_find(answer->policy, answer->verdict->node, DNS_TYPE_CNAME);
	if (alias != NULL && type != DNS_TYPE_CNAME && type != DNS_TYPE_ANY)
		put_chain(answer, alias);
	else
		put_data_at(answer, answer->verdict->node, asked(answer), type);
}

/* Addresses that lead nowhere; nothing for all other types. */
static void answer_null(const struct answer *answer)
{
	static const uint8_t zero[16];
	const uint32_t ttl = answer->policy->deny_ttl_s;
	if (answer->question->type == DNS_TYPE_A)
		put(answer, DNS_SECTION_ANSWER, asked(answer), DNS_TYPE_A, ttl, zero, 4);
	else if (answer->question->type == DNS_TYPE_AAAA)
		put(answer, DNS_SECTION_ANSWER, asked(answer), DNS_TYPE_AAAA, ttl, zero, 16);
	else
		put_soa(answer);
}

/* RFC 8914 §4.5: an answer was made up. §4.16: it was held back by those who run the server. */
static enum edns_ede ede_of(const struct answer *answer)
{
	const struct policy_zone *zone = zone_of(answer);
	const enum policy_kind kind = (enum policy_kind)answer->verdict->kind;
	if (kind == POLICY_NULL && answer->builder->count[DNS_SECTION_ANSWER] > 0)
		return EDNS_EDE_FORGED_ANSWER;
	if (kind == POLICY_REFUSE || zone == NULL || zone->type > POLICY_ZONE_DENY)
		return EDNS_EDE_BLOCKED;
	return EDNS_EDE_NONE;
}

void policy_answer(const struct policy *policy, const struct policy_verdict *verdict,
                   const struct dns_question *question, struct dns_builder *builder,
                   struct dns_answer *out)
{
	const struct answer answer = {policy, verdict, question, builder, out};
	*out = (struct dns_answer){
	    .rcode = DNS_RCODE_NOERROR,
	    .authoritative = verdict->reason != POLICY_REASON_DENIED,
	};
	switch ((enum policy_kind)verdict->kind) {
	case POLICY_DATA:
		answer_data(&answer);
		break;
	case POLICY_NXDOMAIN:
		out->rcode = DNS_RCODE_NXDOMAIN;
		put_soa(&answer);
		break;
	case POLICY_NODATA:
		put_soa(&answer);
		break;
	case POLICY_NULL:
		answer_null(&answer);
		break;
	case POLICY_REFUSE:
		out->rcode = DNS_RCODE_REFUSED;
		out->authoritative = false;
		break;
	case POLICY_NONE:
	case POLICY_DROP:
		break;
	}
	out->ede = (int16_t)ede_of(&answer);
}

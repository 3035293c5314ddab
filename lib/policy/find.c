/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What is to be done with a question: one walk over its labels, then a decision. */
#include "policy/policy_int.h"

#define NO_LABEL UINT8_MAX

/* What the walk came upon; of several the longest name. */
struct found {
	bool is_node; /* the question's own name is one of local data, or above one */
	bool is_allowed;
	uint8_t deny; /* labels of the question where these names begin, or NO_LABEL */
	uint8_t zone_label;
	uint32_t node;
	uint32_t zone; /* or POLICY_NO_ZONE */
};

_Static_assert(DNS_LABELS_MAX < NO_LABEL, "no label is NO_LABEL");

void policy_prefetch(const struct policy *policy, const struct dns_question *question)
{
	const struct policy_names *names = &policy->names;
	if (!policy_names_may_have(names, question))
		return;
	for (unsigned label = 0; label <= question->label_count; label++) {
		if (policy_names_has_depth(names, question->label_count - label))
			name_table_prefetch(&names->table, question->hash[label]);
	}
}

static void note(const struct policy *policy, uint8_t label, const struct policy_name *name,
                 struct found *found)
{
	found->is_allowed |= (name->flags & POLICY_NAME_ALLOW) != 0;
	if ((name->flags & POLICY_NAME_DENY) != 0 && found->deny == NO_LABEL)
		found->deny = label;
	if ((name->flags & POLICY_NAME_NODE) == 0)
		return;
	if (label == 0) {
		found->is_node = true;
		found->node = name->node;
	}
	if (found->zone == POLICY_NO_ZONE) {
		found->zone = policy->nodes[name->node].zone;
		found->zone_label = label;
	}
}

static void walk(const struct policy *policy, const struct dns_question *question,
                 struct found *found)
{
	const struct policy_names *names = &policy->names;
	for (unsigned label = 0; label <= question->label_count; label++) {
		if (!policy_names_has_depth(names, question->label_count - label))
			continue;
		const struct policy_name name = policy_names_find(
		    names, question->hash[label], question->name + question->label_at[label]);
		if (name.flags != 0)
			note(policy, (uint8_t)label, &name, found);
	}
}

static bool has_data(const struct policy *policy, uint32_t node, uint16_t type)
{
	if (type == DNS_TYPE_ANY)
		return policy->nodes[node].set_count > 0;
	return policy_data_find(policy, node, type) != NULL ||
	       policy_data_find(policy, node, DNS_TYPE_CNAME) != NULL;
}

/* RFC 6303 §3: an empty zone has a SOA and an NS record. */
static bool is_made_up(const struct policy_zone *zone, const struct found *found, uint16_t type)
{
	return zone->is_served && found->zone_label == 0 &&
	       (type == DNS_TYPE_SOA || type == DNS_TYPE_NS || type == DNS_TYPE_ANY);
}

/* What a zone does where it has no data for the question. */
static enum policy_kind without_data(const struct policy *policy, const struct policy_zone *zone,
                                     const struct found *found)
{
	switch ((enum policy_zone_type)zone->type) {
	case POLICY_ZONE_STATIC:
		return found->is_node ? POLICY_NODATA : POLICY_NXDOMAIN;
	case POLICY_ZONE_TRANSPARENT:
		return found->is_node && policy->nodes[found->node].set_count > 0 ? POLICY_NODATA
		                                                                  : POLICY_NONE;
	case POLICY_ZONE_REDIRECT:
	case POLICY_ZONE_ALWAYS_NODATA:
		return POLICY_NODATA;
	case POLICY_ZONE_REFUSE:
	case POLICY_ZONE_ALWAYS_REFUSE:
		return POLICY_REFUSE;
	case POLICY_ZONE_DENY:
	case POLICY_ZONE_ALWAYS_DENY:
		return POLICY_DROP;
	case POLICY_ZONE_ALWAYS_NXDOMAIN:
		return POLICY_NXDOMAIN;
	case POLICY_ZONE_ALWAYS_NULL:
		return POLICY_NULL;
	case POLICY_ZONE_TYPETRANSPARENT:
	case POLICY_ZONE_ALWAYS_TRANSPARENT:
	case POLICY_ZONE_TYPE_COUNT:
		break;
	}
	return POLICY_NONE;
}

static struct policy_verdict judge_zone(const struct policy *policy,
                                        const struct dns_question *question,
                                        const struct found *found)
{
	const struct policy_zone *zone = &policy->zones[found->zone];
	const bool is_redirect = zone->type == POLICY_ZONE_REDIRECT;
	struct policy_verdict verdict = {
	    .kind = POLICY_NONE,
	    .reason = zone->reason,
	    .label = found->zone_label,
	    .node = is_redirect ? zone->node : found->node,
	    .zone = found->zone,
	};
	/* RFC 4035 §3.1.4.1: whether the delegation is signed is the parent's to say. */
	if (zone->parent_has_ds && question->type == DNS_TYPE_DS && found->zone_label == 0)
		return verdict;
	const bool looks = is_redirect || (found->is_node && zone->type <= POLICY_ZONE_DENY);
	if ((looks && has_data(policy, verdict.node, question->type)) ||
	    is_made_up(zone, found, question->type))
		verdict.kind = POLICY_DATA;
	else
		verdict.kind = (uint8_t)without_data(policy, zone, found);
	return verdict;
}

struct policy_verdict policy_find(const struct policy *policy, const struct dns_question *question)
{
	const struct policy_verdict none = {.kind = POLICY_NONE, .zone = POLICY_NO_ZONE};
	struct found found = {.deny = NO_LABEL, .zone = POLICY_NO_ZONE};
	if (LIKELY(!policy_names_may_have(&policy->names, question)))
		return none;
	walk(policy, question, &found);
	if (found.zone != POLICY_NO_ZONE) {
		const struct policy_verdict verdict = judge_zone(policy, question, &found);
		if (verdict.kind != POLICY_NONE)
			return verdict;
	}
	if (found.deny == NO_LABEL || found.is_allowed)
		return none;
	return (struct policy_verdict){
	    .kind = policy->deny_kind,
	    .reason = POLICY_REASON_DENIED,
	    .label = found.deny,
	    .zone = POLICY_NO_ZONE,
	};
}

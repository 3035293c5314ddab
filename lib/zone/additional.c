/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The additional section: glue, which a referral needs, and addresses that spare a client a query. */
#include "zone/reply.h"

#define ZONE_TYPES_MAX 3

/* Which types are of use at the node that a record names. */
struct wanted {
	uint16_t type[ZONE_TYPES_MAX];
};

static struct wanted wanted_of(uint16_t type)
{
	struct wanted wanted = {.type = {DNS_TYPE_A, DNS_TYPE_AAAA, 0}};
	if (type == DNS_TYPE_SVCB || type == DNS_TYPE_HTTPS)
		wanted.type[2] = type; /* RFC 9460 §4.1: AliasMode leads to more of them */
	else if (type == DNS_TYPE_NAPTR)
		wanted.type[2] = DNS_TYPE_SRV; /* RFC 3403 §4.1, flag "S" */
	return wanted;
}

/* Whether this node was served before; remembers it. */
static bool is_seen(struct reply *reply, const struct zone_node *node)
{
	for (uint8_t i = 0; i < reply->seen_count; i++) {
		if (reply->seen[i] == node)
			return true;
	}
	if (reply->seen_count < ZONE_ADDITIONAL_MAX)
		reply->seen[reply->seen_count++] = node;
	return false;
}

/* Whether the set is in the answer section, from where it wants additional records. */
static bool is_wanted_already(const struct reply *reply, const struct zone_rrset *rrset)
{
	for (uint8_t i = 0; i < reply->additional_count; i++) {
		if (reply->additional[i].rrset == rrset)
			return true;
	}
	return false;
}

/* Writes what is of use at one target. False: no room. */
static bool put_target(struct reply *reply, const struct zone *zone, const struct zone_node *node,
                       struct wanted wanted)
{
	uint8_t owner[DNS_NAME_MAX + 1];
	zone_node_name(zone, node, owner);
	for (unsigned i = 0; i < ZONE_TYPES_MAX && wanted.type[i] != 0; i++) {
		const struct zone_rrset *rrset = zone_node_find(node, wanted.type[i]);
		if (rrset == NULL || is_wanted_already(reply, rrset))
			continue;
		if (!reply_put(reply, DNS_SECTION_ADDITIONAL, owner, rrset, ZONE_TTL_MAX))
			return false;
		reply_want_additional(reply, rrset);
	}
	return true;
}

/* Whether the name of record `index` is the cut's own or below it. */
static bool is_below_cut(const struct zone_node *target, const struct zone_node *cut)
{
	return target->prefix_len >= cut->prefix_len &&
	       memcmp(target->prefix + target->prefix_len - cut->prefix_len, cut->prefix,
	              cut->prefix_len) == 0 &&
	       target->label_count >= cut->label_count;
}

/* Glue of one kind: in the delegated zone (required), or beside it (welcome). */
static bool put_glue(struct reply *reply, const struct zone_rrset *ns, bool below)
{
	const struct zone *zone = reply->zone;
	const uint32_t *target = zone_rrset_targets(ns);
	const struct wanted wanted = {.type = {DNS_TYPE_A, DNS_TYPE_AAAA, 0}};
	for (uint16_t i = 0; i < ns->count; i++) {
		if (target[i] == 0)
			continue;
		const struct zone_node *node = zone_node_at(zone, target[i]);
		if (is_below_cut(node, reply->node) == below && !is_seen(reply, node) &&
		    !put_target(reply, zone, node, wanted))
			return false;
	}
	return true;
}

bool reply_glue(struct reply *reply, const struct zone_rrset *ns)
{
	if (!put_glue(reply, ns, true))
		return false;
	/* RFC 9471 §3.2: sibling glue may be left out. */
	(void)put_glue(reply, ns, false);
	return true;
}

void reply_want_additional(struct reply *reply, const struct zone_rrset *rrset)
{
	if (LIKELY((rrset->flags & ZONE_RRSET_TARGETS) == 0))
		return;
	if (!is_wanted_already(reply, rrset) && reply->additional_count < ZONE_ADDITIONAL_MAX)
		reply->additional[reply->additional_count++] =
		    (struct reply_additional){.zone = reply->zone, .rrset = rrset};
}

/* RFC 2181 §9: what does not fit is left out, and TC stays clear. */
void reply_additional(struct reply *reply)
{
	for (uint8_t i = 0; i < reply->additional_count; i++) {
		const struct zone *zone = reply->additional[i].zone;
		const struct zone_rrset *rrset = reply->additional[i].rrset;
		const uint32_t *target = zone_rrset_targets(rrset);
		const struct wanted wanted = wanted_of(rrset->type);
		reply->zone = zone;
		for (uint16_t j = 0; j < rrset->count; j++) {
			if (target[j] == 0)
				continue;
			const struct zone_node *node = zone_node_at(zone, target[j]);
			/* Below a cut are no data of ours; for name servers they serve as glue. */
			if ((node->flags & (ZONE_NODE_OCCLUDED | ZONE_NODE_CUT)) != 0 &&
			    rrset->type != DNS_TYPE_NS)
				continue;
			if (!is_seen(reply, node) && !put_target(reply, zone, node, wanted))
				return;
		}
	}
}

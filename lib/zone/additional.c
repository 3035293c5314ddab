/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The additional section: glue, which a referral needs, and addresses that spare a client a query. */
#include "zone/reply.h"
#include "zone/target.h"

#define ZONE_TYPES_MAX 3

/* Which types are of use at the node that a record names. */
struct wanted {
	uint16_t type[ZONE_TYPES_MAX];
};

/* Walks the records of a set and the hosts that they name. */
struct hosts {
	const struct zone *zone;
	const struct zone_rrset *rrset;
	const uint8_t *owner; /* of the set */
	const uint8_t *entry;
	uint16_t index;
};

struct host {
	const uint8_t *name;
	const struct zone_node *node; /* its own, or the wildcard's that stands for it */
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

static struct hosts hosts_of(const struct zone *zone, const struct zone_rrset *rrset,
                             const uint8_t *owner)
{
	return (struct hosts){
	    .zone = zone, .rrset = rrset, .owner = owner, .entry = zone_rrset_data(rrset)};
}

/* The next host that is in the zone. False: there is none left. */
static bool hosts_next(struct hosts *hosts, struct host *out)
{
	const uint32_t *target = zone_rrset_targets(hosts->rrset);
	while (hosts->index < hosts->rrset->count) {
		const uint16_t len = zone_rdata_len(hosts->entry);
		const uint8_t *rdata = hosts->entry + sizeof(len);
		const uint32_t ref = target[hosts->index++];
		hosts->entry = rdata + len;
		if (ref == 0 && hosts->zone->marks == NULL)
			continue;
		out->name = zone_target_name(hosts->rrset->type, rdata, len);
		if (out->name != NULL && zone_target_is_owner(hosts->rrset->type, rdata, out->name))
			out->name = hosts->owner;
		out->node = zone_target_node(hosts->zone, ref, out->name);
		if (out->node != NULL)
			return true;
	}
	return false;
}

/* Whether this host was served before; remembers it. One wildcard may stand for several. */
static bool is_seen(struct reply *reply, const struct host *host)
{
	for (uint8_t i = 0; i < reply->seen_count; i++) {
		if (reply->seen[i].node == host->node &&
		    dns_name_equal(reply->seen[i].name, host->name))
			return true;
	}
	if (reply->seen_count < ZONE_ADDITIONAL_MAX)
		reply->seen[reply->seen_count++] =
		    (struct reply_seen){.node = host->node, .name = host->name};
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

/* Writes what is of use at one host. False: no room. */
static bool put_host(struct reply *reply, const struct host *host, struct wanted wanted)
{
	for (unsigned i = 0; i < ZONE_TYPES_MAX && wanted.type[i] != 0; i++) {
		const struct zone_rrset *rrset = zone_node_find(host->node, wanted.type[i]);
		if (rrset == NULL || is_wanted_already(reply, rrset))
			continue;
		if (!reply_put(reply, DNS_SECTION_ADDITIONAL, host->name, rrset, ZONE_TTL_MAX))
			return false;
		reply_want_additional(reply, host->name, rrset);
	}
	return true;
}

/* Whether a node's name is the cut's own or below it. */
static bool is_below_cut(const struct zone_node *node, const struct zone_node *cut)
{
	return node->label_count >= cut->label_count && node->prefix_len >= cut->prefix_len &&
	       memcmp(node->prefix + node->prefix_len - cut->prefix_len, cut->prefix,
	              cut->prefix_len) == 0;
}

/* Glue of one kind: in the delegated zone (required), or beside it (welcome). */
static bool put_glue(struct reply *reply, const struct zone_rrset *ns, bool below)
{
	struct hosts hosts = hosts_of(reply->zone, ns, NULL);
	for (struct host host; hosts_next(&hosts, &host);) {
		if (is_below_cut(host.node, reply->node) == below && !is_seen(reply, &host) &&
		    !put_host(reply, &host, wanted_of(DNS_TYPE_NS)))
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

void reply_want_additional(struct reply *reply, const uint8_t *owner,
                           const struct zone_rrset *rrset)
{
	if (LIKELY((rrset->flags & ZONE_RRSET_TARGETS) == 0))
		return;
	if (!is_wanted_already(reply, rrset) && reply->additional_count < ZONE_ADDITIONAL_MAX)
		reply->additional[reply->additional_count++] =
		    (struct reply_additional){.zone = reply->zone, .owner = owner, .rrset = rrset};
}

/* Below a cut are no data of ours to add; for name servers they serve as glue. */
static bool may_add(const struct host *host, uint16_t type)
{
	return type == DNS_TYPE_NS ||
	       (host->node->flags & (ZONE_NODE_OCCLUDED | ZONE_NODE_CUT)) == 0;
}

/* RFC 2181 §9: what does not fit is left out, and TC stays clear. */
void reply_additional(struct reply *reply)
{
	for (uint8_t i = 0; i < reply->additional_count; i++) {
		const struct reply_additional from = reply->additional[i];
		struct hosts hosts = hosts_of(from.zone, from.rrset, from.owner);
		reply->zone = from.zone;
		for (struct host host; hosts_next(&hosts, &host);) {
			if (may_add(&host, from.rrset->type) && !is_seen(reply, &host) &&
			    !put_host(reply, &host, wanted_of(from.rrset->type)))
				return;
		}
	}
}

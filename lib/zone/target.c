/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From rdata to the node that its name means. */
#include "zone/target.h"

#include "base/attr.h"
#include "dns/rrtype.h"

/* Types without a name in enum dns_type that have a target all the same. */
#define TYPE_AFSDB 18
#define TYPE_RT 21
#define TYPE_KX 36

/* Where the target is found in the rdata; NAPTR's stands behind three strings. */
static const struct shape {
	uint16_t type;
	uint8_t skip;
	uint8_t strings;
} shapes[] = {
    {DNS_TYPE_NS, 0, 0},   {DNS_TYPE_MX, 2, 0},    {DNS_TYPE_SRV, 6, 0},
    {DNS_TYPE_SVCB, 2, 0}, {DNS_TYPE_HTTPS, 2, 0}, {DNS_TYPE_NAPTR, 4, 3},
    {TYPE_KX, 2, 0},       {TYPE_AFSDB, 2, 0},     {TYPE_RT, 2, 0},
};

static const struct shape *shape_of(uint16_t type)
{
	for (size_t i = 0; i < ARRAY_COUNT(shapes); i++) {
		if (shapes[i].type == type)
			return &shapes[i];
	}
	return NULL;
}

bool zone_target_has(uint16_t type)
{
	return shape_of(type) != NULL;
}

const uint8_t *zone_target_name(uint16_t type, const uint8_t *rdata, uint16_t rdata_len)
{
	const struct shape *shape = shape_of(type);
	if (shape == NULL)
		return NULL;
	size_t at = shape->skip;
	for (uint8_t i = 0; i < shape->strings && at < rdata_len; i++)
		at += (size_t)rdata[at] + 1;
	return at < rdata_len ? rdata + at : NULL;
}

bool zone_target_is_owner(uint16_t type, const uint8_t *rdata, const uint8_t *name)
{
	return (type == DNS_TYPE_SVCB || type == DNS_TYPE_HTTPS) && name[0] == 0 &&
	       bytes_load_u16(rdata) != 0;
}

/* The host's node, or that of the wildcard that stands for it; below a cut, too: such a wildcard is glue
 * (RFC 9471 §3.1: all that is available), and additional.c keeps it from other uses. */
const struct zone_node *zone_target_find(const struct zone *zone, const uint8_t *name)
{
	struct dns_question question;
	if (!dns_name_is_below(name, zone->origin.wire))
		return NULL;
	dns_question_set(&question, name, 0, DNS_CLASS_IN);
	const struct zone_node *node = zone_find_suffix(zone, &question, 0);
	if (node != NULL)
		return node;
	uint8_t label;
	const struct zone_node *encloser = zone_find_encloser(zone, &question, 1, &label);
	if ((encloser->flags & ZONE_NODE_DNAME) != 0)
		return NULL;
	return zone_find_wildcard(zone, &question, encloser, label);
}

static void link_set(const struct zone *zone, const struct zone_node *owner,
                     const struct zone_rrset *rrset, uint32_t *target)
{
	const uint8_t *entry = zone_rrset_data(rrset);
	for (uint16_t i = 0; i < rrset->count; i++) {
		const uint16_t len = zone_rdata_len(entry);
		const uint8_t *rdata = entry + sizeof(len);
		const uint8_t *name = zone_target_name(rrset->type, rdata, len);
		const struct zone_node *node = NULL;
		if (name != NULL)
			node = zone_target_is_owner(rrset->type, rdata, name)
			           ? owner
			           : zone_target_find(zone, name);
		if (node != NULL)
			target[i] = zone_node_ref(zone, node);
		entry = rdata + len;
	}
}

void zone_target_link(struct zone *zone, uint32_t ref)
{
	const struct zone_node *node = zone_node_at(zone, ref);
	const struct zone_rrset *rrset = zone_node_rrsets(node);
	for (uint16_t i = 0; i < node->rrset_count; i++, rrset = zone_rrset_next(rrset)) {
		if ((rrset->flags & ZONE_RRSET_TARGETS) == 0)
			continue;
		const size_t at = (size_t)((const uint8_t *)zone_rrset_targets(rrset) - zone->base);
		link_set(zone, node, rrset, (uint32_t *)(void *)(zone->base + at));
	}
}

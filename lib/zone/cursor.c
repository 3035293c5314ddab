/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Walks over a version of a zone, node after node as they lie in memory: what transfer and writing need. */
#include "zone/draft.h"
#include "zone/store.h"
#include "zone/zone.h"

static const uint8_t *at(const struct zone *zone, size_t offset)
{
	return zone->base + offset;
}

/* Whether a node of a changed version's memory is this version's: the table says so. */
static bool is_live(const struct zone *zone, uint32_t ref, const struct zone_node *node)
{
	uint8_t name[DNS_NAME_MAX + 1];
	if (zone->marks == NULL ||
	    (ref < zone->appended_at / ZONE_UNIT && !zone_is_marked(zone, ref)))
		return true;
	if (node->prefix_len == ZONE_NODE_TOMB_LEN)
		return false;
	zone_node_name(zone, node, name);
	const bool nsec3 = (node->flags & ZONE_NODE_NSEC3) != 0;
	return zone_find_prefix(zone, zone_draft_hash(name, nsec3), node->prefix, node->prefix_len,
	                        nsec3) == node;
}

const struct zone_node *zone_walk_next(const struct zone *zone, struct zone_walk *walk)
{
	if (walk->at == 0) {
		walk->at = zone->nodes_at;
		return zone_apex(zone);
	}
	while (true) {
		if (walk->at == zone->nodes_end)
			walk->at = zone->appended_at;
		if (walk->at == zone->appended_end)
			return NULL;
		const uint32_t ref = (uint32_t)(walk->at / ZONE_UNIT);
		const struct zone_node *node = zone_node_at(zone, ref);
		walk->at += zone_node_bytes(node);
		if (ref != zone->apex && is_live(zone, ref, node))
			return node;
	}
}

/* Moves to the next node that has records. False: there is none. */
static bool enter_node(const struct zone *zone, struct zone_cursor *cursor)
{
	struct zone_walk walk = {.at = cursor->walk_at};
	const struct zone_node *node;
	do {
		node = zone_walk_next(zone, &walk);
		if (node == NULL)
			return false;
	} while (node->rrset_count == 0);
	cursor->walk_at = walk.at;
	cursor->node_at = (size_t)((const uint8_t *)node - zone->base);
	cursor->rrset_at = (size_t)((const uint8_t *)zone_node_rrsets(node) - zone->base);
	cursor->rrsets_left = node->rrset_count;
	return true;
}

bool zone_cursor_next(const struct zone *zone, struct zone_cursor *cursor,
                      struct zone_rrset_view *out)
{
	if (cursor->rrsets_left == 0 && !enter_node(zone, cursor))
		return false;
	const struct zone_rrset *rrset =
	    (const struct zone_rrset *)(const void *)at(zone, cursor->rrset_at);
	zone_node_name(zone, (const struct zone_node *)(const void *)at(zone, cursor->node_at),
	               out->owner);
	out->type = rrset->type;
	out->count = rrset->count;
	out->ttl = rrset->ttl;
	out->data = zone_rrset_data(rrset);
	cursor->rrset_at += zone_rrset_bytes(rrset);
	cursor->rrsets_left--;
	return true;
}

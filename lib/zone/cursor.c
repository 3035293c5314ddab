/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Walks over a sealed zone from its first octet to its last: what transfer and writing need. */
#include "zone/store.h"
#include "zone/zone.h"

static const uint8_t *at(const struct zone *zone, size_t offset)
{
	return (const uint8_t *)zone + offset;
}

/* Moves to the next node that has records. False: there is none. */
static bool enter_node(const struct zone *zone, struct zone_cursor *cursor)
{
	size_t next = zone->nodes_at;
	if (cursor->node_at != 0)
		next = cursor->node_at + zone_node_bytes((const struct zone_node *)(const void *)at(
		                             zone, cursor->node_at));
	while (next < zone->nodes_end) {
		const struct zone_node *node =
		    (const struct zone_node *)(const void *)at(zone, next);
		cursor->node_at = next;
		cursor->rrset_at =
		    (size_t)((const uint8_t *)zone_node_rrsets(node) - (const uint8_t *)zone);
		cursor->rrsets_left = node->rrset_count;
		if (node->rrset_count > 0)
			return true;
		next += zone_node_bytes(node);
	}
	return false;
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

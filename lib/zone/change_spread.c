/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What a change does to names that it does not name: those below a cut or a DNAME that comes or goes, and
 * those whose hash gets an NSEC3 record. */
#include <stdlib.h>
#include <string.h>

#include "dns/rrtype.h"
#include "zone/change_work.h"
#include "zone/nsec3.h"
#include "zone/zone_limits.h"

/* The tops of what has to be looked through. */
struct tops {
	const struct zone_node *node[ZONE_CHANGE_TOPS_MAX];
	uint32_t count;
	uint8_t label_count; /* least of all */
};

static bool covers(uint16_t flags)
{
	return (flags & ZONE_NODE_COVERS) != 0;
}

/* Names whose standing towards those below changes, and below which are names that the work does not know
 * of. False: too many. */
MUST_CHECK static bool find_tops(const struct zone_change_work *work, uint32_t *inside,
                                 struct tops *tops)
{
	for (uint32_t i = 1; i < work->name_count; i++) {
		const struct zone_draft_node *node = &work->draft.node[i];
		if ((node->flags & ZONE_NODE_NSEC3) == 0 && work->name[i].old_ref != 0)
			inside[node->parent]++;
	}
	for (uint32_t i = 0; i < work->name_count; i++) {
		const struct zone_change_name *name = &work->name[i];
		const uint16_t flags = work->draft.node[i].flags;
		if (name->old_ref == 0 || !name->exists || name->children == inside[i] ||
		    covers(flags) == covers(name->old_flags))
			continue;
		if (tops->count == ZONE_CHANGE_TOPS_MAX)
			return false;
		const struct zone_node *node = zone_node_at(work->old, name->old_ref);
		if (tops->count == 0 || node->label_count < tops->label_count)
			tops->label_count = node->label_count;
		tops->node[tops->count++] = node;
	}
	return true;
}

static bool is_below(const struct tops *tops, const struct zone_node *node)
{
	if (node->label_count <= tops->label_count || (node->flags & ZONE_NODE_NSEC3) != 0)
		return false;
	for (uint32_t i = 0; i < tops->count; i++) {
		const struct zone_node *top = tops->node[i];
		/* Within a label the same octets may stand: that only costs time. */
		if (node->prefix_len > top->prefix_len &&
		    memcmp(node->prefix + node->prefix_len - top->prefix_len, top->prefix,
		           top->prefix_len) == 0)
			return true;
	}
	return false;
}

/* Takes all names below the tops into the work. */
MUST_CHECK static enum result add_below(struct zone_change_work *work, const struct tops *tops)
{
	struct zone_walk walk = {0};
	uint8_t wire[DNS_NAME_MAX + 1];
	uint32_t index;
	for (const struct zone_node *node; (node = zone_walk_next(work->old, &walk)) != NULL;) {
		if (!is_below(tops, node))
			continue;
		if (work->name_count > work->old->name_count / ZONE_CHANGE_SHARE)
			return RESULT_NO_SPACE;
		zone_node_name(work->old, node, wire);
		const enum result result = zone_change_name(work, wire, false, &index);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

enum result zone_change_spread(struct zone_change_work *work)
{
	struct tops tops = {0};
	uint32_t *inside = calloc(work->name_count, sizeof(*inside));
	if (inside == NULL)
		return RESULT_NO_MEMORY;
	const bool few = find_tops(work, inside, &tops);
	free(inside);
	if (!few)
		return RESULT_NO_SPACE;
	if (tops.count == 0)
		return RESULT_OK;
	const enum result result = add_below(work, &tops);
	if (result == RESULT_OK)
		zone_change_settle(work);
	return result;
}

/* Whether the node is an NSEC3 record's that was not there. */
static bool is_new_hash(const struct zone_change_work *work, uint32_t index)
{
	const struct zone_draft_node *node = &work->draft.node[index];
	const uint32_t ref = work->name[index].old_ref;
	return (node->flags & ZONE_NODE_NSEC3) != 0 &&
	       zone_draft_has(&work->draft, node, DNS_TYPE_NSEC3) &&
	       (ref == 0 || zone_node_find(zone_node_at(work->old, ref), DNS_TYPE_NSEC3) == NULL);
}

/* The index of the hash of a name, or ZONE_DRAFT_NONE. */
static uint32_t find_hash(const struct zone_change_work *work, uint32_t index)
{
	const struct zone_draft_node *node = &work->draft.node[index];
	const size_t origin_len = work->draft.origin.len;
	uint8_t name[DNS_NAME_MAX + 1];
	memcpy(name, work->draft.names.data + node->name, node->prefix_len);
	memcpy(name + node->prefix_len, work->draft.lower_origin, origin_len);
	const struct zone_nsec3_hash hash =
	    zone_nsec3_hash(work->old, name, node->prefix_len + origin_len);
	memcpy(name, hash.label, sizeof(hash.label));
	memcpy(name + sizeof(hash.label), work->draft.lower_origin, origin_len);
	return zone_draft_find(&work->draft, zone_draft_hash(name, true), name, sizeof(hash.label),
	                       true);
}

enum result zone_change_match(struct zone_change_work *work)
{
	uint32_t missing = 0;
	for (uint32_t i = 0; i < work->name_count; i++)
		missing += is_new_hash(work, i);
	for (uint32_t i = 0; i < work->name_count && missing > 0 && work->old->nsec3; i++) {
		if (!work->name[i].exists ||
		    (work->draft.node[i].flags & (ZONE_NODE_NSEC3 | ZONE_NODE_OCCLUDED)) != 0)
			continue;
		const uint32_t hashed = find_hash(work, i);
		if (hashed == ZONE_DRAFT_NONE || !is_new_hash(work, hashed))
			continue;
		work->name[i].dirty = true;
		missing--;
	}
	/* Whose hash it is only a look at all names can tell. */
	return missing == 0 || !work->old->nsec3 ? RESULT_OK : RESULT_NO_SPACE;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Makes a changed version from nothing: for small zones, for changes on which too much hangs, and to get rid
 * of what former versions left behind. */
#include <stdlib.h>
#include <string.h>

#include "zone/change_work.h"

struct rebuild {
	const struct zone_change_work *work;
	struct zone_draft draft;
	uint32_t *touched; /* old references of touched names, ascending */
	size_t touched_count;
};

static int compare_refs(const void *left, const void *right)
{
	uint32_t a, b;
	memcpy(&a, left, sizeof(a));
	memcpy(&b, right, sizeof(b));
	return (a > b) - (a < b);
}

MUST_CHECK static bool list_touched(struct rebuild *rebuild)
{
	const struct zone_change_work *work = rebuild->work;
	rebuild->touched = calloc(work->name_count, sizeof(*rebuild->touched));
	if (rebuild->touched == NULL)
		return false;
	for (uint32_t i = 0; i < work->name_count; i++) {
		if (work->name[i].touched && work->name[i].old_ref != 0)
			rebuild->touched[rebuild->touched_count++] = work->name[i].old_ref;
	}
	qsort(rebuild->touched, rebuild->touched_count, sizeof(*rebuild->touched), compare_refs);
	return true;
}

/* A node of the new draft by a name of the old version's or the change's. */
MUST_CHECK static enum result node_of(struct rebuild *rebuild, const uint8_t *wire, bool nsec3,
                                      uint32_t *out)
{
	struct dns_question question;
	dns_question_set(&question, wire, 0, DNS_CLASS_IN);
	struct dns_name name = {.len = question.name_len, .label_count = question.label_count};
	memcpy(name.wire, wire, name.len);
	return zone_draft_node(&rebuild->draft, &name, nsec3, out);
}

/* What the change does not name stays as it is. */
MUST_CHECK static enum result keep_node(struct rebuild *rebuild, const struct zone_node *node)
{
	const struct zone *old = rebuild->work->old;
	const uint32_t ref = zone_node_ref(old, node);
	uint8_t wire[DNS_NAME_MAX + 1];
	uint32_t index;
	if (node->rrset_count == 0 || bsearch(&ref, rebuild->touched, rebuild->touched_count,
	                                      sizeof(ref), compare_refs) != NULL)
		return RESULT_OK;
	zone_node_name(old, node, wire);
	const enum result result =
	    node_of(rebuild, wire, (node->flags & ZONE_NODE_NSEC3) != 0, &index);
	return result == RESULT_OK ? zone_change_load(&rebuild->draft, index, node) : result;
}

/* The touched names as the change left them. */
MUST_CHECK static enum result add_touched(struct rebuild *rebuild, uint32_t at)
{
	const struct zone_draft *from = &rebuild->work->draft;
	const struct zone_draft_node *node = &from->node[at];
	const size_t written = (node->flags & ZONE_NODE_MIXED_CASE) != 0 ? node->prefix_len : 0;
	uint8_t wire[DNS_NAME_MAX + 1];
	uint32_t index;
	if (!rebuild->work->name[at].touched || node->first == ZONE_DRAFT_NONE)
		return RESULT_OK;
	memcpy(wire, from->names.data + node->name + written, node->prefix_len);
	memcpy(wire + node->prefix_len, from->origin.wire, from->origin.len);
	enum result result = node_of(rebuild, wire, (node->flags & ZONE_NODE_NSEC3) != 0, &index);
	for (uint32_t ref = node->first; ref != ZONE_DRAFT_NONE && result == RESULT_OK;) {
		const struct zone_draft_record *record = zone_draft_record_at(from, ref);
		result = zone_draft_add(&rebuild->draft, index, record, record->rdata);
		ref = record->next;
	}
	return result;
}

MUST_CHECK static enum result fill(struct rebuild *rebuild)
{
	struct zone_walk walk = {0};
	uint16_t file;
	enum result result = zone_draft_file(&rebuild->draft, "change", &file);
	if (result == RESULT_OK && !list_touched(rebuild))
		result = RESULT_NO_MEMORY;
	for (const struct zone_node *node;
	     result == RESULT_OK && (node = zone_walk_next(rebuild->work->old, &walk)) != NULL;)
		result = keep_node(rebuild, node);
	for (uint32_t i = 0; i < rebuild->work->name_count && result == RESULT_OK; i++)
		result = add_touched(rebuild, i);
	return result;
}

enum result zone_change_rebuild(const struct zone_change_work *work, size_t room_bytes,
                                struct zone **out, struct zone_errors *errors)
{
	struct rebuild rebuild = {.work = work};
	/* Warnings about names that the change does not touch are not the change's. */
	struct zone_errors *found = calloc(1, sizeof(*found));
	if (found == NULL)
		return RESULT_NO_MEMORY;
	const size_t names = (size_t)work->old->slots_used + work->name_count;
	enum result result = zone_draft_init(&rebuild.draft, &work->old->origin, names, found);
	if (result == RESULT_OK) {
		rebuild.draft.room_bytes = room_bytes;
		result = fill(&rebuild);
		if (result == RESULT_OK)
			result = zone_seal(&rebuild.draft, out);
		zone_draft_fini(&rebuild.draft);
		free(rebuild.touched);
	}
	if (result == RESULT_MALFORMED)
		*errors = *found;
	free(found);
	return result;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Takes the touched names out of the old version, changes their records, and checks them as the names of a
 * file are checked. */
#include <stdlib.h>
#include <string.h>

#include "dns/rrtype.h"
#include "zone/change_work.h"

/* What a change decides about a name by itself. */
#define OWN_FLAGS (ZONE_NODE_CUT | ZONE_NODE_DNAME | ZONE_NODE_CNAME)
/* What stands whatever the records are. */
#define NAME_FLAGS (ZONE_NODE_APEX | ZONE_NODE_MIXED_CASE | ZONE_NODE_NSEC3)

enum result zone_change_load(struct zone_draft *draft, uint32_t index, const struct zone_node *node)
{
	const struct zone_rrset *rrset = zone_node_rrsets(node);
	for (uint16_t i = 0; i < node->rrset_count; i++, rrset = zone_rrset_next(rrset)) {
		const uint8_t *entry = zone_rrset_data(rrset);
		for (uint16_t j = 0; j < rrset->count; j++) {
			const struct zone_draft_record record = {.ttl = rrset->ttl,
			                                         .type = rrset->type,
			                                         .covers = rrset->covers,
			                                         .len = zone_rdata_len(entry)};
			const uint8_t *rdata = entry + sizeof(uint16_t);
			const enum result result = zone_draft_add(draft, index, &record, rdata);
			if (result != RESULT_OK)
				return result;
			entry = rdata + record.len;
		}
	}
	return RESULT_OK;
}

/* Says of the draft's newest node what the old version knows. */
MUST_CHECK static enum result load_name(struct zone_change_work *work, uint32_t index,
                                        const struct zone_node *node)
{
	if (index == work->name_size) {
		const uint32_t size = work->name_size == 0 ? 16 : work->name_size * 2;
		struct zone_change_name *name = realloc(work->name, size * sizeof(*name));
		if (name == NULL)
			return RESULT_NO_MEMORY;
		work->name = name;
		work->name_size = size;
	}
	struct zone_change_name *name = &work->name[index];
	*name = (struct zone_change_name){0};
	work->name_count = index + 1;
	if (node == NULL)
		return RESULT_OK;
	name->old_ref = zone_node_ref(work->old, node);
	name->children = zone_node_children(node);
	name->old_flags = node->flags;
	work->draft.node[index].flags |= node->flags & OWN_FLAGS;
	const uint64_t count = work->draft.record_count;
	const enum result result = zone_change_load(&work->draft, index, node);
	work->loaded_count += work->draft.record_count - count;
	return result;
}

/* One name whose parent is there already. Gives its index. */
MUST_CHECK static enum result add_name(struct zone_change_work *work, const uint8_t *wire,
                                       bool nsec3, uint32_t *out)
{
	struct dns_question lower;
	dns_question_set(&lower, wire, 0, DNS_CLASS_IN);
	const struct zone *old = work->old;
	const struct zone_node *node =
	    zone_find_prefix(old, zone_draft_hash(lower.name, nsec3), lower.name,
	                     (size_t)lower.name_len - old->origin_len, nsec3);
	struct dns_name name = {.len = lower.name_len, .label_count = lower.label_count};
	if (node != NULL) /* in the case it was written in */
		zone_node_name(old, node, name.wire);
	else
		memcpy(name.wire, wire, lower.name_len);
	uint32_t index;
	const enum result result = zone_draft_node(&work->draft, &name, nsec3, &index);
	if (result != RESULT_OK)
		return result;
	*out = index;
	return index < work->name_count ? RESULT_OK : load_name(work, index, node);
}

enum result zone_change_name(struct zone_change_work *work, const uint8_t *name, bool nsec3,
                             uint32_t *out)
{
	if (!dns_name_is_below(name, work->old->origin.wire))
		return RESULT_OUT_OF_RANGE;
	if (nsec3)
		return add_name(work, name, true, out);
	struct dns_question question;
	dns_question_set(&question, name, 0, DNS_CLASS_IN);
	/* From the zone's name down, so that each is made by itself. */
	for (unsigned label = question.label_count - work->old->origin_labels + 1u; label-- > 0;) {
		const enum result result =
		    add_name(work, name + question.label_at[label], false, out);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

static struct zone_place place_of(size_t index)
{
	return (struct zone_place){.file = "change", .line = (uint32_t)index + 1, .column = 1};
}

static void refuse(struct zone_change_work *work, size_t index,
                   const struct zone_change_record *record, const char *why)
{
	char owner[DNS_NAME_TEXT_MAX], type[DNS_NUMBER_TEXT_MAX];
	dns_name_to_text(record->owner, owner);
	zone_error_add(work->draft.errors, false, place_of(index), "%.255s: %s: %s", owner,
	               dns_type_text(record->type, type), why);
}

/* Takes records out of a node's list. Gives how many. */
static uint32_t remove_records(struct zone_draft *draft, struct zone_draft_node *node,
                               const struct zone_change_record *change)
{
	uint32_t removed = 0;
	uint32_t *link = &node->first;
	node->last = ZONE_DRAFT_NONE;
	while (*link != ZONE_DRAFT_NONE) {
		struct zone_draft_record *record = zone_draft_record_at(draft, *link);
		if (record->type == change->type &&
		    (change->kind == ZONE_CHANGE_REMOVE_RRSET ||
		     zone_check_same(record, change->type, change->rdata, change->len))) {
			*link = record->next;
			removed++;
			continue;
		}
		node->last = *link;
		link = &record->next;
	}
	draft->record_count -= removed;
	return removed;
}

MUST_CHECK static enum result change_record(struct zone_change_work *work,
                                            const struct zone_change_record *change, size_t index)
{
	struct zone_draft_record record = {.ttl = change->ttl,
	                                   .type = change->type,
	                                   .len = change->len,
	                                   .line = (uint32_t)index + 1};
	if (change->type == DNS_TYPE_RRSIG && change->kind != ZONE_CHANGE_REMOVE_RRSET)
		record.covers = bytes_load_u16(change->rdata);
	const bool nsec3 = change->type == DNS_TYPE_NSEC3 || record.covers == DNS_TYPE_NSEC3;
	if (nsec3 &&
	    dns_name_len(change->owner) != ZONE_NSEC3_PREFIX_LEN + (size_t)work->old->origin_len) {
		refuse(work, index, change, "found no hash below the zone's name, expected one");
		return RESULT_OK;
	}
	uint32_t node;
	const enum result result = zone_change_name(work, change->owner, nsec3, &node);
	if (result == RESULT_OUT_OF_RANGE) {
		refuse(work, index, change,
		       "found an owner outside of the zone, expected one in it");
		return RESULT_OK;
	}
	if (result != RESULT_OK)
		return result;
	work->name[node].touched = true;
	work->parameters_changed |= change->type == DNS_TYPE_NSEC3PARAM;
	if (change->kind == ZONE_CHANGE_ADD)
		return zone_draft_add(&work->draft, node, &record, change->rdata);
	if (remove_records(&work->draft, &work->draft.node[node], change) == 0 &&
	    change->kind == ZONE_CHANGE_REMOVE)
		refuse(work, index, change, "found no such record, expected one to remove");
	return RESULT_OK;
}

/* The checks of loading, for the touched names and the zone's own. */
MUST_CHECK static enum result check(struct zone_change_work *work)
{
	for (uint32_t i = 0; i < work->name_count; i++) {
		if (!work->name[i].touched)
			continue;
		work->draft.node[i].flags &= NAME_FLAGS;
		const enum result result = zone_check_node(&work->draft, &work->draft.node[i]);
		if (result != RESULT_OK)
			return result;
	}
	zone_check_zone(&work->draft);
	return zone_errors_any(work->draft.errors) ? RESULT_MALFORMED : RESULT_OK;
}

/* Whether the name is there after the change, and what its parent has to know of it. */
static void settle_existence(struct zone_change_work *work, uint32_t index)
{
	struct zone_draft_node *node = &work->draft.node[index];
	struct zone_change_name *name = &work->name[index];
	name->exists = node->first != ZONE_DRAFT_NONE || node->children > 0 ||
	               (node->flags & ZONE_NODE_APEX) != 0;
	if ((node->flags & ZONE_NODE_NSEC3) != 0 || name->exists == (name->old_ref != 0) ||
	    node->parent == ZONE_DRAFT_NONE)
		return;
	struct zone_draft_node *parent = &work->draft.node[node->parent];
	parent->children += name->exists ? 1u : UINT32_MAX;
	const uint8_t *prefix = work->draft.names.data + node->name;
	if (prefix[0] == 1 && prefix[1] == '*')
		parent->flags ^= ZONE_NODE_WILD_CHILD;
}

void zone_change_settle(struct zone_change_work *work)
{
	struct zone_draft *draft = &work->draft;
	for (uint32_t i = 0; i < work->name_count; i++) {
		draft->node[i].children = work->name[i].children;
		draft->node[i].flags &= NAME_FLAGS | OWN_FLAGS;
		draft->node[i].flags |= work->name[i].old_flags & ZONE_NODE_WILD_CHILD;
	}
	/* Children come after their parents. */
	for (uint32_t i = work->name_count; i-- > 0;)
		settle_existence(work, i);
	for (uint32_t i = 0; i < work->name_count; i++) {
		struct zone_draft_node *node = &draft->node[i];
		struct zone_change_name *name = &work->name[i];
		if (node->children > 0)
			node->flags |= ZONE_NODE_PARENT;
		if (node->parent != ZONE_DRAFT_NONE && (node->flags & ZONE_NODE_NSEC3) == 0 &&
		    (draft->node[node->parent].flags & ZONE_NODE_COVERS) != 0)
			node->flags |= ZONE_NODE_OCCLUDED;
		name->dirty = name->exists != (name->old_ref != 0) ||
		              (name->exists && (name->touched || node->flags != name->old_flags ||
		                                node->children != name->children));
	}
}

static void finish(struct zone_change_work *work)
{
	zone_draft_fini(&work->draft);
	free(work->name);
}

MUST_CHECK static enum result begin(struct zone_change_work *work, const struct zone *old,
                                    const struct zone_change *change, struct zone_errors *errors)
{
	errors->count = 0;
	errors->warning_count = 0;
	*work = (struct zone_change_work){.old = old};
	enum result result = zone_draft_init(&work->draft, &old->origin, change->count, errors);
	if (result != RESULT_OK)
		return result;
	uint16_t file;
	result = zone_draft_file(&work->draft, "change", &file);
	/* The apex is in the draft already. */
	if (result == RESULT_OK)
		result = load_name(work, 0, zone_apex(old));
	for (size_t i = 0; i < change->count && result == RESULT_OK; i++)
		result = change_record(work, &change->record[i], i);
	if (result == RESULT_OK)
		result = zone_errors_any(errors) ? RESULT_MALFORMED : check(work);
	if (result != RESULT_OK)
		finish(work);
	return result;
}

/* What a zone had of room before, it has again. */
static size_t room_of(const struct zone *old)
{
	if (old->arena == NULL)
		return 0;
	return (old->arena->block_bytes - old->appended_at) / ZONE_PAGE_BYTES * ZONE_PAGE_BYTES;
}

enum result zone_change_apply(const struct zone *old, const struct zone_change *change,
                              struct zone **out, struct zone_errors *errors)
{
	struct zone_change_work work;
	enum result result = begin(&work, old, change, errors);
	if (result != RESULT_OK)
		return result;
	result = zone_change_share(&work, out);
	if (result == RESULT_NO_SPACE)
		result = zone_change_rebuild(&work, room_of(old), out, errors);
	finish(&work);
	return result;
}

enum result zone_change_compact(const struct zone *old, size_t room_bytes, struct zone **out)
{
	const struct zone_change nothing = {0};
	struct zone_change_work work;
	struct zone_errors *errors = calloc(1, sizeof(*errors));
	if (errors == NULL)
		return RESULT_NO_MEMORY;
	enum result result = begin(&work, old, &nothing, errors);
	if (result == RESULT_OK) {
		result = zone_change_rebuild(&work, room_bytes, out, errors);
		finish(&work);
	}
	free(errors);
	return result;
}

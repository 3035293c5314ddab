/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Makes a changed version that shares its memory with the old one: new nodes behind all others, copies of
 * the pages that lead to them, a list of pages and a head of its own. Nothing that a reader of the old
 * version can reach is written. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "dns/rrtype.h"
#include "zone/chain.h"
#include "zone/change_work.h"
#include "zone/nsec3.h"
#include "zone/target.h"
#include "zone/zone_limits.h"

struct share {
	struct zone_change_work *work;
	struct zone_arena *arena;
	struct zone *zone; /* the new version */
	uint32_t *page; /* zone->page */
	uint64_t *marks; /* zone->marks */
	struct zone_chain_edit chain;
	uint16_t chain_type; /* NSEC, NSEC3, 0: not signed */
};

/* The bucket in a page that is the new version's own. NULL: no room. */
MUST_CHECK static struct name_table_bucket *own_bucket(struct share *share, uint32_t at)
{
	const uint32_t index = at / ZONE_PAGE_BUCKETS;
	const uint32_t from = share->page[index];
	const bool page = zone_arena_is_page(share->arena, from);
	if (page && !zone_arena_page_is_shared(share->arena, from))
		return zone_bucket(share->zone, at);
	const uint32_t to = zone_arena_page_take(share->arena);
	if (to == 0)
		return NULL;
	const uint32_t left = share->zone->bucket_count - index * ZONE_PAGE_BUCKETS;
	const uint32_t count = left < ZONE_PAGE_BUCKETS ? left : ZONE_PAGE_BUCKETS;
	memcpy(share->zone->base + (size_t)to * ZONE_UNIT,
	       share->zone->base + (size_t)from * ZONE_UNIT, name_table_bytes(count));
	share->page[index] = to;
	if (page)
		zone_arena_page_drop(share->arena, from);
	return zone_bucket(share->zone, at);
}

/* Makes the slot of one node lead to another. */
MUST_CHECK static bool slot_replace(struct share *share, uint64_t hash, uint32_t from, uint32_t to)
{
	struct name_table_probe probe = zone_probe(share->zone, hash);
	while (true) {
		const uint32_t ref = zone_probe_next(share->zone, &probe);
		CHECK(ref != 0);
		if (ref == from)
			break;
	}
	struct name_table_bucket *bucket = own_bucket(share, probe.at);
	if (bucket == NULL)
		return false;
	bucket->ref[probe.slot] = to;
	return true;
}

/* A free slot, or one that a removed name left. */
static bool find_slot(const struct share *share, uint64_t hash, uint32_t *at, uint32_t *slot)
{
	const struct zone *zone = share->zone;
	for (*at = name_table_place(zone->bucket_count, hash);;) {
		const struct name_table_bucket *bucket = zone_bucket(zone, *at);
		for (*slot = 0; *slot < NAME_TABLE_SLOTS; (*slot)++) {
			const uint32_t ref = bucket->ref[*slot];
			if (ref == 0)
				return true;
			if (ref == share->arena->tomb)
				return false;
		}
		*at = *at + 1 == zone->bucket_count ? 0 : *at + 1;
	}
}

MUST_CHECK static bool slot_add(struct share *share, uint64_t hash, uint32_t ref)
{
	uint32_t at, slot;
	const uint64_t slots = (uint64_t)share->zone->bucket_count * NAME_TABLE_SLOTS;
	if (find_slot(share, hash, &at, &slot)) {
		/* The table cannot grow: a compact version gets a larger one. */
		if (share->zone->slots_used + 1 > slots * 4 / 5)
			return false;
		share->zone->slots_used++;
	}
	struct name_table_bucket *bucket = own_bucket(share, at);
	if (bucket == NULL)
		return false;
	bucket->tag[slot] = name_table_tag(hash);
	bucket->ref[slot] = ref;
	return true;
}

/* The node that stands where names were removed. */
MUST_CHECK static bool need_tomb(struct share *share)
{
	if (share->arena->tomb != 0)
		return true;
	const uint32_t ref = zone_arena_append(share->arena, offsetof(struct zone_node, prefix) +
	                                                         ZONE_NODE_TOMB_LEN + 1);
	if (ref == 0)
		return false;
	struct zone_node *node =
	    (struct zone_node *)(void *)(share->zone->base + (size_t)ref * ZONE_UNIT);
	memset(node, 0, sizeof(*node));
	node->prefix_len = ZONE_NODE_TOMB_LEN;
	node->flags = ZONE_NODE_NSEC3;
	share->arena->tomb = ref;
	return true;
}

static bool in_chain_before(const struct share *share, uint32_t index)
{
	const uint32_t ref = share->work->name[index].old_ref;
	return ref != 0 && share->chain_type != 0 &&
	       zone_node_find(zone_node_at(share->work->old, ref), share->chain_type) != NULL;
}

static bool in_chain_after(const struct share *share, uint32_t index)
{
	return share->chain_type != 0 && share->work->name[index].exists &&
	       zone_draft_has(&share->work->draft, &share->work->draft.node[index],
	                      share->chain_type);
}

MUST_CHECK static bool change_chain(struct share *share, uint32_t index)
{
	const uint32_t from = share->work->name[index].old_ref;
	const uint32_t to = share->work->draft.node[index].sealed;
	const bool before = in_chain_before(share, index);
	const bool after = in_chain_after(share, index);
	if (before && after)
		return zone_chain_replace(&share->chain, from, to);
	if (before)
		return zone_chain_remove(&share->chain, from);
	return !after || zone_chain_add(&share->chain, to);
}

/* Writes the new node. Its way from the table comes after. */
MUST_CHECK static bool write_node(struct share *share, struct zone_draft_node *node)
{
	node->sealed = zone_arena_append(share->arena, zone_seal_bytes(&share->work->draft, node));
	if (node->sealed == 0)
		return false;
	uint8_t *at = share->zone->base + (size_t)node->sealed * ZONE_UNIT;
	memset(at, 0, share->arena->used - (size_t)node->sealed * ZONE_UNIT);
	zone_seal_node(&share->work->draft, node, at);
	return true;
}

MUST_CHECK static bool change_name(struct share *share, uint32_t index)
{
	struct zone_draft_node *node = &share->work->draft.node[index];
	const struct zone_change_name *name = &share->work->name[index];
	const uint32_t counts = (node->flags & ZONE_NODE_NSEC3) != 0 ? 0 : 1;
	if (name->exists && !write_node(share, node))
		return false;
	if (name->old_ref == 0) {
		share->zone->name_count += counts;
		return slot_add(share, node->hash, node->sealed) && change_chain(share, index);
	}
	const uint32_t bit = zone_mark_of(name->old_ref);
	share->marks[bit / 64] |= UINT64_C(1) << bit % 64;
	if (name->exists)
		return slot_replace(share, node->hash, name->old_ref, node->sealed) &&
		       change_chain(share, index);
	share->zone->name_count -= counts;
	return need_tomb(share) &&
	       slot_replace(share, node->hash, name->old_ref, share->arena->tomb) &&
	       change_chain(share, index);
}

/* When all names are in place: what leads from the new nodes to others. */
static void link_names(struct share *share)
{
	struct zone *zone = share->zone;
	for (uint32_t i = 0; i < share->work->name_count; i++) {
		const struct zone_change_name *name = &share->work->name[i];
		if (!name->dirty || !name->exists)
			continue;
		const uint32_t ref = share->work->draft.node[i].sealed;
		struct zone_node *node =
		    (struct zone_node *)(void *)(zone->base + (size_t)ref * ZONE_UNIT);
		zone_target_link(zone, ref);
		if (zone->nsec3 && (node->flags & (ZONE_NODE_NSEC3 | ZONE_NODE_OCCLUDED)) == 0)
			node->nsec3 = zone_nsec3_link(zone, node);
	}
}

static void hold_pages(const struct share *share, uint32_t table_pages)
{
	const struct zone *zone = share->zone;
	for (uint32_t i = 0; i < table_pages; i++) {
		if (zone_arena_is_page(share->arena, zone->page[i]))
			zone_arena_page_hold(share->arena, zone->page[i]);
	}
	for (uint32_t i = 0; i < zone->chain_pages; i++) {
		if (zone_arena_is_page(share->arena, zone->chain[i].at))
			zone_arena_page_hold(share->arena, zone->chain[i].at);
	}
}

/* A head and lists of pages like the old version's, in memory of their own. */
MUST_CHECK static bool take_version(struct share *share)
{
	const struct zone *old = share->work->old;
	const uint32_t pages = (old->bucket_count + ZONE_PAGE_BUCKETS - 1) / ZONE_PAGE_BUCKETS;
	const size_t marks_at = zone_pad(sizeof(*old), CACHE_LINE_BYTES);
	const size_t chain_at = marks_at + ZONE_MARKS_BITS / 8;
	const size_t chain_size = (size_t)old->chain_pages + share->work->name_count + 1;
	const size_t page_at = chain_at + chain_size * sizeof(struct zone_chain_page);
	const size_t size = zone_pad(page_at + pages * sizeof(uint32_t), CACHE_LINE_BYTES);
	uint8_t *memory = aligned_alloc(CACHE_LINE_BYTES, size);
	if (memory == NULL)
		return false;

	struct zone *zone = (struct zone *)(void *)memory;
	share->zone = zone;
	share->marks = (uint64_t *)(void *)(memory + marks_at);
	share->page = (uint32_t *)(void *)(memory + page_at);
	share->chain.zone = zone;
	share->chain.page = (struct zone_chain_page *)(void *)(memory + chain_at);
	*zone = *old;
	if (old->marks != NULL)
		memcpy(share->marks, old->marks, ZONE_MARKS_BITS / 8);
	else
		memset(share->marks, 0, ZONE_MARKS_BITS / 8);
	memcpy(share->page, old->page, pages * sizeof(uint32_t));
	memcpy(share->chain.page, old->chain, old->chain_pages * sizeof(struct zone_chain_page));
	zone->marks = share->marks;
	zone->page = share->page;
	zone->chain = share->chain.page;
	zone->version_bytes = size;
	share->arena->versions++;
	share->arena->versions_bytes += size;
	hold_pages(share, pages);
	return true;
}

MUST_CHECK static bool change_names(struct share *share)
{
	for (uint32_t i = 0; i < share->work->name_count; i++) {
		if (share->work->name[i].dirty && !change_name(share, i))
			return false;
	}
	return true;
}

/* What the head knows of the apex, and how much there is. */
static void write_head(struct share *share)
{
	const struct zone_change_work *work = share->work;
	struct zone *zone = share->zone;
	if (work->name[0].dirty)
		zone->apex = work->draft.node[0].sealed;
	zone->record_count += work->draft.record_count;
	zone->record_count -= work->loaded_count;
	zone->appended_end = share->arena->used;
	zone_seal_apex(zone);
}

MUST_CHECK static enum result make(struct share *share, struct zone **out)
{
	struct zone_arena *arena = share->arena;
	const size_t used = arena->used;
	const uint32_t tomb = arena->tomb;
	if (!take_version(share))
		return RESULT_NO_MEMORY;
	if (!change_names(share)) {
		zone_free(share->zone);
		arena->used = used;
		arena->tomb = tomb;
		return RESULT_NO_SPACE;
	}
	write_head(share);
	link_names(share);
	*out = share->zone;
	return RESULT_OK;
}

enum result zone_change_share(struct zone_change_work *work, struct zone **out)
{
	const struct zone *old = work->old;
	if (old->arena == NULL || work->parameters_changed ||
	    (!old->nsec3 &&
	     old->nsec != zone_draft_has(&work->draft, &work->draft.node[0], DNS_TYPE_NSEC)))
		return RESULT_NO_SPACE;
	struct share share = {.work = work,
	                      .arena = old->arena,
	                      .chain_type = old->nsec3  ? DNS_TYPE_NSEC3
	                                    : old->nsec ? DNS_TYPE_NSEC
	                                                : 0};
	zone_change_settle(work);
	enum result result = zone_change_spread(work);
	if (result == RESULT_OK)
		result = zone_change_match(work);
	return result == RESULT_OK ? make(&share, out) : result;
}

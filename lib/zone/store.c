/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Looking things up in one sealed zone. */
#include "zone/store.h"

#include <stdlib.h>

#include "dns/rrtype.h"
#include "zone/zone.h"

const struct zone_rrset *zone_node_find(const struct zone_node *node, uint16_t type)
{
	const struct zone_rrset *rrset = zone_node_rrsets(node);
	for (uint16_t i = 0; i < node->rrset_count; i++) {
		if (rrset->type == type)
			return rrset;
		rrset = zone_rrset_next(rrset);
	}
	return NULL;
}

size_t zone_node_bytes(const struct zone_node *node)
{
	const struct zone_rrset *rrset = zone_node_rrsets(node);
	for (uint16_t i = 0; i < node->rrset_count; i++)
		rrset = zone_rrset_next(rrset);
	const size_t parent = (node->flags & ZONE_NODE_PARENT) != 0 ? sizeof(uint32_t) : 0;
	return zone_pad((size_t)((const uint8_t *)rrset - (const uint8_t *)node) + parent,
	                ZONE_UNIT);
}

uint32_t zone_node_children(const struct zone_node *node)
{
	if ((node->flags & ZONE_NODE_PARENT) == 0)
		return 0;
	const struct zone_rrset *rrset = zone_node_rrsets(node);
	for (uint16_t i = 0; i < node->rrset_count; i++)
		rrset = zone_rrset_next(rrset);
	uint32_t count;
	memcpy(&count, rrset, sizeof(count));
	return count;
}

const struct zone_node *zone_find_prefix(const struct zone *zone, uint64_t hash,
                                         const uint8_t *prefix, size_t len, bool nsec3)
{
	struct name_table_probe probe = zone_probe(zone, hash);
	for (uint32_t ref; (ref = zone_probe_next(zone, &probe)) != 0;) {
		const struct zone_node *node = zone_node_at(zone, ref);
		if (zone_node_is(node, prefix, len) &&
		    ((node->flags & ZONE_NODE_NSEC3) != 0) == nsec3)
			return node;
	}
	return NULL;
}

static const struct zone_node *find(const struct zone *zone, uint64_t hash, const uint8_t *prefix,
                                    size_t len)
{
	struct name_table_probe probe = zone_probe(zone, hash);
	for (uint32_t ref; (ref = zone_probe_next(zone, &probe)) != 0;) {
		const struct zone_node *node = zone_node_at(zone, ref);
		if (LIKELY(zone_node_is(node, prefix, len)) &&
		    LIKELY((node->flags & ZONE_NODE_NSEC3) == 0))
			return node;
	}
	return NULL;
}

const struct zone_node *zone_find_suffix(const struct zone *zone,
                                         const struct dns_question *question, uint8_t label)
{
	const size_t at = question->label_at[label];
	return find(zone, question->hash[label], question->name + at,
	            question->name_len - at - zone->origin_len);
}

/* All names above a name that exists do exist too (empty non-terminals are nodes), so the border between
 * what exists and what does not is found by halving: at most seven probes, whatever a client sends. */
const struct zone_node *zone_find_encloser(const struct zone *zone,
                                           const struct dns_question *question, uint8_t label,
                                           uint8_t *found)
{
	uint8_t absent = label; /* suffixes before this one are known not to exist */
	uint8_t present = (uint8_t)(question->label_count - zone->origin_labels);
	const struct zone_node *node = zone_apex(zone);

	while (absent < present) {
		const uint8_t middle = (uint8_t)(absent + (present - absent) / 2);
		const struct zone_node *hit = zone_find_suffix(zone, question, middle);
		if (hit != NULL) {
			node = hit;
			present = middle;
		} else {
			absent = (uint8_t)(middle + 1);
		}
	}
	*found = present;
	return node;
}

const struct zone_node *zone_find_wildcard(const struct zone *zone,
                                           const struct dns_question *question,
                                           const struct zone_node *encloser, uint8_t label)
{
	static const uint8_t star[] = {1, '*', 0, 0, 0, 0, 0, 0};
	uint8_t prefix[DNS_NAME_MAX + 1];

	if ((encloser->flags & ZONE_NODE_WILD_CHILD) == 0)
		return NULL;
	memcpy(prefix, star, 2);
	memcpy(prefix + 2, encloser->prefix, encloser->prefix_len);
	return find(zone, dns_name_hash_label(question->hash[label], star), prefix,
	            (size_t)encloser->prefix_len + 2);
}

const struct zone_node *zone_find_name(const struct zone *zone, const uint8_t *name)
{
	struct dns_question question;
	if (!dns_name_is_below(name, zone->origin.wire))
		return NULL;
	dns_question_set(&question, name, 0, DNS_CLASS_IN);
	return zone_find_suffix(zone, &question, 0);
}

size_t zone_node_name(const struct zone *zone, const struct zone_node *node,
                      uint8_t out[DNS_NAME_MAX + 1])
{
	const size_t written = (node->flags & ZONE_NODE_MIXED_CASE) != 0 ? node->prefix_len : 0;
	memcpy(out, node->prefix + written, node->prefix_len);
	memcpy(out + node->prefix_len, zone->origin.wire, zone->origin_len);
	return (size_t)node->prefix_len + zone->origin_len;
}

/* Lets go of the pages that a version holds. */
static void drop_pages(const struct zone *zone)
{
	const uint32_t pages = (zone->bucket_count + ZONE_PAGE_BUCKETS - 1) / ZONE_PAGE_BUCKETS;
	for (uint32_t i = 0; i < pages; i++) {
		if (zone_arena_is_page(zone->arena, zone->page[i]))
			zone_arena_page_drop(zone->arena, zone->page[i]);
	}
	for (uint32_t i = 0; i < zone->chain_pages; i++) {
		if (zone_arena_is_page(zone->arena, zone->chain[i].at))
			zone_arena_page_drop(zone->arena, zone->chain[i].at);
	}
}

void zone_free(struct zone *zone)
{
	if (zone == NULL)
		return;
	struct zone_arena *arena = zone->arena;
	if (arena == NULL) {
		free(zone);
		return;
	}
	drop_pages(zone);
	arena->versions_bytes -= zone->version_bytes;
	/* The sealed version's head is in the block. */
	if (zone->marks != NULL)
		free(zone);
	if (--arena->versions == 0)
		zone_arena_close(arena);
}

const struct dns_name *zone_origin(const struct zone *zone)
{
	return &zone->origin;
}

uint32_t zone_serial(const struct zone *zone)
{
	return zone->serial;
}

uint32_t zone_expire_s(const struct zone *zone)
{
	const struct zone_rrset *soa =
	    (const struct zone_rrset *)(const void *)((const uint8_t *)zone_apex(zone) + zone->soa);
	const uint8_t *entry = zone_rrset_data(soa);
	/* EXPIRE and MINIMUM are the last two of the five numbers (RFC 1035 §3.3.13). */
	return bytes_load_u32(entry + sizeof(uint16_t) + zone_rdata_len(entry) - 8);
}

uint64_t zone_record_count(const struct zone *zone)
{
	return zone->record_count;
}

uint64_t zone_name_count(const struct zone *zone)
{
	return zone->name_count;
}

size_t zone_memory_bytes(const struct zone *zone)
{
	return zone->arena == NULL ? zone->block_bytes : zone_arena_bytes(zone->arena);
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Makes one immutable block of a draft: first every node is checked and measured, so that its place is
 * known; then the block is taken once, in its final size, and filled. */
#include <stdlib.h>
#include <string.h>

#include "dns/rrtype.h"
#include "zone/chain.h"
#include "zone/draft.h"
#include "zone/nsec3.h"
#include "zone/target.h"
#include "zone/zone_limits.h"

/* From this size on a zone has room for changes: addresses for so many octets and a share of its size.
 * Smaller ones are made anew for each change, which takes milliseconds. */
#define ROOM_MIN_BYTES ((size_t)2 << 20)
#define ROOM_SHARE 2

/* How far ahead of the node that is written its bucket is asked for. */
#define NODES_AHEAD 12

/* RFC 5155 §11: the only hash algorithm. */
#define NSEC3_SHA1 1

struct seal {
	struct zone_draft *draft;
	struct zone_arena *arena;
	struct zone *zone;
	uint32_t bucket_count;
	size_t table_at;
	size_t nodes_at;
	size_t chain_at;
	size_t size;
	uint32_t chain_count; /* nodes with NSEC, or of NSEC3 */
	uint32_t name_count;
	bool nsec;
	bool nsec3;
};

static uint32_t table_pages(const struct seal *seal)
{
	return (seal->bucket_count + ZONE_PAGE_BUCKETS - 1) / ZONE_PAGE_BUCKETS;
}

static uint32_t chain_pages(const struct seal *seal)
{
	return (seal->chain_count + ZONE_CHAIN_SEALED - 1) / ZONE_CHAIN_SEALED;
}

/* The records of one RRset stand together: the next set's first record, or NONE. */
static uint32_t set_end(const struct zone_draft *draft, uint32_t first, struct zone_rrset *header)
{
	const struct zone_draft_record *record = zone_draft_record_at(draft, first);
	*header =
	    (struct zone_rrset){.ttl = record->ttl, .type = record->type, .covers = record->covers};
	if (zone_target_has(record->type))
		header->flags |= ZONE_RRSET_TARGETS;
	if (dns_rdata_compressible(record->type).name_count == 0)
		header->flags |= ZONE_RRSET_PLAIN;
	while (true) {
		header->count++;
		header->size += (uint32_t)sizeof(uint16_t) + record->len;
		const uint32_t next = record->next;
		if (next == ZONE_DRAFT_NONE)
			return next;
		record = zone_draft_record_at(draft, next);
		if (record->type == header->type && record->covers == header->covers &&
		    header->count < UINT16_MAX)
			continue;
		if (record->type == DNS_TYPE_RRSIG && header->type == record->covers)
			header->flags |= ZONE_RRSET_SIGNED;
		return next;
	}
}

static size_t node_header_bytes(const struct zone_draft_node *node)
{
	const size_t name = (size_t)node->prefix_len << ((node->flags & ZONE_NODE_MIXED_CASE) != 0);
	return zone_pad(offsetof(struct zone_node, prefix) + name, 4);
}

bool zone_draft_has(const struct zone_draft *draft, const struct zone_draft_node *node,
                    uint16_t type)
{
	for (uint32_t ref = node->first; ref != ZONE_DRAFT_NONE;) {
		const struct zone_draft_record *record = zone_draft_record_at(draft, ref);
		if (record->type == type)
			return true;
		ref = record->next;
	}
	return false;
}

size_t zone_seal_bytes(const struct zone_draft *draft, const struct zone_draft_node *node)
{
	size_t size = node_header_bytes(node);
	for (uint32_t ref = node->first; ref != ZONE_DRAFT_NONE;) {
		struct zone_rrset header;
		ref = set_end(draft, ref, &header);
		size += zone_rrset_bytes(&header);
	}
	if (node->children > 0)
		size += sizeof(node->children);
	return zone_pad(size, ZONE_UNIT);
}

/* Gives the node its place and says how much it takes. */
static void measure(struct seal *seal, struct zone_draft_node *node)
{
	node->children = node->below;
	if (node->children > 0)
		node->flags |= ZONE_NODE_PARENT;
	node->sealed = (uint32_t)(seal->size / ZONE_UNIT);
	seal->size += zone_seal_bytes(seal->draft, node);
	if ((node->flags & ZONE_NODE_NSEC3) == 0)
		seal->name_count++;
}

/* Whether the zone has NSEC3 parameters. Only SHA-1 is defined, and many iterations are an error: each
 * NXDOMAIN would cost that much. */
static bool may_hash(struct zone_draft *draft)
{
	for (uint32_t ref = draft->node[0].first; ref != ZONE_DRAFT_NONE;) {
		const struct zone_draft_record *record = zone_draft_record_at(draft, ref);
		ref = record->next;
		if (record->type != DNS_TYPE_NSEC3PARAM)
			continue;
		const unsigned iterations = bytes_load_u16(record->rdata + 2);
		if (record->rdata[0] == NSEC3_SHA1 && iterations <= ZONE_NSEC3_ITERATIONS_MAX)
			return true;
		zone_error_add(draft->errors, false,
		               (struct zone_place){.file = draft->files[record->file],
		                                   .line = record->line,
		                                   .column = 1},
		               "NSEC3PARAM: found algorithm %u with %u iterations, expected 1 "
		               "(SHA-1) with at most %u",
		               record->rdata[0], iterations, ZONE_NSEC3_ITERATIONS_MAX);
	}
	return false;
}

/* NSEC3 records decide how a zone is proven; with neither there is nothing to prove. */
static void find_chain(struct seal *seal)
{
	struct zone_draft *draft = seal->draft;
	seal->nsec3 = may_hash(draft);
	seal->nsec = !seal->nsec3 && zone_draft_has(draft, &draft->node[0], DNS_TYPE_NSEC);
	if (!seal->nsec && !seal->nsec3)
		return;
	const uint16_t type = seal->nsec3 ? DNS_TYPE_NSEC3 : DNS_TYPE_NSEC;
	for (uint32_t i = 0; i < draft->node_count; i++)
		seal->chain_count += zone_draft_has(draft, &draft->node[i], type);
}

MUST_CHECK static enum result plan(struct seal *seal)
{
	struct zone_draft *draft = seal->draft;
	seal->bucket_count = name_table_buckets(draft->node_count);
	seal->table_at =
	    zone_pad(sizeof(struct zone) + table_pages(seal) * sizeof(uint32_t), CACHE_LINE_BYTES);
	seal->nodes_at = seal->table_at + name_table_bytes(seal->bucket_count);
	seal->size = seal->nodes_at;
	for (uint32_t i = 0; i < draft->node_count; i++) {
		struct zone_draft_node *node = &draft->node[i];
		const enum result result = zone_check_node(draft, node);
		if (result != RESULT_OK)
			return result;
		/* Parents come before their children, so their flags are final here. */
		if (node->parent != ZONE_DRAFT_NONE && (node->flags & ZONE_NODE_NSEC3) == 0 &&
		    (draft->node[node->parent].flags & ZONE_NODE_COVERS) != 0)
			node->flags |= ZONE_NODE_OCCLUDED;
		measure(seal, node);
	}
	zone_check_zone(draft);
	find_chain(seal);
	seal->chain_at = seal->size;
	seal->size += chain_pages(seal) * sizeof(struct zone_chain_page) +
	              (size_t)seal->chain_count * sizeof(uint32_t);
	if (seal->size / ZONE_UNIT > UINT32_MAX)
		return RESULT_NO_MEMORY;
	return zone_errors_any(draft->errors) ? RESULT_MALFORMED : RESULT_OK;
}

/* A block alone, or the front of an arena if the zone has room for changes. */
MUST_CHECK static struct zone *block_take(struct seal *seal)
{
	size_t room = seal->size < ROOM_MIN_BYTES ? 0 : seal->size / ROOM_SHARE + ROOM_MIN_BYTES;
	if (room < seal->draft->room_bytes)
		room = seal->draft->room_bytes;
	if (room > 0) {
		seal->arena = zone_arena_open(seal->size, room);
		if (seal->arena == NULL)
			seal->arena = zone_arena_open(seal->size, 0);
		return seal->arena == NULL ? NULL : (struct zone *)(void *)seal->arena->block;
	}
	struct zone *zone = aligned_alloc(CACHE_LINE_BYTES, zone_pad(seal->size, CACHE_LINE_BYTES));
	if (zone != NULL)
		memset(zone, 0, seal->size);
	return zone;
}

static uint8_t *write_set(const struct zone_draft *draft, uint32_t ref,
                          const struct zone_rrset *header, uint8_t *at)
{
	memcpy(at, header, sizeof(*header));
	uint8_t *data = at + sizeof(*header);
	for (uint16_t i = 0; i < header->count; i++) {
		const struct zone_draft_record *record = zone_draft_record_at(draft, ref);
		memcpy(data, &record->len, sizeof(record->len));
		memcpy(data + sizeof(record->len), record->rdata, record->len);
		data += sizeof(record->len) + record->len;
		ref = record->next;
	}
	return at + zone_rrset_bytes(header);
}

void zone_seal_node(const struct zone_draft *draft, const struct zone_draft_node *node, uint8_t *at)
{
	struct zone_node *out = (struct zone_node *)(void *)at;
	const size_t name = (size_t)node->prefix_len << ((node->flags & ZONE_NODE_MIXED_CASE) != 0);
	out->flags = node->flags;
	out->prefix_len = node->prefix_len;
	out->label_count = node->label_count;
	memcpy(at + offsetof(struct zone_node, prefix), draft->names.data + node->name, name);

	uint16_t sets = 0;
	at += node_header_bytes(node);
	for (uint32_t ref = node->first; ref != ZONE_DRAFT_NONE; sets++) {
		struct zone_rrset header;
		const uint32_t next = set_end(draft, ref, &header);
		at = write_set(draft, ref, &header, at);
		ref = next;
	}
	out->rrset_count = sets;
	if (node->children > 0)
		memcpy(at, &node->children, sizeof(node->children));
}

static int chain_compare(const void *left, const void *right, void *context)
{
	uint32_t a, b;
	memcpy(&a, left, sizeof(a));
	memcpy(&b, right, sizeof(b));
	return zone_chain_compare(zone_node_at(context, a), zone_node_at(context, b));
}

/* The list of pages, and behind it the pages, one after the other. */
static void write_chain(const struct seal *seal)
{
	struct zone *zone = seal->zone;
	const uint32_t pages = chain_pages(seal);
	struct zone_chain_page *page =
	    (struct zone_chain_page *)(void *)(zone->base + seal->chain_at);
	uint32_t *chain = (uint32_t *)(void *)(page + pages);
	const uint16_t type = seal->nsec3 ? DNS_TYPE_NSEC3 : DNS_TYPE_NSEC;
	uint32_t count = 0;
	for (uint32_t i = 0; i < seal->draft->node_count && seal->chain_count > 0; i++) {
		if (zone_draft_has(seal->draft, &seal->draft->node[i], type))
			chain[count++] = seal->draft->node[i].sealed;
	}
	/* Signed zones usually come in order. */
	bool sorted = true;
	for (uint32_t i = 1; i < count && sorted; i++)
		sorted = chain_compare(&chain[i - 1], &chain[i], zone) < 0;
	if (!sorted)
		qsort_r(chain, count, sizeof(*chain), chain_compare, zone);
	for (uint32_t i = 0; i < pages; i++) {
		const uint32_t first = i * ZONE_CHAIN_SEALED;
		const size_t at = (size_t)((const uint8_t *)(chain + first) - zone->base);
		page[i].at = (uint32_t)(at / ZONE_UNIT);
		page[i].count =
		    count - first < ZONE_CHAIN_SEALED ? count - first : ZONE_CHAIN_SEALED;
	}
	zone->chain = page;
	zone->chain_pages = pages;
}

/* MNAME and RNAME (RFC 1035 §3.3.13), as they are written behind a question in the zone. */
static void seal_soa_names(struct zone *zone, const uint8_t *rdata)
{
	for (unsigned i = 0; i < ARRAY_COUNT(zone->soa_name); i++) {
		struct zone_soa_name *name = &zone->soa_name[i];
		const uint8_t len = (uint8_t)dns_name_len(rdata);
		name->relative = dns_name_is_below(rdata, zone->origin.wire);
		name->len = name->relative ? (uint8_t)(len - zone->origin_len) : len;
		rdata += len;
	}
}

void zone_seal_apex(struct zone *zone)
{
	const struct zone_node *apex = zone_apex(zone);
	const struct zone_rrset *soa = zone_node_find(apex, DNS_TYPE_SOA);
	zone->soa = (uint32_t)((const uint8_t *)soa - (const uint8_t *)apex);

	const uint8_t *entry = zone_rrset_data(soa);
	const uint8_t *end = entry + sizeof(uint16_t) + zone_rdata_len(entry);
	const uint32_t minimum = bytes_load_u32(end - 4);
	zone->serial = bytes_load_u32(end - 20);
	zone->negative_ttl = soa->ttl < minimum ? soa->ttl : minimum;
	seal_soa_names(zone, entry + sizeof(uint16_t));

	const struct zone_rrset *param = zone_node_find(apex, DNS_TYPE_NSEC3PARAM);
	if (!zone->nsec3 || param == NULL)
		return;
	const uint8_t *rdata = zone_rrset_data(param) + sizeof(uint16_t);
	zone->nsec3_iterations = bytes_load_u16(rdata + 2);
	zone->nsec3_salt_len = rdata[4];
	zone->nsec3_salt = rdata + 5;
}

/* Each name's NSEC3 record. */
static void write_nsec3(const struct seal *seal)
{
	struct zone *zone = seal->zone;
	for (uint32_t i = 0; i < seal->draft->node_count; i++) {
		const struct zone_draft_node *node = &seal->draft->node[i];
		if ((node->flags & (ZONE_NODE_NSEC3 | ZONE_NODE_OCCLUDED)) != 0)
			continue;
		struct zone_node *out =
		    (struct zone_node *)(void *)(zone->base + (size_t)node->sealed * ZONE_UNIT);
		out->nsec3 = zone_nsec3_link(zone, out);
	}
}

static void write_zone(const struct seal *seal)
{
	const struct zone_draft *draft = seal->draft;
	struct zone *zone = seal->zone;
	struct name_table table = {
	    .bucket = (struct name_table_bucket *)(void *)((uint8_t *)zone + seal->table_at),
	    .bucket_count = seal->bucket_count};
	zone->base = (uint8_t *)zone;
	zone->arena = seal->arena;
	zone->bucket_count = seal->bucket_count;
	zone->slots_used = draft->node_count;
	uint32_t *page = (uint32_t *)(void *)(zone + 1);
	for (uint32_t i = 0; i < table_pages(seal); i++)
		page[i] = (uint32_t)((seal->table_at + (size_t)i * ZONE_PAGE_BYTES) / ZONE_UNIT);
	zone->page = page;
	zone->appended_at = zone->appended_end = zone_pad(seal->size, ZONE_UNIT);
	zone->nodes_at = seal->nodes_at;
	zone->nodes_end = seal->chain_at;
	zone->origin = draft->origin;
	zone->origin_len = draft->origin.len;
	zone->origin_labels = draft->origin.label_count;
	zone->apex = draft->node[0].sealed;
	zone->apex_hash = draft->apex_hash;
	zone->name_count = seal->name_count;
	zone->record_count = draft->record_count;
	zone->block_bytes = seal->size;
	zone->nsec = seal->nsec;
	zone->nsec3 = seal->nsec3;
	for (uint32_t i = 0; i < draft->node_count; i++) {
		if (i + NODES_AHEAD < draft->node_count)
			name_table_prefetch(&table, draft->node[i + NODES_AHEAD].hash);
		const struct zone_draft_node *node = &draft->node[i];
		zone_seal_node(draft, node, zone->base + (size_t)node->sealed * ZONE_UNIT);
		name_table_add(&table, node->hash, node->sealed);
	}
	for (uint32_t i = 0; i < draft->node_count; i++)
		zone_target_link(zone, draft->node[i].sealed);
	zone_seal_apex(zone);
	write_chain(seal);
	if (zone->nsec3)
		write_nsec3(seal);
}

enum result zone_seal(struct zone_draft *draft, struct zone **out)
{
	struct seal seal = {.draft = draft};
	const enum result result = plan(&seal);
	if (result != RESULT_OK)
		return result;
	/* All names are known: the draft's table goes before the block comes, which lowers the peak. */
	zone_draft_drop_table(draft);
	seal.zone = block_take(&seal);
	if (seal.zone == NULL)
		return RESULT_NO_MEMORY;
	write_zone(&seal);
	*out = seal.zone;
	return RESULT_OK;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Makes one immutable block of a draft: first every node is checked and measured, so that its place is
 * known; then the block is taken once, in its final size, and filled. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "dns/rrtype.h"
#include "zone/draft.h"
#include "zone/nsec3.h"
#include "zone/target.h"
#include "zone/zone_limits.h"

/* From this size on a block comes from mmap(), in large pages where the kernel has them: a big zone's
 * look-ups would otherwise miss the TLB as often as the cache. */
#define MAPPED_MIN_BYTES ((size_t)4 << 20)

/* How far ahead of the node that is written its bucket is asked for. */
#define NODES_AHEAD 12

/* RFC 5155 §11: the only hash algorithm. */
#define NSEC3_SHA1 1

struct seal {
	struct zone_draft *draft;
	struct zone *zone;
	size_t table_at;
	size_t nodes_at;
	size_t chain_at;
	size_t size;
	uint32_t chain_count; /* nodes with NSEC, or of NSEC3 */
	uint32_t name_count;
	bool nsec;
	bool nsec3;
};

/* The records of one RRset stand together: the next set's first record, or NONE. */
static uint32_t set_end(const struct zone_draft *draft, uint32_t first, struct zone_rrset *header)
{
	const struct zone_draft_record *record = zone_draft_record_at(draft, first);
	*header =
	    (struct zone_rrset){.ttl = record->ttl, .type = record->type, .covers = record->covers};
	if (zone_target_has(record->type))
		header->flags |= ZONE_RRSET_TARGETS;
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

static bool node_has(const struct zone_draft *draft, const struct zone_draft_node *node,
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

/* Gives the node its place and says how much it takes. */
static void measure(struct seal *seal, struct zone_draft_node *node)
{
	const struct zone_draft *draft = seal->draft;
	size_t size = node_header_bytes(node);
	for (uint32_t ref = node->first; ref != ZONE_DRAFT_NONE;) {
		struct zone_rrset header;
		ref = set_end(draft, ref, &header);
		size += zone_rrset_bytes(&header);
	}
	node->sealed = (uint32_t)(seal->size / ZONE_UNIT);
	seal->size += zone_pad(size, ZONE_UNIT);
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
	seal->nsec = !seal->nsec3 && node_has(draft, &draft->node[0], DNS_TYPE_NSEC);
	if (!seal->nsec && !seal->nsec3)
		return;
	const uint16_t type = seal->nsec3 ? DNS_TYPE_NSEC3 : DNS_TYPE_NSEC;
	for (uint32_t i = 0; i < draft->node_count; i++)
		seal->chain_count += node_has(draft, &draft->node[i], type);
}

MUST_CHECK static enum result plan(struct seal *seal)
{
	struct zone_draft *draft = seal->draft;
	seal->table_at = zone_pad(sizeof(struct zone), CACHE_LINE_BYTES);
	seal->nodes_at = seal->table_at + zone_table_bytes(zone_table_buckets(draft->node_count));
	seal->size = seal->nodes_at;
	for (uint32_t i = 0; i < draft->node_count; i++) {
		struct zone_draft_node *node = &draft->node[i];
		const enum result result = zone_check_node(draft, node);
		if (result != RESULT_OK)
			return result;
		/* Parents come before their children, so their flags are final here. */
		if (node->parent != ZONE_DRAFT_NONE && (node->flags & ZONE_NODE_NSEC3) == 0 &&
		    (draft->node[node->parent].flags &
		     (ZONE_NODE_CUT | ZONE_NODE_DNAME | ZONE_NODE_OCCLUDED)) != 0)
			node->flags |= ZONE_NODE_OCCLUDED;
		measure(seal, node);
	}
	zone_check_zone(draft);
	find_chain(seal);
	seal->chain_at = seal->size;
	seal->size += (size_t)seal->chain_count * sizeof(uint32_t);
	if (seal->size / ZONE_UNIT > UINT32_MAX)
		return RESULT_NO_MEMORY;
	return zone_errors_any(draft->errors) ? RESULT_MALFORMED : RESULT_OK;
}

static struct zone *block_take(size_t size)
{
	struct zone *zone;
	if (size < MAPPED_MIN_BYTES) {
		zone = aligned_alloc(CACHE_LINE_BYTES, zone_pad(size, CACHE_LINE_BYTES));
		if (zone != NULL)
			memset(zone, 0, size);
		return zone;
	}
	zone = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (zone == MAP_FAILED)
		return NULL;
	madvise(zone, size, MADV_HUGEPAGE);
	zone->mapped = true;
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

static void write_node(const struct seal *seal, const struct zone_draft_node *node)
{
	const struct zone_draft *draft = seal->draft;
	uint8_t *at = (uint8_t *)seal->zone + (size_t)node->sealed * ZONE_UNIT;
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
	zone_table_add(&seal->zone->table, node->hash, node->sealed);
}

static const struct zone_node *chain_node(const struct zone *zone, const void *ref)
{
	uint32_t value;
	memcpy(&value, ref, sizeof(value));
	return zone_node_at(zone, value);
}

/* Prefixes in canonical order (RFC 4034 §6.1): all end in the same name, so they compare as if they
 * ended in the root. Hashes in base32hex are in the order of the hashes (RFC 5155 §7.1). */
static int chain_compare(const void *left, const void *right, void *context)
{
	uint8_t a[DNS_NAME_MAX + 1], b[DNS_NAME_MAX + 1];
	const struct zone_node *one = chain_node(context, left);
	const struct zone_node *two = chain_node(context, right);
	memcpy(a, one->prefix, one->prefix_len);
	memcpy(b, two->prefix, two->prefix_len);
	a[one->prefix_len] = b[two->prefix_len] = 0;
	return dns_name_compare(a, b);
}

static void write_chain(const struct seal *seal)
{
	struct zone *zone = seal->zone;
	uint32_t *chain = (uint32_t *)(void *)((uint8_t *)zone + seal->chain_at);
	const uint16_t type = seal->nsec3 ? DNS_TYPE_NSEC3 : DNS_TYPE_NSEC;
	uint32_t count = 0;
	for (uint32_t i = 0; i < seal->draft->node_count && seal->chain_count > 0; i++) {
		if (node_has(seal->draft, &seal->draft->node[i], type))
			chain[count++] = seal->draft->node[i].sealed;
	}
	/* Signed zones usually come in order. */
	bool sorted = true;
	for (uint32_t i = 1; i < count && sorted; i++)
		sorted = chain_compare(&chain[i - 1], &chain[i], zone) < 0;
	if (!sorted)
		qsort_r(chain, count, sizeof(*chain), chain_compare, zone);
	zone->chain = chain;
	zone->chain_count = count;
}

static void write_apex(const struct seal *seal)
{
	struct zone *zone = seal->zone;
	const struct zone_node *apex = zone_apex(zone);
	const struct zone_rrset *soa = zone_node_find(apex, DNS_TYPE_SOA);
	zone->soa = (uint32_t)((const uint8_t *)soa - (const uint8_t *)apex);

	const uint8_t *entry = zone_rrset_data(soa);
	const uint8_t *end = entry + sizeof(uint16_t) + zone_rdata_len(entry);
	const uint32_t minimum = bytes_load_u32(end - 4);
	zone->serial = bytes_load_u32(end - 20);
	zone->negative_ttl = soa->ttl < minimum ? soa->ttl : minimum;
}

/* The parameters by which names are hashed (RFC 5155 §4), and each name's NSEC3 record. */
static void write_nsec3(const struct seal *seal)
{
	struct zone *zone = seal->zone;
	const struct zone_rrset *param = zone_node_find(zone_apex(zone), DNS_TYPE_NSEC3PARAM);
	const uint8_t *rdata = zone_rrset_data(param) + sizeof(uint16_t);
	zone->nsec3_iterations = bytes_load_u16(rdata + 2);
	zone->nsec3_salt_len = rdata[4];
	zone->nsec3_salt = rdata + 5;
	for (uint32_t i = 0; i < seal->draft->node_count; i++) {
		const struct zone_draft_node *node = &seal->draft->node[i];
		if ((node->flags & (ZONE_NODE_NSEC3 | ZONE_NODE_OCCLUDED)) != 0)
			continue;
		struct zone_node *out =
		    (struct zone_node *)(void *)((uint8_t *)zone +
		                                 (size_t)node->sealed * ZONE_UNIT);
		out->nsec3 = zone_nsec3_link(zone, out);
	}
}

static void write_zone(const struct seal *seal)
{
	const struct zone_draft *draft = seal->draft;
	struct zone *zone = seal->zone;
	zone->table = (struct zone_table){
	    .bucket = (struct zone_table_bucket *)(void *)((uint8_t *)zone + seal->table_at),
	    .bucket_count = zone_table_buckets(draft->node_count)};
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
			zone_table_prefetch(&zone->table, draft->node[i + NODES_AHEAD].hash);
		write_node(seal, &draft->node[i]);
	}
	for (uint32_t i = 0; i < draft->node_count; i++)
		zone_target_link(zone, draft->node[i].sealed);
	write_apex(seal);
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
	seal.zone = block_take(seal.size);
	if (seal.zone == NULL)
		return RESULT_NO_MEMORY;
	write_zone(&seal);
	*out = seal.zone;
	return RESULT_OK;
}

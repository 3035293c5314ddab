/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Collecting names and records while a zone is read. */
#include "zone/draft.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* A table from this size on asks for large pages: each look-up is at a random place, and would miss the
 * TLB as often as the cache. */
#define LARGE_PAGE_BYTES ((size_t)2 << 20)

/* Keeps the hashes' nodes of NSEC3 apart from names that are spelt alike. */
#define NSEC3_NAMESPACE UINT64_C(0x9e3779b97f4a7c15)

/* Room for `count` octets more. */
MUST_CHECK static bool reserve(struct zone_bytes *bytes, size_t count)
{
	if (bytes->size - bytes->len >= count)
		return true;
	size_t size = bytes->size < 4096 ? 4096 : bytes->size * 2;
	while (size - bytes->len < count)
		size *= 2;
	uint8_t *data = realloc(bytes->data, size);
	if (data == NULL)
		return false;
	bytes->data = data;
	bytes->size = size;
	return true;
}

/* Empty buckets, or NULL. */
static struct name_table_bucket *buckets_take(size_t size)
{
	const bool large = size >= 2 * LARGE_PAGE_BYTES;
	const size_t unit = large ? LARGE_PAGE_BYTES : CACHE_LINE_BYTES;
	struct name_table_bucket *bucket = aligned_alloc(unit, zone_pad(size, unit));
	if (bucket == NULL)
		return NULL;
	if (large)
		madvise(bucket, zone_pad(size, unit), MADV_HUGEPAGE);
	memset(bucket, 0, size);
	return bucket;
}

MUST_CHECK static bool table_resize(struct zone_draft *draft, uint64_t entries)
{
	struct name_table table = {.bucket_count = name_table_buckets(entries)};
	table.bucket = buckets_take(name_table_bytes(table.bucket_count));
	if (table.bucket == NULL)
		return false;
	for (uint32_t i = 0; i < draft->node_count; i++)
		name_table_add(&table, draft->node[i].hash, i + 1);
	free(draft->table.bucket);
	draft->table = table;
	return true;
}

MUST_CHECK static bool nodes_grow(struct zone_draft *draft)
{
	if (draft->node_size > UINT32_MAX / 2)
		return false;
	const uint32_t size = draft->node_size * 2;
	struct zone_draft_node *node = realloc(draft->node, size * sizeof(*node));
	if (node == NULL)
		return false;
	draft->node = node;
	draft->node_size = size;
	return table_resize(draft, size);
}

/* Appends a node. `as_written` is the same prefix as it stood in the file. */
MUST_CHECK static enum result append(struct zone_draft *draft, struct zone_draft_node node,
                                     const uint8_t *prefix, const uint8_t *as_written)
{
	if (draft->node_count == draft->node_size && !nodes_grow(draft))
		return RESULT_NO_MEMORY;
	if (!reserve(&draft->names, 2 * DNS_NAME_MAX) || draft->names.len > UINT32_MAX - 1024)
		return RESULT_NO_MEMORY;

	node.name = (uint32_t)draft->names.len;
	node.first = node.last = ZONE_DRAFT_NONE;
	memcpy(draft->names.data + draft->names.len, prefix, node.prefix_len);
	draft->names.len += node.prefix_len;
	if (memcmp(prefix, as_written, node.prefix_len) != 0) {
		node.flags |= ZONE_NODE_MIXED_CASE;
		memcpy(draft->names.data + draft->names.len, as_written, node.prefix_len);
		draft->names.len += node.prefix_len;
	}
	name_table_add(&draft->table, node.hash, draft->node_count + 1);
	draft->node[draft->node_count++] = node;
	return RESULT_OK;
}

enum result zone_draft_init(struct zone_draft *draft, const struct dns_name *origin,
                            size_t expected_names, struct zone_errors *errors)
{
	*draft = (struct zone_draft){.origin = *origin, .errors = errors};
	memcpy(draft->lower_origin, origin->wire, origin->len);
	dns_name_to_lower(draft->lower_origin, origin->len);
	draft->apex_hash = dns_name_hash(origin->wire);

	draft->node_size = expected_names < 8 ? 8 : (uint32_t)expected_names;
	draft->node = malloc(draft->node_size * sizeof(*draft->node));
	if (draft->node == NULL || !table_resize(draft, draft->node_size)) {
		zone_draft_fini(draft);
		return RESULT_NO_MEMORY;
	}
	const struct zone_draft_node apex = {
	    .hash = draft->apex_hash, .parent = ZONE_DRAFT_NONE, .flags = ZONE_NODE_APEX};
	const enum result result = append(draft, apex, origin->wire, origin->wire);
	if (result != RESULT_OK)
		zone_draft_fini(draft);
	return result;
}

void zone_draft_fini(struct zone_draft *draft)
{
	for (uint16_t i = 0; i < draft->file_count; i++)
		free(draft->files[i]);
	free(draft->files);
	free(draft->table.bucket);
	free(draft->node);
	free(draft->names.data);
	free(draft->records.data);
	*draft = (struct zone_draft){0};
}

void zone_draft_drop_table(struct zone_draft *draft)
{
	free(draft->table.bucket);
	draft->table = (struct name_table){0};
}

enum result zone_draft_file(struct zone_draft *draft, const char *file, uint16_t *out)
{
	/* More files than fit the index: the last one's name stands for the others in messages. */
	if (draft->file_count == UINT16_MAX) {
		*out = UINT16_MAX - 1;
		return RESULT_OK;
	}
	char **files = realloc(draft->files, (draft->file_count + 1u) * sizeof(*files));
	if (files == NULL)
		return RESULT_NO_MEMORY;
	draft->files = files;
	files[draft->file_count] = strdup(file);
	if (files[draft->file_count] == NULL)
		return RESULT_NO_MEMORY;
	*out = draft->file_count++;
	return RESULT_OK;
}

void zone_draft_prefetch(const struct zone_draft *draft, const struct dns_name *name)
{
	name_table_prefetch(&draft->table, dns_name_hash(name->wire));
}

uint32_t zone_draft_find(const struct zone_draft *draft, uint64_t hash, const uint8_t *prefix,
                         size_t len, bool nsec3)
{
	struct name_table_probe probe = name_table_probe(&draft->table, hash);
	for (uint32_t ref; (ref = name_table_next(&draft->table, &probe)) != 0;) {
		const struct zone_draft_node *node = &draft->node[ref - 1];
		if (node->prefix_len == len && ((node->flags & ZONE_NODE_NSEC3) != 0) == nsec3 &&
		    memcmp(draft->names.data + node->name, prefix, len) == 0)
			return ref - 1;
	}
	return ZONE_DRAFT_NONE;
}

/* Makes the nodes of the suffixes up to label 0, the highest missing one first. */
static enum result make(struct zone_draft *draft, const struct dns_question *question,
                        const uint8_t *as_written, uint8_t missing, uint32_t parent, uint32_t *out)
{
	for (uint8_t label = missing; label-- > 0;) {
		const uint8_t at = question->label_at[label];
		const struct zone_draft_node node = {
		    .hash = question->hash[label],
		    .parent = parent,
		    .prefix_len = (uint8_t)(question->name_len - at - draft->origin.len),
		    .label_count =
		        (uint8_t)(question->label_count - label - draft->origin.label_count),
		};
		const enum result result =
		    append(draft, node, question->name + at, as_written + at);
		if (result != RESULT_OK)
			return result;
		draft->node[parent].below++;
		if (question->name[at] == 1 && question->name[at + 1] == '*')
			draft->node[parent].flags |= ZONE_NODE_WILD_CHILD;
		parent = draft->node_count - 1;
	}
	*out = parent;
	return RESULT_OK;
}

/* The node of a hash is found under its own hash; nothing hangs above it. */
static enum result nsec3_node(struct zone_draft *draft, const struct dns_question *question,
                              const uint8_t *as_written, uint32_t *out)
{
	const size_t len = (size_t)question->name_len - draft->origin.len;
	const uint64_t hash = question->hash[0] ^ NSEC3_NAMESPACE;
	const uint32_t there = zone_draft_find(draft, hash, question->name, len, true);
	if (there != ZONE_DRAFT_NONE) {
		*out = there;
		return RESULT_OK;
	}
	const struct zone_draft_node node = {
	    .hash = hash,
	    .parent = 0,
	    .flags = ZONE_NODE_NSEC3,
	    .prefix_len = (uint8_t)len,
	    .label_count = (uint8_t)(question->label_count - draft->origin.label_count),
	};
	const enum result result = append(draft, node, question->name, as_written);
	if (result == RESULT_OK)
		*out = draft->node_count - 1;
	return result;
}

enum result zone_draft_node(struct zone_draft *draft, const struct dns_name *name, bool nsec3,
                            uint32_t *out)
{
	struct dns_question question;
	dns_question_set(&question, name->wire, 0, DNS_CLASS_IN);
	const int labels = question.label_count - draft->origin.label_count;
	const int octets = question.name_len - draft->origin.len;
	if (labels < 0 || octets < 0 || question.label_at[labels] != octets ||
	    memcmp(question.name + octets, draft->lower_origin, draft->origin.len) != 0)
		return RESULT_OUT_OF_RANGE;
	if (nsec3)
		return nsec3_node(draft, &question, name->wire, out);

	uint32_t node = 0;
	uint8_t label = 0;
	for (; label < labels; label++) {
		const uint8_t at = question.label_at[label];
		node = zone_draft_find(draft, question.hash[label], question.name + at,
		                       (size_t)octets - at, false);
		if (node != ZONE_DRAFT_NONE)
			break;
	}
	if (label == labels)
		node = 0;
	return make(draft, &question, name->wire, label, node, out);
}

enum result zone_draft_add(struct zone_draft *draft, uint32_t node,
                           const struct zone_draft_record *record, const uint8_t *rdata)
{
	const size_t size = zone_pad(sizeof(*record) + record->len, 4);
	const uint64_t ref = draft->records.len / 4;
	if (ref >= ZONE_DRAFT_NONE || !reserve(&draft->records, size))
		return RESULT_NO_MEMORY;

	struct zone_draft_record *copy = zone_draft_record_at(draft, (uint32_t)ref);
	*copy = *record;
	copy->next = ZONE_DRAFT_NONE;
	memcpy(copy->rdata, rdata, record->len);
	draft->records.len += size;
	draft->record_count++;

	struct zone_draft_node *owner = &draft->node[node];
	if (owner->first == ZONE_DRAFT_NONE)
		owner->first = (uint32_t)ref;
	else
		zone_draft_record_at(draft, owner->last)->next = (uint32_t)ref;
	owner->last = (uint32_t)ref;
	return RESULT_OK;
}

uint64_t zone_draft_hash(const uint8_t *name, bool nsec3)
{
	return dns_name_hash(name) ^ (nsec3 ? NSEC3_NAMESPACE : 0);
}

void zone_draft_name_text(const struct zone_draft *draft, const struct zone_draft_node *node,
                          char out[DNS_NAME_TEXT_MAX])
{
	uint8_t wire[DNS_NAME_MAX + 1];
	const size_t written = (node->flags & ZONE_NODE_MIXED_CASE) != 0 ? node->prefix_len : 0;
	memcpy(wire, draft->names.data + node->name + written, node->prefix_len);
	memcpy(wire + node->prefix_len, draft->origin.wire, draft->origin.len);
	dns_name_to_text(wire, out);
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What must hold for the records of one name, and for the zone as a whole, before it is served. */
#include <stdlib.h>
#include <string.h>

#include "dns/message.h"
#include "dns/rrtype.h"
#include "zone/draft.h"

/* Records of one name that are put in order without asking for memory. */
#define ITEMS_LOCAL 32

/* Parts of a message beside names and rdata (RFC 1035 §4.1, RFC 6891 §6.1.2). */
#define QUESTION_FIXED_BYTES 4u
#define OPT_BYTES 11u
#define RR_FIXED_BYTES 10u
#define POINTER_BYTES 2u

/* A record below this fits a message in any case. */
#define SMALL_BYTES (DNS_MESSAGE_MAX / 2)

struct item {
	uint32_t key; /* type (of RRSIG: the covered type) times two, plus one for RRSIG */
	uint32_t sequence; /* as they came */
	uint32_t ref;
	bool duplicate;
	struct zone_draft_record *record;
};

static uint32_t key_of(const struct zone_draft_record *record)
{
	return record->type == DNS_TYPE_RRSIG ? record->covers * 2u + 1 : record->type * 2u;
}

/* Octets at the end of the rdata that are names and compare without case (RFC 1035 types; of SOA,
 * whose names stand before its numbers, none). */
static size_t names_at(const struct zone_draft_record *record)
{
	const struct dns_rdata_shape shape = dns_rdata_compressible(record->type);
	return shape.name_count > 0 && record->type != DNS_TYPE_SOA ? shape.prefix : record->len;
}

static int rdata_compare(const struct zone_draft_record *a, const uint8_t *b, uint16_t b_len)
{
	if (a->len != b_len)
		return a->len < b_len ? -1 : 1;
	const size_t names = names_at(a) < a->len ? names_at(a) : a->len;
	const int prefix = memcmp(a->rdata, b, names);
	if (prefix != 0)
		return prefix;
	for (size_t i = names; i < a->len; i++) {
		const int difference = dns_name_lower[a->rdata[i]] - dns_name_lower[b[i]];
		if (difference != 0)
			return difference;
	}
	return 0;
}

bool zone_check_same(const struct zone_draft_record *record, uint16_t type, const uint8_t *rdata,
                     uint16_t len)
{
	return record->type == type && rdata_compare(record, rdata, len) == 0;
}

static int by_order(const void *left, const void *right)
{
	const struct item *a = left;
	const struct item *b = right;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

static int by_content(const void *left, const void *right)
{
	const struct item *a = left;
	const struct item *b = right;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	const int content = rdata_compare(a->record, b->record->rdata, b->record->len);
	return content != 0 ? content : by_order(left, right);
}

/* Links the node's records anew in the order of `item`, duplicates left out (RFC 2181 §5). */
static void relink(struct zone_draft *draft, struct zone_draft_node *node, const struct item *item,
                   size_t count)
{
	uint32_t *link = &node->first;
	for (size_t i = 0; i < count; i++) {
		if (item[i].duplicate) {
			draft->record_count--;
			continue;
		}
		*link = item[i].ref;
		link = &item[i].record->next;
		node->last = item[i].ref;
	}
	*link = ZONE_DRAFT_NONE;
}

static void sort(struct zone_draft *draft, struct zone_draft_node *node, struct item *item,
                 size_t count)
{
	size_t i = 0;
	for (uint32_t ref = node->first; ref != ZONE_DRAFT_NONE; i++) {
		struct zone_draft_record *record = zone_draft_record_at(draft, ref);
		item[i] = (struct item){
		    .key = key_of(record), .sequence = (uint32_t)i, .ref = ref, .record = record};
		ref = record->next;
	}
	qsort(item, count, sizeof(*item), by_content);
	for (i = 1; i < count; i++)
		item[i].duplicate = item[i].key == item[i - 1].key &&
		                    rdata_compare(item[i].record, item[i - 1].record->rdata,
		                                  item[i - 1].record->len) == 0;
	qsort(item, count, sizeof(*item), by_order);
	relink(draft, node, item, count);
}

/* Whether the records stand in order of types already, one of each: the usual case. */
static bool is_sorted(const struct zone_draft *draft, const struct zone_draft_node *node,
                      size_t *count)
{
	bool sorted = true;
	uint32_t key = 0;
	*count = 0;
	for (uint32_t ref = node->first; ref != ZONE_DRAFT_NONE; (*count)++) {
		const struct zone_draft_record *record = zone_draft_record_at(draft, ref);
		sorted = sorted && (*count == 0 || key_of(record) > key);
		key = key_of(record);
		ref = record->next;
	}
	return sorted;
}

static struct zone_place place_of(const struct zone_draft *draft,
                                  const struct zone_draft_record *record)
{
	return (struct zone_place){
	    .file = draft->files[record->file], .line = record->line, .column = 1};
}

/* RFC 2181 §5.2: one TTL for an RRset; where they differ the least one holds. Gives the count. */
static uint32_t ttl_level(struct zone_draft *draft, const struct zone_draft_node *node,
                          struct zone_draft_record *first)
{
	uint32_t ttl = first->ttl;
	uint32_t count = 0;
	const struct zone_draft_record *other = NULL;
	for (struct zone_draft_record *r = first;; r = zone_draft_record_at(draft, r->next)) {
		count++;
		if (r->ttl != first->ttl)
			other = r;
		if (r->ttl < ttl)
			ttl = r->ttl;
		if (r->next == ZONE_DRAFT_NONE ||
		    key_of(zone_draft_record_at(draft, r->next)) != key_of(first))
			break;
	}
	if (other == NULL)
		return count;

	if (first->type != DNS_TYPE_RRSIG) {
		char owner[DNS_NAME_TEXT_MAX], type[DNS_NUMBER_TEXT_MAX];
		zone_draft_name_text(draft, node, owner);
		zone_error_add(draft->errors, true, place_of(draft, other),
		               "%.255s: found TTL %u beside TTL %u in one %s RRset, expected equal "
		               "ones (RFC 2181 section 5.2); %u is used",
		               owner, other->ttl, first->ttl, dns_type_text(first->type, type),
		               ttl);
	}
	struct zone_draft_record *r = first;
	for (uint32_t i = 0; i < count; i++) {
		r->ttl = ttl;
		if (r->next != ZONE_DRAFT_NONE)
			r = zone_draft_record_at(draft, r->next);
	}
	return count;
}

/* What the node has, as far as rules speak of it. */
struct contents {
	const struct zone_draft_record *cname;
	const struct zone_draft_record *dname;
	const struct zone_draft_record *ns;
	const struct zone_draft_record *soa;
	const struct zone_draft_record *other; /* what may not stand beside a CNAME */
};

/* RFC 4034 §3 §4 (RRSIG, NSEC) and RFC 2535 §3.1 (KEY): these may stand beside a CNAME. */
static bool beside_cname(uint16_t type)
{
	return type == DNS_TYPE_RRSIG || type == DNS_TYPE_NSEC || type == DNS_TYPE_KEY ||
	       type == DNS_TYPE_SIG || type == DNS_TYPE_NSEC3;
}

static void note(struct contents *contents, const struct zone_draft_record *record)
{
	if (record->type == DNS_TYPE_CNAME)
		contents->cname = record;
	else if (!beside_cname(record->type) && contents->other == NULL)
		contents->other = record;

	if (record->type == DNS_TYPE_DNAME)
		contents->dname = record;
	else if (record->type == DNS_TYPE_NS)
		contents->ns = record;
	else if (record->type == DNS_TYPE_SOA)
		contents->soa = record;
}

static void several(struct zone_draft *draft, const struct zone_draft_node *node,
                    const struct zone_draft_record *record, uint32_t count)
{
	const bool singleton = record->type == DNS_TYPE_CNAME || record->type == DNS_TYPE_DNAME ||
	                       record->type == DNS_TYPE_SOA;
	if (!singleton || count <= 1)
		return;
	char owner[DNS_NAME_TEXT_MAX], type[DNS_NUMBER_TEXT_MAX];
	zone_draft_name_text(draft, node, owner);
	zone_error_add(draft->errors, false, place_of(draft, record),
	               "%.255s: found %u different %s records, expected one", owner, count,
	               dns_type_text(record->type, type));
}

/* The least octets that an answer with this RRset takes: header, question, OPT, and for each record a
 * pointer to the owner, the fixed part and the rdata, whose names may be as short as a pointer. */
static size_t message_min(const struct zone_draft *draft, const struct zone_draft_node *node,
                          const struct zone_draft_record *record, uint32_t count)
{
	const struct dns_rdata_shape shape = dns_rdata_compressible(record->type);
	const size_t name = (size_t)node->prefix_len + draft->origin.len;
	const size_t owner = name < POINTER_BYTES ? name : POINTER_BYTES;
	size_t size = DNS_HEADER_SIZE + name + QUESTION_FIXED_BYTES + OPT_BYTES;
	for (uint32_t i = 0; i < count; i++) {
		const size_t least = (size_t)shape.prefix + shape.name_count;
		size += owner + RR_FIXED_BYTES + (shape.name_count > 0 ? least : record->len);
		if (record->next != ZONE_DRAFT_NONE)
			record = zone_draft_record_at(draft, record->next);
	}
	return size;
}

/* An RRset is answered whole or not at all (RFC 2181 §9), so one that no message can carry is of no use: a
 * client would be sent to TCP to be told that it is truncated. */
static void check_size(struct zone_draft *draft, const struct zone_draft_node *node,
                       const struct zone_draft_record *record, uint32_t count)
{
	if (LIKELY(count == 1 && record->len < SMALL_BYTES))
		return;
	const size_t size = message_min(draft, node, record, count);
	if (size <= DNS_MESSAGE_MAX)
		return;
	char owner[DNS_NAME_TEXT_MAX], type[DNS_NUMBER_TEXT_MAX];
	zone_draft_name_text(draft, node, owner);
	zone_error_add(
	    draft->errors, false, place_of(draft, record),
	    "%.255s: found %u %s record%s that take%s %zu octets in a message, expected at "
	    "most %u",
	    owner, count, dns_type_text(record->type, type), count == 1 ? "" : "s",
	    count == 1 ? "s" : "", size, DNS_MESSAGE_MAX);
}

static void check_contents(struct zone_draft *draft, const struct zone_draft_node *node,
                           const struct contents *contents)
{
	char owner[DNS_NAME_TEXT_MAX], type[DNS_NUMBER_TEXT_MAX];
	zone_draft_name_text(draft, node, owner);
	if (contents->cname != NULL && contents->other != NULL)
		zone_error_add(
		    draft->errors, false, place_of(draft, contents->cname),
		    "%.255s: found CNAME and %s at one name, expected nothing else beside "
		    "a CNAME (RFC 1034 section 3.6.2)",
		    owner, dns_type_text(contents->other->type, type));
	if (contents->soa != NULL && (node->flags & ZONE_NODE_APEX) == 0)
		zone_error_add(draft->errors, false, place_of(draft, contents->soa),
		               "%.255s: found SOA below the zone's name, expected it only there",
		               owner);
	if (contents->dname != NULL && contents->ns != NULL && (node->flags & ZONE_NODE_APEX) == 0)
		zone_error_add(draft->errors, true, place_of(draft, contents->dname),
		               "%.255s: found DNAME beside a delegation, expected one of them "
		               "(RFC 6672 section 2.3); the delegation wins",
		               owner);
}

enum result zone_check_node(struct zone_draft *draft, struct zone_draft_node *node)
{
	struct item local[ITEMS_LOCAL];
	size_t count;
	if (!is_sorted(draft, node, &count)) {
		struct item *item = count <= ITEMS_LOCAL ? local : malloc(count * sizeof(*item));
		if (item == NULL)
			return RESULT_NO_MEMORY;
		sort(draft, node, item, count);
		if (item != local)
			free(item);
	}

	struct contents contents = {0};
	for (uint32_t ref = node->first; ref != ZONE_DRAFT_NONE;) {
		struct zone_draft_record *record = zone_draft_record_at(draft, ref);
		note(&contents, record);
		uint32_t in_set = ttl_level(draft, node, record);
		several(draft, node, record, in_set);
		check_size(draft, node, record, in_set);
		while (in_set-- > 0) {
			ref = record->next;
			if (ref != ZONE_DRAFT_NONE)
				record = zone_draft_record_at(draft, ref);
		}
	}
	if (contents.cname != NULL || contents.soa != NULL || contents.dname != NULL)
		check_contents(draft, node, &contents);
	if (contents.cname != NULL)
		node->flags |= ZONE_NODE_CNAME;
	if (contents.dname != NULL)
		node->flags |= ZONE_NODE_DNAME;
	if (contents.ns != NULL && (node->flags & ZONE_NODE_APEX) == 0)
		node->flags |= ZONE_NODE_CUT;
	return RESULT_OK;
}

static bool apex_has(const struct zone_draft *draft, uint16_t type)
{
	for (uint32_t ref = draft->node[0].first; ref != ZONE_DRAFT_NONE;) {
		const struct zone_draft_record *record = zone_draft_record_at(draft, ref);
		if (record->type == type)
			return true;
		ref = record->next;
	}
	return false;
}

void zone_check_zone(struct zone_draft *draft)
{
	const struct zone_place whole = {.file = draft->file_count > 0 ? draft->files[0] : ""};
	char owner[DNS_NAME_TEXT_MAX];
	zone_draft_name_text(draft, &draft->node[0], owner);
	if (!apex_has(draft, DNS_TYPE_SOA))
		zone_error_add(draft->errors, false, whole,
		               "%.255s: found no SOA record at the zone's name, expected one",
		               owner);
	if (!apex_has(draft, DNS_TYPE_NS))
		zone_error_add(
		    draft->errors, false, whole,
		    "%.255s: found no NS record at the zone's name, expected at least one", owner);
}

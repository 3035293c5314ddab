/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Names of a sealed zone in canonical order. Each name gets a key of octets that compare as the names do,
 * so that sorting a million of them is a million memcmp() and no walk over labels. */
#include "zone/iterate.h"

#include <stdlib.h>
#include <string.h>

#include "dns/rrtype.h"

/* In keys 0 ends a label, so 0 and 1 within labels become two octets: 1 1 and 1 2. */
#define KEY_LABEL_END 0
#define KEY_ESCAPE 1
/* Every octet of a name escaped, and an end for each label. */
#define KEY_MAX_BYTES (3 * (DNS_NAME_MAX + 1))

/* SOA and NS stand before the other types. */
#define RANK_SOA 0
#define RANK_NS 1

struct entry {
	uint64_t head; /* the key's first eight octets, big end first */
	size_t key_at; /* where the key is */
	uint16_t key_len;
	uint32_t sequence; /* as read: keeps equal keys in order */
	uint32_t rrset_count;
	struct zone_cursor cursor; /* stands before the name's first RRset */
};

struct zone_iterate {
	const struct zone *zone;
	enum zone_iterate_form form;
	struct entry *entry;
	size_t entry_count;
	size_t entry_size;
	uint8_t *keys;
	size_t keys_len;
	size_t keys_size;
	size_t at; /* next entry */

	struct zone_iterate_name name;
	struct zone_iterate_record *record;
	size_t record_size;
	uint8_t *rdata; /* canonical copies of one name's rdata */
	size_t rdata_size;
};

/* Makes an array hold `count` elements. */
MUST_CHECK static bool grow(void *array, size_t *size, size_t count, size_t element_bytes)
{
	void *old;
	if (count <= *size)
		return true;
	size_t larger = *size < 64 ? 64 : *size * 2;
	while (larger < count)
		larger *= 2;
	memcpy(&old, array, sizeof(old));
	void *new = realloc(old, larger * element_bytes);
	if (new == NULL)
		return false;
	memcpy(array, &new, sizeof(new));
	*size = larger;
	return true;
}

/* Labels from the right to the left, without those of the zone's own name. */
static uint16_t key_write(const uint8_t *owner, size_t labels_to_skip, uint8_t *out)
{
	uint8_t at[DNS_LABELS_MAX];
	size_t count = 0;
	for (size_t i = 0; owner[i] != 0; i += owner[i] + 1u)
		at[count++] = (uint8_t)i;

	uint8_t *p = out;
	for (size_t i = count - labels_to_skip; i-- > 0;) {
		const uint8_t *label = owner + at[i];
		for (size_t j = 1; j <= label[0]; j++) {
			const uint8_t octet = dns_name_lower[label[j]];
			if (octet <= KEY_ESCAPE) {
				*p++ = KEY_ESCAPE;
				*p++ = (uint8_t)(octet + 1);
			} else {
				*p++ = octet;
			}
		}
		*p++ = KEY_LABEL_END;
	}
	return (uint16_t)(p - out);
}

static uint64_t key_head(const uint8_t *key, size_t len)
{
	uint64_t head = 0;
	for (size_t i = 0; i < sizeof(head); i++)
		head = head << 8 | (i < len ? key[i] : 0);
	return head;
}

static int key_compare(const struct zone_iterate *iterate, const struct entry *a,
                       const struct entry *b)
{
	if (a->head != b->head)
		return a->head < b->head ? -1 : 1;
	const size_t common = a->key_len < b->key_len ? a->key_len : b->key_len;
	const int octets = memcmp(iterate->keys + a->key_at, iterate->keys + b->key_at, common);
	if (octets != 0)
		return octets;
	return (a->key_len > b->key_len) - (a->key_len < b->key_len);
}

static int entry_compare(const void *left, const void *right, void *context)
{
	const struct entry *a = left;
	const struct entry *b = right;
	const int keys = key_compare(context, a, b);
	if (keys != 0)
		return keys;
	return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

MUST_CHECK static enum result add_entry(struct zone_iterate *iterate, const uint8_t *owner,
                                        const struct zone_cursor *cursor)
{
	if (!grow(&iterate->entry, &iterate->entry_size, iterate->entry_count + 1,
	          sizeof(*iterate->entry)) ||
	    !grow(&iterate->keys, &iterate->keys_size, iterate->keys_len + KEY_MAX_BYTES, 1))
		return RESULT_NO_MEMORY;
	uint8_t *key = iterate->keys + iterate->keys_len;
	struct entry *entry = &iterate->entry[iterate->entry_count];
	*entry = (struct entry){
	    .key_at = iterate->keys_len,
	    .key_len = key_write(owner, zone_origin(iterate->zone)->label_count, key),
	    .sequence = (uint32_t)iterate->entry_count,
	    .cursor = *cursor,
	};
	entry->head = key_head(key, entry->key_len);
	iterate->keys_len += entry->key_len;
	iterate->entry_count++;
	return RESULT_OK;
}

/* One entry for each run of RRsets of one owner. */
MUST_CHECK static enum result collect(struct zone_iterate *iterate)
{
	struct zone_cursor cursor = {0};
	struct zone_cursor before = cursor;
	struct zone_rrset_view view;
	uint8_t owner[DNS_NAME_MAX + 1];

	while (zone_cursor_next(iterate->zone, &cursor, &view)) {
		if (iterate->entry_count == 0 || !dns_name_equal(owner, view.owner)) {
			const enum result result = add_entry(iterate, view.owner, &before);
			if (result != RESULT_OK)
				return result;
			memcpy(owner, view.owner, sizeof(owner));
		}
		iterate->entry[iterate->entry_count - 1].rrset_count++;
		before = cursor;
	}
	return RESULT_OK;
}

static void sort(struct zone_iterate *iterate)
{
	bool sorted = true;
	for (size_t i = 1; i < iterate->entry_count && sorted; i++)
		sorted = key_compare(iterate, &iterate->entry[i - 1], &iterate->entry[i]) <= 0;
	if (!sorted)
		qsort_r(iterate->entry, iterate->entry_count, sizeof(*iterate->entry),
		        entry_compare, iterate);
}

enum result zone_iterate_open(const struct zone *zone, enum zone_iterate_form form,
                              struct zone_iterate **out)
{
	struct zone_iterate *iterate = calloc(1, sizeof(*iterate));
	if (iterate == NULL)
		return RESULT_NO_MEMORY;
	iterate->zone = zone;
	iterate->form = form;
	const enum result result = collect(iterate);
	if (result != RESULT_OK) {
		zone_iterate_close(iterate);
		return result;
	}
	sort(iterate);
	*out = iterate;
	return RESULT_OK;
}

void zone_iterate_rewind(struct zone_iterate *iterate)
{
	iterate->at = 0;
}

void zone_iterate_close(struct zone_iterate *iterate)
{
	if (iterate == NULL)
		return;
	free(iterate->entry);
	free(iterate->keys);
	free(iterate->record);
	free(iterate->rdata);
	free(iterate);
}

/* SOA first, so that whoever reads the file knows the zone from its first record. In written order
 * signatures follow what they sign; in canonical order RRSIG is a type like others (RFC 8976 §3.3.1). */
static uint64_t rank_of(enum zone_iterate_form form, uint16_t type, uint16_t covers)
{
	const bool written = form == ZONE_ITERATE_WRITTEN;
	const uint16_t base = written && covers != 0 ? covers : type;
	uint64_t rank = base + 2u;
	if (base == DNS_TYPE_SOA)
		rank = RANK_SOA;
	else if (written && base == DNS_TYPE_NS)
		rank = RANK_NS;
	return rank * 2 + (written && covers != 0);
}

MUST_CHECK static enum result add_rrset(struct zone_iterate *iterate,
                                        const struct zone_rrset_view *view)
{
	struct zone_iterate_name *name = &iterate->name;
	if (!grow(&iterate->record, &iterate->record_size, name->record_count + view->count,
	          sizeof(*iterate->record)))
		return RESULT_NO_MEMORY;
	const uint8_t *entry = view->data;
	for (uint16_t i = 0; i < view->count; i++) {
		struct zone_iterate_record *record = &iterate->record[name->record_count++];
		*record = (struct zone_iterate_record){.type = view->type, .ttl = view->ttl};
		memcpy(&record->len, entry, sizeof(record->len));
		record->rdata = entry + sizeof(record->len);
		entry = record->rdata + record->len;
		if (view->type == DNS_TYPE_RRSIG)
			record->covers = bytes_load_u16(record->rdata);
		record->rank = rank_of(iterate->form, record->type, record->covers);
	}
	return RESULT_OK;
}

MUST_CHECK static enum result add_entry_records(struct zone_iterate *iterate,
                                                const struct entry *entry)
{
	struct zone_cursor cursor = entry->cursor;
	struct zone_rrset_view view;
	for (uint32_t i = 0; i < entry->rrset_count; i++) {
		if (!zone_cursor_next(iterate->zone, &cursor, &view))
			break;
		if (iterate->name.record_count == 0)
			memcpy(iterate->name.owner, view.owner, sizeof(iterate->name.owner));
		const enum result result = add_rrset(iterate, &view);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

/* Where rdata lie tells their order within the RRset as read. */
static int written_compare(const void *left, const void *right)
{
	const struct zone_iterate_record *a = left;
	const struct zone_iterate_record *b = right;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return (a->rdata > b->rdata) - (a->rdata < b->rdata);
}

int zone_iterate_record_compare(const struct zone_iterate_record *a,
                                const struct zone_iterate_record *b)
{
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	const uint16_t common = a->len < b->len ? a->len : b->len;
	const int octets = memcmp(a->rdata, b->rdata, common);
	return octets != 0 ? octets : (a->len > b->len) - (a->len < b->len);
}

static int canonical_compare(const void *left, const void *right)
{
	return zone_iterate_record_compare(left, right);
}

/* Copies rdata so that names in them can be made lower case, sorts, and leaves out what is there already. */
MUST_CHECK static enum result make_canonical(struct zone_iterate *iterate)
{
	struct zone_iterate_name *name = &iterate->name;
	size_t bytes = 0;
	for (size_t i = 0; i < name->record_count; i++)
		bytes += iterate->record[i].len;
	if (!grow(&iterate->rdata, &iterate->rdata_size, bytes + 1, 1))
		return RESULT_NO_MEMORY;

	uint8_t *at = iterate->rdata;
	for (size_t i = 0; i < name->record_count; i++) {
		struct zone_iterate_record *record = &iterate->record[i];
		if (record->len > 0)
			memcpy(at, record->rdata, record->len);
		dns_rdata_to_canonical(record->type, at, record->len);
		record->rdata = at;
		at += record->len;
	}
	qsort(iterate->record, name->record_count, sizeof(*iterate->record), canonical_compare);
	size_t kept = 1;
	for (size_t i = 1; i < name->record_count; i++) {
		if (zone_iterate_record_compare(&iterate->record[i], &iterate->record[kept - 1]) !=
		    0)
			iterate->record[kept++] = iterate->record[i];
	}
	name->record_count = kept;
	dns_name_to_lower(name->owner, dns_name_len(name->owner));
	return RESULT_OK;
}

enum result zone_iterate_next(struct zone_iterate *iterate, const struct zone_iterate_name **out)
{
	struct zone_iterate_name *name = &iterate->name;
	if (iterate->at == iterate->entry_count)
		return RESULT_NOT_FOUND;
	const struct entry *first = &iterate->entry[iterate->at];
	const struct entry *entry = first;
	name->record_count = 0;
	/* A name that is also spelt like an NSEC3 hash stands at two places in the zone. */
	do {
		const enum result result = add_entry_records(iterate, entry);
		if (result != RESULT_OK)
			return result;
		entry++;
	} while (entry < iterate->entry + iterate->entry_count &&
	         key_compare(iterate, first, entry) == 0);
	iterate->at = (size_t)(entry - iterate->entry);

	if (iterate->form == ZONE_ITERATE_CANONICAL) {
		const enum result result = make_canonical(iterate);
		if (result != RESULT_OK)
			return result;
	} else {
		qsort(iterate->record, name->record_count, sizeof(*iterate->record),
		      written_compare);
	}
	name->record = iterate->record;
	*out = name;
	return RESULT_OK;
}

int zone_iterate_compare(const struct zone_iterate_name *a, const struct zone_iterate_name *b)
{
	return dns_name_compare(a->owner, b->owner);
}

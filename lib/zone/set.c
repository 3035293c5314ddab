/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* All zones of one view: which of them a name belongs to, by hash, longest first. */
#include <stdlib.h>
#include <string.h>

#include "dns/rrtype.h"
#include "zone/store.h"
#include "zone/zone.h"

#define LABEL_WORDS ((DNS_LABELS_MAX + 1) / 64)

/* In a reference: of the set below. */
#define REF_UNDER (UINT32_C(1) << 31)

/* So many zones are in the cache anyway: asking for them would cost more than it saves. */
#define ZONES_IN_CACHE 256

struct zone_set {
	struct name_table table; /* index + 1 */
	/* Bit n: some zone's name has n labels. Other lengths of a question need no probe. */
	uint64_t lengths[LABEL_WORDS];
	const struct zone_set *under; /* the set that is looked at as well; NULL: none */
	size_t count;
	const struct zone *zone[];
};

static bool has_length(const struct zone_set *set, unsigned labels)
{
	return (set->lengths[labels / 64] >> (labels % 64) & 1) != 0;
}

/* The index of a zone and one, or 0. */
static uint32_t find_ref(const struct zone_set *set, uint64_t hash, const uint8_t *name, size_t len)
{
	struct name_table_probe probe = name_table_probe(&set->table, hash);
	uint32_t ref;
	while ((ref = name_table_next(&set->table, &probe)) != 0) {
		const struct zone *zone = set->zone[ref - 1];
		if (zone->origin_len == len && dns_name_equal(zone->origin.wire, name))
			break;
	}
	return ref;
}

static const struct zone *find_exact(const struct zone_set *set, uint64_t hash, const uint8_t *name,
                                     size_t len)
{
	const uint32_t ref = find_ref(set, hash, name, len);
	return ref != 0 ? set->zone[ref - 1] : NULL;
}

enum result zone_set_create(struct zone *const *zones, size_t count, struct zone_set **out)
{
	return zone_set_create_over(zones, count, NULL, out);
}

enum result zone_set_create_over(struct zone *const *zones, size_t count,
                                 const struct zone_set *under, struct zone_set **out)
{
	if (count >= REF_UNDER)
		return RESULT_NO_MEMORY;
	struct zone_set *set = calloc(1, sizeof(*set) + count * sizeof(set->zone[0]));
	if (set == NULL)
		return RESULT_NO_MEMORY;
	set->under = under;
	set->table.bucket_count = name_table_buckets(count);
	const size_t size = name_table_bytes(set->table.bucket_count);
	set->table.bucket = aligned_alloc(CACHE_LINE_BYTES, size);
	if (set->table.bucket == NULL) {
		free(set);
		return RESULT_NO_MEMORY;
	}
	memset(set->table.bucket, 0, size);
	for (size_t i = 0; i < count; i++) {
		const struct zone *zone = zones[i];
		if (find_exact(set, zone->apex_hash, zone->origin.wire, zone->origin_len) != NULL) {
			zone_set_free(set);
			return RESULT_EXISTS;
		}
		set->zone[set->count++] = zone;
		set->lengths[zone->origin_labels / 64] |= UINT64_C(1) << zone->origin_labels % 64;
		name_table_add(&set->table, zone->apex_hash, (uint32_t)set->count);
	}
	*out = set;
	return RESULT_OK;
}

void zone_set_free(struct zone_set *set)
{
	if (set == NULL)
		return;
	free(set->table.bucket);
	free(set);
}

size_t zone_set_count(const struct zone_set *set)
{
	return set->count;
}

const struct zone *zone_set_at(const struct zone_set *set, size_t index)
{
	return set->zone[index];
}

bool zone_set_index(const struct zone_set *set, const struct dns_name *name, size_t *index)
{
	const uint32_t ref = find_ref(set, dns_name_hash(name->wire), name->wire, name->len);
	if (ref == 0)
		return false;
	*index = ref - 1;
	return true;
}

/* The longest zone of this set alone at or above the suffix that starts at `label`: its index and one, or
 * 0. */
static uint32_t find_own(const struct zone_set *set, const struct dns_question *question,
                         unsigned label)
{
	for (; label <= question->label_count; label++) {
		if (!has_length(set, question->label_count - label))
			continue;
		const size_t at = question->label_at[label];
		const uint32_t ref = find_ref(set, question->hash[label], question->name + at,
		                              question->name_len - at);
		if (ref != 0)
			return ref;
	}
	return 0;
}

/* The same with the set below: the longer name wins, at equal length the upper set. */
static uint32_t find_from(const struct zone_set *set, const struct dns_question *question,
                          unsigned label)
{
	const uint32_t own = find_own(set, question, label);
	if (LIKELY(set->under == NULL))
		return own;
	const uint32_t below = find_own(set->under, question, label);
	if (own == 0 || (below != 0 && set->under->zone[below - 1]->origin_labels >
	                                   set->zone[own - 1]->origin_labels))
		return below == 0 ? 0 : below | REF_UNDER;
	return own;
}

const struct zone *zone_set_get(const struct zone_set *set, uint32_t ref)
{
	if (UNLIKELY((ref & REF_UNDER) != 0)) {
		set = set->under;
		ref &= ~REF_UNDER;
	}
	return LIKELY(ref != 0) ? set->zone[ref - 1] : NULL;
}

uint32_t zone_set_find_ref(const struct zone_set *set, const struct dns_question *question)
{
	const uint32_t ref = find_from(set, question, 0);
	/* RFC 4035 §3.1.4.1: DS lives above the cut, so the parent answers if it is ours. */
	if (UNLIKELY(question->type == DNS_TYPE_DS) && ref != 0) {
		const struct zone *zone = zone_set_get(set, ref);
		if (zone->origin_labels == question->label_count && zone->origin_labels > 0) {
			const uint32_t parent = find_from(set, question, 1);
			if (parent != 0)
				return parent;
		}
	}
	return ref;
}

const struct zone *zone_set_find(const struct zone_set *set, const struct dns_question *question)
{
	return zone_set_get(set, zone_set_find_ref(set, question));
}

static void prefetch_own(const struct zone_set *set, const struct dns_question *question)
{
	if (set->count < ZONES_IN_CACHE)
		return;
	for (unsigned label = 0; label <= question->label_count; label++) {
		if (has_length(set, question->label_count - label))
			name_table_prefetch(&set->table, question->hash[label]);
	}
}

void zone_set_prefetch(const struct zone_set *set, const struct dns_question *question)
{
	prefetch_own(set, question);
	if (UNLIKELY(set->under != NULL))
		prefetch_own(set->under, question);
}

static void prefetch_zone(const struct zone_set *set, const struct dns_question *question)
{
	if (set->count < ZONES_IN_CACHE)
		return;
	for (unsigned label = 0; label <= question->label_count; label++) {
		if (!has_length(set, question->label_count - label))
			continue;
		struct name_table_probe probe =
		    name_table_probe(&set->table, question->hash[label]);
		const uint32_t ref = name_table_next(&set->table, &probe);
		if (ref == 0)
			continue;
		const struct zone *zone = set->zone[ref - 1];
		__builtin_prefetch(zone);
		__builtin_prefetch(zone->origin.wire);
		return;
	}
}

void zone_set_prefetch_zone(const struct zone_set *set, const struct dns_question *question)
{
	prefetch_zone(set, question);
	if (UNLIKELY(set->under != NULL))
		prefetch_zone(set->under, question);
}

const void *zone_bucket_line(const struct zone *zone, const struct dns_question *question)
{
	return zone_bucket(zone, name_table_place(zone->bucket_count, question->hash[0]));
}

const void *zone_node_line(const struct zone *zone, const struct dns_question *question)
{
	struct name_table_probe probe = zone_probe(zone, question->hash[0]);
	const uint32_t ref = zone_probe_next(zone, &probe);
	return ref != 0 ? zone_node_at(zone, ref) : NULL;
}

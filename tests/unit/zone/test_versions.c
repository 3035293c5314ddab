/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Versions of zones: they do not see each other, many pages and long sequences come out right, and memory
 * comes back. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "vector.h"

#include "change_model.h"

#include "dns/rrtype.h"
#include "zone/change.h"
#include "zone/store.h"
#include "zone/zone.h"

#define LARGE_NAMES 20000u
#define LARGE_SPREAD 18000u /* from here on names stand side by side in the order */
#define LARGE_BATCH 40u
#define LARGE_KEPT 4u

/* What a version must hold. */
struct large {
	struct zone *zone;
	bool present[LARGE_NAMES];
};

static void large_name(uint32_t index, char out[16])
{
	if (index < LARGE_SPREAD)
		snprintf(out, 16, "n%05u.p%u", index, index % 7);
	else
		snprintf(out, 16, "m%05u.p3", index);
}

static struct zone *large_load(const struct large *large)
{
	struct vector_text text;
	vector_text_open(&text, "@ 60 SOA a. b. 1 1 1 1 1\n@ 60 NS a.\n@ 60 NSEC a NS SOA\n");
	for (uint32_t i = 0; i < LARGE_NAMES; i++) {
		char name[16];
		large_name(i, name);
		if (large->present[i])
			fprintf(text.stream, "%s 60 A 192.0.2.1\n%s 60 NSEC a A\n", name, name);
	}
	struct zone *zone = model_load_text(vector_text_close(&text));
	free(text.data);
	return zone;
}

static struct model_hand nsec_of(const char *owner)
{
	struct model_hand hand = model_hand_address(owner, 0);
	static const uint8_t rdata[] = "\1a\7example\3com\0\0\1\x40";
	hand.type = DNS_TYPE_NSEC;
	hand.len = sizeof(rdata) - 1;
	memcpy(hand.rdata, rdata, hand.len);
	return hand;
}

/* Adds names that are not there, and removes others. */
static void large_step(const struct large *from, struct large *to, const uint32_t *index,
                       uint32_t count)
{
	struct model_hand hand[2 * LARGE_BATCH];
	struct zone_change_record record[2 * LARGE_BATCH];
	memcpy(to->present, from->present, sizeof(to->present));
	for (uint32_t i = 0; i < count; i++) {
		char name[16];
		large_name(index[i], name);
		const enum zone_change_kind kind =
		    to->present[index[i]] ? ZONE_CHANGE_REMOVE : ZONE_CHANGE_ADD;
		hand[2 * i] = model_hand_address(name, 0xc0000201);
		hand[2 * i + 1] = nsec_of(name);
		record[2 * i] = model_hand_record(&hand[2 * i], kind);
		record[2 * i + 1] = model_hand_record(&hand[2 * i + 1], kind);
		to->present[index[i]] = !to->present[index[i]];
	}
	CU_ASSERT_FATAL(model_apply(from->zone, record, 2 * (size_t)count, &to->zone) == RESULT_OK);
}

/* Whether a version holds what it must; looks at every `stride`th name. */
static uint32_t large_wrong(const struct large *large, uint32_t stride)
{
	uint32_t wrong = 0;
	for (uint32_t i = model_random(stride); i < LARGE_NAMES; i += stride) {
		char name[16];
		large_name(i, name);
		const struct model_hand hand = model_hand_address(name, 0);
		wrong +=
		    (zone_find_name(large->zone, hand.owner.wire) != NULL) != large->present[i];
	}
	return wrong;
}

/* A version that is made while the last ones stay. */
static uint32_t large_next(struct large *version, uint32_t *at, const uint32_t *index)
{
	struct large *next = &version[(*at + 1) % LARGE_KEPT];
	uint32_t wrong = 0;
	zone_free(next->zone);
	large_step(&version[*at], next, index, LARGE_BATCH);
	*at = (*at + 1) % LARGE_KEPT;
	for (unsigned j = 0; j < LARGE_KEPT; j++)
		wrong += version[j].zone == NULL ? 0 : large_wrong(&version[j], 997);
	return wrong;
}

/* Pages of the chain are filled, split, emptied and left; then names come and go anywhere. */
static uint32_t large_walk(struct large *version, uint32_t *at)
{
	uint32_t index[LARGE_BATCH];
	uint32_t wrong = 0;
	const uint32_t round = (LARGE_NAMES - LARGE_SPREAD) / LARGE_BATCH;
	for (uint32_t i = 0; i < 4 * round; i++) {
		const uint32_t first = LARGE_SPREAD + i % round * LARGE_BATCH;
		for (uint32_t j = 0; j < LARGE_BATCH; j++)
			index[j] = i < 2 * round
			               ? first + j
			               : model_random(LARGE_SPREAD / LARGE_BATCH) * LARGE_BATCH + j;
		wrong += large_next(version, at, index);
	}
	return wrong;
}

/* Many pages, several versions alive, long sequences: the end is equal to a zone that was loaded. */
static void test_large(void)
{
	model_start();
	model_clear();
	model_random_state = 4;
	struct large *version = calloc(LARGE_KEPT, sizeof(*version));
	CU_ASSERT_FATAL(version != NULL);
	for (uint32_t i = 0; i < LARGE_SPREAD; i++)
		version[0].present[i] = i % 3 != 0;
	struct zone *fresh = large_load(&version[0]);
	CU_ASSERT_FATAL(zone_change_compact(fresh, 16 * MODEL_ROOM_BYTES, &version[0].zone) ==
	                RESULT_OK);
	zone_free(fresh);
	uint32_t at = 0;
	uint32_t wrong = large_walk(version, &at);
	for (unsigned j = 0; j < LARGE_KEPT; j++)
		wrong += large_wrong(&version[j], 1);
	CU_ASSERT(wrong == 0);
	fresh = large_load(&version[at]);
	for (uint32_t i = 0; i < 150; i++) {
		char name[16];
		large_name(model_random(LARGE_NAMES), name);
		model_add_names(name);
	}
	CU_ASSERT(model_differences(fresh, version[at].zone) == 0);
	CU_ASSERT(zone_name_count(fresh) == zone_name_count(version[at].zone));
	zone_free(fresh);
	for (unsigned j = 0; j < LARGE_KEPT; j++)
		zone_free(version[j].zone);
	free(version);
	model_clear();
}

/* When the room is used up the zone is made anew, and has room again: memory does not grow. */
static void test_room(void)
{
	model_start();
	model_make_valid();
	struct zone *fresh = model_load();
	struct zone *zone = NULL, *next = NULL;
	const size_t room = 64u * 1024;
	unsigned rebuilt = 0;
	CU_ASSERT_FATAL(zone_change_compact(fresh, room, &zone) == RESULT_OK);
	const size_t bytes = zone_memory_bytes(zone) + zone->arena->block_bytes + 16384;
	for (uint32_t i = 0; i < 3000; i++) {
		const struct model_hand new = model_hand_address("room", i);
		const struct zone_change_record records[] = {
		    model_hand_record(&new, ZONE_CHANGE_REMOVE_RRSET),
		    model_hand_record(&new, ZONE_CHANGE_ADD)};
		CU_ASSERT_FATAL(model_apply(zone, records, 2, &next) == RESULT_OK);
		rebuilt += next->arena != zone->arena;
		CU_ASSERT(zone_memory_bytes(next) < bytes);
		CU_ASSERT(zone_record_count(next) == zone_record_count(fresh) + 1);
		zone_free(zone);
		zone = next;
	}
	CU_ASSERT(rebuilt > 1 && rebuilt < 100);
	const struct model_hand last = model_hand_address("room", 2999);
	const struct zone_change_record remove = model_hand_record(&last, ZONE_CHANGE_REMOVE);
	CU_ASSERT_FATAL(model_apply(zone, &remove, 1, &next) == RESULT_OK);
	CU_ASSERT(model_differences(fresh, next) == 0);
	zone_free(next);
	zone_free(zone);
	zone_free(fresh);
	model_clear();
}

/* One of several versions goes while older and younger ones stay, a version that was never used goes first,
 * and a second one is made of the same old one. */
static void test_branches(void)
{
	model_start();
	model_make_valid();
	struct zone *fresh = model_load();
	struct zone *zone[5] = {NULL};
	CU_ASSERT_FATAL(zone_change_compact(fresh, MODEL_ROOM_BYTES, &zone[0]) == RESULT_OK);
	static const unsigned from[] = {0, 0, 1, 1, 2};
	static const unsigned order[] = {1, 4, 0, 3, 2};
	const size_t bytes = zone_memory_bytes(zone[0]);
	for (unsigned i = 1; i < 5; i++) {
		const struct model_hand new = model_hand_address("branch", i);
		const struct zone_change_record record = model_hand_record(&new, ZONE_CHANGE_ADD);
		CU_ASSERT_FATAL(model_apply(zone[from[i]], &record, 1, &zone[i]) == RESULT_OK);
		CU_ASSERT(zone[i]->arena == zone[0]->arena);
	}
	CU_ASSERT(zone_memory_bytes(zone[0]) > bytes);
	CU_ASSERT(model_differences(fresh, zone[0]) == 0);
	static const unsigned addresses[] = {0, 1, 2, 2, 3};
	const struct model_hand asked_for = model_hand_address("branch", 0);
	for (unsigned i = 0; i < 5; i++) {
		for (unsigned j = i; j < 5; j++) {
			const struct zone_node *node =
			    zone_find_name(zone[order[j]], asked_for.owner.wire);
			const struct zone_rrset *rrset =
			    node == NULL ? NULL : zone_node_find(node, DNS_TYPE_A);
			CU_ASSERT((rrset == NULL ? 0 : rrset->count) == addresses[order[j]]);
		}
		if (i < 4)
			zone_free(zone[order[i]]);
	}
	/* What the others had is free again: one page of the table is left. */
	const struct zone *last = zone[order[4]];
	CU_ASSERT(last->arena->versions == 1);
	CU_ASSERT(last->arena->versions_bytes == last->version_bytes);
	CU_ASSERT(last->arena->pages_used == 1);
	zone_free(zone[order[4]]);
	zone_free(fresh);
	model_clear();
}

#define READERS 2
#define SHARDS 8

/* Readers and one writer: each reader says which version it reads. */
struct stage {
	_Atomic(struct zone *) current;
	_Atomic(struct zone *) reading[READERS];
	atomic_bool stop;
	atomic_uint mixtures;
	atomic_uint rounds;
};

struct reader {
	struct stage *stage;
	unsigned index;
};

static struct zone *take(struct reader *reader)
{
	while (true) {
		struct zone *zone = atomic_load(&reader->stage->current);
		atomic_store(&reader->stage->reading[reader->index], zone);
		if (atomic_load(&reader->stage->current) == zone)
			return zone;
	}
}

/* All names of a version have the address that is the version's serial. */
static unsigned mixtures_of(const struct zone *zone)
{
	unsigned mixtures = 0;
	for (unsigned i = 0; i < SHARDS; i++) {
		char text[16];
		struct dns_name name;
		const int len = snprintf(text, sizeof(text), "s%u", i);
		if (dns_name_from_text(text, (size_t)len, zone_origin(zone), &name) != RESULT_OK)
			return 1;
		const struct zone_node *node = zone_find_name(zone, name.wire);
		const struct zone_rrset *rrset =
		    node == NULL ? NULL : zone_node_find(node, DNS_TYPE_A);
		mixtures += rrset == NULL || rrset->count != 1 ||
		            bytes_load_u32(zone_rrset_data(rrset) + 2) != zone_serial(zone);
	}
	return mixtures;
}

static void *read_versions(void *context)
{
	struct reader *reader = context;
	while (!atomic_load(&reader->stage->stop)) {
		const struct zone *zone = take(reader);
		const unsigned mixtures = mixtures_of(zone);
		atomic_fetch_add(&reader->stage->mixtures, mixtures);
		atomic_fetch_add(&reader->stage->rounds, 1);
		atomic_store(&reader->stage->reading[reader->index], NULL);
	}
	return NULL;
}

static struct zone *next_version(const struct zone *old, uint32_t serial)
{
	struct model_hand hand[2 * SHARDS + 2];
	struct zone_change_record record[2 * SHARDS + 2];
	struct zone *next = NULL;
	for (unsigned i = 0; i <= SHARDS; i++) {
		char text[16];
		snprintf(text, sizeof(text), "s%u", i);
		hand[2 * i] =
		    i == SHARDS ? model_hand_soa(serial - 1) : model_hand_address(text, serial - 1);
		hand[2 * i + 1] =
		    i == SHARDS ? model_hand_soa(serial) : model_hand_address(text, serial);
		record[2 * i] = model_hand_record(&hand[2 * i], ZONE_CHANGE_REMOVE);
		record[2 * i + 1] = model_hand_record(&hand[2 * i + 1], ZONE_CHANGE_ADD);
	}
	CU_ASSERT_FATAL(model_apply(old, record, ARRAY_COUNT(record), &next) == RESULT_OK);
	return next;
}

static void test_readers(void)
{
	model_start();
	model_clear();
	struct stage stage = {0};
	struct vector_text text;
	vector_text_open(&text, "@ 60 SOA a. b. 1 1 1 1 1\n@ 60 NS a.\n");
	for (unsigned i = 0; i < SHARDS; i++)
		fprintf(text.stream, "s%u 60 A 0.0.0.1\n", i);
	struct zone *fresh = model_load_text(vector_text_close(&text));
	free(text.data);
	struct zone *zone = NULL;
	CU_ASSERT_FATAL(zone_change_compact(fresh, MODEL_ROOM_BYTES, &zone) == RESULT_OK);
	zone_free(fresh);
	atomic_store(&stage.current, zone);
	pthread_t thread[READERS];
	struct reader reader[READERS];
	for (unsigned i = 0; i < READERS; i++) {
		reader[i] = (struct reader){&stage, i};
		CU_ASSERT_FATAL(pthread_create(&thread[i], NULL, read_versions, &reader[i]) == 0);
	}
	for (uint32_t serial = 2; serial < 300 || atomic_load(&stage.rounds) < 1000; serial++) {
		struct zone *old = zone;
		zone = next_version(old, serial);
		atomic_store(&stage.current, zone);
		for (unsigned i = 0; i < READERS; i++) {
			while (atomic_load(&stage.reading[i]) == old)
				sched_yield();
		}
		zone_free(old);
	}
	atomic_store(&stage.stop, true);
	for (unsigned i = 0; i < READERS; i++)
		pthread_join(thread[i], NULL);
	CU_ASSERT(atomic_load(&stage.mixtures) == 0);
	zone_free(zone);
}

static const struct unit_case cases[] = {
    {"large", test_large},
    {"room", test_room},
    {"branches", test_branches},
    {"readers", test_readers},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "zone/versions", cases, ARRAY_COUNT(cases));
}

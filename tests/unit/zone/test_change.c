/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Changed zones: after any sequence of changes a zone answers as one that was loaded with the same records, and
 * a change that is refused leaves it as it was. */
#include <stdio.h>
#include <string.h>

#include "unit.h"
#include "vector.h"

#include "change_model.h"

#include "dns/rrtype.h"
#include "zone/change.h"
#include "zone/nsec3.h"
#include "zone/store.h"
#include "zone/zone.h"

static void add_nsec(void)
{
	const uint32_t names = model_name_count;
	model_add("@", "NSEC", "a SOA NS RRSIG NSEC", true);
	model_add("@", "RRSIG", "NSEC 8 2 60 20300101000000 20200101000000 1 example.com. AAAA",
	          true);
	for (uint32_t i = 0; i < names; i += 3) {
		char rdata[200];
		snprintf(rdata, sizeof(rdata), "%s A RRSIG NSEC", model_name_text[(i + 1) % names]);
		model_add(model_name_text[i], "NSEC", rdata, i % 2 == 0);
		model_add(model_name_text[i], "RRSIG",
		          "NSEC 8 3 60 20300101000000 20200101000000 1 example.com. AAAA",
		          i % 2 == 0);
	}
}

static void add_nsec3(void)
{
	const struct zone_text_record apex[] = {{"@", 60, "SOA", "ns h 1 2 3 4 5"},
	                                        {"@", 60, "NS", "ns"},
	                                        {"@", 60, "NSEC3PARAM", "1 0 1 ab"}};
	struct zone *zone = model_load_texts(apex, ARRAY_COUNT(apex));
	CU_ASSERT_FATAL(zone != NULL);
	const uint32_t names = model_name_count;
	model_add("@", "NSEC3PARAM", "1 0 1 ab", true);
	for (uint32_t i = 0; i < names; i += 2) {
		struct dns_name name;
		CU_ASSERT_FATAL(dns_name_from_text(i == 0 ? "@" : model_name_text[i],
		                                   i == 0 ? 1 : strlen(model_name_text[i]),
		                                   zone_origin(zone), &name) == RESULT_OK);
		dns_name_to_lower(name.wire, name.len);
		const struct zone_nsec3_hash hash = zone_nsec3_hash(zone, name.wire, name.len);
		char owner[40], rdata[100];
		snprintf(owner, sizeof(owner), "%.32s", (const char *)hash.label + 1);
		snprintf(rdata, sizeof(rdata), "1 1 1 ab %s A RRSIG", owner);
		const uint32_t before = model_name_count;
		model_add(owner, "NSEC3", rdata, i % 4 == 0);
		model_add(owner, "RRSIG",
		          "NSEC3 8 3 60 20300101000000 20200101000000 1 example.com. AAAA",
		          i % 4 == 0);
		model_name_count = before;
	}
	zone_free(zone);
}

/* Flips a few records, never the only SOA or the first NS. */
static size_t flip(struct zone_change_record *records, uint32_t *flipped)
{
	const uint32_t count = 1 + model_random(5);
	size_t used = 0;
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t at = model_random(model_count);
		struct model_candidate *chosen = &model_candidate[at];
		bool again = false;
		for (size_t j = 0; j < used; j++)
			again = again || flipped[j] == at;
		if (again || (chosen->type == DNS_TYPE_SOA && model_random(8) != 0))
			continue;
		records[used] =
		    model_record(chosen, chosen->present ? ZONE_CHANGE_REMOVE : ZONE_CHANGE_ADD);
		flipped[used++] = at;
		chosen->present = !chosen->present;
		if (chosen->present)
			chosen->sequence = model_sequence++;
	}
	/* SOAs change places. */
	for (uint32_t at = 0; at < 2; at++) {
		bool flip_other = false, is_flipped = false;
		for (size_t j = 0; j < used; j++) {
			flip_other = flip_other || flipped[j] == 1 - at;
			is_flipped = is_flipped || flipped[j] == at;
		}
		if (!flip_other || is_flipped)
			continue;
		struct model_candidate *chosen = &model_candidate[at];
		records[used] =
		    model_record(chosen, chosen->present ? ZONE_CHANGE_REMOVE : ZONE_CHANGE_ADD);
		flipped[used++] = at;
		chosen->present = !chosen->present;
		if (chosen->present)
			chosen->sequence = model_sequence++;
	}
	return used;
}

static uint64_t count_records(const struct zone *zone)
{
	struct zone_cursor cursor = {0};
	struct zone_rrset_view view;
	uint64_t count = 0;
	while (zone_cursor_next(zone, &cursor, &view))
		count += view.count;
	return count;
}

struct walk_counts {
	unsigned shared;
	unsigned rebuilt;
	unsigned refused;
};

/* One random change to the zone and to the records that are to be in it. */
static struct zone *step(struct zone *zone, struct walk_counts *counts)
{
	struct zone_change_record records[8];
	uint32_t flipped[8];
	static struct model_candidate saved[MODEL_RECORDS_MAX];
	memcpy(saved, model_candidate, sizeof(saved));
	const size_t count = flip(records, flipped);
	const struct zone_change change = {records, count};
	struct zone *fresh = model_load();
	struct zone *next = NULL;
	const enum result result = zone_change_apply(zone, &change, &next, &model_errors);
	CU_ASSERT(result == (fresh == NULL ? RESULT_MALFORMED : RESULT_OK));
	if (result != RESULT_OK || fresh == NULL) {
		CU_ASSERT(model_errors.count > model_errors.warning_count || fresh != NULL);
		memcpy(model_candidate, saved, sizeof(saved));
		counts->refused++;
		zone_free(fresh);
		fresh = model_load();
		CU_ASSERT_FATAL(fresh != NULL);
		CU_ASSERT(model_differences(fresh, zone) == 0);
		zone_free(fresh);
		return zone;
	}
	if (next->arena == zone->arena)
		counts->shared++;
	else
		counts->rebuilt++;
	CU_ASSERT(model_differences(fresh, next) == 0);
	CU_ASSERT(zone_name_count(fresh) == zone_name_count(next));
	CU_ASSERT(zone_record_count(fresh) == zone_record_count(next));
	CU_ASSERT(count_records(next) == zone_record_count(next));
	CU_ASSERT(zone_serial(fresh) == zone_serial(next));
	zone_free(fresh);
	zone_free(zone);
	return next;
}

static void walk(uint32_t seed, unsigned steps)
{
	struct walk_counts counts = {0};
	model_random_state = seed;
	model_make_valid();
	struct zone *fresh = model_load();
	CU_ASSERT_FATAL(fresh != NULL);
	struct zone *zone = NULL;
	CU_ASSERT_FATAL(zone_change_compact(fresh, MODEL_ROOM_BYTES, &zone) == RESULT_OK);
	CU_ASSERT(model_differences(fresh, zone) == 0);
	zone_free(fresh);
	for (unsigned i = 0; i < steps; i++) {
		const unsigned failures = CU_get_number_of_failures();
		zone = step(zone, &counts);
		if (CU_get_number_of_failures() > failures) {
			printf("       step %u, seed %u\n", i, seed);
			break;
		}
	}
	printf("       %u versions share memory, %u were made anew, %u changes refused\n",
	       counts.shared, counts.rebuilt, counts.refused);
	CU_ASSERT(counts.shared > steps / 4);
	CU_ASSERT(counts.refused > 0);
	zone_free(zone);
	model_clear();
}

static void test_walk_plain(void)
{
	model_start();
	walk(1, 250);
}

static void test_walk_nsec(void)
{
	model_start();
	add_nsec();
	walk(2, 150);
}

static void test_walk_nsec3(void)
{
	model_start();
	add_nsec3();
	walk(3, 150);
}

/* Changes that come to nothing leave everything as it was, and say why. */
static void test_refused(void)
{
	model_start();
	model_make_valid();
	struct zone *fresh = model_load();
	struct zone *zone = NULL, *next = NULL;
	CU_ASSERT_FATAL(zone_change_compact(fresh, MODEL_ROOM_BYTES, &zone) == RESULT_OK);
	const size_t bytes = zone_memory_bytes(zone);
	const struct model_hand outside = {
	    .owner = {.len = 1}, .type = DNS_TYPE_A, .len = 4, .rdata = {1, 2, 3, 4}};
	const struct model_hand absent = model_hand_address("absent", 1);
	struct model_hand cname = {
	    .type = DNS_TYPE_CNAME, .len = 3, .rdata = "\1a", .owner = absent.owner};
	const struct model_hand soa = model_hand_soa(7);
	const struct zone_change_record records[] = {
	    model_hand_record(&outside, ZONE_CHANGE_ADD),
	    model_hand_record(&absent, ZONE_CHANGE_REMOVE),
	    model_hand_record(&absent, ZONE_CHANGE_ADD),
	    model_hand_record(&cname, ZONE_CHANGE_ADD),
	    model_hand_record(&soa, ZONE_CHANGE_ADD),
	    model_hand_record(&soa, ZONE_CHANGE_REMOVE_RRSET),
	    model_hand_record(&soa, ZONE_CHANGE_ADD),
	};
	CU_ASSERT(model_apply(zone, &records[0], 1, &next) == RESULT_MALFORMED);
	CU_ASSERT(model_errors.count == 1 && model_errors.error[0].line == 1);
	CU_ASSERT(strstr(model_errors.error[0].text, "outside of the zone") != NULL);
	CU_ASSERT(model_apply(zone, &records[1], 1, &next) == RESULT_MALFORMED);
	CU_ASSERT(strstr(model_errors.error[0].text, "no such record") != NULL);
	CU_ASSERT(model_apply(zone, &records[2], 2, &next) == RESULT_MALFORMED);
	CU_ASSERT(strstr(model_errors.error[0].text, "CNAME") != NULL);
	CU_ASSERT(model_apply(zone, &records[4], 1, &next) == RESULT_MALFORMED); /* a second SOA */
	CU_ASSERT(model_apply(zone, &records[5], 1, &next) == RESULT_MALFORMED); /* none */
	CU_ASSERT(next == NULL);
	CU_ASSERT(zone_memory_bytes(zone) == bytes);
	CU_ASSERT(model_differences(fresh, zone) == 0);
	/* Replacing it is right, also when the old zone goes first. */
	CU_ASSERT_FATAL(model_apply(zone, &records[5], 2, &next) == RESULT_OK);
	CU_ASSERT(next->arena == zone->arena);
	CU_ASSERT(zone_serial(next) == 7 && zone_serial(zone) != 7);
	zone_free(zone);
	CU_ASSERT(zone_serial(next) == 7);
	zone_free(next);
	zone_free(fresh);
	model_clear();
}

/* A zone without room is made anew; the old one does not mind. */
static void test_small(void)
{
	model_start();
	model_make_valid();
	struct zone *zone = model_load();
	struct zone *next = NULL;
	const struct model_hand new = model_hand_address("a.new.name", 1);
	const struct zone_change_record add = model_hand_record(&new, ZONE_CHANGE_ADD);
	const struct zone_change_record remove = model_hand_record(&new, ZONE_CHANGE_REMOVE);
	CU_ASSERT(zone->arena == NULL);
	CU_ASSERT_FATAL(model_apply(zone, &add, 1, &next) == RESULT_OK);
	CU_ASSERT(next->arena == NULL);
	CU_ASSERT(zone_name_count(next) == zone_name_count(zone) + 3);
	struct zone *last = NULL;
	CU_ASSERT_FATAL(model_apply(next, &remove, 1, &last) == RESULT_OK);
	CU_ASSERT(zone_memory_bytes(last) == zone_memory_bytes(zone));
	CU_ASSERT(model_differences(zone, last) == 0);
	zone_free(zone);
	zone_free(next);
	zone_free(last);
	model_clear();
}

/* One step from a version to what the present records say; whether memory is shared. */
static bool go_on(struct zone **zone, const struct zone_change_record *records, size_t count)
{
	struct zone *next = NULL;
	CU_ASSERT_FATAL(model_apply(*zone, records, count, &next) == RESULT_OK);
	struct zone *fresh = model_load();
	CU_ASSERT_FATAL(fresh != NULL);
	CU_ASSERT(model_differences(fresh, next) == 0);
	const bool shared = next->arena == (*zone)->arena;
	zone_free(fresh);
	zone_free(*zone);
	*zone = next;
	return shared;
}

/* A name and its hash come together; then the hash goes and comes without its name. */
static void test_hashes(void)
{
	model_start();
	model_clear();
	model_add("@", "SOA", "ns h 1 2 3 4 5", true);
	model_add("@", "NS", "ns", true);
	model_add("@", "NSEC3PARAM", "1 0 1 ab", true);
	struct zone *fresh = model_load();
	struct zone *zone = NULL;
	CU_ASSERT_FATAL(fresh != NULL);
	CU_ASSERT_FATAL(zone_change_compact(fresh, MODEL_ROOM_BYTES, &zone) == RESULT_OK);
	zone_free(fresh);
	const struct model_hand name = model_hand_address("q", 0);
	const struct zone_nsec3_hash hash = zone_nsec3_hash(zone, name.owner.wire, name.owner.len);
	char owner[40], rdata[100];
	snprintf(owner, sizeof(owner), "%.32s", (const char *)hash.label + 1);
	snprintf(rdata, sizeof(rdata), "1 0 1 ab %s A", owner);
	model_add("q", "A", "192.0.2.1", true);
	model_add(owner, "NSEC3", rdata, true);
	const struct zone_change_record records[] = {
	    model_record(&model_candidate[3], ZONE_CHANGE_ADD),
	    model_record(&model_candidate[4], ZONE_CHANGE_ADD)};
	CU_ASSERT(go_on(&zone, records, 2));
	CU_ASSERT(zone_find_name(zone, name.owner.wire)->nsec3 != 0);
	const struct zone_change_record remove =
	    model_record(&model_candidate[4], ZONE_CHANGE_REMOVE);
	model_candidate[4].present = false;
	CU_ASSERT(go_on(&zone, &remove, 1));
	CU_ASSERT(zone->chain_pages == 0);
	model_candidate[4].present = true;
	CU_ASSERT(!go_on(&zone, &records[1], 1));
	CU_ASSERT(zone_find_name(zone, name.owner.wire)->nsec3 != 0);
	zone_free(zone);
	model_clear();
}

static const struct unit_case cases[] = {
    {"walk_plain", test_walk_plain}, {"walk_nsec", test_walk_nsec}, {"walk_nsec3", test_walk_nsec3},
    {"refused", test_refused},       {"small", test_small},         {"hashes", test_hashes},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "zone/change", cases, ARRAY_COUNT(cases));
}

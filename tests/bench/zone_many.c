/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* zone_many FILE COUNT: loads a small zone file under COUNT names, makes one set of all and looks names
 * up in it; prints, as one line of JSON, what a zone costs. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "zone/zone.h"
#include "measure.h"

/* Questions that go through the set together, as in a burst of packets. */
#define BURST 32
#define LOOKUPS (1u << 21)

static struct zone_errors errors;

static void name_of(const char *host, uint32_t index, struct dns_name *out)
{
	char text[64];
	const int len = snprintf(text, sizeof(text), "%szone%u.example", host, index);
	if (dns_name_from_text(text, (size_t)len, NULL, out) != RESULT_OK)
		abort();
}

/* Seconds that LOOKUPS questions for random zones take. */
static double look_up(const struct zone_set *set, uint32_t count)
{
	static struct dns_question question[BURST];
	uint32_t random = 1;
	double spent = 0;
	for (uint32_t done = 0; done < LOOKUPS; done += BURST) {
		for (unsigned i = 0; i < BURST; i++) {
			struct dns_name name;
			random = random * 1664525u + 1013904223u;
			name_of("www.", (uint32_t)((uint64_t)random * count >> 32), &name);
			dns_question_set(&question[i], name.wire, DNS_TYPE_A, DNS_CLASS_IN);
		}
		const double start = measure_s(CLOCK_MONOTONIC);
		for (unsigned i = 0; i < BURST; i++)
			zone_set_prefetch(set, &question[i]);
		for (unsigned i = 0; i < BURST; i++)
			zone_set_prefetch_zone(set, &question[i]);
		for (unsigned i = 0; i < BURST; i++)
			if (zone_set_find(set, &question[i]) == NULL)
				abort();
		spent += measure_s(CLOCK_MONOTONIC) - start;
	}
	return spent;
}

int main(int count, char **argument)
{
	if (count != 3) {
		fprintf(stderr, "usage: zone_many FILE COUNT\n");
		return 2;
	}
	const uint32_t zones = (uint32_t)strtoul(argument[2], NULL, 10);
	struct zone **zone = calloc(zones + 1u, sizeof(*zone));
	struct zone_set *set;
	if (zone == NULL)
		return EXIT_FAILURE;
	memset(zone, 0xff, (zones + 1u) * sizeof(struct zone *));

	const double before = measure_resident_bytes();
	const double start = measure_s(CLOCK_MONOTONIC);
	for (uint32_t i = 0; i < zones; i++) {
		struct zone_load load = {.file = argument[1]};
		name_of("", i, &load.origin);
		if (zone_load_file(&load, &zone[i], &errors) != RESULT_OK) {
			fprintf(stderr, "%s\n", errors.error[0].text);
			return EXIT_FAILURE;
		}
	}
	const double loaded = measure_s(CLOCK_MONOTONIC);
	if (zone_set_create(zone, zones, &set) != RESULT_OK)
		return EXIT_FAILURE;
	const double made = measure_s(CLOCK_MONOTONIC);
	const double memory = measure_resident_bytes() - before;
	printf("{\"zones\": %u, \"load_us\": %.3f, \"set_us\": %.3f, \"resident_bytes\": %.0f, "
	       "\"block_bytes\": %zu, \"find_ns\": %.1f}\n",
	       zones, (loaded - start) / zones * 1e6, (made - loaded) / zones * 1e6, memory / zones,
	       zone_memory_bytes(zone[0]), look_up(set, zones) / LOOKUPS * 1e9);
	return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* zone_load FILE ORIGIN [STEADY]: loads a zone file as the server does and prints, as one line of
 * JSON, what it cost. With STEADY, waits for standard input to end before the zone is freed, so that
 * somebody else can look at the process. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "zone/zone.h"
#include "measure.h"

static int report(const char *file, const struct zone_errors *errors)
{
	for (uint32_t i = 0; i < errors->count && i < ZONE_ERRORS_MAX; i++)
		fprintf(stderr, "%s:%u:%u: %s\n", errors->error[i].file, errors->error[i].line,
		        errors->error[i].column, errors->error[i].text);
	fprintf(stderr, "zone_load: %s is not loaded\n", file);
	return EXIT_FAILURE;
}

int main(int count, char **argument)
{
	static struct zone_errors errors;
	if (count < 3) {
		fprintf(stderr, "usage: zone_load FILE ORIGIN [STEADY]\n");
		return 2;
	}
	struct zone_load load = {.file = argument[1]};
	if (dns_name_from_text(argument[2], strlen(argument[2]), NULL, &load.origin) != RESULT_OK)
		return 2;

	const double wall = measure_s(CLOCK_MONOTONIC);
	const double cpu = measure_s(CLOCK_PROCESS_CPUTIME_ID);
	struct zone *zone;
	if (zone_load_file(&load, &zone, &errors) != RESULT_OK)
		return report(argument[1], &errors);
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	printf("{\"wall_s\": %.4f, \"cpu_s\": %.4f, \"peak_bytes\": %" PRIu64
	       ", \"resident_bytes\": %" PRIu64 ", \"zone_bytes\": %zu, \"records\": %" PRIu64
	       ", \"names\": %" PRIu64 "}\n",
	       measure_s(CLOCK_MONOTONIC) - wall, measure_s(CLOCK_PROCESS_CPUTIME_ID) - cpu,
	       (uint64_t)usage.ru_maxrss * 1024, measure_resident_bytes(), zone_memory_bytes(zone),
	       zone_record_count(zone), zone_name_count(zone));
	fflush(stdout);
	if (count > 3)
		while (getchar() != EOF)
			;
	zone_free(zone);
	return EXIT_SUCCESS;
}

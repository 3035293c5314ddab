/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* measure -- time and memory of the process that measures itself. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static inline double measure_s(clockid_t clock)
{
	struct timespec time;
	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Resident memory now: the second number of statm is in pages. */
static inline uint64_t measure_resident_bytes(void)
{
	char text[256];
	FILE *file = fopen("/proc/self/statm", "re");
	if (file == NULL)
		return 0;
	const bool got = fgets(text, sizeof(text), file) != NULL;
	fclose(file);
	const char *second = got ? strchr(text, ' ') : NULL;
	return second == NULL ? 0 : strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Zones from text and back. */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "vector.h"

struct zone *rig_load(const char *origin, const char *text, size_t len)
{
	static struct zone_errors errors;
	struct vector_file file;
	struct zone *zone = NULL;
	vector_file_open(&file, text, len);
	struct zone_load load = {.file = file.path};
	CU_ASSERT_FATAL(dns_name_from_text(origin, strlen(origin), NULL, &load.origin) ==
	                RESULT_OK);
	const enum result result = zone_load_file(&load, &zone, &errors);
	vector_file_close(&file);
	if (result == RESULT_OK)
		return zone;
	for (uint32_t i = 0; i < errors.count && i < ZONE_ERRORS_MAX; i++)
		printf("  %u:%u: %s\n", errors.error[i].line, errors.error[i].column,
		       errors.error[i].text);
	return NULL;
}

char *rig_write(const struct zone *zone, enum zone_write_form form, size_t *len)
{
	char *text = NULL;
	FILE *stream = open_memstream(&text, len);
	CU_ASSERT_FATAL(stream != NULL);
	CU_ASSERT(zone_write(zone, form, stream) == RESULT_OK);
	fclose(stream);
	return text;
}

char *rig_file(const char *path, size_t *len)
{
	char *text = NULL;
	char piece[4096];
	FILE *file = fopen(path, "r");
	FILE *stream = open_memstream(&text, len);
	CU_ASSERT_FATAL(file != NULL && stream != NULL);
	for (size_t got; (got = fread(piece, 1, sizeof(piece), file)) > 0;)
		fwrite(piece, 1, got, stream);
	fclose(file);
	fclose(stream);
	return text;
}

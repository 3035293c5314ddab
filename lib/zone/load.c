/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From a file, or from records in the configuration, to a zone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dns/rrtype.h"
#include "zone/draft.h"
#include "zone/reader.h"
#include "zone/zone.h"
#include "zone/zone_limits.h"

/* A guess at names from the size of a file: too low costs growing, too high memory that is never
 * touched. */
#define OCTETS_PER_NAME 40
#define NAMES_GUESS_MAX ((size_t)1 << 24)

struct loading {
	struct zone_draft draft;
	struct zone_reader *reader;
};

static enum result begin(struct loading *loading, const struct zone_load *load, size_t names,
                         struct zone_errors *errors)
{
	errors->count = 0;
	errors->warning_count = 0;
	loading->reader = malloc(sizeof(*loading->reader));
	if (loading->reader == NULL)
		return RESULT_NO_MEMORY;
	loading->reader->draft = &loading->draft;
	loading->reader->errors = errors;
	loading->reader->soa_seen = false;
	loading->reader->soa_minimum = 0;
	loading->reader->default_ttl = load->default_ttl;
	const enum result result = zone_draft_init(&loading->draft, &load->origin, names, errors);
	if (result != RESULT_OK)
		free(loading->reader);
	return result;
}

/* Makes the zone unless something was wrong, and lets go of what only loading needed. */
static enum result finish(struct loading *loading, enum result result, struct zone_errors *errors,
                          struct zone **out)
{
	free(loading->reader);
	if (result == RESULT_OK && zone_errors_any(errors))
		result = RESULT_MALFORMED;
	if (result == RESULT_OK)
		result = zone_seal(&loading->draft, out);
	zone_draft_fini(&loading->draft);
	if (result == RESULT_NO_MEMORY)
		zone_error_add(errors, false, (struct zone_place){.file = ""},
		               "found no memory left, expected more for this zone");
	return result;
}

enum result zone_load_file(const struct zone_load *load, struct zone **out,
                           struct zone_errors *errors)
{
	struct stat status;
	size_t names = 0;
	if (stat(load->file, &status) == 0 && S_ISREG(status.st_mode))
		names = (size_t)status.st_size / OCTETS_PER_NAME;
	struct loading loading;
	enum result result =
	    begin(&loading, load, names < NAMES_GUESS_MAX ? names : NAMES_GUESS_MAX, errors);
	if (result != RESULT_OK)
		return result;
	result = zone_reader_file(loading.reader, load->file, &load->origin, NULL);
	return finish(&loading, result, errors, out);
}

/* Reads one record of the configuration as if it were the only entry of a file. Parentheses keep a line
 * break in its rdata from starting another entry. */
static enum result read_record(struct zone_reader *reader, struct zone_source *source,
                               const struct zone_text_record *record, uint32_t index)
{
	char *line;
	const int len = asprintf(&line, "%s %u %s (%s\n)", record->owner, record->ttl, record->type,
	                         record->rdata);
	if (len < 0)
		return RESULT_NO_MEMORY;
	struct zone_scan scan;
	zone_scan_text(&scan, line, (size_t)len, "records", index);
	source->scan = &scan;
	enum result result = zone_scan_next(&scan);
	if (result == RESULT_OK && scan.at == scan.len) {
		result = zone_reader_record(reader, source);
	} else if (result != RESULT_NO_MEMORY) {
		zone_error_add(reader->errors, false, zone_scan_place(&scan, 0),
		               "%.200s: found \"%.100s\", expected the rdata of one record",
		               record->owner, record->rdata);
		result = RESULT_OK;
	}
	zone_scan_close(&scan);
	free(line);
	return result;
}

enum result zone_load_records(const struct zone_load *load, const struct zone_text_record *records,
                              size_t count, struct zone **out, struct zone_errors *errors)
{
	struct loading loading;
	enum result result = begin(&loading, load, count, errors);
	if (result != RESULT_OK)
		return result;
	struct zone_source source = {.origin = load->origin,
	                             .node = {ZONE_DRAFT_NONE, ZONE_DRAFT_NONE}};
	result = zone_draft_file(&loading.draft, "records", &source.file);
	for (size_t i = 0; i < count && result == RESULT_OK; i++)
		result = read_record(loading.reader, &source, &records[i], (uint32_t)i);
	return finish(&loading, result, errors, out);
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Zone files: whatever is in them, reading ends with a zone or with errors that have a place; a zone can
 * be written in both forms, and what was written reads back as the same zone. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "zone/origin.h"
#include "zone/write.h"
#include "zone/zone.h"

/* The file stands alone in a folder of its own, so that $INCLUDE finds nothing but it. */
#define FOLDER "/tmp/fuzz-zone-XXXXXX"
#define FILE_NAME "/example.zone"
/* Digits of a number near $GENERATE: more make zones that take seconds. */
#define GENERATE_DIGITS_MAX 3
#define GENERATE_TEXT 64

static int file_fd = -1;
static char folder[] = FOLDER;
static char file[] = FOLDER FILE_NAME;

static void folder_remove(void)
{
	unlink(file);
	rmdir(folder);
}

/* The file is memory: a disk would be waited for each time. */
static void folder_make(void)
{
	char path[64];
	if (file_fd >= 0)
		return;
	file_fd = memfd_create("zone", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file_fd);
	FUZZ_HOLDS(file_fd >= 0 && mkdtemp(folder) != NULL);
	memcpy(file, folder, strlen(folder));
	FUZZ_HOLDS(symlink(path, file) == 0);
	atexit(folder_remove);
}

/* Where a word stands, any case, or NULL. */
static const char *find(const char *text, size_t len, const char *word)
{
	const size_t word_len = strlen(word);
	for (size_t i = 0; i + word_len <= len; i++) {
		if (strncasecmp(text + i, word, word_len) == 0)
			return text + i;
	}
	return NULL;
}

/* Files of the machine are none of our input, and a $GENERATE of a million is no bug. */
static bool is_fit(const char *text, size_t len)
{
	if (find(text, len, "$INCLUDE") != NULL && memchr(text, '/', len) != NULL)
		return false;
	const char *end = text + len;
	for (const char *at = text; (at = find(at, (size_t)(end - at), "$GENERATE")) != NULL;
	     at++) {
		unsigned digits = 0;
		for (const char *p = at; p < end && p < at + GENERATE_TEXT; p++) {
			digits = isdigit((unsigned char)*p) ? digits + 1 : 0;
			if (digits > GENERATE_DIGITS_MAX)
				return false;
		}
	}
	return true;
}

static void put_file(const void *data, size_t len)
{
	FUZZ_HOLDS(ftruncate(file_fd, 0) == 0);
	FUZZ_HOLDS(pwrite(file_fd, data, len, 0) == (ssize_t)len);
}

static bool ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static void check_errors(const struct zone_errors *errors)
{
	FUZZ_HOLDS(errors->warning_count <= errors->count);
	for (uint32_t i = 0; i < errors->count && i < ZONE_ERRORS_MAX; i++) {
		const struct zone_error *error = &errors->error[i];
		FUZZ_HOLDS(ends(error->file, sizeof(error->file)));
		FUZZ_HOLDS(ends(error->text, sizeof(error->text)));
		/* Of a text that quotes a long path the end may be cut. */
		FUZZ_HOLDS(strstr(error->text, "expected ") != NULL ||
		           strlen(error->text) + sizeof("\\000") >= sizeof(error->text));
		for (const char *p = error->text; *p != '\0'; p++)
			FUZZ_HOLDS(isprint((unsigned char)*p));
	}
}

/* The zone in the file, or NULL. */
static struct zone *load(const struct dns_name *origin)
{
	static struct zone_errors errors;
	const struct zone_load settings = {.origin = *origin, .file = file};
	struct zone *zone = NULL;
	const enum result result = zone_load_file(&settings, &zone, &errors);
	check_errors(&errors);
	FUZZ_HOLDS((result == RESULT_OK) == (errors.count == errors.warning_count));
	return result == RESULT_OK ? zone : NULL;
}

static char *text_of(const struct zone *zone, enum zone_write_form form, size_t *len)
{
	char *text = NULL;
	FILE *stream = open_memstream(&text, len);
	FUZZ_HOLDS(stream != NULL);
	FUZZ_HOLDS(zone_write(zone, form, stream) == RESULT_OK);
	FUZZ_HOLDS(fclose(stream) == 0);
	return text;
}

/* The form reads back, and is what the zone that was read back is written as. */
static void check_form(const struct zone *zone, enum zone_write_form form, const char *canonical)
{
	size_t len, other_len;
	char *text = text_of(zone, form, &len);
	put_file(text, len);
	struct zone *again = load(zone_origin(zone));
	FUZZ_HOLDS(again != NULL);
	char *other = text_of(again, ZONE_WRITE_CANONICAL, &other_len);
	FUZZ_HOLDS(strcmp(other, canonical) == 0);
	free(other);
	other = text_of(again, form, &other_len);
	FUZZ_HOLDS(other_len == len && memcmp(other, text, len) == 0);
	free(other);
	free(text);
	zone_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_name origin;
	enum zone_origin_source source;
	size_t len;
	if (!is_fit((const char *)data, size))
		return 0;
	folder_make();
	put_file(data, size);
	FUZZ_HOLDS(zone_origin_find(file, &origin, &source) == RESULT_OK);
	struct zone *zone = load(&origin);
	if (zone == NULL)
		return 0;
	char *canonical = text_of(zone, ZONE_WRITE_CANONICAL, &len);
	check_form(zone, ZONE_WRITE_CANONICAL, canonical);
	check_form(zone, ZONE_WRITE_PRETTY, canonical);
	free(canonical);
	zone_free(zone);
	return 0;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* format: writes the zone anew, in canonical or in pretty form. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "input.h"
#include "zone/write.h"

/* What a new file may be read by, before the umask takes its part. */
#define NEW_FILE_MODE 0666

static enum command_status failed(const char *file)
{
	fprintf(stderr, "scloud-zone format: %s: cannot be written: %s\n", file, strerror(errno));
	return COMMAND_BAD;
}

/* The mode of the file that is replaced, or of any new one. */
static mode_t mode_for(const char *file)
{
	struct stat status;
	if (stat(file, &status) == 0)
		return status.st_mode & 07777;
	const mode_t mask = umask(0);
	umask(mask);
	return NEW_FILE_MODE & ~mask;
}

static bool write_stream(const struct zone *zone, enum zone_write_form form, int descriptor)
{
	FILE *stream = fdopen(descriptor, "w");
	if (stream == NULL) {
		close(descriptor);
		return false;
	}
	const enum result result = zone_write(zone, form, stream);
	const bool kept = result == RESULT_OK && fsync(fileno(stream)) == 0;
	if (result == RESULT_NO_MEMORY)
		errno = ENOMEM;
	return (fclose(stream) == 0) && kept;
}

/* Whoever reads the file meanwhile, a server perhaps, sees the old one or the new one, whole. */
static enum command_status write_file(const struct zone *zone, enum zone_write_form form,
                                      const char *file)
{
	char *path;
	if (asprintf(&path, "%s.XXXXXX", file) < 0)
		return failed(file);
	const mode_t mode = mode_for(file);
	const int descriptor = mkstemp(path);
	enum command_status status = COMMAND_GOOD;
	if (descriptor < 0) {
		status = failed(file);
	} else if (fchmod(descriptor, mode) != 0 || !write_stream(zone, form, descriptor) ||
	           rename(path, file) != 0) {
		status = failed(file);
		unlink(path);
	}
	free(path);
	return status;
}

static enum command_status run(const struct command_args *args)
{
	static struct input input;
	const bool canonical = command_has(args, "--canonical");
	const char *output = command_value(args, "--output");
	if (output == NULL)
		output = command_value(args, "-o");
	if (canonical && command_has(args, "--pretty"))
		return command_wrong(args, "--canonical and --pretty: one is allowed");

	enum command_status status =
	    input_open(args, args->word[0], args->word[1], INPUT_WARNINGS, &input);
	if (status != COMMAND_GOOD)
		return status;
	const enum zone_write_form form = canonical ? ZONE_WRITE_CANONICAL : ZONE_WRITE_PRETTY;
	if (output != NULL && strcmp(output, "-") != 0)
		status = write_file(input.zone, form, output);
	else if (zone_write(input.zone, form, stdout) != RESULT_OK)
		status = failed("standard output");
	input_close(&input);
	return status;
}

static const struct command_option options[] = {
    {"--pretty", NULL, "for people: $ORIGIN, $TTL, columns (the default)"},
    {"--canonical", NULL, "for programs: one complete record a line, in order"},
    {"--output", "FILE", "write there; it may be the file that is read"},
    {"-o", "FILE", "the same"},
    INPUT_OPTION_ORIGIN,
    {NULL, NULL, NULL},
};

const struct command command_format = {
    .name = "format",
    .words = "FILE [ORIGIN]",
    .words_min = 1,
    .words_max = 2,
    .summary = "write the zone anew, for people or for programs",
    .help =
        "Names come in canonical order (RFC 4034 section 6), the SOA first. $INCLUDE and "
        "$GENERATE\n"
        "become the records that they stand for; comments are lost. What is written reads back\n"
        "as the same zone.\n\n"
        "Canonical form is lower case, absolute, one record a line, so that two zones are equal\n"
        "if and only if these texts are. A file is replaced in one step, or stays as it was.\n\n"
        "  scloud-zone format example.com.zone\n"
        "  scloud-zone format -o example.com.zone example.com.zone\n"
        "  scloud-zone format --canonical example.com.zone | sha256sum",
    .options = options,
    .run = run,
};

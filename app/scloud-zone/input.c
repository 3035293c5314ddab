/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Loading zone files for subcommands. */
#include "input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"

#define STANDARD_INPUT "/dev/stdin"

static const char *path_of(const char *file)
{
	return strcmp(file, "-") == 0 ? STANDARD_INPUT : file;
}

/* A pipe can be read once: who has to look for the name first cannot read the zone after that. */
static bool can_be_read_twice(const char *file)
{
	struct stat status;
	return stat(path_of(file), &status) != 0 || S_ISREG(status.st_mode);
}

static void cannot_read(struct input *input)
{
	input->errors.count = 1;
	input->errors.error[0] = (struct zone_error){0};
	snprintf(input->errors.error[0].text, sizeof(input->errors.error[0].text),
	         "cannot be read: %s", strerror(errno));
}

static const char *find_origin(const char *file, const char *origin, struct input *input)
{
	enum zone_origin_source source;
	if (origin != NULL) {
		input->origin_from = "as given";
		return dns_name_from_text(origin, strlen(origin), NULL, &input->origin) == RESULT_OK
		           ? NULL
		           : "is no domain name: labels of 1 to 63 octets, 255 in all, are "
		             "expected";
	}
	if (!can_be_read_twice(file))
		return "is no regular file: give the zone's name, too";
	switch ((int)zone_origin_find(path_of(file), &input->origin, &source)) {
	case RESULT_OK:
		input->origin_from =
		    source == ZONE_ORIGIN_SOA ? "by the SOA's owner" : "by the file's name";
		return NULL;
	case RESULT_IO:
		cannot_read(input);
		return NULL;
	default:
		return "does not say which zone it is: give the zone's name, too";
	}
}

/* Leaves input->zone NULL and says why in input->errors, or gives what is wrong with the call. */
static const char *read_zone(const char *file, const char *origin, struct input *input)
{
	input->file = file;
	input->zone = NULL;
	input->errors.count = 0;
	input->errors.warning_count = 0;
	input->read_us = 0;
	const char *wrong = find_origin(file, origin, input);
	if (wrong != NULL || input->errors.count > 0)
		return wrong;
	const struct zone_load load = {.origin = input->origin, .file = path_of(file)};
	const uint64_t start = clock_now_us();
	struct zone *zone;
	if (zone_load_file(&load, &zone, &input->errors) == RESULT_OK)
		input->zone = zone;
	input->read_us = clock_now_us() - start;
	return NULL;
}

const char *input_place(const struct input *input, const struct zone_error *error,
                        char out[INPUT_PLACE_MAX])
{
	const char *file = error->file;
	if (file[0] == '\0' || strcmp(file, STANDARD_INPUT) == 0)
		file = input->file;
	if (error->line > 0)
		snprintf(out, INPUT_PLACE_MAX, "%s:%u:%u", file, error->line, error->column);
	else
		snprintf(out, INPUT_PLACE_MAX, "%s", file);
	return out;
}

static void print_errors(const struct input *input, bool warnings)
{
	const struct zone_errors *errors = &input->errors;
	char place[INPUT_PLACE_MAX];
	uint32_t shown = 0;
	for (uint32_t i = 0; i < errors->count && i < ZONE_ERRORS_MAX; i++) {
		const struct zone_error *error = &errors->error[i];
		shown++;
		if (error->warning && !warnings)
			continue;
		fprintf(stderr, "%s: %s%s\n", input_place(input, error, place),
		        error->warning ? "warning: " : "", error->text);
	}
	if (errors->count > shown)
		fprintf(stderr, "%s: %u more not shown\n", input->file, errors->count - shown);
}

enum command_status input_open_other(const struct command_args *args, const char *file,
                                     const char *origin, enum input_report report,
                                     struct input *input)
{
	const char *wrong = read_zone(file, origin, input);
	if (wrong != NULL)
		return command_wrong(args, "%s %s", origin != NULL ? origin : file, wrong);
	if (report != INPUT_SILENT)
		print_errors(input, report == INPUT_WARNINGS);
	return input->zone != NULL ? COMMAND_GOOD : COMMAND_BAD;
}

enum command_status input_open(const struct command_args *args, const char *file,
                               const char *origin, enum input_report report, struct input *input)
{
	const char *option = command_value(args, "--origin");
	if (option != NULL && origin != NULL)
		return command_wrong(args, "two names for the zone, %s and %s: one is allowed",
		                     option, origin);
	return input_open_other(args, file, option != NULL ? option : origin, report, input);
}

void input_close(struct input *input)
{
	zone_free(input->zone);
	input->zone = NULL;
}

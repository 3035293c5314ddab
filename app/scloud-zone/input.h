/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* input -- a zone file for a subcommand: finding its name, reading it, saying what is wrong.
 *
 * What:    the options that every subcommand has for its files, and one way to load.
 * Threads: one.
 * Memory:  input_close() frees what input_open() took.
 * Limits:  zone/zone_limits.h.
 * Trust:   files may hold anything.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "command.h"
#include "zone/origin.h"
#include "zone/zone.h"

struct input {
	const char *file; /* as the user wrote it */
	struct dns_name origin;
	const char *origin_from; /* how the zone's name was found, for people */
	struct zone *zone; /* NULL: it is wrong */
	struct zone_errors errors;
	uint64_t read_us;
};

/* The row of tables of options for ORIGIN. */
#define INPUT_OPTION_ORIGIN                                                                        \
	{                                                                                          \
		"--origin", "NAME", "the zone's name (default: what the file says)"                \
	}

/* What input_open() prints of what is wrong with a zone. */
enum input_report {
	INPUT_SILENT,
	INPUT_ERRORS,
	INPUT_WARNINGS, /* errors and warnings */
};

/* Reads a file. The zone's name is that of --origin or `origin`, or what the file says if both are not
 * given (NULL). Gives COMMAND_GOOD and input->zone; COMMAND_BAD when the zone is wrong, input->errors says
 * why; COMMAND_TROUBLE for wrong use, which has been said. */
MUST_CHECK enum command_status input_open(const struct command_args *args, const char *file,
                                          const char *origin, enum input_report report,
                                          struct input *input);

/* The same without a look at --origin. */
MUST_CHECK enum command_status input_open_other(const struct command_args *args, const char *file,
                                                const char *origin, enum input_report report,
                                                struct input *input);

/* Where a message belongs, "FILE:LINE:COLUMN"; without a line, "FILE". */
#define INPUT_PLACE_MAX 320
const char *input_place(const struct input *input, const struct zone_error *error,
                        char out[INPUT_PLACE_MAX]);

void input_close(struct input *input);

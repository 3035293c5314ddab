/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* command -- a subcommand of scloud-zone: its words and options, its help, what it does.
 *
 * What:    each subcommand is a file with one const struct command; the table in main.c lists them. The
 *          parser and --help are made from it.
 * Threads: one.
 * Memory:  strings point into argv.
 * Limits:  COMMAND_WORDS_MAX words, COMMAND_OPTIONS_MAX options in one call.
 * Trust:   the caller's shell; wrong use gives one clear line and exit status 2.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/* Words that no command exceeds; options may be repeated (query --with FILE ...). */
#define COMMAND_WORDS_MAX 3
#define COMMAND_OPTIONS_MAX 32

/* Exit statuses, as --help says. */
enum command_status {
	COMMAND_GOOD = 0,
	COMMAND_BAD = 1, /* the zone is wrong, or the zones differ */
	COMMAND_TROUBLE = 2, /* wrong use, or diff cannot compare */
};

struct command_option {
	const char *name; /* with its "--" or "+" */
	const char *value; /* what the value is called in --help; NULL: it takes none */
	const char *help;
};

struct command_args {
	const char *command;
	const char *word[COMMAND_WORDS_MAX]; /* NULL: not given */
	size_t word_count;
	struct command_given {
		const struct command_option *option;
		const char *value;
	} given[COMMAND_OPTIONS_MAX];
	size_t given_count;
};

struct command {
	const char *name;
	const char *words; /* "FILE [ORIGIN]" */
	size_t words_min;
	size_t words_max;
	const char *summary; /* one line for the list of commands */
	const char *help; /* paragraphs, examples */
	const struct command_option *options; /* ends with a NULL name */
	enum command_status (*run)(const struct command_args *args);
};

extern const struct command command_check;
extern const struct command command_format;
extern const struct command command_diff;
extern const struct command command_stats;
extern const struct command command_query;

/* Says in one line what is wrong with the call; gives COMMAND_TROUBLE. */
enum command_status command_wrong(const struct command_args *args, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* Reads what follows the command's name. False: wrong use, which has been said. */
MUST_CHECK bool command_parse(const struct command *command, int argc, char **argv,
                              struct command_args *out);

/* Whether an option was given; its (last) value, or NULL. */
bool command_has(const struct command_args *args, const char *name);
const char *command_value(const struct command_args *args, const char *name);

/* What "scloud-zone COMMAND --help" prints. */
void command_print_help(const struct command *command);

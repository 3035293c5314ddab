/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* args -- the command line of scloud-dns.
 *
 * What:    one table of options gives the parser and --help.
 * Threads: main, before anything else starts.
 * Memory:  strings point into argv.
 * Limits:  one action and one configuration file for each call.
 * Trust:   the caller's shell; wrong use gives one clear line and exit status 2.
 * RFC:     none. */
#pragma once

#include <stdbool.h>

#include "base/attr.h"

enum args_action {
	ARGS_RUN, /* start the server */
	ARGS_CHECK, /* read configuration and zones, say what is wrong, stop */
	ARGS_GRAPH, /* print the pipeline */
	ARGS_PROBE, /* say what this machine offers */
	ARGS_CONFIG_DOC, /* print docs/configuration.md */
	ARGS_SCHEMA, /* print the JSON schema of the configuration */
	ARGS_HELP,
	ARGS_HELP_CONFIG, /* every configuration key with its range and default */
	ARGS_VERSION,
};

enum args_graph_format {
	ARGS_GRAPH_TEXT,
	ARGS_GRAPH_DOT,
	ARGS_GRAPH_SVG
};

struct args {
	enum args_action action;
	enum args_graph_format graph_format;
	const char *config_file; /* NULL: the embedded default */
	const char *placement; /* NULL: as configured */
	const char *idle; /* NULL: as configured */
	const char *file_prefix; /* NULL: as configured */
	unsigned lanes; /* 0: as configured */
	const char *user; /* NULL: as configured */
	bool test_clock; /* commands may move the clock */
	bool test_sandbox; /* commands may try to break out */
};

/* Gives *out. On wrong use prints one line to standard error and returns false. */
MUST_CHECK bool args_parse(int argc, char **argv, struct args *out);

/* What --help prints. */
void args_print_help(void);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* args -- the command line of scloud-dnsctl.
 *
 * What:    its own options, wherever they stand; all other words are the command and go to the server.
 * Threads: one.
 * Memory:  strings point into argv.
 * Limits:  CONTROL_WORDS_MAX words.
 * Trust:   the caller's shell.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "control/control_limits.h"

struct args {
	const char *socket; /* NULL: the only one below CONTROL_FOLDER */
	const char *write; /* a pcapng file for capture; "-": standard output; NULL: none */
	bool json;
	bool help;
	bool version;
	const char *words[CONTROL_WORDS_MAX];
	size_t count;
};

/* Gives *out. On wrong use prints one line to standard error and returns false. */
MUST_CHECK bool args_parse(int argc, char **argv, struct args *out);

/* What --help prints without a command; the server's commands follow where a server is there. */
void args_print_help(void);

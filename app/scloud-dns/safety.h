/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* safety -- what this server gives up once everything is open, and what it keeps.
 *
 * What:    makes the sandbox's settings from the configuration: capabilities by the drivers of the ports, paths
 *          by what the configuration names (safety_paths.c), and enters it before the lcores take the first
 *          packet. docs/sandbox.md says how to extend the lists.
 * Threads: main, once, between the last thing that is opened and pipeline_launch().
 * Memory:  the paths are on the heap for the time of the call.
 * Limits:  SAFETY_PATHS_MAX, sandbox/sandbox_limits.h.
 * Trust:   paths come from the operator.
 * RFC:     none. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "sandbox/sandbox.h"
#include "server_int.h"

/* Folders of all files that the configuration names, and ours. Too low: zones in thousands of folders need
 * sandbox.read_paths. Too high: each is looked for in the list, and each costs at every open(). */
#define SAFETY_PATHS_MAX 4096

struct safety_paths {
	struct sandbox_path path[SAFETY_PATHS_MAX];
	size_t count;
	size_t last; /* where the path before was found: most are in the same folder */
	bool is_full;
};

/* Everything that the running server reads and writes. safety_paths_free() it. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result safety_paths_make(const struct server *server, struct safety_paths **out);
void safety_paths_free(struct safety_paths *paths); /* NULL is fine */

/* Finds the user that we shall be, while nothing is open yet. Fails: RESULT_NOT_FOUND and others, logged. */
MUST_CHECK enum result safety_prepare(struct server *server);

/* Enters the sandbox. Fails: told in the log; the server should end. */
MUST_CHECK enum result safety_enter(struct server *server);

/* Logs system calls that were denied since the last time. */
void safety_tick(void);

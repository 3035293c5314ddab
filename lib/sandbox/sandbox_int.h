/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* sandbox_int -- the parts of the sandbox, for the files of this folder.
 *
 * What:    threads.c has every thread do something; user.c, files.c and calls.c are what they do.
 * Threads: the one that enters the sandbox; "in a signal handler" says the rest.
 * Memory:  static.
 * Limits:  sandbox/sandbox_limits.h.
 * Trust:   sandbox/sandbox.h.
 * RFC:     none. */
#pragma once

#include "sandbox/sandbox.h"

/* What went wrong within one thread; both NULL and 0: nothing. */
struct sandbox_failure {
	const char *step;
	int error; /* errno */
};

/* Calls work(context) once in every thread of the process, this one last, until there is no thread that has
 * not done it. In a signal handler: `work` must be async-signal-safe. Gives report->threads, how many did.
 * Fails: RESULT_IO, RESULT_NO_SPACE; report->problem says what. */
MUST_CHECK enum result sandbox_each_thread(struct sandbox_failure (*work)(void *context),
                                           void *context, uint32_t wait_ms,
                                           struct sandbox_report *report);

/* In a signal handler: the calling thread becomes the user and keeps the capabilities in `keep` (all that it
 * has, if not `drop`). */
struct sandbox_failure sandbox_become(const struct sandbox_user *user, bool drop, uint64_t keep);

/* Makes the kernel's list of paths. Gives its descriptor; -1: the kernel has no Landlock. Fills in
 * report->landlock and report->paths. Fails: RESULT_IO. */
MUST_CHECK enum result sandbox_files_prepare(const struct sandbox_settings *settings,
                                             struct sandbox_report *report, int *ruleset);
/* In a signal handler: confines the calling thread. */
struct sandbox_failure sandbox_files_enter(int ruleset);

/* Confines all threads to the listed system calls. Fails: RESULT_UNSUPPORTED, RESULT_NO_MEMORY. */
MUST_CHECK enum result sandbox_calls_enter(const struct sandbox_settings *settings,
                                           struct sandbox_report *report);

/* Takes SIGSYS: counts what was denied and lets the call fail with EPERM. */
void sandbox_denied_watch(void);

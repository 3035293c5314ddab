/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* crash -- what a process that dies of SIGSEGV, SIGBUS, SIGILL, SIGFPE or SIGABRT leaves behind.
 *
 * What:    a report on standard error and, where a folder was given, in FOLDER/crash-TIME-PID.txt: signal, address,
 *          thread, registers, calls that were open, and the memory map that turns their addresses into
 *          lines (addr2line). Then every hook writes what it knows into a file of its own,
 *          FOLDER/crash-TIME-PID.NAME, and the signal takes its ordinary way (core dump, restart).
 * Threads: crash_watch() and crash_hook() from one control thread; the handler runs in the thread that
 *          crashed, while others go on. A second thread that crashes waits for the end of the process.
 * Memory:  static: a process that crashes cannot allocate.
 * Limits:  CRASH_HOOKS_MAX hooks; CRASH_FRAMES_MAX frames.
 * Trust:   memory may be in any state: the handler uses async-signal-safe calls only, and so must hooks; a
 *          hook that crashes ends the process.
 * RFC:     none. */
#pragma once

#include "base/attr.h"
#include "base/result.h"

/* Parts that have something to save. Each is a file. */
#define CRASH_HOOKS_MAX 8
/* Calls that were open. Too low: the beginning of a deep recursion is cut, which is seldom of use. */
#define CRASH_FRAMES_MAX 64
/* Of the folder's path. */
#define CRASH_PATH_BYTES 3584

/* Writes what it has to the descriptor. Async-signal-safe: no allocation, no locks, no stdio. */
typedef void crash_writer(void *context, int fd);

/* Begins to watch. `folder` NULL or "": reports go to standard error alone, and hooks are not asked. Also loads
 * what backtraces need, so that a confined process has it. May be called again with another folder.
 * Fails: RESULT_TOO_LONG, RESULT_IO. */
MUST_CHECK enum result crash_watch(const char *folder, const char *version);

/* Adds a hook: "flight" becomes FOLDER/crash-TIME-PID.flight. `name` and `context` must live as
 * long as the process, or until crash_unhook(). Fails: RESULT_NO_SPACE. */
MUST_CHECK enum result crash_hook(const char *name, crash_writer *writer, void *context);
void crash_unhook(crash_writer *writer, const void *context);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* sandbox -- takes from the whole process, for good, what it does not need any more once it is started.
 *
 * What:    sandbox_enter() makes every thread become another user, give up capabilities, and reach only the
 *          files that are listed (Landlock) by the system calls that are listed (seccomp, sandbox/calls.def).
 *          No program can be started, no privilege comes back. Each of these can be left out. A system call
 *          that is not listed fails with EPERM and is counted: sandbox_take_denied() tells, for the log.
 *          A thread that is made later is confined as the one that made it.
 * Threads: one control thread, once, while other threads may run; they are interrupted by a signal
 *          (system calls that the kernel does not begin again give EINTR). Capabilities, user and Landlock
 *          belong to threads in Linux, so each thread has to do it for itself.
 * Memory:  static. Each thread gets an alternate signal stack of SANDBOX_ALTERNATE_STACK_BYTES.
 * Limits:  sandbox/sandbox_limits.h.
 * Trust:   paths come from the configuration. What the kernel does not know (Landlock before Linux 5.13) is
 *          told in the report, and is no failure. A thread that cannot be confined is one.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/result.h"
#include "sandbox/sandbox_limits.h"

/* What may be done at and below a path. Nothing below any path may be executed. */
#define SANDBOX_READ 1u /* read files, list folders */
#define SANDBOX_WRITE 2u /* write, make, rename and remove files and sockets */
#define SANDBOX_REMOVE_FOLDER 4u /* remove empty folders */

struct sandbox_path {
	const char *path; /* of a folder or file that exists; others are passed over */
	unsigned rights; /* SANDBOX_... */
};

enum sandbox_calls {
	SANDBOX_CALLS_OFF,
	SANDBOX_CALLS_LOG, /* what is not listed is done, and told in the kernel's log */
	SANDBOX_CALLS_ON, /* what is not listed fails */
};

struct sandbox_user {
	uid_t uid;
	gid_t gid;
	gid_t groups[SANDBOX_GROUPS_MAX];
	size_t group_count;
};

struct sandbox_settings {
	const struct sandbox_user *user; /* NULL: stay who we are */
	bool drop_capabilities; /* all but `keep` */
	uint64_t keep; /* bits: 1 << CAP_... of those that the process has */
	bool confine_files;
	const struct sandbox_path *paths;
	size_t path_count;
	enum sandbox_calls calls;
	uint32_t wait_ms; /* for a thread to answer; 0: SANDBOX_THREAD_WAIT_MS */
	bool allow_bpf; /* bpf(), which drivers of AF_XDP need at their end */
};

struct sandbox_report {
	uint32_t threads; /* that were confined */
	int landlock; /* the kernel's version of Landlock; 0: it has none, or it is switched off */
	uint32_t paths; /* that were found and allowed */
	uint64_t capabilities; /* what is left */
	char problem[256]; /* after a failure: which step, of which thread, and why */
};

/* Finds a user: "NAME", "UID" or "UID:GID" (both numbers; a UID without an account has the group of the same
 * number). Fails: RESULT_NOT_FOUND, RESULT_MALFORMED, RESULT_NO_SPACE (more than SANDBOX_GROUPS_MAX groups). */
MUST_CHECK enum result sandbox_find_user(const char *text, struct sandbox_user *out);

/* Does it. Fails: RESULT_IO, RESULT_NO_SPACE (threads), RESULT_UNSUPPORTED (seccomp): see the problem; the process
 * may be confined in part and should end. */
MUST_CHECK enum result sandbox_enter(const struct sandbox_settings *settings,
                                     struct sandbox_report *report);

/* The next kind of system call that was denied since the last time: its name, how often, and which thread
 * asked last. Gives false when there is none. For one control thread. */
struct sandbox_denied {
	char call[32];
	char thread[16];
	uint32_t count;
};
bool sandbox_take_denied(struct sandbox_denied *out);

/* The capabilities of the calling thread. */
uint64_t sandbox_capabilities(void);

/* The name of capability `number` ("net_raw"), NULL beyond those of this list. */
const char *sandbox_capability_name(unsigned number);

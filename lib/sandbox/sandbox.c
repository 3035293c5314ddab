/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The order of things: lists first, then each thread, then the filter that forbids all of this. */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sandbox/sandbox_int.h"

struct entry {
	const struct sandbox_settings *settings;
	int ruleset;
};

/* So that a stack that has run over does not keep the crash handler from running. In a signal handler. */
static void give_alternate_stack(void)
{
	stack_t have;
	if (sigaltstack(NULL, &have) != 0 || (have.ss_flags & SS_DISABLE) == 0)
		return;
	void *memory = mmap(NULL, SANDBOX_ALTERNATE_STACK_BYTES, PROT_READ | PROT_WRITE,
	                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (memory == MAP_FAILED)
		return;
	const stack_t stack = {.ss_sp = memory, .ss_size = SANDBOX_ALTERNATE_STACK_BYTES};
	(void)sigaltstack(&stack, NULL);
}

/* In a signal handler, once in each thread. */
static struct sandbox_failure confine_thread(void *context)
{
	const struct entry *entry = context;
	const struct sandbox_settings *settings = entry->settings;
	give_alternate_stack();
	/* Landlock and seccomp want it from who is not root, and a program with a set-user-ID bit would else be a
	 * way out. */
	if ((settings->confine_files || settings->calls != SANDBOX_CALLS_OFF ||
	     settings->drop_capabilities) &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return (struct sandbox_failure){.step = "no new privileges", .error = errno};
	const struct sandbox_failure failure =
	    sandbox_become(settings->user, settings->drop_capabilities, settings->keep);
	return failure.step != NULL ? failure : sandbox_files_enter(entry->ruleset);
}

enum result sandbox_enter(const struct sandbox_settings *settings, struct sandbox_report *report)
{
	struct entry entry = {.settings = settings, .ruleset = -1};
	enum result result = RESULT_OK;
	memset(report, 0, sizeof(*report));
	if (settings->confine_files)
		result = sandbox_files_prepare(settings, report, &entry.ruleset);
	if (result == RESULT_OK)
		result = sandbox_each_thread(confine_thread, &entry, settings->wait_ms, report);
	if (entry.ruleset >= 0)
		(void)close(entry.ruleset);
	if (result == RESULT_OK && settings->calls != SANDBOX_CALLS_OFF)
		result = sandbox_calls_enter(settings, report);
	report->capabilities = sandbox_capabilities();
	return result;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Denied system calls arrive as SIGSYS: they are counted, and fail in the ordinary way. */
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <ucontext.h>

#include "sandbox/sandbox_int.h"

/* Written by any thread in its signal handler, read by the one that logs. The name of the thread may be torn
 * where two are denied the same call at the same time; it is a hint. */
static struct {
	_Atomic uint32_t count[SANDBOX_CALLS_MAX];
	char thread[SANDBOX_CALLS_MAX][16];
	uint32_t told[SANDBOX_CALLS_MAX]; /* the reader's */
} denied;

static void set_return_value(ucontext_t *context, long value)
{
#if defined(__x86_64__)
	context->uc_mcontext.gregs[REG_RAX] = value;
#elif defined(__aarch64__)
	context->uc_mcontext.regs[0] = (unsigned long long)value;
#else
#error "where does this processor keep what a system call returns?"
#endif
}

static void take_signal(int number, siginfo_t *info, void *context)
{
	(void)number;
	if (info->si_code != 1) /* SYS_SECCOMP: else somebody else sent it */
		return;
	const int errno_before = errno;
	const unsigned call = (unsigned)info->si_syscall;
	set_return_value(context, -EPERM);
	if (call < SANDBOX_CALLS_MAX) {
		(void)prctl(PR_GET_NAME, denied.thread[call], 0, 0, 0);
		atomic_fetch_add_explicit(&denied.count[call], 1, memory_order_release);
	}
	errno = errno_before;
}

void sandbox_denied_watch(void)
{
	struct sigaction action = {.sa_sigaction = take_signal,
	                           .sa_flags = SA_SIGINFO | SA_NODEFER};
	sigemptyset(&action.sa_mask);
	(void)sigaction(SIGSYS, &action, NULL);
}

bool sandbox_take_denied(struct sandbox_denied *out)
{
	for (unsigned call = 0; call < SANDBOX_CALLS_MAX; call++) {
		const uint32_t count =
		    atomic_load_explicit(&denied.count[call], memory_order_acquire);
		if (count == denied.told[call])
			continue;
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)call);
		if (name != NULL)
			snprintf(out->call, sizeof(out->call), "%s", name);
		else
			snprintf(out->call, sizeof(out->call), "system call %u", call);
		free(name);
		memcpy(out->thread, denied.thread[call], sizeof(out->thread));
		out->thread[sizeof(out->thread) - 1] = '\0';
		out->count = count - denied.told[call];
		denied.told[call] = count;
		return true;
	}
	return false;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* seccomp: which system calls, and with which arguments. */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/sandbox_int.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

static const struct {
	const char *name;
	int number;
} plain[] = {
#define CALL(name_) {#name_, SCMP_SYS(name_)},
#include "sandbox/calls.def"
#undef CALL
};

/* A call that is allowed when an argument, and the bits of a mask in it, have this value. */
struct condition {
	int number;
	struct scmp_arg_cmp argument;
};

#define EQUAL(argument_, value_)                                                                   \
	{                                                                                          \
		(argument_), SCMP_CMP_EQ, (scmp_datum_t)(value_), 0                                \
	}
#define MASKED(argument_, mask_, value_)                                                           \
	{                                                                                          \
		(argument_), SCMP_CMP_MASKED_EQ, (scmp_datum_t)(mask_), (scmp_datum_t)(value_)     \
	}

static const struct condition conditions[] = {
    /* Threads, but no processes. */
    {SCMP_SYS(clone), MASKED(0, CLONE_THREAD, CLONE_THREAD)},
    /* No memory becomes code. */
    {SCMP_SYS(mmap), MASKED(2, PROT_EXEC, 0)},
    {SCMP_SYS(mprotect), MASKED(2, PROT_EXEC, 0)},
    {SCMP_SYS(prctl), EQUAL(0, PR_SET_NAME)},
    {SCMP_SYS(prctl), EQUAL(0, PR_GET_NAME)},
    {SCMP_SYS(prctl), EQUAL(0, PR_GET_DUMPABLE)},
    {SCMP_SYS(prctl), EQUAL(0, PR_CAPBSET_READ)},
    {SCMP_SYS(prctl), EQUAL(0, PR_GET_NO_NEW_PRIVS)},
    {SCMP_SYS(prctl), EQUAL(0, PR_GET_SECCOMP)},
    {SCMP_SYS(prctl), EQUAL(0, PR_SET_VMA)}, /* the C library names its memory */
    /* Upstreams, streams, the metrics, the control socket, the kernel's routes. No raw frames. */
    {SCMP_SYS(socket), EQUAL(0, AF_INET)},
    {SCMP_SYS(socket), EQUAL(0, AF_INET6)},
    {SCMP_SYS(socket), EQUAL(0, AF_UNIX)},
    {SCMP_SYS(socket), EQUAL(0, AF_NETLINK)},
    /* Drivers and interfaces, but not: type into the terminal that we were started from. */
    {SCMP_SYS(ioctl), {1, SCMP_CMP_NE, TIOCSTI, 0}},
    /* Our limits may be read. */
    {SCMP_SYS(prlimit64), EQUAL(2, 0)},
};

/* Adds the rule unless this processor has no such call. Gives 0, or -errno. */
static int allow(scmp_filter_ctx filter, int number, const struct scmp_arg_cmp *argument)
{
	const int status = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number,
	                                          argument != NULL ? 1 : 0, argument);
	return status == -EDOM ? 0 : status;
}

static int allow_plain(scmp_filter_ctx filter, const char **which)
{
	int status = 0;
	for (size_t i = 0; i < ARRAY_COUNT(plain) && status == 0; i++) {
		*which = plain[i].name;
		status = allow(filter, plain[i].number, NULL);
	}
	return status;
}

static int allow_conditions(scmp_filter_ctx filter, const char **which)
{
	int status = 0;
	for (size_t i = 0; i < ARRAY_COUNT(conditions) && status == 0; i++)
		status = allow(filter, conditions[i].number, &conditions[i].argument);
	/* Signals to ourselves: abort(), and a crash handler that passes the signal on. */
	const struct scmp_arg_cmp self = EQUAL(0, getpid());
	if (status == 0)
		status = allow(filter, SCMP_SYS(kill), &self);
	if (status == 0)
		status = allow(filter, SCMP_SYS(tgkill), &self);
	/* Its flags lie in memory, where no filter can look: the C library then uses clone(). */
	if (status == 0)
		status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	*which = "a conditional one";
	return status;
}

static int fill(scmp_filter_ctx filter, bool allow_bpf, const char **which)
{
	*which = "flags";
	/* All threads at once. A binary tree: the list is long, and some calls are made for each burst. */
	int status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (status == 0)
		status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (status == 0)
		status = allow_plain(filter, which);
	if (status == 0)
		status = allow_conditions(filter, which);
	if (status == 0 && allow_bpf)
		status = allow(filter, SCMP_SYS(bpf), NULL);
	if (status == 0) {
		*which = "loading the filter";
		status = seccomp_load(filter);
	}
	return status;
}

enum result sandbox_calls_enter(const struct sandbox_settings *settings,
                                struct sandbox_report *report)
{
	const char *which = "";
	const bool on = settings->calls == SANDBOX_CALLS_ON;
	scmp_filter_ctx filter = seccomp_init(on ? SCMP_ACT_TRAP : SCMP_ACT_LOG);
	if (filter == NULL)
		return RESULT_NO_MEMORY;
	if (on)
		sandbox_denied_watch();
	const int status = fill(filter, settings->allow_bpf, &which);
	seccomp_release(filter);
	if (status == 0)
		return RESULT_OK;
	snprintf(report->problem, sizeof(report->problem), "seccomp: %s: %s", which,
	         strerror(status < 0 ? -status : status));
	return RESULT_UNSUPPORTED;
}

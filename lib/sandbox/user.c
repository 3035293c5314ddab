/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Who the process is, and what it may do. The kernel's own calls are used, not those of libraries: they work
 * in a signal handler, and on one thread. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/sandbox_int.h"

static const char *const names[] = {
    [CAP_CHOWN] = "chown",
    [CAP_DAC_OVERRIDE] = "dac_override",
    [CAP_DAC_READ_SEARCH] = "dac_read_search",
    [CAP_FOWNER] = "fowner",
    [CAP_FSETID] = "fsetid",
    [CAP_KILL] = "kill",
    [CAP_SETGID] = "setgid",
    [CAP_SETUID] = "setuid",
    [CAP_SETPCAP] = "setpcap",
    [CAP_LINUX_IMMUTABLE] = "linux_immutable",
    [CAP_NET_BIND_SERVICE] = "net_bind_service",
    [CAP_NET_BROADCAST] = "net_broadcast",
    [CAP_NET_ADMIN] = "net_admin",
    [CAP_NET_RAW] = "net_raw",
    [CAP_IPC_LOCK] = "ipc_lock",
    [CAP_IPC_OWNER] = "ipc_owner",
    [CAP_SYS_MODULE] = "sys_module",
    [CAP_SYS_RAWIO] = "sys_rawio",
    [CAP_SYS_CHROOT] = "sys_chroot",
    [CAP_SYS_PTRACE] = "sys_ptrace",
    [CAP_SYS_PACCT] = "sys_pacct",
    [CAP_SYS_ADMIN] = "sys_admin",
    [CAP_SYS_BOOT] = "sys_boot",
    [CAP_SYS_NICE] = "sys_nice",
    [CAP_SYS_RESOURCE] = "sys_resource",
    [CAP_SYS_TIME] = "sys_time",
    [CAP_SYS_TTY_CONFIG] = "sys_tty_config",
    [CAP_MKNOD] = "mknod",
    [CAP_LEASE] = "lease",
    [CAP_AUDIT_WRITE] = "audit_write",
    [CAP_AUDIT_CONTROL] = "audit_control",
    [CAP_SETFCAP] = "setfcap",
    [CAP_MAC_OVERRIDE] = "mac_override",
    [CAP_MAC_ADMIN] = "mac_admin",
    [CAP_SYSLOG] = "syslog",
    [CAP_WAKE_ALARM] = "wake_alarm",
    [CAP_BLOCK_SUSPEND] = "block_suspend",
    [CAP_AUDIT_READ] = "audit_read",
    [CAP_PERFMON] = "perfmon",
    [CAP_BPF] = "bpf",
    [CAP_CHECKPOINT_RESTORE] = "checkpoint_restore",
};

const char *sandbox_capability_name(unsigned number)
{
	return number < ARRAY_COUNT(names) ? names[number] : NULL;
}

/* A whole number at *text; moves *text behind it. */
static bool take_number(const char **text, uint32_t *out)
{
	char *end;
	errno = 0;
	const unsigned long long number = strtoull(*text, &end, 10);
	if (**text < '0' || **text > '9' || errno != 0 || number >= UINT32_MAX)
		return false;
	*out = (uint32_t)number;
	*text = end;
	return true;
}

static enum result find_account(const struct passwd *account, struct sandbox_user *out)
{
	int count = SANDBOX_GROUPS_MAX;
	out->uid = account->pw_uid;
	out->gid = account->pw_gid;
	if (getgrouplist(account->pw_name, account->pw_gid, out->groups, &count) < 0)
		return RESULT_NO_SPACE;
	out->group_count = (size_t)count;
	return RESULT_OK;
}

/* "UID" or "UID:GID": containers often have no accounts. */
static enum result find_number(const char *text, struct sandbox_user *out)
{
	if (!take_number(&text, &out->uid))
		return RESULT_MALFORMED;
	const struct passwd *account = *text == '\0' ? getpwuid(out->uid) : NULL;
	if (account != NULL)
		return find_account(account, out);
	out->gid = out->uid;
	if (*text == ':') {
		text++;
		if (!take_number(&text, &out->gid))
			return RESULT_MALFORMED;
	}
	out->groups[0] = out->gid;
	out->group_count = 1;
	return *text == '\0' ? RESULT_OK : RESULT_MALFORMED;
}

enum result sandbox_find_user(const char *text, struct sandbox_user *out)
{
	memset(out, 0, sizeof(*out));
	if (*text >= '0' && *text <= '9')
		return find_number(text, out);
	const struct passwd *account = getpwnam(text);
	return account != NULL ? find_account(account, out) : RESULT_NOT_FOUND;
}

static struct sandbox_failure failed(const char *step)
{
	return (struct sandbox_failure){.step = step, .error = errno};
}

static uint64_t get_capabilities(bool *good)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	memset(data, 0, sizeof(data));
	*good = syscall(SYS_capget, &header, data) == 0;
	return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

uint64_t sandbox_capabilities(void)
{
	bool good;
	return get_capabilities(&good);
}

static struct sandbox_failure change_user(const struct sandbox_user *user)
{
	/* Capabilities survive the change; which of them stay is decided after it. */
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
		return failed("keeping capabilities");
	if (syscall(SYS_setgroups, user->group_count, user->groups) != 0)
		return failed("changing the groups");
	if (syscall(SYS_setresgid, user->gid, user->gid, user->gid) != 0)
		return failed("changing the group");
	if (syscall(SYS_setresuid, user->uid, user->uid, user->uid) != 0)
		return failed("changing the user");
	return (struct sandbox_failure){.step = NULL};
}

static struct sandbox_failure set_capabilities(uint64_t keep)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	bool good;
	keep &= get_capabilities(&good);
	if (!good)
		return failed("reading capabilities");
	memset(data, 0, sizeof(data));
	data[0].effective = data[0].permitted = (uint32_t)keep;
	data[1].effective = data[1].permitted = (uint32_t)(keep >> 32);
	if (syscall(SYS_capset, &header, data) != 0)
		return failed("dropping capabilities");
	return (struct sandbox_failure){.step = NULL};
}

/* What no program that we start could have either. It is no failure that only few may change this. */
static void lower_bounds(uint64_t keep)
{
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (unsigned number = 0; number < 64; number++)
		if ((keep >> number & 1) == 0 && prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 1)
			(void)prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
}

struct sandbox_failure sandbox_become(const struct sandbox_user *user, bool drop, uint64_t keep)
{
	if (drop)
		lower_bounds(keep);
	if (user != NULL) {
		const struct sandbox_failure failure = change_user(user);
		if (failure.step != NULL)
			return failure;
	}
	/* Without this the change to an ordinary user would leave what was permitted, but not in effect. */
	if (drop || user != NULL)
		return set_capabilities(drop ? keep : UINT64_MAX);
	return (struct sandbox_failure){.step = NULL};
}

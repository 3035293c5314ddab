/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Landlock: which files can be reached. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/sandbox_int.h"

/* Rights that came after the headers of Debian 12. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (UINT64_C(1) << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (UINT64_C(1) << 15)
#endif

#define READ_RIGHTS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_FILE_RIGHTS                                                                          \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_IOCTL_DEV)
#define WRITE_FOLDER_RIGHTS                                                                        \
	(LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |                               \
	 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REFER)
/* What can be said of a file that is no folder. */
#define FILE_RIGHTS (LANDLOCK_ACCESS_FS_READ_FILE | WRITE_FILE_RIGHTS)

/* Everything that the kernel's version knows is denied unless a rule gives it: also what is in no rule here,
 * such as executing, devices and symbolic links. */
static uint64_t known_rights(int version)
{
	uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
	if (version >= 2)
		rights |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
	if (version >= 5)
		rights |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
	return rights;
}

static uint64_t wanted_rights(unsigned rights)
{
	uint64_t wanted = 0;
	if ((rights & SANDBOX_READ) != 0)
		wanted |= READ_RIGHTS;
	if ((rights & SANDBOX_WRITE) != 0)
		wanted |= READ_RIGHTS | WRITE_FILE_RIGHTS | WRITE_FOLDER_RIGHTS;
	if ((rights & SANDBOX_REMOVE_FOLDER) != 0)
		wanted |= LANDLOCK_ACCESS_FS_REMOVE_DIR;
	return wanted;
}

/* Gives 1 when the path was allowed, 0 when there is no such file, -1 with errno. */
static int allow(int ruleset, int version, const struct sandbox_path *path)
{
	struct landlock_path_beneath_attr rule = {
	    .allowed_access = wanted_rights(path->rights) & known_rights(version),
	    .parent_fd = open(path->path, O_PATH | O_CLOEXEC),
	};
	struct stat status;
	if (rule.parent_fd < 0)
		return 0;
	if (fstat(rule.parent_fd, &status) == 0 && !S_ISDIR(status.st_mode))
		rule.allowed_access &= FILE_RIGHTS;
	long status_of_rule = 0;
	if (rule.allowed_access != 0)
		status_of_rule =
		    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	const int reason = errno;
	(void)close(rule.parent_fd);
	errno = reason;
	return status_of_rule == 0 ? 1 : -1;
}

static enum result fail(struct sandbox_report *report, int ruleset, const char *what)
{
	snprintf(report->problem, sizeof(report->problem), "Landlock: %s: %s", what,
	         strerror(errno));
	if (ruleset >= 0)
		(void)close(ruleset);
	return RESULT_IO;
}

enum result sandbox_files_prepare(const struct sandbox_settings *settings,
                                  struct sandbox_report *report, int *ruleset)
{
	const long version =
	    syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	*ruleset = -1;
	/* ENOSYS: before Linux 5.13; EOPNOTSUPP: switched off at boot; EPERM: a container's filter. */
	if (version < 1)
		return RESULT_OK;
	const struct landlock_ruleset_attr all = {.handled_access_fs = known_rights((int)version)};
	const int made = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (made < 0)
		return fail(report, made, "making the list of paths");
	for (size_t i = 0; i < settings->path_count; i++) {
		const int allowed = allow(made, (int)version, &settings->paths[i]);
		if (allowed < 0)
			return fail(report, made, settings->paths[i].path);
		report->paths += (uint32_t)allowed;
	}
	report->landlock = (int)version;
	*ruleset = made;
	return RESULT_OK;
}

struct sandbox_failure sandbox_files_enter(int ruleset)
{
	if (ruleset >= 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		return (struct sandbox_failure){.step = "confining to files", .error = errno};
	return (struct sandbox_failure){.step = NULL};
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Standard error as systemd's journal takes it: sd-daemon(3). */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log_int.h"

bool log_journal_is_stderr(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device;
	unsigned long long inode;
	struct stat status;
	char *end;
	if (stream == NULL)
		return false;
	device = strtoull(stream, &end, 10);
	if (*end != ':')
		return false;
	inode = strtoull(end + 1, &end, 10);
	/* A program in between may have sent it elsewhere since the variable was set. */
	return *end == '\0' && fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device &&
	       status.st_ino == inode;
}

const char *log_journal_priority(enum log_level level)
{
	static const char *const words[LOG_LEVEL_COUNT] = {
	    [LOG_LEVEL_ERROR] = "<3>",
	    [LOG_LEVEL_WARN] = "<4>",
	    [LOG_LEVEL_INFO] = "<6>",
	    [LOG_LEVEL_DEBUG] = "<7>",
	};
	return words[level];
}

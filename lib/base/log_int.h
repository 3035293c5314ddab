/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* log_int -- what the log's own files share.
 *
 * What:    log_line.c makes a line, log_journal.c knows how systemd's journal wants it.
 * Threads: any.
 * Memory:  none.
 * Limits:  none.
 * Trust:   the environment of the service manager.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"

/* Whether standard error is the journal: JOURNAL_STREAM names its device and inode. */
bool log_journal_is_stderr(void);
/* "<4>": what stands before a line, from which the journal takes its priority. */
const char *log_journal_priority(enum log_level level);

/* A line under construction; what does not fit is cut and marked. */
struct log_line {
	size_t len;
	bool cut;
	char text[LOG_LINE_MAX];
};

/* Makes the whole line, with its newline. */
void log_line_make(struct log_line *line, enum log_format format, const struct log_site *site,
                   const char *text, uint32_t withheld, uint64_t time_ms);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* log -- the process' one log: lines for people and machines, from control code only.
 *
 * What:    log_error(), log_warn(), log_info(), log_debug() write one line as text or as a JSON object,
 *          to standard error or to a file that is turned over at a size. Each message has a stable id
 *          ("CFG001"), which docs/messages.md explains; a test compares the two. Before log_open() and
 *          after log_close() lines go to standard error as text, from level info on.
 * Threads: any, at the same time; lines are never mixed. Never on the data path: it formats, locks and
 *          makes system calls.
 * Memory:  a line is made on the stack; log_open() copies the path; call sites are static.
 * Limits:  LOG_LINE_MAX octets a line, what is longer ends in "..."; each call site may write `burst`
 *          lines within `window_ms`, the others are counted and told with the next line, or by
 *          log_flush().
 * Trust:   arguments may hold foreign bytes: control characters and broken UTF-8 are escaped, so that
 *          nobody can forge a line.
 * RFC:     8259 (JSON), 3339 (time). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"

/* Too low: paths and error texts are cut. Too high: a stack frame of that size, and lines that no
 * collector takes (journald splits at 48 KiB, many at 8 KiB). */
#define LOG_LINE_MAX 4096
/* Lines of one site within one window. Too low: the warnings of one configuration file are cut. Too high:
 * a broken peer fills the disk. */
#define LOG_BURST_DEFAULT 64
#define LOG_WINDOW_MS_DEFAULT 5000

/* Components that may have levels of their own, and the octets of a name with its NUL. There are as many as
 * folders in lib/ and a few. */
#define LOG_COMPONENTS_MAX 32
#define LOG_COMPONENT_BYTES 24

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_COUNT
};

enum log_format {
	LOG_FORMAT_TEXT,
	LOG_FORMAT_JSON
};

struct log_settings {
	enum log_level level; /* the least grave that is written */
	enum log_format format;
	const char *file; /* NULL or "": standard error */
	bool also_stderr; /* with a file: write to standard error as well */
	uint64_t size_max_bytes; /* turn the file over beyond this; 0: never */
	uint32_t files_kept; /* FILE.1 (youngest) .. FILE.N are kept, 0..99 */
	uint32_t burst; /* lines of a site in a window; 0: LOG_BURST_DEFAULT */
	uint32_t window_ms; /* 0: LOG_WINDOW_MS_DEFAULT */
	uint64_t (*now_ms)(void); /* milliseconds since 1970; NULL: the system's clock */
};

/* Makes these settings the process' own. May be called again at any time (reload).
 * Fails: RESULT_IO (the file cannot be opened, errno tells why; the old settings stay),
 * RESULT_OUT_OF_RANGE (files_kept), RESULT_TOO_LONG (path). */
MUST_CHECK enum result log_open(const struct log_settings *settings);

/* Lets one component (as in log_info(component, …)), or all of them if it is NULL, write lines from that level
 * on. log_open() sets all of them to its own level again. Fails: RESULT_NO_SPACE (LOG_COMPONENTS_MAX
 * components have levels of their own), RESULT_TOO_LONG (its name). */
MUST_CHECK enum result log_set_level(const char *component, enum log_level level);
enum log_level log_level_of(const char *component);

/* Opens the file again under its name, for log rotation from outside. Fails: RESULT_IO: the old
 * descriptor stays in use. */
MUST_CHECK enum result log_reopen(void);

/* Tells, one line for each call site, what was withheld in windows that have ended. Cheap: call it
 * every second or so. */
void log_flush(void);

/* log_flush() regardless of windows, closes the file, back to standard error. */
void log_close(void);

/* The level as a lower-case word ("warn"). */
const char *log_level_text(enum log_level level);

/* One place in the code that logs; made by the macros below. */
struct log_site {
	enum log_level level;
	const char *component; /* folder or program: "config" */
	const char *id; /* three letters, three digits */
	/* under the log's lock: */
	uint64_t window_start_ms;
	uint32_t written;
	uint32_t withheld;
	bool listed;
	struct log_site *next;
};

/* Whether lines of the level are written now. */
bool log_wants(enum log_level level);

/* Writes a line for the site unless its limit is reached. Use the macros. */
void log_write(struct log_site *site, const char *format, ...) PRINTF_LIKE(2, 3);

/* log_warn("port", "PRT004", "%s: no RSS, %u queues used", name, queues). Component and id are
 * literals; the text is lower case without a full stop and names what was found and what is needed. */
#define LOG_SITE_WRITE(level_, component_, id_, ...)                                               \
	do {                                                                                       \
		static struct log_site log_site_here = {                                           \
		    .level = (level_), .component = (component_), .id = (id_)};                    \
		if (log_wants(level_))                                                             \
			log_write(&log_site_here, __VA_ARGS__);                                    \
	} while (0)
#define log_error(component_, id_, ...)                                                            \
	LOG_SITE_WRITE(LOG_LEVEL_ERROR, component_, id_, __VA_ARGS__)
#define log_warn(component_, id_, ...) LOG_SITE_WRITE(LOG_LEVEL_WARN, component_, id_, __VA_ARGS__)
#define log_info(component_, id_, ...) LOG_SITE_WRITE(LOG_LEVEL_INFO, component_, id_, __VA_ARGS__)
#define log_debug(component_, id_, ...)                                                            \
	LOG_SITE_WRITE(LOG_LEVEL_DEBUG, component_, id_, __VA_ARGS__)

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* query_log -- a line for each question that a client asked and what became of it.
 *
 * What:    a sink of the tap that writes text lines, or JSON lines where the log is JSON; at most so many a
 *          second, the others are counted and the count is a line.
 *
 *              2026-11-28T05:00:00.123456Z 192.0.2.7#53000 udp www.example.com. IN A +A NOERROR zone 60 21us
 *
 *          Flags: + RD (else -), C CD, A AA, T TC.
 * Threads: open, reopen and close on control, the rest on the tap's thread (tap/tap.h).
 * Memory:  stdio's buffer.
 * Limits:  the configuration's lines a second.
 * Trust:   names are written as presentation form, which escapes what is not printable.
 * RFC:     1035 §5.1 (escapes). */
#pragma once

#include "tap/tap.h"

struct query_log;

struct query_log_settings {
	const char *path;
	uint32_t lines_per_second;
	bool json;
};

/* Fails: RESULT_IO (errno), RESULT_NO_MEMORY. */
MUST_CHECK enum result query_log_open(const struct query_log_settings *settings,
                                      const struct tap *tap, struct query_log **out);
/* For rotation from outside: the same path again, and anew. Fails: RESULT_IO; the old one stays. */
MUST_CHECK enum result query_log_reopen(struct query_log *log);
void query_log_close(struct query_log *log); /* NULL is fine; it is detached */

/* What to attach. */
struct tap_sink query_log_sink(struct query_log *log);

struct query_log_stats {
	uint64_t written;
	uint64_t withheld;
};
void query_log_stats(const struct query_log *log, struct query_log_stats *out);

/* One record as a row of text, without a newline: for the query log and live captures. */
void tap_line(const struct tap *tap, const struct tap_record *record, char *out, size_t size);

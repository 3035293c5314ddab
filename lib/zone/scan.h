/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* scan -- splits a zone file into entries, and entries into tokens.
 *
 * What:    an entry is a line, or several joined by parentheses. Comments, parentheses and blanks are
 *          gone after this; escapes and the quotes inside of a token (key="value") are left in.
 * Threads: an object belongs to one thread.
 * Memory:  a window of at most ZONE_READ_BYTES over the file, and an array of tokens that grows.
 * Limits:  ZONE_ENTRY_MAX_BYTES, ZONE_TOKENS_MAX.
 * Trust:   takes anything.
 * RFC:     1035 §5.1. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "dns/rrtype.h"
#include "zone/errors.h"

struct zone_scan {
	const char *file; /* for messages */
	int fd; /* -1: all of the text is in the buffer */
	bool end; /* the file has no more */
	char *buffer;
	size_t size;
	size_t len;
	size_t at;
	uint32_t line; /* of `at`, from 1 on */
	uint32_t line_made; /* fd -1: the line that stands for all of the text */

	/* The entry that was found last. */
	struct dns_token *token;
	size_t token_count;
	size_t token_size;
	bool blank_start; /* its line starts with a blank: the owner is the last one */
	size_t entry_at;
	uint32_t entry_line;
	size_t entry_end; /* where its last token ends */

	/* What was wrong, after RESULT_MALFORMED. */
	const char *found;
	const char *expected;
	size_t wrong_at;
};

/* Opens a file. `file` must live as long as the scan. Fails: RESULT_IO, RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_scan_open(struct zone_scan *scan, const char *file);

/* Scans text in memory, which must outlive the scan; messages name `file` and `line`. */
void zone_scan_text(struct zone_scan *scan, const char *text, size_t len, const char *file,
                    uint32_t line);

void zone_scan_close(struct zone_scan *scan);

/* Finds the next entry that has tokens. Tokens are valid up to the next call.
 * Fails: RESULT_NOT_FOUND (the end), RESULT_MALFORMED (found, expected, wrong_at say why; the next call
 * goes on at the next line), RESULT_TOO_LONG (one entry exceeds the limits: nothing more can be read),
 * RESULT_IO, RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_scan_next(struct zone_scan *scan);

/* The place of an octet of the last entry (a token's text, or an offset into the buffer). */
struct zone_place zone_scan_place(const struct zone_scan *scan, size_t at);

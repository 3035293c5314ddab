/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* expected -- the records that an answer must have, and whether it has them.
 *
 * What:    the rdata of the records that a line of a query file expects, in canonical form; an answer is as expected
 *          when the records of the asked type in its answer section are these, all of them, in any order. "-" expects
 *          none. Aliases before them, signatures and other sections are not looked at.
 * Threads: filled by one thread, then shared by all that only look.
 * Memory:  one block, one number for each question; nothing where no line expects records.
 * Limits:  LOAD_EXPECTED_MAX records of a line.
 * Trust:   the file is a person's; answers are anything.
 * RFC:     1035 §5.1, 3597 §5 (text), 4034 §6.2 (canonical form), 2181 §5 (a set has no order). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"

struct expected_list {
	uint8_t *octets; /* for each line: how many records, then length and rdata of each */
	uint64_t used;
	uint64_t size;
	uint64_t *
	    at; /* by question: offset and 1, or 0 where any records are right; NULL: nowhere any are expected */
	uint32_t at_count;
};

/* Reads the rdata of records of `type` out of a line's rest, "|" between them, for question number `index`; questions
 * come in order. The text is changed. *wrong: on failure what was wrong, static.
 * Fails: RESULT_MALFORMED, RESULT_TOO_LONG (LOAD_EXPECTED_MAX, LOAD_EXPECTED_WORDS_MAX), RESULT_NO_MEMORY. */
MUST_CHECK enum result expected_add(struct expected_list *list, uint32_t index, uint16_t type,
                                    char *text, const char **wrong);
void expected_free(struct expected_list *list);

/* Whether `message`, which repeats the question of number `index` of `type`, has the records that were expected.
 * `records_at`: where the answer section starts. True where nothing was expected. */
MUST_CHECK bool expected_match(const struct expected_list *list, uint32_t index, uint16_t type,
                               const uint8_t *message, size_t len, size_t records_at);

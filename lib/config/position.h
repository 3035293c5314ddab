/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* position -- where in the JSON text each key and value stands: json-c does not tell.
 *
 * What:    config_position_blank() turns comments into spaces, so that lines and columns stay;
 *          config_position_scan() walks text that json-c has accepted as strict JSON and makes a tree of
 *          the same shape, with line and column of each key and value and a mark on repeated keys.
 * Threads: one.
 * Memory:  the given struct config_memory's.
 * Limits:  CONFIG_DEPTH_MAX levels.
 * Trust:   blank takes any text; scan stays within the text whatever it holds.
 * RFC:     8259. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "config/memory.h"

struct config_position {
	struct config_position *next; /* the same object's or array's next one */
	struct config_position *first; /* of an object's members or an array's elements */
	const char *key; /* raw, escapes not resolved; NULL for elements and the root */
	uint32_t key_line;
	uint32_t key_column;
	uint32_t line; /* of the value */
	uint32_t column;
	const struct config_position *repeats; /* the earlier one with the same key */
};

/* Line and column (1.., in characters) of the octet at `at`. */
void config_position_of(const char *text, size_t at, uint32_t *line, uint32_t *column);

/* Replaces // and / * comments by spaces (newlines stay), outside of strings.
 * Fails: RESULT_TOO_SHORT, a comment does not end; *at is where it begins. */
MUST_CHECK enum result config_position_blank(char *text, size_t len, size_t *at);

/* `text` is free of comments, `shown` (of the same length) is as people see it. Gives: *out.
 * Fails: RESULT_NO_MEMORY; RESULT_MALFORMED, RESULT_TOO_LONG (depth): json-c did not check the text. */
MUST_CHECK enum result config_position_scan(const char *text, const char *shown, size_t len,
                                            struct config_memory *memory,
                                            struct config_position **out);

/* The member of an object's position, or NULL. */
const struct config_position *config_position_member(const struct config_position *object,
                                                     const char *key);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* script -- scenario files as statements: a line at the margin and the indented lines below it.
 *
 * What:    script_read() splits a text into statements and words and writes out what {i=0..9} stands for;
 *          script_*() read words as numbers, times, names. Whatever is wrong ends the program with
 *          "FILE:LINE: found X, allowed: Y": a scenario that is not understood tests nothing.
 * Threads: one.
 * Memory:  a script is allocated as it is read; script_free() gives all of it back.
 * Limits:  SCRIPT_*_MAX.
 * Trust:   texts of the tests.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "dns/name.h"
#include "net/prefix.h"

#define SCRIPT_WORDS_MAX 64
#define SCRIPT_LINE_MAX 8192

struct script_place {
	const char *file;
	unsigned line;
};

/* A line without its comment. Quotes stay in a word: they say that blanks belong to it. */
struct script_line {
	struct script_place place;
	unsigned count; /* at least 1 */
	char *word[SCRIPT_WORDS_MAX];
};

struct script_statement {
	struct script_line *head;
	unsigned count;
	struct script_line **line;
};

struct script {
	unsigned count;
	struct script_statement *statement;
	unsigned line_count;
	struct script_line **lines; /* all there are, for script_free() */
};

/* `file` is kept, not copied. */
void script_read(const char *file, const char *text, struct script *out);
void script_free(struct script *script);

/* Says what is wrong there and ends the program with status 2. */
_Noreturn void script_wrong(struct script_place place, const char *format, ...) PRINTF_LIKE(2, 3);

/* The word at an index, which is `what`. */
const char *script_word(const struct script_line *line, unsigned at, const char *what);
/* The same for the last word: nothing may follow. */
const char *script_last(const struct script_line *line, unsigned at, const char *what);
bool script_has(const struct script_line *line, unsigned at, const char *word);

uint64_t script_number(struct script_place place, const char *word, uint64_t max);
/* "250ms", "5s", "10m", "2h", "1d", in milliseconds. */
uint64_t script_ms(struct script_place place, const char *word);
/* "10%" */
unsigned script_percent(struct script_place place, const char *word);
struct dns_name script_name(struct script_place place, const char *word);
uint16_t script_type(struct script_place place, const char *word);
unsigned script_rcode(struct script_place place, const char *word);
struct net_address script_address(struct script_place place, const char *word);
struct net_prefix script_prefix(struct script_place place, const char *word);
struct net_endpoint script_endpoint(struct script_place place, const char *word);
bool script_switch(struct script_place place, const char *word);

/* Tables of words begin their rows with the name: this finds a row, or says which there are. */
unsigned script_pick(struct script_place place, const char *word, const void *rows,
                     size_t row_bytes, unsigned count);
#define SCRIPT_PICK(place, word, rows)                                                             \
	script_pick(place, word, rows, sizeof((rows)[0]), ARRAY_COUNT(rows))

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* text -- the small steps of presentation form: escapes, numbers, words.
 *
 * What:    what names, character strings and fields of rdata have in common when they are text. Nothing
 *          here depends on the locale.
 * Threads: any; pure.
 * Memory:  the caller's; texts are spans, not NUL-terminated.
 * Limits:  each function says its own.
 * Trust:   takes anything.
 * RFC:     1035 §5.1 (escapes), 2308 and common use (time units). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* The most that one octet becomes when escaped. */
#define TEXT_ESCAPE_MAX 4

/* Reads one escape, \DDD or \X, at a backslash. Gives how many characters it took, 0 if broken. */
MUST_CHECK size_t text_unescape(const char *text, size_t len, uint8_t *out);

/* Writes one octet of a label, escaped where a zone-file reader would mistake it; 1..4 characters. */
size_t text_escape_name(uint8_t octet, char *out);

/* Writes one octet of a quoted string, escaped where needed; 1..4 characters. */
size_t text_escape_quoted(uint8_t octet, char *out);

/* Reads a decimal number 0..max, digits only, at least one. */
MUST_CHECK bool text_to_u64(const char *text, size_t len, uint64_t max, uint64_t *out);

/* Writes a number in decimal without a NUL; gives its length, at most 20. */
size_t text_from_u64(uint64_t value, char *out);

/* Whether a span is `word` (lower or upper case, NUL-terminated) but for ASCII case. */
bool text_is(const char *text, size_t len, const char *word) PURE;

/* The value of a hexadecimal digit, or -1. */
static inline int text_hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Writes WORDnnn, as in TYPE65280 and CLASS32 (RFC 3597 §5), with a NUL. `size` must be enough. */
void text_numbered(const char *word, unsigned number, char *out, size_t size);

/* Reads WORDnnn, any case, number 0..65535. */
MUST_CHECK bool text_to_numbered(const char *text, size_t len, const char *word, uint16_t *out);

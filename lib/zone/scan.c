/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The scanner: one pass over the octets, one table look-up each. */
#include "zone/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zone/zone_limits.h"

enum kind {
	KIND_TEXT, /* part of a token */
	KIND_BLANK,
	KIND_NEWLINE,
	KIND_COMMENT,
	KIND_OPEN,
	KIND_CLOSE,
	KIND_QUOTE,
	KIND_ESCAPE,
};

static const uint8_t kinds[256] = {
    [' '] = KIND_BLANK,    ['\t'] = KIND_BLANK,  ['\r'] = KIND_BLANK,
    ['\n'] = KIND_NEWLINE, [';'] = KIND_COMMENT, ['('] = KIND_OPEN,
    [')'] = KIND_CLOSE,    ['"'] = KIND_QUOTE,   ['\\'] = KIND_ESCAPE,
};

static enum kind kind_of(char octet)
{
	return (enum kind)kinds[(unsigned char)octet];
}

enum result zone_scan_open(struct zone_scan *scan, const char *file)
{
	*scan = (struct zone_scan){.file = file, .line = 1};
	scan->fd = open(file, O_RDONLY | O_CLOEXEC);
	if (scan->fd < 0)
		return RESULT_IO;
	struct stat status;
	if (fstat(scan->fd, &status) != 0 || S_ISDIR(status.st_mode)) {
		close(scan->fd);
		errno = EISDIR;
		return RESULT_IO;
	}
	/* A small regular file is read with one call; what has no size, such as a pipe, in windows. */
	const bool small = S_ISREG(status.st_mode) && status.st_size < (off_t)ZONE_READ_BYTES;
	scan->size = small ? (size_t)status.st_size + 1 : ZONE_READ_BYTES;
	scan->buffer = malloc(scan->size);
	if (scan->buffer == NULL) {
		close(scan->fd);
		return RESULT_NO_MEMORY;
	}
	return RESULT_OK;
}

void zone_scan_text(struct zone_scan *scan, const char *text, size_t len, const char *file,
                    uint32_t line)
{
	*scan = (struct zone_scan){
	    .file = file, .fd = -1, .end = true, .line = line, .line_made = line, .len = len};
	/* Never written to while fd is -1. */
	memcpy(&scan->buffer, &text, sizeof(text));
}

void zone_scan_close(struct zone_scan *scan)
{
	if (scan->fd >= 0) {
		close(scan->fd);
		free(scan->buffer);
	}
	free(scan->token);
	scan->buffer = NULL;
	scan->token = NULL;
}

/* Makes sure that a whole entry of the greatest allowed size is in the window, or the file's end. */
MUST_CHECK static enum result fill(struct zone_scan *scan)
{
	if (scan->end || scan->len - scan->at >= ZONE_ENTRY_MAX_BYTES)
		return RESULT_OK;
	memmove(scan->buffer, scan->buffer + scan->at, scan->len - scan->at);
	scan->len -= scan->at;
	scan->at = 0;
	while (scan->len < scan->size) {
		const ssize_t got =
		    read(scan->fd, scan->buffer + scan->len, scan->size - scan->len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return RESULT_IO;
		if (got == 0) {
			scan->end = true;
			return RESULT_OK;
		}
		scan->len += (size_t)got;
	}
	/* A file that grew while it was read: the window is full, so the window must grow. */
	if (scan->size < ZONE_READ_BYTES) {
		char *buffer = realloc(scan->buffer, ZONE_READ_BYTES);
		if (buffer == NULL)
			return RESULT_NO_MEMORY;
		scan->buffer = buffer;
		scan->size = ZONE_READ_BYTES;
		return fill(scan);
	}
	return RESULT_OK;
}

static enum result wrong(struct zone_scan *scan, size_t at, const char *found, const char *expected)
{
	scan->wrong_at = at;
	scan->found = found;
	scan->expected = expected;
	return RESULT_MALFORMED;
}

MUST_CHECK static enum result token_add(struct zone_scan *scan, size_t from, size_t to, bool quoted)
{
	if (UNLIKELY(scan->token_count == scan->token_size)) {
		const size_t size = scan->token_size == 0 ? 32 : scan->token_size * 2;
		if (size > ZONE_TOKENS_MAX)
			return RESULT_TOO_LONG;
		struct dns_token *token = realloc(scan->token, size * sizeof(*token));
		if (token == NULL)
			return RESULT_NO_MEMORY;
		scan->token = token;
		scan->token_size = size;
	}
	scan->token[scan->token_count++] =
	    (struct dns_token){.text = scan->buffer + from, .len = to - from, .quoted = quoted};
	scan->entry_end = to;
	return RESULT_OK;
}

/* Moves behind a backslash and what it escapes. */
MUST_CHECK static enum result escape(struct zone_scan *scan)
{
	if (scan->at + 1 >= scan->len || scan->buffer[scan->at + 1] == '\n')
		return wrong(scan, scan->at, "a backslash at the end of the line",
		             "an octet to be escaped");
	scan->at += 2;
	return RESULT_OK;
}

/* Moves from an opening quote behind the closing one. */
MUST_CHECK static enum result quoted(struct zone_scan *scan)
{
	const size_t open = scan->at++;
	while (scan->at < scan->len && scan->buffer[scan->at] != '\n') {
		const char octet = scan->buffer[scan->at];
		if (octet == '\\') {
			const enum result result = escape(scan);
			if (result != RESULT_OK)
				return result;
			continue;
		}
		scan->at++;
		if (octet == '"')
			return RESULT_OK;
	}
	return wrong(scan, open, "a quoted string that does not end on its line",
	             "a closing quote");
}

/* A token without quotes around it; it may have some inside (key="value", RFC 9460 §2.1). */
MUST_CHECK static enum result plain(struct zone_scan *scan)
{
	const size_t from = scan->at;
	while (scan->at < scan->len) {
		enum result result = RESULT_OK;
		const enum kind kind = kind_of(scan->buffer[scan->at]);
		if (LIKELY(kind == KIND_TEXT))
			scan->at++;
		else if (kind == KIND_ESCAPE)
			result = escape(scan);
		else if (kind == KIND_QUOTE && scan->buffer[scan->at - 1] == '=')
			result = quoted(scan);
		else
			break;
		if (result != RESULT_OK)
			return result;
	}
	return token_add(scan, from, scan->at, false);
}

static void comment(struct zone_scan *scan)
{
	const char *end = memchr(scan->buffer + scan->at, '\n', scan->len - scan->at);
	scan->at = end == NULL ? scan->len : (size_t)(end - scan->buffer);
}

/* Where a parenthesised entry stands. */
struct nesting {
	uint32_t depth;
	size_t open_at;
};

static enum result token(struct zone_scan *scan, enum kind kind, struct nesting *nesting)
{
	const size_t at = scan->at;
	enum result result = RESULT_OK;
	switch (kind) {
	case KIND_TEXT:
	case KIND_ESCAPE:
		return plain(scan);
	case KIND_QUOTE:
		result = quoted(scan);
		return result != RESULT_OK ? result : token_add(scan, at + 1, scan->at - 1, true);
	case KIND_COMMENT:
		comment(scan);
		break;
	case KIND_OPEN:
		if (nesting->depth++ == 0)
			nesting->open_at = at;
		scan->at++;
		break;
	case KIND_CLOSE:
		if (nesting->depth == 0)
			return wrong(scan, at, "\")\"", "\"(\" before it");
		nesting->depth--;
		scan->at++;
		break;
	case KIND_NEWLINE:
		scan->line++;
		scan->at++;
		break;
	case KIND_BLANK:
		scan->at++;
		break;
	}
	return RESULT_OK;
}

/* Reads up to the end of the entry. */
MUST_CHECK static enum result entry(struct zone_scan *scan)
{
	struct nesting nesting = {0};
	while (scan->at < scan->len) {
		const enum kind kind = kind_of(scan->buffer[scan->at]);
		const enum result result = token(scan, kind, &nesting);
		if (result != RESULT_OK)
			return result;
		if (kind == KIND_NEWLINE && nesting.depth == 0)
			return RESULT_OK;
	}
	if (!scan->end)
		return RESULT_TOO_LONG;
	if (nesting.depth > 0)
		return wrong(scan, nesting.open_at, "\"(\" that is not closed", "\")\"");
	return RESULT_OK;
}

/* After an error: behind the line on which it is. An opening parenthesis without its partner swallowed all
 * the rest, so reading starts again behind its line. */
static void recover(struct zone_scan *scan)
{
	const struct zone_place place = zone_scan_place(scan, scan->wrong_at);
	const char *start = scan->buffer + scan->wrong_at;
	const char *end = memchr(start, '\n', scan->len - scan->wrong_at);
	scan->at = end == NULL ? scan->len : (size_t)(end - scan->buffer) + 1;
	scan->line = place.line + 1;
}

enum result zone_scan_next(struct zone_scan *scan)
{
	while (true) {
		enum result result = fill(scan);
		if (result != RESULT_OK)
			return result;
		if (scan->at == scan->len)
			return RESULT_NOT_FOUND;
		scan->entry_at = scan->entry_end = scan->at;
		scan->entry_line = scan->line;
		scan->token_count = 0;
		scan->blank_start = kind_of(scan->buffer[scan->at]) == KIND_BLANK;
		result = entry(scan);
		if (result == RESULT_MALFORMED)
			recover(scan);
		if (result != RESULT_OK)
			return result;
		if (scan->at - scan->entry_at > ZONE_ENTRY_MAX_BYTES)
			return RESULT_TOO_LONG;
		if (scan->token_count > 0)
			return RESULT_OK;
	}
}

struct zone_place zone_scan_place(const struct zone_scan *scan, size_t at)
{
	/* Text that was made says nothing about a place in it; its line is that of what it was made from. */
	if (scan->fd < 0)
		return (struct zone_place){
		    .file = scan->file, .line = scan->line_made, .column = 1};
	struct zone_place place = {.file = scan->file, .line = scan->entry_line, .column = 1};
	for (size_t i = scan->entry_at; i < at; i++) {
		place.column++;
		if (scan->buffer[i] == '\n') {
			place.line++;
			place.column = 1;
		}
	}
	return place;
}

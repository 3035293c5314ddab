/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A scanner for the places of keys and values; it understands just as much of JSON as that needs. */
#include "config/position.h"

#include <string.h>

#include "config/config_limits.h"

struct scan {
	const char *text; /* without comments */
	const char *shown; /* as in the file: columns count its characters */
	size_t len;
	size_t at;
	uint32_t line;
	uint32_t column;
	struct config_memory *memory;
};

/* Counts characters: the second and later octets of a UTF-8 sequence are none of their own. */
static void advance(uint32_t *line, uint32_t *column, char c)
{
	if (c == '\n') {
		++*line;
		*column = 1;
	} else if (((unsigned char)c & 0xc0) != 0x80) {
		++*column;
	}
}

void config_position_of(const char *text, size_t at, uint32_t *line, uint32_t *column)
{
	*line = 1;
	*column = 1;
	for (size_t i = 0; i < at; i++)
		advance(line, column, text[i]);
}

/* Index behind the string that starts at text[at] (a quote), or len. */
static size_t string_end(const char *text, size_t len, size_t at)
{
	for (at++; at < len && text[at] != '"'; at++) {
		if (text[at] == '\\')
			at++;
	}
	return at < len ? at + 1 : len;
}

/* Index behind the comment that starts at text[at], 0 if it has no end. */
static size_t comment_end(const char *text, size_t len, size_t at)
{
	if (text[at + 1] == '/') {
		const char *end = memchr(text + at, '\n', len - at);
		return end != NULL ? (size_t)(end - text) : len;
	}
	for (size_t i = at + 2; i + 1 < len; i++) {
		if (text[i] == '*' && text[i + 1] == '/')
			return i + 2;
	}
	return 0;
}

enum result config_position_blank(char *text, size_t len, size_t *at)
{
	size_t i = 0;
	while (i < len) {
		if (text[i] == '"') {
			i = string_end(text, len, i);
			continue;
		}
		if (text[i] != '/' || i + 1 >= len || (text[i + 1] != '/' && text[i + 1] != '*')) {
			i++;
			continue;
		}
		size_t end = comment_end(text, len, i);
		if (end == 0) {
			*at = i;
			return RESULT_TOO_SHORT;
		}
		for (; i < end; i++) {
			if (text[i] != '\n')
				text[i] = ' ';
		}
	}
	return RESULT_OK;
}

static char peek(const struct scan *scan)
{
	return scan->at < scan->len ? scan->text[scan->at] : '\0';
}

static void step(struct scan *scan)
{
	if (scan->at < scan->len) {
		advance(&scan->line, &scan->column, scan->shown[scan->at]);
		scan->at++;
	}
}

static void skip_space(struct scan *scan)
{
	while (peek(scan) == ' ' || peek(scan) == '\t' || peek(scan) == '\n' || peek(scan) == '\r')
		step(scan);
}

static void skip_string(struct scan *scan)
{
	size_t end = string_end(scan->text, scan->len, scan->at);
	while (scan->at < end)
		step(scan);
}

static enum result scan_value(struct scan *scan, unsigned depth, struct config_position *out);

/* The text between the quotes, as it stands. */
static enum result scan_key(struct scan *scan, struct config_position *out)
{
	size_t start = scan->at + 1;
	if (peek(scan) != '"')
		return RESULT_MALFORMED;
	out->key_line = scan->line;
	out->key_column = scan->column;
	skip_string(scan);
	if (scan->at <= start)
		return RESULT_MALFORMED;
	out->key = config_memory_text(scan->memory, scan->text + start, scan->at - start - 1);
	if (out->key == NULL)
		return RESULT_NO_MEMORY;
	skip_space(scan);
	if (peek(scan) != ':')
		return RESULT_MALFORMED;
	step(scan);
	skip_space(scan);
	return RESULT_OK;
}

/* Members or elements up to the closing bracket. */
static enum result scan_items(struct scan *scan, char close, unsigned depth,
                              struct config_position *out)
{
	struct config_position **link = &out->first;
	step(scan);
	skip_space(scan);
	while (peek(scan) != close) {
		struct config_position *item = config_memory_take(scan->memory, 1, sizeof(*item));
		if (item == NULL)
			return RESULT_NO_MEMORY;
		enum result result = close == '}' ? scan_key(scan, item) : RESULT_OK;
		if (result != RESULT_OK)
			return result;
		if (item->key != NULL)
			item->repeats = config_position_member(out, item->key);
		result = scan_value(scan, depth, item);
		if (result != RESULT_OK)
			return result;
		*link = item;
		link = &item->next;
		skip_space(scan);
		if (peek(scan) == ',')
			step(scan);
		else if (peek(scan) != close)
			return RESULT_MALFORMED;
		skip_space(scan);
	}
	step(scan);
	return RESULT_OK;
}

static enum result scan_value(struct scan *scan, unsigned depth, struct config_position *out)
{
	out->line = scan->line;
	out->column = scan->column;
	char c = peek(scan);
	if (c == '{' || c == '[') {
		if (depth >= CONFIG_DEPTH_MAX)
			return RESULT_TOO_LONG;
		return scan_items(scan, c == '{' ? '}' : ']', depth + 1, out);
	}
	if (c == '"') {
		skip_string(scan);
		return RESULT_OK;
	}
	size_t start = scan->at;
	while (peek(scan) != '\0' && strchr(",]} \t\r\n", peek(scan)) == NULL)
		step(scan);
	return scan->at > start ? RESULT_OK : RESULT_MALFORMED;
}

enum result config_position_scan(const char *text, const char *shown, size_t len,
                                 struct config_memory *memory, struct config_position **out)
{
	struct scan scan = {
	    .text = text, .shown = shown, .len = len, .line = 1, .column = 1, .memory = memory};
	struct config_position *root = config_memory_take(memory, 1, sizeof(*root));
	if (root == NULL)
		return RESULT_NO_MEMORY;
	skip_space(&scan);
	enum result result = scan_value(&scan, 0, root);
	if (result == RESULT_OK)
		*out = root;
	return result;
}

const struct config_position *config_position_member(const struct config_position *object,
                                                     const char *key)
{
	for (const struct config_position *p = object->first; p != NULL; p = p->next) {
		if (p->key != NULL && strcmp(p->key, key) == 0)
			return p;
	}
	return NULL;
}

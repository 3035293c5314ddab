/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Splits scenario texts into statements and words. A line with {i=0..9} stands for ten lines, in which {i},
 * {i+1} and {i-1} are numbers; at the head of a statement it stands for ten statements. */
#include "script.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VARIABLES 26

struct variables {
	bool known[VARIABLES];
	long value[VARIABLES];
};

/* What is being read: the lines of the statement that is not yet complete. */
struct reading {
	struct script *script;
	struct script_place place;
	/* The head as written, and the lines below it: written out when the next head comes. */
	struct raw {
		unsigned line;
		char *text;
	} * raw;
	unsigned raw_count;
};

void script_wrong(struct script_place place, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fflush(stdout);
	if (place.file != NULL)
		fprintf(stderr, "%s:%u: ", place.file, place.line);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(2);
}

static void *grow(void *array, size_t count, size_t bytes)
{
	/* At each power of two. */
	if ((count & (count - 1)) == 0)
		array = realloc(array, (count == 0 ? 1 : count * 2) * bytes);
	if (array == NULL)
		script_wrong((struct script_place){NULL, 0}, "no memory left");
	return array;
}

/* Cuts a comment off; false: nothing is left. */
static bool trim(char *text)
{
	bool quoted = false;
	char *end = text;
	for (char *at = text; *at != '\0' && *at != '\n'; at++) {
		if (*at == ';' && !quoted)
			break;
		if (*at == '"')
			quoted = !quoted;
		if (*at == '\\' && at[1] != '\0' && at[1] != '\n')
			at++;
		if (*at != ' ' && *at != '\t')
			end = at + 1;
	}
	*end = '\0';
	return *text != '\0';
}

static struct script_line *split(struct reading *reading, const char *text)
{
	size_t len = strlen(text);
	struct script_line *line = calloc(1, sizeof(*line) + len + 1);
	if (line == NULL)
		script_wrong(reading->place, "no memory left");
	char *at = (char *)(line + 1);
	memcpy(at, text, len + 1);
	line->place = reading->place;
	for (at += strspn(at, " \t"); *at != '\0'; at += strspn(at, " \t")) {
		bool quoted = false;
		if (line->count == SCRIPT_WORDS_MAX)
			script_wrong(reading->place, "found more than %u words in a line",
			             SCRIPT_WORDS_MAX);
		line->word[line->count++] = at;
		for (; *at != '\0' && (quoted || (*at != ' ' && *at != '\t')); at++)
			quoted ^= *at == '"';
		if (quoted)
			script_wrong(reading->place, "found a quote that does not end");
		if (*at != '\0')
			*at++ = '\0';
	}
	struct script *script = reading->script;
	script->lines = grow(script->lines, script->line_count, sizeof(struct script_line *));
	script->lines[script->line_count++] = line;
	return line;
}

/* -- {i=0..9} -- */

/* Reads "{i" and gives what is behind it; NULL: this is something else. */
static const char *variable_at(const char *at, unsigned *variable)
{
	if (at[0] != '{' || at[1] < 'a' || at[1] > 'z')
		return NULL;
	*variable = (unsigned)(at[1] - 'a');
	return at + 2;
}

/* Reads "{i=FROM..TO}". */
static bool range_at(const char *at, unsigned *variable, long *from, long *to, const char **behind)
{
	char *end;
	const char *rest = variable_at(at, variable);
	if (rest == NULL || *rest != '=')
		return false;
	*from = strtol(rest + 1, &end, 10);
	if (strncmp(end, "..", 2) != 0)
		return false;
	*to = strtol(end + 2, &end, 10);
	*behind = end + 1;
	return *end == '}';
}

/* Writes a line in which each {i}, {i+N} is a number. */
static void substitute(const struct reading *reading, const struct variables *variables,
                       const char *text, char out[SCRIPT_LINE_MAX])
{
	size_t len = 0;
	while (*text != '\0') {
		unsigned variable;
		const char *rest = variable_at(text, &variable);
		char *end = NULL;
		long more = rest != NULL && *rest != '}' ? strtol(rest, &end, 10) : 0;
		if (end != NULL)
			rest = end;
		if (rest == NULL || *rest != '}') {
			out[len++] = *text++;
		} else if (!variables->known[variable]) {
			script_wrong(reading->place, "found {%c}, but no {%c=FROM..TO} before it",
			             (int)('a' + variable), (int)('a' + variable));
		} else {
			len += (size_t)snprintf(out + len, 24, "%ld",
			                        variables->value[variable] + more);
			text = rest + 1;
		}
		if (len >= SCRIPT_LINE_MAX - 32)
			script_wrong(reading->place, "found a line of more than %d characters",
			             SCRIPT_LINE_MAX - 32);
	}
	out[len] = '\0';
}

struct expansion {
	struct reading *reading;
	void (*take)(struct expansion *expansion, const struct variables *variables,
	             const char *line);
	struct script_statement *statement; /* whose lines they are */
};

static void expand(struct expansion *expansion, const struct variables *variables, const char *text)
{
	char line[SCRIPT_LINE_MAX];
	unsigned variable;
	long from;
	long to;
	const char *behind;
	const char *at = text;
	while (*at != '\0' && !range_at(at, &variable, &from, &to, &behind))
		at++;
	if (*at == '\0') {
		substitute(expansion->reading, variables, text, line);
		expansion->take(expansion, variables, line);
		return;
	}
	if (strlen(text) >= sizeof(line))
		script_wrong(expansion->reading->place, "found a line that is too long");
	for (long value = from; value <= to; value++) {
		struct variables inner = *variables;
		inner.known[variable] = true;
		inner.value[variable] = value;
		snprintf(line, sizeof(line), "%.*s{%c}%s", (int)(at - text), text,
		         (int)('a' + variable), behind);
		expand(expansion, &inner, line);
	}
}

static void take_line(struct expansion *expansion, const struct variables *variables,
                      const char *text)
{
	struct script_statement *statement = expansion->statement;
	(void)variables;
	statement->line = grow(statement->line, statement->count, sizeof(struct script_line *));
	statement->line[statement->count++] = split(expansion->reading, text);
}

static void take_head(struct expansion *expansion, const struct variables *variables,
                      const char *text)
{
	struct reading *reading = expansion->reading;
	struct script *script = reading->script;
	struct script_statement statement = {.head = split(reading, text)};
	struct expansion lines = {reading, take_line, &statement};
	for (unsigned i = 1; i < reading->raw_count; i++) {
		reading->place.line = reading->raw[i].line;
		expand(&lines, variables, reading->raw[i].text);
	}
	reading->place.line = reading->raw[0].line;
	script->statement = grow(script->statement, script->count, sizeof(struct script_statement));
	script->statement[script->count++] = statement;
}

/* A head and its lines are complete. */
static void finish(struct reading *reading)
{
	struct expansion heads = {reading, take_head, NULL};
	const struct variables none = {{false}, {0}};
	if (reading->raw_count > 0) {
		reading->place.line = reading->raw[0].line;
		expand(&heads, &none, reading->raw[0].text);
	}
	for (unsigned i = 0; i < reading->raw_count; i++)
		free(reading->raw[i].text);
	free(reading->raw);
	reading->raw = NULL;
	reading->raw_count = 0;
}

void script_read(const char *file, const char *text, struct script *out)
{
	struct reading reading = {.script = out, .place = {file, 0}};
	*out = (struct script){.count = 0};
	for (unsigned line = 1; *text != '\0'; line++) {
		size_t len = strcspn(text, "\n");
		char *copy = strndup(text, len);
		bool indented = *text == ' ' || *text == '\t';
		text += len + (text[len] == '\n');
		if (copy == NULL || !trim(copy)) {
			free(copy);
			continue;
		}
		if (!indented)
			finish(&reading);
		reading.place.line = line;
		if (indented && reading.raw_count == 0)
			script_wrong(reading.place,
			             "found an indented line with no statement above it");
		reading.raw = grow(reading.raw, reading.raw_count, sizeof(*reading.raw));
		reading.raw[reading.raw_count].line = line;
		reading.raw[reading.raw_count++].text = copy;
	}
	finish(&reading);
}

void script_free(struct script *script)
{
	for (unsigned i = 0; i < script->count; i++)
		free(script->statement[i].line);
	for (unsigned i = 0; i < script->line_count; i++)
		free(script->lines[i]);
	free(script->statement);
	free(script->lines);
	*script = (struct script){.count = 0};
}

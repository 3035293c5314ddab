/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The reference page and the help text, written from the table of options. */
#include <stdio.h>
#include <string.h>

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>

#include "config/config.h"
#include "config/option.h"

#define CELL_BYTES 512
/* Width of --help. */
#define HELP_COLUMNS 92
#define HELP_INDENT 8

static const char intro[] =
    "# Configuration\n"
    "\n"
    "Made by `scloud-dns --config-doc` from the table of options in `lib/config/options_*.c`; do "
    "not edit.\n"
    "\n"
    "The server reads one JSON file (`scloud-dns --config FILE`). Comments `// …` and `/* … */` "
    "are allowed,\n"
    "and keys that begin with `_` (such as `_comments`) are left alone. `scloud-dns --check FILE` "
    "reads a file\n"
    "and says what is wrong with it, with line, column, key, what was found and what is allowed;\n"
    "`scloud-dns --schema` prints a JSON schema for editors. Without a file the built-in default "
    "is used, which\n"
    "is `config/scloud-dns.json`; more examples are in `config/examples/`.\n"
    "\n"
    "* Relative paths start at the configuration file's folder.\n"
    "* A duration is a number in the unit of its row, or text with a unit: `\"1500ms\"`, `\"2s\"`, "
    "`\"5m\"`, `\"1h\"`,\n"
    "  `\"1d\"`, `\"1w\"`. A size likewise: `\"64KiB\"`, `\"2MiB\"`, `\"1GiB\"`.\n"
    "* *reload*: `live` options are taken over by a reload (SIGHUP); the others need a `restart`.\n"
    "* An option marked *not done yet* is read and checked; asking for it gives one warning at "
    "start.\n"
    "* An unknown key, a wrong type, a value out of its range or a key given twice is an error: "
    "the server does\n"
    "  not start, or keeps the configuration it has.\n";

static const char *pending_text(const struct option *option)
{
	if (option->type == OPTION_BOOL && strcmp(option->init, "true") == 0)
		return " *`false` is not done yet.*";
	if (option->type == OPTION_UINT || option->type == OPTION_DURATION ||
	    option->type == OPTION_SIZE)
		return " *Other values than the default are not done yet.*";
	return " *Not done yet.*";
}

static void write_help(FILE *stream, const struct option *option, bool pending)
{
	fputs(option->help, stream);
	/* Of a section that is not done the heading says so. */
	if (option->pending && !pending)
		fputs(pending_text(option), stream);
	else if (option->done_max != 0 && !pending)
		fprintf(stream, " *More than %llu is not done yet.*",
		        (unsigned long long)option->done_max);
	for (const struct option_word *word = option->words;
	     !pending && word != NULL && word->text != NULL; word++) {
		if (word->pending)
			fprintf(stream, " *`%s` is not done yet.*", word->text);
	}
}

static const char *default_text(const struct option *option)
{
	if (option->required)
		return "required";
	return option->init != NULL ? option->init : "–";
}

static void write_rows(FILE *stream, const struct option_table *table, const char *prefix,
                       bool pending)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct option *option = &table->rows[i];
		char type[CELL_BYTES];
		char range[CELL_BYTES];
		char key[CONFIG_KEY_BYTES];
		option_type_text(option, type, sizeof(type));
		option_range_text(option, range, sizeof(range));
		int len = snprintf(key, sizeof(key), "%s%s%s", prefix, option->key,
		                   option->list && option->type == OPTION_OBJECT ? "[]" : "");
		if (option->type != OPTION_OBJECT || option->list) {
			fprintf(stream, "| `%s` | %s | %s | `%s` | %s | %s | ", key, type, range,
			        default_text(option), option->unit != NULL ? option->unit : "",
			        option->live ? "live" : "restart");
			write_help(stream, option, pending);
			fputs(" |\n", stream);
		}
		if (option->type != OPTION_OBJECT || len <= 0 || len >= (int)sizeof(key) - 1)
			continue;
		key[len] = '.';
		key[len + 1] = '\0';
		write_rows(stream, option->table, key, pending || option->pending);
	}
}

static enum result write_example(FILE *stream, const struct option *section)
{
	if (section->table->example == NULL)
		return RESULT_OK;
	struct json_object *outer = json_object_new_object();
	struct json_object *inner = json_tokener_parse(section->table->example);
	if (outer == NULL || inner == NULL ||
	    json_object_object_add(outer, section->key, inner) != 0) {
		json_object_put(outer);
		return RESULT_NO_MEMORY;
	}
	fprintf(stream, "\n```json\n%s\n```\n",
	        json_object_to_json_string_ext(outer, JSON_C_TO_STRING_PRETTY |
	                                                  JSON_C_TO_STRING_SPACED |
	                                                  JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(outer);
	return RESULT_OK;
}

static enum result write_section(FILE *stream, const struct option *section)
{
	fprintf(stream, "\n## %s\n\n%s%s%s\n\n", section->key,
	        section->list ? "A list of objects. " : "", section->help,
	        section->pending ? " *Not done yet.*" : "");
	fputs("| key | type | range | default | unit | reload | meaning |\n"
	      "|---|---|---|---|---|---|---|\n",
	      stream);
	write_rows(stream, section->table, "", section->pending);
	return write_example(stream, section);
}

enum result config_document_write(FILE *stream)
{
	fputs(intro, stream);
	for (size_t i = 0; i < option_root.count; i++) {
		enum result result = write_section(stream, &option_root.rows[i]);
		if (result != RESULT_OK)
			return result;
	}
	return ferror(stream) != 0 ? RESULT_IO : RESULT_OK;
}

/* A sentence in lines of limited width. */
static void write_wrapped(FILE *stream, const char *text)
{
	size_t column = 0;
	while (*text != '\0') {
		size_t word = strcspn(text, " ");
		if (column == 0 || column + 1 + word > HELP_COLUMNS) {
			fprintf(stream, "%s%*s", column == 0 ? "" : "\n", HELP_INDENT, "");
			column = HELP_INDENT;
		} else {
			fputc(' ', stream);
			column++;
		}
		fprintf(stream, "%.*s", (int)word, text);
		column += word;
		text += word;
		text += strspn(text, " ");
	}
	fputc('\n', stream);
}

static void write_help_rows(FILE *stream, const struct option_table *table, const char *prefix)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct option *option = &table->rows[i];
		char type[CELL_BYTES];
		char range[CELL_BYTES];
		char key[CONFIG_KEY_BYTES];
		int len = snprintf(key, sizeof(key), "%s.%s", prefix, option->key);
		if (option->type == OPTION_OBJECT && len > 0 && len < (int)sizeof(key) - 3) {
			memcpy(key + len, option->list ? "[]" : "", option->list ? 3 : 1);
			write_help_rows(stream, option->table, key);
			continue;
		}
		option_type_text(option, type, sizeof(type));
		option_range_text(option, range, sizeof(range));
		fprintf(stream, "  %s  <%s%s%s%s%s>  default %s\n", key, type,
		        range[0] != '\0' ? ": " : "", range, option->unit != NULL ? " " : "",
		        option->unit != NULL ? option->unit : "", default_text(option));
		write_wrapped(stream, option->help);
	}
}

enum result config_help_write(const char *section, FILE *stream)
{
	bool found = false;
	for (size_t i = 0; i < option_root.count; i++) {
		const struct option *option = &option_root.rows[i];
		char prefix[CONFIG_KEY_BYTES];
		if (section != NULL && strcmp(section, option->key) != 0)
			continue;
		found = true;
		fprintf(stream, "%s: %s\n", option->key, option->help);
		snprintf(prefix, sizeof(prefix), "%s%s", option->key, option->list ? "[]" : "");
		write_help_rows(stream, option->table, prefix);
		fputc('\n', stream);
	}
	if (!found)
		return RESULT_NOT_FOUND;
	return ferror(stream) != 0 ? RESULT_IO : RESULT_OK;
}

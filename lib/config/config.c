/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From text to a checked struct config, and what is asked of it as a whole. */
#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json_tokener.h>

#include "config/reader.h"

/* lib/config/embed.sh makes it from config/scloud-dns.json. */
extern const char config_embedded[];

const char *config_default_text(void)
{
	return config_embedded;
}

/* What JSON would have allowed at the place where it ended to be JSON. */
static const char *json_allowed(enum json_tokener_error error)
{
	switch ((int)error) {
	case json_tokener_error_parse_object_key_name:
		return "a key in double quotes";
	case json_tokener_error_parse_object_key_sep:
		return "\":\" behind a key";
	case json_tokener_error_parse_object_value_sep:
		return "\",\" or \"}\" behind a value";
	case json_tokener_error_parse_array:
		return "\",\" or \"]\" behind a value";
	case json_tokener_error_parse_utf8_string:
		return "UTF-8";
	case json_tokener_error_depth:
		return "no more than 16 objects and lists inside of each other";
	case json_tokener_error_parse_number:
		return "a number";
	case json_tokener_error_parse_string:
		return "text in double quotes";
	default:
		return "keys and values with one comma between them, // and /* */ comments";
	}
}

static void json_error(struct reader *reader, const char *shown, size_t len, size_t at,
                       enum json_tokener_error error)
{
	struct config_place place;
	const char *allowed = json_allowed(error);
	if (at > len)
		at = len;
	config_position_of(shown, at, &place.line, &place.column);
	if (at == len || error == json_tokener_continue)
		reader_error(reader, place, "found the end of the text, allowed: %s",
		             error == json_tokener_continue ? "the end of what is open" : allowed);
	else if ((unsigned char)shown[at] > ' ' && (unsigned char)shown[at] < 0x7f)
		reader_error(reader, place, "found '%c', allowed: %s", shown[at], allowed);
	else
		reader_error(reader, place, "found octet 0x%02x, allowed: %s",
		             (unsigned char)shown[at], allowed);
}

/* Strict JSON behind the removal of comments; NULL after noting the error. */
static struct json_object *parse(struct reader *reader, const char *plain, const char *shown,
                                 size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(CONFIG_DEPTH_MAX);
	if (tokener == NULL) {
		reader->out_of_memory = true;
		return NULL;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	struct json_object *json = json_tokener_parse_ex(tokener, plain, (int)len);
	enum json_tokener_error error = json_tokener_get_error(tokener);
	if (json == NULL)
		json_error(reader, shown, len, json_tokener_get_parse_end(tokener), error);
	json_tokener_free(tokener);
	return json;
}

static int problem_order(const void *a, const void *b)
{
	const struct config_problem *one = a;
	const struct config_problem *other = b;
	if (one->line != other->line)
		return one->line < other->line ? -1 : 1;
	return one->column < other->column ? -1 : one->column > other->column;
}

static void sort_problems(struct config_problems *problems)
{
	uint32_t errors = problems->error_count;
	uint32_t warnings = problems->warning_count;
	qsort(problems->error, errors < CONFIG_ERRORS_MAX ? errors : CONFIG_ERRORS_MAX,
	      sizeof(problems->error[0]), problem_order);
	qsort(problems->warning, warnings < CONFIG_WARNINGS_MAX ? warnings : CONFIG_WARNINGS_MAX,
	      sizeof(problems->warning[0]), problem_order);
}

/* Comments away, JSON, positions, table, checks. */
static void read_text(struct reader *reader, const char *text, size_t len)
{
	size_t at;
	struct config_position *root;
	char *plain = config_memory_text(reader->scratch, text, len);
	if (plain == NULL) {
		reader->out_of_memory = true;
		return;
	}
	if (config_position_blank(plain, len, &at) != RESULT_OK) {
		struct config_place place;
		config_position_of(text, at, &place.line, &place.column);
		reader_error(reader, place,
		             "found a comment without end, allowed: one that ends in */");
		return;
	}
	struct json_object *json = parse(reader, plain, text, len);
	if (json == NULL)
		return;
	if (config_position_scan(plain, text, len, reader->scratch, &root) == RESULT_OK) {
		reader->root = root;
		reader->place = (struct config_place){root->line, root->column};
		reader_object(reader, &option_root, json, root, reader->config);
		if (!reader->out_of_memory)
			reader_check(reader);
	} else {
		reader->out_of_memory = true;
	}
	json_object_put(json);
}

static void free_defaults(struct reader *reader)
{
	for (size_t i = 0; i < ARRAY_COUNT(reader->defaults); i++)
		json_object_put(reader->defaults[i].json);
}

/* The folder with its slash at the end; "" where none is known. */
static const char *folder_of(struct reader *reader)
{
	const char *folder = reader->source->folder != NULL ? reader->source->folder : "";
	size_t len = strlen(folder);
	if (len == 0)
		return "";
	char *copy = reader_take(reader, len + 2, 1);
	if (copy == NULL)
		return "";
	memcpy(copy, folder, len);
	if (folder[len - 1] != '/')
		copy[len] = '/';
	return copy;
}

static void reader_init(struct reader *reader, struct config_memory *memory,
                        struct config_memory *scratch, const struct config_source *source,
                        struct config_problems *problems)
{
	static const struct config_source nothing;
	reader->memory = memory;
	reader->scratch = scratch;
	reader->problems = problems;
	reader->source = source != NULL ? source : &nothing;
	reader->references_end = &reader->references;
	reader->folder = folder_of(reader);
	reader->config = reader_take(reader, 1, sizeof(*reader->config));
	if (reader->config == NULL)
		return;
	reader->config->memory = memory;
	reader->config->file = reader_text(reader, problems->file);
}

static void problems_init(struct config_problems *problems, const char *name)
{
	problems->error_count = 0;
	problems->warning_count = 0;
	snprintf(problems->file, sizeof(problems->file), "%s", name);
}

/* An error of the file as a whole. */
static enum result whole_error(struct config_problems *problems, enum result result,
                               const char *text)
{
	struct config_problem *problem = &problems->error[0];
	problems->error_count = 1;
	*problem = (struct config_problem){.line = 0};
	snprintf(problem->text, sizeof(problem->text), "%s", text);
	return result;
}

enum result config_load_text(const char *text, size_t len, const struct config_source *source,
                             struct config **out, struct config_problems *problems)
{
	const char *name = source != NULL && source->name != NULL ? source->name : "configuration";
	problems_init(problems, name);
	if (len > CONFIG_FILE_BYTES)
		return whole_error(problems, RESULT_TOO_LONG,
		                   "found more than 256 MiB, allowed: less");
	struct config_memory *memory = config_memory_create();
	struct config_memory *scratch = config_memory_create();
	struct reader *reader =
	    scratch != NULL ? config_memory_take(scratch, 1, sizeof(*reader)) : NULL;
	enum result result = RESULT_NO_MEMORY;
	if (memory != NULL && reader != NULL) {
		reader_init(reader, memory, scratch, source, problems);
		if (!reader->out_of_memory)
			read_text(reader, text, len);
		free_defaults(reader);
		result = reader->out_of_memory       ? RESULT_NO_MEMORY
		         : problems->error_count > 0 ? RESULT_MALFORMED
		                                     : RESULT_OK;
	}
	sort_problems(problems);
	if (result == RESULT_OK)
		*out = reader->config;
	else
		config_memory_free(memory);
	config_memory_free(scratch);
	if (result == RESULT_NO_MEMORY)
		return whole_error(problems, result, "out of memory");
	return result;
}

static enum result read_whole(int fd, struct config_problems *problems, char **text, size_t *len)
{
	size_t size = 1u << 16;
	size_t used = 0;
	char *data = malloc(size);
	while (data != NULL) {
		ssize_t got = read(fd, data + used, size - used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			free(data);
			return whole_error(problems, RESULT_IO, strerror(errno));
		}
		used += (size_t)got;
		if (got == 0) {
			*text = data;
			*len = used;
			return RESULT_OK;
		}
		if (used > CONFIG_FILE_BYTES) {
			free(data);
			return whole_error(problems, RESULT_TOO_LONG,
			                   "found more than 256 MiB, allowed: less");
		}
		if (used < size)
			continue;
		size *= 2;
		char *grown = realloc(data, size);
		if (grown == NULL)
			free(data);
		data = grown;
	}
	return whole_error(problems, RESULT_NO_MEMORY, "out of memory");
}

/* The path without its last part: "" for a file in the current folder. */
static void folder_from_path(const char *path, char *out, size_t size)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash != NULL ? (size_t)(slash - path) + 1 : 0;
	if (len >= size)
		len = 0;
	memcpy(out, path, len);
	out[len] = '\0';
}

enum result config_load_file(const char *path, const struct config_source *source,
                             struct config **out, struct config_problems *problems)
{
	char folder[CONFIG_PATH_BYTES];
	char *text;
	size_t len;
	problems_init(problems, path);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return whole_error(problems, RESULT_IO, strerror(errno));
	enum result result = read_whole(fd, problems, &text, &len);
	close(fd);
	if (result != RESULT_OK)
		return result;
	struct config_source full = source != NULL ? *source : (struct config_source){0};
	folder_from_path(path, folder, sizeof(folder));
	full.name = path;
	if (full.folder == NULL)
		full.folder = folder;
	result = config_load_text(text, len, &full, out, problems);
	free(text);
	return result;
}

enum result config_default(const struct config_source *source, struct config **out,
                           struct config_problems *problems)
{
	struct config_source full = source != NULL ? *source : (struct config_source){0};
	if (full.name == NULL)
		full.name = "built-in configuration";
	return config_load_text(config_embedded, strlen(config_embedded), &full, out, problems);
}

void config_free(struct config *config)
{
	if (config != NULL)
		config_memory_free(config->memory);
}

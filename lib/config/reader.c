/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Walks JSON, its positions and the table of options together. */
#include "config/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json_tokener.h>

#include "config/compare.h"

/* Cut where it is too long: the place is told by line and column anyway. */
static size_t enter(struct reader *reader, const char *text)
{
	size_t before = reader->path_len;
	int len = snprintf(reader->path + before, sizeof(reader->path) - before, "%s", text);
	reader->path_len += (size_t)len;
	if (reader->path_len >= sizeof(reader->path))
		reader->path_len = sizeof(reader->path) - 1;
	return before;
}

size_t reader_enter_key(struct reader *reader, const char *key)
{
	size_t before = reader->path_len;
	if (before > 0)
		(void)enter(reader, ".");
	(void)enter(reader, key);
	return before;
}

size_t reader_enter_index(struct reader *reader, uint32_t index)
{
	char text[16];
	snprintf(text, sizeof(text), "[%u]", index);
	return enter(reader, text);
}

void reader_leave(struct reader *reader, size_t path_len)
{
	reader->path_len = path_len;
	reader->path[path_len] = '\0';
}

static void note(struct config_problem *problem, struct config_place place, const char *format,
                 va_list arguments)
{
	problem->line = place.line;
	problem->column = place.column;
	int len = vsnprintf(problem->text, sizeof(problem->text), format, arguments);
	if (len >= (int)sizeof(problem->text))
		memcpy(problem->text + sizeof(problem->text) - 4, "...", 4);
}

void reader_error(struct reader *reader, struct config_place place, const char *format, ...)
{
	struct config_problems *problems = reader->problems;
	if (problems->error_count++ >= CONFIG_ERRORS_MAX)
		return;
	va_list arguments;
	va_start(arguments, format);
	note(&problems->error[problems->error_count - 1], place, format, arguments);
	va_end(arguments);
}

void reader_warn(struct reader *reader, struct config_place place, const char *format, ...)
{
	struct config_problems *problems = reader->problems;
	if (problems->warning_count++ >= CONFIG_WARNINGS_MAX)
		return;
	va_list arguments;
	va_start(arguments, format);
	note(&problems->warning[problems->warning_count - 1], place, format, arguments);
	va_end(arguments);
}

/* The parsed default of a row; parsed once for all zones and other elements. */
static struct json_object *default_of(struct reader *reader, const struct option *option)
{
	size_t slots = ARRAY_COUNT(reader->defaults);
	size_t at = ((uintptr_t)option / sizeof(*option)) % slots;
	while (reader->defaults[at].option != NULL && reader->defaults[at].option != option)
		at = (at + 1) % slots;
	if (reader->defaults[at].option == NULL) {
		reader->defaults[at].option = option;
		reader->defaults[at].json = json_tokener_parse(option->init);
	}
	return reader->defaults[at].json;
}

static void read_list(struct reader *reader, const struct option *option, struct json_object *json,
                      const struct config_position *position, void *object)
{
	uint32_t count = (uint32_t)json_object_array_length(json);
	size_t size = option_item_bytes(option);
	char *items = count > 0 ? reader_take(reader, count, size) : NULL;
	const struct config_position *at = position != NULL ? position->first : NULL;
	for (uint32_t i = 0; i < count && items != NULL; i++) {
		struct json_object *item = json_object_array_get_idx(json, i);
		size_t path_len = reader_enter_index(reader, i);
		struct config_place outside = reader->place;
		if (at != NULL)
			reader->place = (struct config_place){at->line, at->column};
		if (option->type == OPTION_OBJECT) {
			*(struct config_place *)(void *)(items + i * size) = reader->place;
			reader_object(reader, option->table, item, at, items + i * size);
		} else if (!reader_value(reader, option, item, items + i * size)) {
			struct option element = *option;
			element.list = false;
			reader_bad_value(reader, &element, item);
		}
		reader->place = outside;
		reader_leave(reader, path_len);
		at = at != NULL ? at->next : NULL;
	}
	memcpy(option_value(option, object), &items, sizeof(items));
	*(uint32_t *)(void *)((char *)object + option->count_offset) = items != NULL ? count : 0;
}

/* Reads whatever the row wants from `json` into the struct; errors are noted. */
static void read_row(struct reader *reader, const struct option *option, struct json_object *json,
                     const struct config_position *position, void *object)
{
	bool is_array = json_object_is_type(json, json_type_array);
	if (option->list && is_array &&
	    (option->items_max == 0 || json_object_array_length(json) <= option->items_max))
		read_list(reader, option, json, position, object);
	else if (!option->list && option->type == OPTION_OBJECT)
		reader_object(reader, option->table, json, position, option_value(option, object));
	else if (option->list || !reader_value(reader, option, json, option_value(option, object)))
		reader_bad_value(reader, option, json);
}

static void read_default(struct reader *reader, const struct option *option, void *object)
{
	if (option->init != NULL)
		read_row(reader, option, default_of(reader, option), NULL, object);
	else if (option->type == OPTION_OBJECT && !option->list)
		reader_object(reader, option->table, NULL, NULL, option_value(option, object));
	else if (!option->required)
		option_uint_set(option, option_value(option, object), CONFIG_UNSET);
}

/* Whether a pending row asks for what is not done. */
static bool asks(const struct option *option, const void *before, const void *object)
{
	if (option->type == OPTION_OBJECT && !option->list && option->table->gate != NULL) {
		const struct option *gate = option_find(option->table, option->table->gate);
		const void *section = option_value_const(option, object);
		return *(const bool *)option_value_const(gate, section);
	}
	return !config_compare_equal(option, before, object);
}

static void tell_pending(struct reader *reader, const struct option *option,
                         struct json_object *json, const void *before, const void *object)
{
	char found[CONFIG_VALUE_BYTES];
	if (reader->quiet > 0)
		return;
	if (option->type == OPTION_OBJECT && option->pending && asks(option, before, object)) {
		reader_warn(reader, reader->place, "%s is asked for and not done yet",
		            reader->path);
		return;
	}
	reader_found_text(option, json, found, sizeof(found));
	if (option->pending && asks(option, before, object))
		reader_warn(reader, reader->place, "%s: %s is asked for and not done yet",
		            reader->path, found);
	else if (option->done_max != 0 &&
	         option_uint_get(option, option_value_const(option, object)) > option->done_max)
		reader_warn(reader, reader->place,
		            "%s: %s is asked for and not done yet, %llu is used", reader->path,
		            found, (unsigned long long)option->done_max);
}

/* One member of an object in the file. */
static void read_member(struct reader *reader, const struct option_table *table,
                        struct json_object *json, const struct config_position *position,
                        const void *before, void *object)
{
	struct config_place outside = reader->place;
	size_t path_len = reader_enter_key(reader, position->key);
	const struct option *option = option_find(table, position->key);
	struct config_place key = {position->key_line, position->key_column};
	if (option == NULL) {
		const char *near = option_suggest(table, position->key);
		reader_error(reader, key, "%s: unknown key%s%s%s", reader->path,
		             near != NULL ? ", did you mean \"" : "", near != NULL ? near : "",
		             near != NULL ? "\"?"
		                          : "; docs/configuration.md lists what is allowed");
	} else {
		struct json_object *value = json_object_object_get(json, position->key);
		bool quiet = option->pending && option->type == OPTION_OBJECT;
		uint32_t errors = reader->problems->error_count;
		reader->quiet += quiet;
		reader->place = (struct config_place){position->line, position->column};
		read_row(reader, option, value, position, object);
		reader->quiet -= quiet;
		if (quiet)
			reader->place = key;
		if (errors == reader->problems->error_count)
			tell_pending(reader, option, value, before, object);
	}
	reader->place = outside;
	reader_leave(reader, path_len);
}

static void read_members(struct reader *reader, const struct option_table *table,
                         struct json_object *json, const struct config_position *position,
                         const void *before, void *object)
{
	for (const struct config_position *p = position->first; p != NULL; p = p->next) {
		if (p->key[0] == '_')
			continue;
		if (p->repeats == NULL) {
			read_member(reader, table, json, p, before, object);
			continue;
		}
		size_t path_len = reader_enter_key(reader, p->key);
		reader_error(reader, (struct config_place){p->key_line, p->key_column},
		             "%s: the key stands here a second time, allowed: once (line %u)",
		             reader->path, p->repeats->key_line);
		reader_leave(reader, path_len);
	}
}

static void tell_missing(struct reader *reader, const struct option_table *table,
                         const struct config_position *position)
{
	char allowed[CONFIG_PROBLEM_BYTES / 2];
	for (size_t i = 0; i < table->count; i++) {
		const struct option *option = &table->rows[i];
		if (!option->required || config_position_member(position, option->key) != NULL)
			continue;
		size_t path_len = reader_enter_key(reader, option->key);
		option_allowed_text(option, allowed, sizeof(allowed));
		reader_error(reader, reader->place, "%s: the key is missing, needed: %s",
		             reader->path, allowed);
		reader_leave(reader, path_len);
	}
}

void reader_object(struct reader *reader, const struct option_table *table,
                   struct json_object *json, const struct config_position *position, void *object)
{
	if (json != NULL && !json_object_is_type(json, json_type_object)) {
		char found[CONFIG_VALUE_BYTES];
		reader_found_text(NULL, json, found, sizeof(found));
		reader_error(reader, reader->place, "%s: found %s, allowed: an object",
		             reader->path_len > 0 ? reader->path : "the file", found);
		json = NULL;
	}
	for (size_t i = 0; i < table->count; i++) {
		/* A pending row is compared with its default. */
		bool given = json != NULL && !table->rows[i].pending &&
		             config_position_member(position, table->rows[i].key) != NULL;
		if (!given)
			read_default(reader, &table->rows[i], object);
	}
	void *before = config_memory_take(reader->scratch, 1, table->size);
	if (before == NULL) {
		reader->out_of_memory = true;
		return;
	}
	memcpy(before, object, table->size);
	if (json != NULL) {
		read_members(reader, table, json, position, before, object);
		tell_missing(reader, table, position);
	}
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Columns as wide as what is in them; numbers to the right. */
#include "print.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

struct column {
	const char *name;
	int width;
};

struct table {
	struct column column[PRINT_COLUMNS_MAX];
	size_t count;
	size_t left_out;
};

/* What a terminal would take for a command becomes a question mark. */
static void print_text(const char *text, FILE *stream)
{
	for (; *text != '\0'; text++) {
		bool plain = *text == '\n' || *text == '\t' ||
		             ((unsigned char)*text >= 0x20 && *text != 0x7f);
		fputc(plain ? *text : '?', stream);
	}
}

static const char *text_of(struct json_object *value)
{
	if (value == NULL)
		return "-";
	if (json_object_is_type(value, json_type_string))
		return json_object_get_string(value);
	if (json_object_is_type(value, json_type_boolean))
		return json_object_get_boolean(value) ? "yes" : "no";
	return json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
}

static bool is_number(struct json_object *value)
{
	return json_object_is_type(value, json_type_int) ||
	       json_object_is_type(value, json_type_double);
}

/* Characters of UTF-8 text. */
static int width_of(const char *text)
{
	int width = 0;
	for (; *text != '\0'; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void print_blanks(int count, FILE *stream)
{
	if (count > 0)
		fprintf(stream, "%*s", count, "");
}

static struct column *find_column(struct table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->column[i].name, name) == 0)
			return &table->column[i];
	if (table->count == PRINT_COLUMNS_MAX) {
		table->left_out++;
		return NULL;
	}
	struct column *column = &table->column[table->count++];
	*column = (struct column){.name = name, .width = width_of(name)};
	return column;
}

static void measure(struct table *table, struct json_object *rows)
{
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		json_object_object_foreach(row, name, value)
		{
			struct column *column = find_column(table, name);
			int width = width_of(text_of(value));
			if (column != NULL && column->width < width)
				column->width = width;
		}
	}
}

static void print_cell(const struct column *column, struct json_object *value, bool last,
                       FILE *stream)
{
	const char *text = text_of(value);
	int blanks = column->width - width_of(text);
	if (is_number(value))
		print_blanks(blanks, stream);
	print_text(text, stream);
	if (!last && !is_number(value))
		print_blanks(blanks, stream);
	fputs(last ? "\n" : "  ", stream);
}

static void print_titles(const struct table *table, FILE *stream)
{
	for (size_t i = 0; i < table->count; i++)
		fprintf(stream, "%-*s%s", i + 1 < table->count ? table->column[i].width : 0,
		        table->column[i].name, i + 1 < table->count ? "  " : "\n");
}

static void print_rows(const struct table *table, struct json_object *rows, FILE *stream)
{
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		for (size_t j = 0; j < table->count; j++) {
			struct json_object *value = NULL;
			(void)json_object_object_get_ex(row, table->column[j].name, &value);
			print_cell(&table->column[j], value, j + 1 == table->count, stream);
		}
	}
	if (table->left_out > 0)
		fprintf(stream, "(and columns that do not fit: --json shows them)\n");
}

static void print_table(struct json_object *rows, FILE *stream)
{
	struct table table = {.count = 0};
	measure(&table, rows);
	print_titles(&table, stream);
	print_rows(&table, rows, stream);
}

static bool is_table(struct json_object *value)
{
	if (!json_object_is_type(value, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(value); i++)
		if (!json_object_is_type(json_object_array_get_idx(value, i), json_type_object))
			return false;
	return true;
}

static bool is_long(struct json_object *value)
{
	return json_object_is_type(value, json_type_object) ||
	       (is_table(value) && json_object_array_length(value) > 0);
}

/* Plain members first, each on a line; then what is longer, under a title. */
static void print_object(struct json_object *object, FILE *stream)
{
	int width = 0;
	json_object_object_foreach(object, measured, ignored)
	{
		if (!is_long(ignored) && width < width_of(measured))
			width = width_of(measured);
	}
	json_object_object_foreach(object, name, value)
	{
		if (is_long(value))
			continue;
		print_text(name, stream);
		print_blanks(width - width_of(name) + 2, stream);
		print_text(text_of(value), stream);
		fputc('\n', stream);
	}
	json_object_object_foreach(object, title, part)
	{
		if (!is_long(part))
			continue;
		fprintf(stream, "\n%s:\n", title);
		print_value(part, stream);
	}
}

void print_value(struct json_object *value, FILE *stream)
{
	if (json_object_is_type(value, json_type_object)) {
		print_object(value, stream);
	} else if (is_table(value)) {
		print_table(value, stream);
	} else if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(value); i++)
			print_value(json_object_array_get_idx(value, i), stream);
	} else {
		const char *text = text_of(value);
		size_t len = strlen(text);
		print_text(text, stream);
		if (len == 0 || text[len - 1] != '\n')
			fputc('\n', stream);
	}
}

/* The columns of the last item, with names of their own: that item is gone by now. */
static struct table last;
static char last_names[PRINT_COLUMNS_MAX][PRINT_NAME_BYTES];

static bool has_same_columns(const struct table *table)
{
	if (table->count != last.count || table->count == 0)
		return false;
	for (size_t i = 0; i < table->count; i++)
		if (strncmp(table->column[i].name, last_names[i], PRINT_NAME_BYTES - 1) != 0)
			return false;
	return true;
}

void print_item(struct json_object *item, FILE *stream)
{
	struct table table = {.count = 0};
	if (!is_table(item) || json_object_array_length(item) == 0) {
		print_value(item, stream);
		return;
	}
	measure(&table, item);
	const bool goes_on = has_same_columns(&table);
	for (size_t i = 0; i < table.count; i++) {
		if (goes_on && table.column[i].width < last.column[i].width)
			table.column[i].width = last.column[i].width;
		snprintf(last_names[i], PRINT_NAME_BYTES, "%s", table.column[i].name);
	}
	if (!goes_on)
		print_titles(&table, stream);
	print_rows(&table, item, stream);
	last = table;
}

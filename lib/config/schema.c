/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The JSON schema (draft 2020-12), made from the table of options. */
#include <stdio.h>

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>

#include "config/config.h"
#include "config/option.h"

/* Adds a member, or frees it and says no. NULL members are "no memory" too. */
static bool add(struct json_object *object, const char *key, struct json_object *member)
{
	if (member != NULL && json_object_object_add(object, key, member) == 0)
		return true;
	json_object_put(member);
	return false;
}

static bool add_text(struct json_object *object, const char *key, const char *text)
{
	return add(object, key, json_object_new_string(text));
}

static struct json_object *words_of(const struct option *option)
{
	struct json_object *words = json_object_new_array();
	for (const struct option_word *word = option->words; words != NULL && word->text != NULL;
	     word++)
		(void)json_object_array_add(words, json_object_new_string(word->text));
	return words;
}

static bool add_integer(const struct option *option, struct json_object *object)
{
	return add_text(object, "type", "integer") &&
	       add(object, "minimum", json_object_new_uint64(option->min)) &&
	       add(object, "maximum", json_object_new_uint64(option->max));
}

/* A number, or text that matches the pattern. */
static bool add_number_or_text(const struct option *option, const char *pattern,
                               struct json_object *object)
{
	struct json_object *choices = json_object_new_array();
	struct json_object *number = json_object_new_object();
	struct json_object *text = json_object_new_object();
	bool good = add(object, "anyOf", choices) && number != NULL && text != NULL &&
	            add_integer(option, number) && add_text(text, "type", "string") &&
	            add_text(text, "pattern", pattern);
	if (!good) {
		json_object_put(number);
		json_object_put(text);
		return false;
	}
	return json_object_array_add(choices, number) == 0 &&
	       json_object_array_add(choices, text) == 0;
}

static bool add_table(const struct option_table *table, struct json_object *object);

/* What one value or element may be. */
static bool add_type(const struct option *option, struct json_object *object)
{
	static const struct option lcores = {.min = 1, .max = CONFIG_LCORES_MAX};
	switch ((int)option->type) {
	case OPTION_BOOL:
		return add_text(object, "type", "boolean");
	case OPTION_UINT:
		return add_integer(option, object);
	case OPTION_DURATION:
		return add_number_or_text(option, "^[0-9]+ *(ms|s|m|min|h|d|w)?$", object);
	case OPTION_SIZE:
		return add_number_or_text(option, "^[0-9]+ *(octets|B|[KMGT](iB)?)?$", object);
	case OPTION_LCORES:
		return add_number_or_text(&lcores, "^(auto|[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*)$",
		                          object);
	case OPTION_CHOICE:
		return add(object, "enum", words_of(option));
	case OPTION_OBJECT:
		return add_table(option->table, object);
	default:
		return add_text(object, "type", "string");
	}
}

static bool add_list(const struct option *option, struct json_object *object)
{
	struct json_object *items = json_object_new_object();
	if (!add_text(object, "type", "array") || !add(object, "items", items))
		return false;
	if (option->items_max != 0 &&
	    !add(object, "maxItems", json_object_new_uint64(option->items_max)))
		return false;
	if (option->type != OPTION_CHOICES)
		return add_type(option, items);
	return add(items, "enum", words_of(option)) &&
	       add(object, "uniqueItems", json_object_new_boolean(1)) &&
	       add(object, "minItems", json_object_new_int(1));
}

static struct json_object *schema_of(const struct option *option)
{
	struct json_object *schema = json_object_new_object();
	if (schema == NULL)
		return NULL;
	bool good = add_text(schema, "description", option->help);
	if (good && (option->list || option->type == OPTION_CHOICES))
		good = add_list(option, schema);
	else if (good)
		good = add_type(option, schema);
	if (good && option->init != NULL)
		good = add(schema, "default", json_tokener_parse(option->init));
	if (good)
		return schema;
	json_object_put(schema);
	return NULL;
}

static bool add_table(const struct option_table *table, struct json_object *object)
{
	struct json_object *properties = json_object_new_object();
	struct json_object *ignored = json_object_new_object();
	struct json_object *required = json_object_new_array();
	bool good = ignored != NULL && add(ignored, "^_", json_object_new_object());
	good = add(object, "patternProperties", ignored) && good;
	good = add(object, "properties", properties) && good;
	good = add(object, "required", required) && good;
	good = good && add_text(object, "type", "object") &&
	       add(object, "additionalProperties", json_object_new_boolean(0));
	for (size_t i = 0; i < table->count && good; i++) {
		const struct option *option = &table->rows[i];
		good = add(properties, option->key, schema_of(option));
		if (option->required && good)
			good = json_object_array_add(required,
			                             json_object_new_string(option->key)) == 0;
	}
	return good;
}

enum result config_schema_write(FILE *stream)
{
	struct json_object *schema = json_object_new_object();
	bool good = schema != NULL &&
	            add_text(schema, "$schema", "https://json-schema.org/draft/2020-12/schema") &&
	            add_text(schema, "title", "scloud-dns") && add_table(&option_root, schema);
	if (good)
		fprintf(stream, "%s\n",
		        json_object_to_json_string_ext(schema, JSON_C_TO_STRING_PRETTY |
		                                                   JSON_C_TO_STRING_SPACED |
		                                                   JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(schema);
	if (!good)
		return RESULT_NO_MEMORY;
	return ferror(stream) != 0 ? RESULT_IO : RESULT_OK;
}

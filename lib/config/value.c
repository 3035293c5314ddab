/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Reading values: one function for each type, all of the same shape. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config/reader.h"
#include "config/text.h"

typedef bool (*value_fn)(struct reader *, const struct option *, struct json_object *, void *);

void *reader_take(struct reader *reader, size_t count, size_t size)
{
	void *piece = config_memory_take(reader->memory, count, size);
	if (piece == NULL)
		reader->out_of_memory = true;
	return piece;
}

char *reader_text(struct reader *reader, const char *text)
{
	char *copy = config_memory_text(reader->memory, text, strlen(text));
	if (copy == NULL)
		reader->out_of_memory = true;
	return copy;
}

/* A string without NUL inside, or NULL. */
static const char *string_of(struct json_object *json)
{
	if (!json_object_is_type(json, json_type_string))
		return NULL;
	const char *text = json_object_get_string(json);
	return strlen(text) == (size_t)json_object_get_string_len(json) ? text : NULL;
}

static bool store_text(struct reader *reader, const char *text, void *value)
{
	const char *copy = reader_text(reader, text);
	if (copy == NULL)
		return false;
	*(const char **)value = copy;
	return true;
}

static bool read_bool(struct reader *reader, const struct option *option, struct json_object *json,
                      void *value)
{
	(void)reader;
	(void)option;
	if (!json_object_is_type(json, json_type_boolean))
		return false;
	*(bool *)value = json_object_get_boolean(json) != 0;
	return true;
}

static bool store_uint(const struct option *option, uint64_t number, void *value)
{
	if (number < option->min || number > option->max)
		return false;
	option_uint_set(option, value, number);
	return true;
}

static bool read_uint(struct reader *reader, const struct option *option, struct json_object *json,
                      void *value)
{
	(void)reader;
	if (!json_object_is_type(json, json_type_int) || json_object_get_int64(json) < 0)
		return false;
	return store_uint(option, json_object_get_uint64(json), value);
}

static bool read_duration(struct reader *reader, const struct option *option,
                          struct json_object *json, void *value)
{
	uint64_t number;
	const char *text = string_of(json);
	if (text == NULL)
		return read_uint(reader, option, json, value);
	return config_text_duration(text, option->unit, &number) &&
	       store_uint(option, number, value);
}

static bool read_size(struct reader *reader, const struct option *option, struct json_object *json,
                      void *value)
{
	uint64_t number;
	const char *text = string_of(json);
	if (text == NULL)
		return read_uint(reader, option, json, value);
	return config_text_size(text, option->unit, &number) && store_uint(option, number, value);
}

static bool read_text(struct reader *reader, const struct option *option, struct json_object *json,
                      void *value)
{
	const char *text = string_of(json);
	if (text == NULL || strlen(text) < option->min || strlen(text) > option->max)
		return false;
	return store_text(reader, text, value);
}

static bool read_path(struct reader *reader, const struct option *option, struct json_object *json,
                      void *value)
{
	const char *text = string_of(json);
	char path[CONFIG_PATH_BYTES];
	(void)option;
	if (text == NULL)
		return false;
	if (text[0] == '\0' || text[0] == '/')
		return strlen(text) < sizeof(path) && store_text(reader, text, value);
	int len = snprintf(path, sizeof(path), "%s%s", reader->folder, text);
	return len < (int)sizeof(path) && store_text(reader, path, value);
}

static bool read_name(struct reader *reader, const struct option *option, struct json_object *json,
                      void *value)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                              "0123456789-_.";
	const char *text = string_of(json);
	if (text == NULL || text[strspn(text, allowed)] != '\0')
		return false;
	return read_text(reader, option, json, value);
}

static bool read_domain(struct reader *reader, const struct option *option,
                        struct json_object *json, void *value)
{
	const char *text = string_of(json);
	(void)option;
	if (text == NULL || !config_text_domain(text))
		return false;
	/* The final dot is there unless it belongs to an escape: "a\." ends in a label. */
	size_t len = strlen(text);
	size_t slashes = 0;
	while (len >= 2 + slashes && text[len - 2 - slashes] == '\\')
		slashes++;
	if (text[len - 1] == '.' && slashes % 2 == 0)
		return store_text(reader, text, value);
	char *absolute = reader_take(reader, len + 2, 1);
	if (absolute == NULL)
		return false;
	memcpy(absolute, text, len);
	absolute[len] = '.';
	*(const char **)value = absolute;
	return true;
}

static const struct option_word *word_of(const struct option *option, const char *text)
{
	for (const struct option_word *word = option->words; word->text != NULL; word++) {
		if (strcmp(word->text, text) == 0)
			return word;
	}
	return NULL;
}

static bool read_choice(struct reader *reader, const struct option *option,
                        struct json_object *json, void *value)
{
	const char *text = string_of(json);
	const struct option_word *word = text != NULL ? word_of(option, text) : NULL;
	if (word == NULL)
		return false;
	if (word->pending && reader->quiet == 0)
		reader_warn(reader, reader->place, "%s: \"%s\" is asked for and not done yet",
		            reader->path, text);
	option_uint_set(option, value, word->value);
	return true;
}

static bool read_choices(struct reader *reader, const struct option *option,
                         struct json_object *json, void *value)
{
	uint64_t bits = 0;
	(void)reader;
	if (!json_object_is_type(json, json_type_array) || json_object_array_length(json) == 0)
		return false;
	for (size_t i = 0; i < json_object_array_length(json); i++) {
		const char *text = string_of(json_object_array_get_idx(json, i));
		const struct option_word *word = text != NULL ? word_of(option, text) : NULL;
		if (word == NULL || (bits & word->value) != 0)
			return false;
		bits |= word->value;
	}
	option_uint_set(option, value, bits);
	return true;
}

static bool read_address(struct reader *reader, const struct option *option,
                         struct json_object *json, void *value)
{
	const char *text = string_of(json);
	(void)reader;
	(void)option;
	return text != NULL && config_text_address(text, value);
}

static bool read_endpoint(struct reader *reader, const struct option *option,
                          struct json_object *json, void *value)
{
	const char *text = string_of(json);
	(void)reader;
	(void)option;
	return text != NULL && config_text_endpoint(text, 0, value);
}

#define DNS_PORT 53

static bool read_server(struct reader *reader, const struct option *option,
                        struct json_object *json, void *value)
{
	const char *text = string_of(json);
	(void)reader;
	(void)option;
	return text != NULL && config_text_endpoint(text, DNS_PORT, value);
}

/* "resolv.conf" stays an address without family until all is read. */
static bool read_upstream(struct reader *reader, const struct option *option,
                          struct json_object *json, void *value)
{
	const char *text = string_of(json);
	if (text != NULL && strcmp(text, "resolv.conf") == 0) {
		*(struct config_address *)value = (struct config_address){.family = 0};
		return true;
	}
	return read_server(reader, option, json, value);
}

static bool read_interface(struct reader *reader, const struct option *option,
                           struct json_object *json, void *value)
{
	const char *text = string_of(json);
	(void)reader;
	(void)option;
	return text != NULL && config_text_interface(text, value);
}

static bool read_network(struct reader *reader, const struct option *option,
                         struct json_object *json, void *value)
{
	const char *text = string_of(json);
	(void)reader;
	(void)option;
	return text != NULL && config_text_network(text, value);
}

/* What people put where a secret has to come. */
static bool is_placeholder(const char *text)
{
	return strcasestr(text, "replace") != NULL || strcasestr(text, "base64") != NULL ||
	       strcasestr(text, "changeme") != NULL;
}

static bool read_base64(struct reader *reader, const struct option *option,
                        struct json_object *json, void *value)
{
	const char *text = string_of(json);
	uint32_t len = 0;
	if (text == NULL)
		return false;
	uint8_t *octets = reader_take(reader, strlen(text) + 1, 1);
	if (octets == NULL)
		return false;
	if (is_placeholder(text)) {
		reader_warn(reader, reader->place,
		            "%s: found a placeholder, needed: base64; what needs it will not work",
		            reader->path);
	} else if (!config_text_base64(text, octets, &len) || len < option->min ||
	           len > option->max) {
		return false;
	}
	*(uint8_t **)value = octets;
	*(uint32_t *)(void *)((char *)value - option->offset + option->count_offset) = len;
	return true;
}

static bool read_lcores(struct reader *reader, const struct option *option,
                        struct json_object *json, void *value)
{
	struct config_lcores *lcores = value;
	(void)reader;
	(void)option;
	const char *text = string_of(json);
	if (text != NULL)
		return config_text_lcores(text, lcores);
	if (!json_object_is_type(json, json_type_int))
		return false;
	int64_t count = json_object_get_int64(json);
	if (count < 1 || count > CONFIG_LCORES_MAX)
		return false;
	*lcores = (struct config_lcores){.count = (uint32_t)count};
	return true;
}

static bool read_device(struct reader *reader, const struct option *option,
                        struct json_object *json, void *value)
{
	const char *text = string_of(json);
	(void)option;
	return text != NULL && config_text_device(text) && store_text(reader, text, value);
}

/* Remembers that the value names something, to be found when all is read. */
static bool read_reference(struct reader *reader, const struct option *option,
                           struct json_object *json, void *value)
{
	const char *text = string_of(json);
	struct reader_reference *reference =
	    config_memory_take(reader->scratch, 1, sizeof(*reference));
	if (text == NULL || (text[0] == '\0' && option->type == OPTION_FORWARDER))
		return false;
	const char *path = config_memory_text(reader->scratch, reader->path, reader->path_len);
	text = reader_text(reader, text);
	if (reference == NULL || path == NULL || text == NULL) {
		reader->out_of_memory = true;
		return false;
	}
	*reference = (struct reader_reference){
	    .option = option, .value = value, .text = text, .path = path, .place = reader->place};
	*reader->references_end = reference;
	reader->references_end = &reference->next;
	if (option->type == OPTION_ACL)
		((struct config_acl_ref *)value)->text = text;
	return true;
}

static bool read_nothing(struct reader *reader, const struct option *option,
                         struct json_object *json, void *value)
{
	(void)reader;
	(void)option;
	(void)json;
	(void)value;
	return false;
}

static const value_fn readers[OPTION_TYPE_COUNT] = {
    [OPTION_BOOL] = read_bool,           [OPTION_UINT] = read_uint,
    [OPTION_DURATION] = read_duration,   [OPTION_SIZE] = read_size,
    [OPTION_TEXT] = read_text,           [OPTION_SECRET] = read_text,
    [OPTION_PATH] = read_path,           [OPTION_NAME] = read_name,
    [OPTION_DOMAIN] = read_domain,       [OPTION_CHOICE] = read_choice,
    [OPTION_CHOICES] = read_choices,     [OPTION_ADDRESS] = read_address,
    [OPTION_ENDPOINT] = read_endpoint,   [OPTION_INTERFACE] = read_interface,
    [OPTION_NETWORK] = read_network,     [OPTION_SERVER] = read_server,
    [OPTION_UPSTREAM] = read_upstream,   [OPTION_BASE64] = read_base64,
    [OPTION_LCORES] = read_lcores,       [OPTION_DEVICE] = read_device,
    [OPTION_ACL] = read_reference,       [OPTION_KEY] = read_reference,
    [OPTION_FORWARDER] = read_reference, [OPTION_OBJECT] = read_nothing,
};

bool reader_value(struct reader *reader, const struct option *option, struct json_object *json,
                  void *value)
{
	return readers[option->type](reader, option, json, value);
}

void reader_found_text(const struct option *option, struct json_object *json, char *out,
                       size_t size)
{
	if (option != NULL && (option->type == OPTION_SECRET || option->type == OPTION_BASE64)) {
		snprintf(out, size, "a value that is not shown");
		return;
	}
	if (json_object_is_type(json, json_type_object)) {
		snprintf(out, size, "an object");
		return;
	}
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
	                                                            JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text == NULL)
		text = "null";
	int len = snprintf(out, size, "%s", text);
	if (len >= (int)size)
		memcpy(out + size - 4, "...", 4);
}

void reader_bad_value(struct reader *reader, const struct option *option, struct json_object *json)
{
	char found[CONFIG_VALUE_BYTES];
	char allowed[CONFIG_PROBLEM_BYTES / 2];
	reader_found_text(option, json, found, sizeof(found));
	option_allowed_text(option, allowed, sizeof(allowed));
	reader_error(reader, reader->place, "%s: found %s, allowed: %s", reader->path, found,
	             allowed);
}

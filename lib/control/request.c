/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A line becomes a command with checked arguments, and runs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json_tokener.h>
#include <json-c/linkhash.h>

#include "control/control_int.h"

#define NUMBER_MAX ((uint64_t)1 << 53) /* what a JSON number holds in any program */
#define DECIMAL_MAX 1e12

/* The text of a JSON string; NULL: none, empty, or with a NUL in it. */
static const char *plain_text(struct json_object *value)
{
	if (!json_object_is_type(value, json_type_string))
		return NULL;
	const char *text = json_object_get_string(value);
	size_t len = (size_t)json_object_get_string_len(value);
	return len > 0 && strlen(text) == len ? text : NULL;
}

static const char *wanted(enum control_type type)
{
	switch (type) {
	case CONTROL_NONE:
		break;
	case CONTROL_TEXT:
	case CONTROL_WORDS:
		return "text that is not empty";
	case CONTROL_NUMBER:
		return "a whole number from 0 to 2^53";
	case CONTROL_DECIMAL:
		return "a number from 0 to 10^12";
	case CONTROL_FLAG:
		return "true or false";
	}
	return "nothing";
}

static bool is_number(struct json_object *value, bool whole)
{
	if (json_object_is_type(value, json_type_int)) {
		int64_t number = json_object_get_int64(value);
		return number >= 0 &&
		       (uint64_t)number <= (whole ? NUMBER_MAX : (uint64_t)DECIMAL_MAX);
	}
	if (whole || !json_object_is_type(value, json_type_double))
		return false;
	double number = json_object_get_double(value);
	return isfinite(number) && number >= 0 && number <= DECIMAL_MAX;
}

static bool has_type(struct json_object *value, enum control_type type)
{
	switch (type) {
	case CONTROL_NONE:
		break;
	case CONTROL_TEXT:
	case CONTROL_WORDS:
		return plain_text(value) != NULL;
	case CONTROL_NUMBER:
		return is_number(value, true);
	case CONTROL_DECIMAL:
		return is_number(value, false);
	case CONTROL_FLAG:
		return json_object_is_type(value, json_type_boolean);
	}
	return false;
}

static const struct control_argument *find_argument(const struct control_command *command,
                                                    const char *name)
{
	const struct control_argument *argument = command->arguments;
	for (; argument->type != CONTROL_NONE; argument++)
		if (strcmp(argument->name, name) == 0)
			return argument;
	return NULL;
}

/* Every argument that is there is known and of its type; every one that is needed is there. */
static bool check_arguments(const struct control_command *command, struct json_object *arguments,
                            struct control_reply *reply)
{
	char usage[CONTROL_ERROR_BYTES / 2];
	control_usage(command, usage, sizeof(usage));
	json_object_object_foreach(arguments, name, value)
	{
		const struct control_argument *argument = find_argument(command, name);
		if (argument == NULL) {
			control_reply_wrong(reply, "unknown argument %.64s; the use is: %s", name,
			                    usage);
			return false;
		}
		if (!has_type(value, argument->type)) {
			control_reply_wrong(reply, "%s: %s is needed; the use is: %s", name,
			                    wanted(argument->type), usage);
			return false;
		}
	}
	const struct control_argument *argument = command->arguments;
	for (; argument->type != CONTROL_NONE; argument++) {
		if (argument->use != CONTROL_REQUIRED ||
		    json_object_object_get_ex(arguments, argument->name, NULL))
			continue;
		control_reply_wrong(reply, "%s is missing; the use is: %s", argument->name, usage);
		return false;
	}
	return true;
}

static void run(const struct control_entry *entry, struct json_object *arguments,
                struct control_reply *reply)
{
	if (!check_arguments(entry->command, arguments, reply))
		return;
	const struct control_request request = {.command = entry->command, .arguments = arguments};
	entry->command->run(entry->context, &request, reply);
	if (!reply->answered && reply->next == NULL)
		control_reply_result(reply, json_object_new_object());
}

/* {"command": "clock advance", "arguments": {"seconds": 60}} */
static void run_named(const struct control_table *table, struct json_object *line,
                      struct json_object *command, struct control_reply *reply)
{
	struct json_object *arguments = NULL;
	const char *name = plain_text(command);
	const struct control_entry *entry = name != NULL ? control_find_name(table, name) : NULL;
	if (entry == NULL) {
		control_reply_wrong(reply, "unknown command %.64s; help lists them all",
		                    name != NULL ? name : "(no text)");
		return;
	}
	if (!json_object_object_get_ex(line, "arguments", &arguments)) {
		arguments = json_object_new_object();
		if (arguments == NULL)
			control_reply_error(reply, "out of memory");
		else
			run(entry, arguments, reply);
		json_object_put(arguments);
		return;
	}
	if (!json_object_is_type(arguments, json_type_object))
		control_reply_wrong(reply, "arguments: an object is needed");
	else
		run(entry, arguments, reply);
}

static void unknown_words(const struct control_table *table, const char *const *words, size_t count,
                          struct control_reply *reply)
{
	char next[CONTROL_ERROR_BYTES / 2];
	/* As many of the words as some command begins with. */
	while (count > 0 && !control_suggest(table, words, count, next, sizeof(next)))
		count--;
	if (count > 0)
		control_reply_wrong(reply, "%s%s%s needs one of these behind it: %s", words[0],
		                    count > 1 ? " " : "", count > 1 ? words[1] : "", next);
	else
		control_reply_wrong(reply, "unknown command %.64s; help lists them all", words[0]);
}

/* {"words": ["clock", "advance", "60"]}: what stands on a command line */
static void run_words(const struct control_table *table, struct json_object *list,
                      struct control_reply *reply)
{
	const char *words[CONTROL_WORDS_MAX];
	size_t taken;
	size_t count =
	    json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
	if (count == 0 || count > CONTROL_WORDS_MAX) {
		control_reply_wrong(reply, "words: a list of 1 to %d words is needed",
		                    CONTROL_WORDS_MAX);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		words[i] = plain_text(json_object_array_get_idx(list, i));
		if (words[i] != NULL)
			continue;
		control_reply_wrong(reply, "word %zu is empty or no text", i + 1);
		return;
	}
	const struct control_entry *entry = control_find(table, words, count, &taken);
	if (entry == NULL) {
		unknown_words(table, words, count, reply);
		return;
	}
	struct json_object *arguments =
	    control_read_words(entry->command, words + taken, count - taken, reply);
	if (arguments == NULL)
		return;
	run(entry, arguments, reply);
	json_object_put(arguments);
}

static void run_object(const struct control_table *table, struct json_object *line,
                       struct control_reply *reply)
{
	struct json_object *command = NULL;
	struct json_object *words = NULL;
	(void)json_object_object_get_ex(line, "command", &command);
	(void)json_object_object_get_ex(line, "words", &words);
	json_object_object_foreach(line, key, value)
	{
		(void)value;
		if (strcmp(key, "command") == 0 || strcmp(key, "arguments") == 0 ||
		    strcmp(key, "words") == 0)
			continue;
		control_reply_wrong(reply,
		                    "unknown key %.64s; command and arguments, or words, "
		                    "are needed",
		                    key);
		return;
	}
	if ((command != NULL) == (words != NULL))
		control_reply_wrong(reply, "either command or words is needed");
	else if (words != NULL)
		run_words(table, words, reply);
	else
		run_named(table, line, command, reply);
}

void control_run_line(const struct control_table *table, const char *line, size_t len,
                      struct control_reply *reply)
{
	reply->answered = false;
	reply->overflow = false;
	struct json_tokener *tokener = json_tokener_new_ex(CONTROL_DEPTH_MAX);
	if (tokener == NULL) {
		control_reply_error(reply, "out of memory");
		return;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	struct json_object *object = json_tokener_parse_ex(tokener, line, (int)len);
	enum json_tokener_error error = json_tokener_get_error(tokener);
	size_t end = json_tokener_get_parse_end(tokener);
	bool whole = error == json_tokener_success && end == len;
	if (whole && json_object_is_type(object, json_type_object))
		run_object(table, object, reply);
	else
		control_reply_wrong(reply, "no JSON object on the line: %s",
		                    error == json_tokener_continue  ? "it ends too early"
		                    : error != json_tokener_success ? json_tokener_error_desc(error)
		                    : whole                         ? "something else"
		                                                    : "something stands behind it");
	json_object_put(object);
	json_tokener_free(tokener);
}

static struct json_object *find(const struct control_request *request, const char *name)
{
	struct json_object *value = NULL;
	(void)json_object_object_get_ex(request->arguments, name, &value);
	return value;
}

const char *control_text(const struct control_request *request, const char *name)
{
	struct json_object *value = find(request, name);
	return value != NULL ? json_object_get_string(value) : NULL;
}

uint64_t control_number(const struct control_request *request, const char *name, uint64_t fallback)
{
	struct json_object *value = find(request, name);
	return value != NULL ? (uint64_t)json_object_get_int64(value) : fallback;
}

double control_decimal(const struct control_request *request, const char *name, double fallback)
{
	struct json_object *value = find(request, name);
	return value != NULL ? json_object_get_double(value) : fallback;
}

bool control_flag(const struct control_request *request, const char *name)
{
	struct json_object *value = find(request, name);
	return value != NULL && json_object_get_boolean(value);
}

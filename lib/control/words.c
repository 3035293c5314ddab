/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From the words of a command line to named arguments: by place, or as "--name value". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json_tokener.h>

#include "control/control_int.h"

struct reading {
	const struct control_command *command;
	const char *const *words;
	size_t count;
	size_t at;
	struct json_object *arguments;
	struct control_reply *reply;
};

static bool is_option(const struct control_argument *argument)
{
	return argument->type == CONTROL_FLAG || argument->use == CONTROL_OPTION;
}

static bool wrong(struct reading *reading, const char *what, const char *word)
{
	char usage[CONTROL_ERROR_BYTES];
	control_usage(reading->command, usage, sizeof(usage));
	control_reply_wrong(reading->reply, "%s %s; the use is: %s", what, word, usage);
	return false;
}

/* The next argument by place that has no value yet. */
static const struct control_argument *next_place(const struct reading *reading)
{
	const struct control_argument *argument = reading->command->arguments;
	for (; argument->type != CONTROL_NONE; argument++)
		if (!is_option(argument) &&
		    !json_object_object_get_ex(reading->arguments, argument->name, NULL))
			return argument;
	return NULL;
}

static const struct control_argument *find_option(const struct reading *reading, const char *name,
                                                  size_t len)
{
	const struct control_argument *argument = reading->command->arguments;
	for (; argument->type != CONTROL_NONE; argument++)
		if (is_option(argument) && strlen(argument->name) == len &&
		    strncmp(argument->name, name, len) == 0)
			return argument;
	return NULL;
}

static bool store(struct reading *reading, const char *name, struct json_object *value)
{
	if (value != NULL && json_object_object_add(reading->arguments, name, value) == 0)
		return true;
	json_object_put(value);
	control_reply_error(reading->reply, "out of memory");
	return false;
}

static bool store_number(struct reading *reading, const struct control_argument *argument,
                         const char *word)
{
	char *end;
	bool whole = argument->type == CONTROL_NUMBER;
	if (word[0] < '0' || word[0] > '9' || strspn(word, "0123456789.") != strlen(word))
		return wrong(reading,
		             whole ? "a whole number is needed, not" : "a number is needed, not",
		             word);
	double value = strtod(word, &end);
	if (*end != '\0' || (whole && strchr(word, '.') != NULL))
		return wrong(reading,
		             whole ? "a whole number is needed, not" : "a number is needed, not",
		             word);
	/* Its range is looked at where that of a number in JSON is. */
	struct json_object *number = whole && value < (double)INT64_MAX
	                                 ? json_object_new_int64(strtoll(word, NULL, 10))
	                                 : json_object_new_double(value);
	return store(reading, argument->name, number);
}

/* All words that are left, with a blank between them. */
static bool store_rest(struct reading *reading, const struct control_argument *argument)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	if (stream == NULL)
		return store(reading, argument->name, NULL);
	for (size_t first = reading->at; reading->at < reading->count; reading->at++)
		fprintf(stream, "%s%s", reading->at == first ? "" : " ",
		        reading->words[reading->at]);
	bool good = fclose(stream) == 0;
	struct json_object *value = good ? json_object_new_string(text) : NULL;
	free(text);
	return store(reading, argument->name, value);
}

static bool store_word(struct reading *reading, const struct control_argument *argument,
                       const char *word)
{
	if (argument->type == CONTROL_NUMBER || argument->type == CONTROL_DECIMAL)
		return store_number(reading, argument, word);
	return store(reading, argument->name, json_object_new_string(word));
}

/* "--name", "--name value" or "--name=value" */
static bool read_option(struct reading *reading)
{
	const char *word = reading->words[reading->at++] + 2;
	size_t len = strcspn(word, "=");
	const char *value = word[len] == '=' ? word + len + 1 : NULL;
	const struct control_argument *argument = find_option(reading, word, len);
	if (argument == NULL)
		return wrong(reading, "unknown option", word - 2);
	if (json_object_object_get_ex(reading->arguments, argument->name, NULL))
		return wrong(reading, "twice the option", word - 2);
	if (argument->type == CONTROL_FLAG) {
		if (value != NULL)
			return wrong(reading, "no value is taken by", word - 2);
		return store(reading, argument->name, json_object_new_boolean(true));
	}
	if (value == NULL && reading->at == reading->count)
		return wrong(reading, "a value is missing behind", word - 2);
	if (value == NULL)
		value = reading->words[reading->at++];
	return store_word(reading, argument, value);
}

static bool read_place(struct reading *reading)
{
	const struct control_argument *argument = next_place(reading);
	if (argument == NULL)
		return wrong(reading, "one word too many:", reading->words[reading->at]);
	if (argument->type == CONTROL_WORDS)
		return store_rest(reading, argument);
	return store_word(reading, argument, reading->words[reading->at++]);
}

struct json_object *control_read_words(const struct control_command *command,
                                       const char *const *words, size_t count,
                                       struct control_reply *reply)
{
	struct reading reading = {.command = command,
	                          .words = words,
	                          .count = count,
	                          .arguments = json_object_new_object(),
	                          .reply = reply};
	bool good = reading.arguments != NULL;
	if (!good)
		control_reply_error(reply, "out of memory");
	while (good && reading.at < count)
		good = strncmp(words[reading.at], "--", 2) == 0 ? read_option(&reading)
		                                                : read_place(&reading);
	if (good)
		return reading.arguments;
	json_object_put(reading.arguments);
	return NULL;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The table of commands, and the command that shows it. */
#include <stdio.h>
#include <string.h>

#include "control/control_int.h"

/* How many of the words make up the command's name; 0: it is not this command. */
static size_t match(const char *name, const char *const *words, size_t count)
{
	size_t taken = 0;
	while (*name != '\0') {
		size_t len = strcspn(name, " ");
		if (taken == count || strlen(words[taken]) != len ||
		    strncmp(words[taken], name, len) != 0)
			return 0;
		taken++;
		name += len + (name[len] == ' ' ? 1 : 0);
	}
	return taken;
}

const struct control_entry *control_find(const struct control_table *table,
                                         const char *const *words, size_t count, size_t *taken)
{
	const struct control_entry *found = NULL;
	*taken = 0;
	for (uint32_t i = 0; i < table->count; i++) {
		size_t fits = match(table->entry[i].command->name, words, count);
		if (fits <= *taken)
			continue;
		*taken = fits;
		found = &table->entry[i];
	}
	return found;
}

const struct control_entry *control_find_name(const struct control_table *table, const char *name)
{
	for (uint32_t i = 0; i < table->count; i++)
		if (strcmp(table->entry[i].command->name, name) == 0)
			return &table->entry[i];
	return NULL;
}

static void append(char *out, size_t size, const char *text, bool upper)
{
	size_t len = strlen(out);
	for (size_t i = 0; text[i] != '\0' && len + 1 < size; i++, len++) {
		bool lower = text[i] >= 'a' && text[i] <= 'z';
		out[len] = (char)(upper && lower ? text[i] - 'a' + 'A' : text[i]);
	}
	out[len] = '\0';
}

static void append_argument(char *out, size_t size, const struct control_argument *argument)
{
	bool flag = argument->type == CONTROL_FLAG;
	bool brackets = flag || argument->use != CONTROL_REQUIRED;
	append(out, size, brackets ? " [" : " ", false);
	if (flag || argument->use == CONTROL_OPTION) {
		append(out, size, "--", false);
		append(out, size, argument->name, false);
		if (!flag)
			append(out, size, " ", false);
	}
	if (!flag)
		append(out, size, argument->name, true);
	if (argument->type == CONTROL_WORDS)
		append(out, size, "...", false);
	if (brackets)
		append(out, size, "]", false);
}

void control_usage(const struct control_command *command, char *out, size_t size)
{
	snprintf(out, size, "%s", command->name);
	for (size_t i = 0; command->arguments[i].type != CONTROL_NONE; i++)
		append_argument(out, size, &command->arguments[i]);
}

/* Whether the command's name begins with these words; gives the word behind them. */
static const char *behind(const char *name, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(words[i]);
		if (strncmp(name, words[i], len) != 0 || name[len] != ' ')
			return NULL;
		name += len + 1;
	}
	return name;
}

bool control_suggest(const struct control_table *table, const char *const *words, size_t count,
                     char *out, size_t size)
{
	char last[64] = "";
	out[0] = '\0';
	for (uint32_t i = 0; i < table->count; i++) {
		char word[64];
		const char *next = behind(table->entry[i].command->name, words, count);
		if (next == NULL)
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(next, " "), next);
		if (strcmp(word, last) == 0)
			continue;
		append(out, size, out[0] == '\0' ? "" : ", ", false);
		append(out, size, word, false);
		memcpy(last, word, sizeof(last));
	}
	return out[0] != '\0';
}

static struct json_object *describe(const struct control_command *command)
{
	char usage[CONTROL_ERROR_BYTES];
	struct json_object *row = json_object_new_object();
	if (row == NULL)
		return NULL;
	control_usage(command, usage, sizeof(usage));
	(void)json_object_object_add(row, "usage", json_object_new_string(usage));
	(void)json_object_object_add(row, "help", json_object_new_string(command->help));
	return row;
}

/* All commands, or those whose names begin with the words. */
static void help(void *context, const struct control_request *request, struct control_reply *reply)
{
	const struct control_table *table = context;
	const char *prefix = control_text(request, "command");
	size_t len = prefix != NULL ? strlen(prefix) : 0;
	struct json_object *rows = json_object_new_array();
	for (uint32_t i = 0; i < table->count && rows != NULL; i++) {
		const char *name = table->entry[i].command->name;
		if (prefix != NULL &&
		    (strncmp(name, prefix, len) != 0 || (name[len] != '\0' && name[len] != ' ')))
			continue;
		(void)json_object_array_add(rows, describe(table->entry[i].command));
	}
	if (prefix != NULL && rows != NULL && json_object_array_length(rows) == 0) {
		json_object_put(rows);
		control_reply_wrong(reply, "there is no command %s; help lists them all", prefix);
		return;
	}
	control_reply_result(reply, rows);
}

const struct control_command control_help = {
    .name = "help",
    .arguments = {{"command", CONTROL_WORDS, CONTROL_OPTIONAL}},
    .help = "Lists the commands, or those that begin with COMMAND.",
    .run = help,
};

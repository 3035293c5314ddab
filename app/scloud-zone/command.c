/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Command lines: words and options in any order, "--name value" or "--name=value"; "--" ends options. */
#include "command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HELP_COLUMN 22

enum command_status command_wrong(const struct command_args *args, const char *format, ...)
{
	va_list arguments;
	fprintf(stderr, "scloud-zone %s: ", args->command);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return COMMAND_TROUBLE;
}

static const struct command_option *find(const struct command *command, const char *name,
                                         size_t len)
{
	for (const struct command_option *row = command->options; row->name != NULL; row++) {
		if (strlen(row->name) == len && strncmp(row->name, name, len) == 0)
			return row;
	}
	return NULL;
}

/* One option; *index moves when its value is a word of its own. */
static bool take_option(const struct command *command, int argc, char **argv, int *index,
                        struct command_args *args)
{
	const char *text = argv[*index];
	const char *equals = strchr(text, '=');
	const size_t len = equals != NULL ? (size_t)(equals - text) : strlen(text);
	const struct command_option *option = find(command, text, len);
	const char *value = equals != NULL ? equals + 1 : NULL;

	if (option == NULL) {
		command_wrong(args, "unknown option %.*s; --help lists them", (int)len, text);
		return false;
	}
	if (value != NULL && option->value == NULL) {
		command_wrong(args, "%s takes no value", option->name);
		return false;
	}
	if (value == NULL && option->value != NULL) {
		if (*index + 1 >= argc) {
			command_wrong(args, "%s needs a value: %s", option->name, option->value);
			return false;
		}
		value = argv[++*index];
	}
	if (args->given_count == COMMAND_OPTIONS_MAX) {
		command_wrong(args, "more than %d options", COMMAND_OPTIONS_MAX);
		return false;
	}
	args->given[args->given_count++] = (struct command_given){.option = option, .value = value};
	return true;
}

static bool take_word(const struct command *command, const char *word, struct command_args *args)
{
	if (args->word_count == command->words_max) {
		command_wrong(args, "one word too many, \"%s\": %s is expected", word,
		              command->words);
		return false;
	}
	args->word[args->word_count++] = word;
	return true;
}

bool command_parse(const struct command *command, int argc, char **argv, struct command_args *out)
{
	struct command_args args = {.command = command->name};
	bool options = true;
	for (int i = 0; i < argc; i++) {
		const bool is_option =
		    options && (argv[i][0] == '-' || argv[i][0] == '+') && argv[i][1] != '\0';
		if (is_option && strcmp(argv[i], "--") == 0)
			options = false;
		else if (is_option ? !take_option(command, argc, argv, &i, &args)
		                   : !take_word(command, argv[i], &args))
			return false;
	}
	if (args.word_count < command->words_min) {
		command_wrong(&args, "%s is expected; --help explains", command->words);
		return false;
	}
	*out = args;
	return true;
}

const char *command_value(const struct command_args *args, const char *name)
{
	for (size_t i = args->given_count; i > 0; i--) {
		if (strcmp(args->given[i - 1].option->name, name) == 0)
			return args->given[i - 1].value;
	}
	return NULL;
}

bool command_has(const struct command_args *args, const char *name)
{
	for (size_t i = 0; i < args->given_count; i++) {
		if (strcmp(args->given[i].option->name, name) == 0)
			return true;
	}
	return false;
}

void command_print_help(const struct command *command)
{
	printf("usage: scloud-zone %s [OPTION]... %s\n\n%s\n\nOptions:\n", command->name,
	       command->words, command->help);
	for (const struct command_option *row = command->options; row->name != NULL; row++) {
		char left[48];
		snprintf(left, sizeof(left), "%s%s%s", row->name, row->value != NULL ? " " : "",
		         row->value != NULL ? row->value : "");
		printf("  %-*s %s\n", HELP_COLUMN, left, row->help);
	}
	printf("  %-*s %s\n", HELP_COLUMN, "--help", "this page");
}

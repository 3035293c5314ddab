/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The program: finds the subcommand and does what it says. */
#include <stdio.h>
#include <string.h>

#include "command.h"

static const struct command *const commands[] = {&command_check, &command_format, &command_diff,
                                                 &command_stats, &command_query};

static void print_help(void)
{
	printf("scloud-zone " SCLOUD_VERSION ": looks at zone files without a server\n\n"
	       "usage: scloud-zone COMMAND [OPTION]... FILE...\n\n");
	for (size_t i = 0; i < ARRAY_COUNT(commands); i++)
		printf("  %-7s %-18s %s\n", commands[i]->name, commands[i]->words,
		       commands[i]->summary);
	printf("\nscloud-zone COMMAND --help explains a command.\n\n"
	       "ORIGIN is the zone's name. Left out, it is the owner of the file's SOA (with its\n"
	       "$ORIGIN), or else what the file is called: example.com.zone, db.example.com.\n"
	       "FILE may be - for the standard input when ORIGIN is given.\n\n"
	       "Errors are one a line, \"FILE:LINE:COLUMN: OWNER: found X, expected Y\".\n"
	       "Exit status: 0 good; 1 the zone is wrong, or the zones differ; 2 wrong use.\n\n"
	       "  scloud-zone check example.com.zone        before it goes to the server\n"
	       "  scloud-zone format -o nice.zone ugly.zone put it in order\n"
	       "  scloud-zone diff old.zone new.zone        what a change does\n"
	       "  scloud-zone query FILE www.example.com A  what the server will say\n");
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_COUNT(commands); i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			return false;
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	}
	return false;
}

/* A report that could not be written whole is no report. */
static enum command_status finish(enum command_status status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	perror("scloud-zone: standard output");
	return COMMAND_TROUBLE;
}

int main(int argc, char **argv)
{
	struct command_args args;
	if (argc < 2) {
		fprintf(stderr, "scloud-zone: a command is expected: check, format, diff, stats or "
		                "query; --help explains\n");
		return COMMAND_TROUBLE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("scloud-zone " SCLOUD_VERSION "\n");
		return finish(COMMAND_GOOD);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_help();
		return finish(COMMAND_GOOD);
	}
	const struct command *command = find(argv[1]);
	if (command == NULL) {
		fprintf(stderr,
		        "scloud-zone: unknown command \"%s\": check, format, diff, stats or "
		        "query is expected\n",
		        argv[1]);
		return COMMAND_TROUBLE;
	}
	if (wants_help(argc - 2, argv + 2)) {
		command_print_help(command);
		return finish(COMMAND_GOOD);
	}
	if (!command_parse(command, argc - 2, argv + 2, &args))
		return COMMAND_TROUBLE;
	return finish(command->run(&args));
}

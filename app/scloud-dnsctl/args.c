/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Own options are taken out, the rest is the command. */
#include "args.h"

#include <stdio.h>
#include <string.h>

static bool take_flag(struct args *args, const char *word)
{
	if (strcmp(word, "--json") == 0)
		args->json = true;
	else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		args->help = true;
	else if (strcmp(word, "--version") == 0)
		args->version = true;
	else
		return false;
	return true;
}

/* "--socket PATH" or "--socket=PATH"; *index moves along. False: wrong use, which has been told. */
static bool take_socket(int argc, char **argv, int *index, struct args *args)
{
	const char *equals = strchr(argv[*index], '=');
	if (equals == NULL && *index + 1 >= argc) {
		fprintf(stderr, "scloud-dnsctl: --socket needs a value: PATH\n");
		return false;
	}
	args->socket = equals != NULL ? equals + 1 : argv[++*index];
	return true;
}

static bool is_socket(const char *word)
{
	return strcmp(word, "--socket") == 0 || strncmp(word, "--socket=", 9) == 0;
}

bool args_parse(int argc, char **argv, struct args *out)
{
	struct args args = {.count = 0};
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		if (is_socket(word)) {
			if (!take_socket(argc, argv, &i, &args))
				return false;
			continue;
		}
		if (take_flag(&args, word))
			continue;
		if (word[0] == '-' && args.count == 0) {
			fprintf(stderr, "scloud-dnsctl: unknown option %s; --help lists them all\n",
			        word);
			return false;
		}
		if (args.count == CONTROL_WORDS_MAX) {
			fprintf(stderr, "scloud-dnsctl: more than %d words\n", CONTROL_WORDS_MAX);
			return false;
		}
		args.words[args.count++] = word;
	}
	*out = args;
	return true;
}

void args_print_help(void)
{
	printf("scloud-dnsctl " SCLOUD_VERSION ": commands for a running scloud-dns\n\n"
	       "usage: scloud-dnsctl [OPTION]... COMMAND [WORD]...\n\n"
	       "  --socket PATH   the server's control socket (default: the only one "
	       "in " CONTROL_FOLDER ")\n"
	       "  --json          print the server's replies as they are, a JSON object a line\n"
	       "  --help          this page; behind a command: how to use it\n"
	       "  --version       print the version\n\n"
	       "Exit status: 0 done, 1 the server is not there or could not do it, 2 wrong use.\n");
}

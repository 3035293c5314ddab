/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Own options are taken out, the rest is the command. */
#include "args.h"

#include <stddef.h>
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

/* Options with a value, and where it goes. */
struct valued {
	const char *name;
	const char *value; /* what it is, for people */
	size_t offset; /* of a const char * in struct args */
};

static const struct valued valued_options[] = {
    {"--socket", "PATH", offsetof(struct args, socket)},
    {"--write", "FILE", offsetof(struct args, write)},
};

static const struct valued *find_valued(const char *word)
{
	const size_t len = strcspn(word, "=");
	for (size_t i = 0; i < sizeof(valued_options) / sizeof(valued_options[0]); i++) {
		if (strlen(valued_options[i].name) == len &&
		    strncmp(valued_options[i].name, word, len) == 0)
			return &valued_options[i];
	}
	return NULL;
}

/* "--socket PATH" or "--socket=PATH"; *index moves along. False: wrong use, which has been told. */
static bool take_value(int argc, char **argv, int *index, const struct valued *option,
                       struct args *args)
{
	const char *equals = strchr(argv[*index], '=');
	if (equals == NULL && *index + 1 >= argc) {
		fprintf(stderr, "scloud-dnsctl: %s needs a value: %s\n", option->name,
		        option->value);
		return false;
	}
	const char *value = equals != NULL ? equals + 1 : argv[++*index];
	memcpy((char *)args + option->offset, &value, sizeof(value));
	return true;
}

bool args_parse(int argc, char **argv, struct args *out)
{
	struct args args = {.count = 0};
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		const struct valued *valued = find_valued(word);
		if (valued != NULL) {
			if (!take_value(argc, argv, &i, valued, &args))
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
	       "  --write F       capture: write a pcapng file; - is standard output\n"
	       "  --json          print the server's replies as they are, a JSON object a line\n"
	       "  --help          this page; behind a command: how to use it\n"
	       "  --version       print the version\n\n"
	       "Exit status: 0 done, 1 the server is not there or could not do it, 2 wrong use.\n");
}

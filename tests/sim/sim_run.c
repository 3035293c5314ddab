/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* sim-run: plays scenario files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "play.h"

static const char usage[] =
    "usage: sim-run [-v] [--case NAME] [--seed N] FILE...\n"
    "\n"
    "Plays scenarios against the resolver engine and the cache, in a network and a time that are "
    "not\n"
    "real. Prints one line for each case; the exit status is 1 if one failed, 2 if a file is "
    "wrong.\n"
    "\n"
    "  -v           the whole transcript: who asked whom for what, and what came back\n"
    "  --case NAME  only this case of each file\n"
    "  --seed N     chance begins with this number\n"
    "\n"
    "docs/simulator.md says how scenarios are written.\n";

static char *read_file(const char *path)
{
	char *text = NULL;
	size_t len = 0;
	FILE *file = fopen(path, "r");
	if (file == NULL || getdelim(&text, &len, '\0', file) < 0) {
		fprintf(stderr, "%s: %s\n", path, errno != 0 ? strerror(errno) : "it is empty");
		exit(2);
	}
	fclose(file);
	return text;
}

int main(int argc, char **argv)
{
	struct play_options options = {.seed = 0};
	struct play_counts counts = {0, 0};
	int at = 1;
	for (; at < argc && argv[at][0] == '-'; at++) {
		if (strcmp(argv[at], "-v") == 0) {
			options.verbose = true;
		} else if (strcmp(argv[at], "--case") == 0 && at + 1 < argc) {
			options.only = argv[++at];
		} else if (strcmp(argv[at], "--seed") == 0 && at + 1 < argc) {
			options.seed = strtoull(argv[++at], NULL, 10);
		} else {
			fputs(usage, strcmp(argv[at], "--help") == 0 ? stdout : stderr);
			return strcmp(argv[at], "--help") == 0 ? 0 : 2;
		}
	}
	if (at == argc) {
		fputs(usage, stderr);
		return 2;
	}
	sim_start();
	for (; at < argc; at++) {
		char *text = read_file(argv[at]);
		play_text(argv[at], text, &options, &counts);
		free(text);
	}
	printf("sim: %u passed, %u failed\n", counts.passed, counts.failed);
	return counts.failed > 0;
}

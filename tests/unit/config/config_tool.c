/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Shows what lib/config makes of a file, and what it writes from its tables, without the server:
 * config_tool doc | schema | help [SECTION] | default | check FILE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

static int check(const char *path)
{
	static struct config_problems problems;
	struct config *config;
	enum result result = config_load_file(path, NULL, &config, &problems);
	config_problems_write(&problems, stdout);
	if (result != RESULT_OK)
		return EXIT_FAILURE;
	config_free(config);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	const char *argument = argc > 2 ? argv[2] : NULL;
	enum result result = RESULT_UNKNOWN;
	if (strcmp(what, "doc") == 0)
		result = config_document_write(stdout);
	else if (strcmp(what, "schema") == 0)
		result = config_schema_write(stdout);
	else if (strcmp(what, "help") == 0)
		result = config_help_write(argument, stdout);
	else if (strcmp(what, "default") == 0)
		result = fputs(config_default_text(), stdout) >= 0 ? RESULT_OK : RESULT_IO;
	else if (strcmp(what, "check") == 0 && argument != NULL)
		return check(argument);
	if (result != RESULT_OK)
		fprintf(stderr, "config_tool: %s\n", result_text(result));
	return result == RESULT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

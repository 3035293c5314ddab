/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Reading texts for the tests. */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct config_problems problems;
static char written[65536];

static const char *write_problems(void)
{
	FILE *stream = fmemopen(written, sizeof(written), "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
	config_problems_write(&problems, stream);
	fputc('\0', stream);
	fclose(stream);
	if (strcmp(written, "") != 0 && getenv("LOAD_SHOW") != NULL)
		printf("%s", written);
	return written;
}

static const struct config_source source = {
    .name = "t", .folder = "/etc/scloud", .resolv_conf = LOAD_NO_RESOLV_CONF};

const char *load_problems(const char *text)
{
	struct config *config = NULL;
	/* Of exactly that size, so that reading behind the end is seen. */
	size_t len = strlen(text);
	char *copy = malloc(len + (len == 0));
	CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
	memcpy(copy, text, len);
	enum result result = config_load_text(copy, len, &source, &config, &problems);
	free(copy);
	CU_ASSERT_EQUAL(result == RESULT_OK, problems.error_count == 0);
	CU_ASSERT_EQUAL(result == RESULT_OK, config != NULL);
	config_free(config);
	return write_problems();
}

struct config *load_good(const char *text)
{
	struct config *config = NULL;
	enum result result = config_load_text(text, strlen(text), &source, &config, &problems);
	CU_ASSERT_EQUAL(result, RESULT_OK);
	if (result != RESULT_OK)
		printf("%s", write_problems());
	return config;
}

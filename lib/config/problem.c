/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Problems of a configuration for people: on a stream, in the log. */
#include "config/config.h"

static void write_problems(FILE *stream, const struct config_problems *problems,
                           const struct config_problem *list, uint32_t count, uint32_t max,
                           const char *word)
{
	for (uint32_t i = 0; i < count && i < max; i++) {
		fprintf(stream, "%s:", problems->file);
		if (list[i].line != 0)
			fprintf(stream, "%u:%u:", list[i].line, list[i].column);
		fprintf(stream, " %s: %s\n", word, list[i].text);
	}
	if (count > max)
		fprintf(stream, "%s: %s: %u more\n", problems->file, word, count - max);
}

void config_problems_write(const struct config_problems *problems, FILE *stream)
{
	write_problems(stream, problems, problems->error, problems->error_count, CONFIG_ERRORS_MAX,
	               "error");
	write_problems(stream, problems, problems->warning, problems->warning_count,
	               CONFIG_WARNINGS_MAX, "warning");
}

void config_problems_log(const struct config_problems *problems)
{
	for (uint32_t i = 0; i < problems->error_count && i < CONFIG_ERRORS_MAX; i++)
		log_error("config", "CFG001", "%s:%u:%u: %s", problems->file,
		          problems->error[i].line, problems->error[i].column,
		          problems->error[i].text);
	for (uint32_t i = 0; i < problems->warning_count && i < CONFIG_WARNINGS_MAX; i++)
		log_warn("config", "CFG002", "%s:%u:%u: %s", problems->file,
		         problems->warning[i].line, problems->warning[i].column,
		         problems->warning[i].text);
}

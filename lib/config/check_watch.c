/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What belongs together in the sections about watching: a log wants a path, dnstap a place to write to. */
#include "config/reader.h"

static void wrong(struct reader *reader, const char *section, const char *key, const char *text)
{
	const struct config_position *at = config_position_member(reader->root, section);
	const struct config_position *member = at != NULL ? config_position_member(at, key) : NULL;
	struct config_place place = {0, 0};
	if (at != NULL)
		place = (struct config_place){at->key_line, at->key_column};
	if (member != NULL)
		place = (struct config_place){member->key_line, member->key_column};
	reader_error(reader, place, "%s", text);
}

void reader_check_watch(struct reader *reader)
{
	const struct config *config = reader->config;
	const struct config_dnstap *dnstap = &config->dnstap;
	if (config->monitoring.enable_query_logging && config->monitoring.query_log_path[0] == '\0')
		wrong(reader, "monitoring", "query_log_path",
		      "monitoring.query_log_path: found nothing, allowed: a file, where "
		      "monitoring.enable_query_logging is true");
	if (dnstap->enabled && (dnstap->socket[0] != '\0') == (dnstap->file[0] != '\0'))
		wrong(reader, "dnstap", "socket",
		      "dnstap: one of dnstap.socket and dnstap.file is needed, and not both");
	if (dnstap->enabled && !dnstap->queries && !dnstap->responses && !dnstap->upstream)
		wrong(reader, "dnstap", "enabled",
		      "dnstap: queries, responses and upstream are all false: nothing would be "
		      "written");
}

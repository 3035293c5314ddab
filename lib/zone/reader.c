/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Reads files: entry by entry, directives and all. */
#include "zone/reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dns/text.h"
#include "zone/zone_limits.h"

static bool is_one_argument(struct zone_reader *reader, const struct zone_source *source,
                            const char *expected)
{
	const size_t count = source->scan->token_count;
	if (count == 2)
		return true;
	zone_reader_wrong(reader, source, count < 2 ? count : 2,
	                  count < 2 ? expected : "the end of the line");
	return false;
}

/* RFC 1035 §5.1. A relative name is relative to the origin so far. */
static enum result directive_origin(struct zone_reader *reader, struct zone_source *source)
{
	static const char expected[] = "a domain name";
	if (!is_one_argument(reader, source, expected))
		return RESULT_OK;
	const struct dns_token *token = &source->scan->token[1];
	struct dns_name origin;
	if (dns_name_from_text(token->text, token->len, &source->origin, &origin) == RESULT_OK)
		source->origin = origin;
	else
		zone_reader_wrong(reader, source, 1, expected);
	return RESULT_OK;
}

/* RFC 2308 §4. */
static enum result directive_ttl(struct zone_reader *reader, struct zone_source *source)
{
	static const char expected[] = "a TTL of 0 to 2147483647 seconds (units s m h d w)";
	if (!is_one_argument(reader, source, expected))
		return RESULT_OK;
	const struct dns_token *token = &source->scan->token[1];
	source->ttl_set = zone_reader_ttl(token->text, token->len, &source->ttl);
	if (!source->ttl_set)
		zone_reader_wrong(reader, source, 1, expected);
	return RESULT_OK;
}

/* A path as written, or relative to the including file's folder. NULL: no memory. */
static char *include_path(const char *from, const struct dns_token *token)
{
	const char *slash = strrchr(from, '/');
	const size_t folder =
	    slash == NULL || token->text[0] == '/' ? 0 : (size_t)(slash - from) + 1;
	char *path = malloc(folder + token->len + 1);
	if (path == NULL)
		return NULL;
	memcpy(path, from, folder);
	memcpy(path + folder, token->text, token->len);
	path[folder + token->len] = '\0';
	return path;
}

/* Origin and TTL of this file do not change by what the included one does (RFC 1035 §5.1). */
static enum result directive_include(struct zone_reader *reader, struct zone_source *source)
{
	const struct zone_scan *scan = source->scan;
	if (scan->token_count < 2 || scan->token_count > 3 || scan->token[1].len == 0) {
		zone_reader_wrong(reader, source, scan->token_count < 2 ? 1 : 3,
		                  scan->token_count > 3 ? "the end of the line" : "a file name");
		return RESULT_OK;
	}
	struct dns_name origin = source->origin;
	if (scan->token_count == 3 && dns_name_from_text(scan->token[2].text, scan->token[2].len,
	                                                 &source->origin, &origin) != RESULT_OK) {
		zone_reader_wrong(reader, source, 2, "a domain name, the included file's origin");
		return RESULT_OK;
	}
	char *path = include_path(scan->file, &scan->token[1]);
	if (path == NULL)
		return RESULT_NO_MEMORY;
	enum result result = zone_reader_file(reader, path, &origin, source);
	free(path);
	/* A file that is not there is an error like others: collected, and reading goes on. */
	return result == RESULT_IO || result == RESULT_MALFORMED ? RESULT_OK : result;
}

static const struct directive {
	const char *name;
	enum result (*read)(struct zone_reader *reader, struct zone_source *source);
} directives[] = {
    {"$ORIGIN", directive_origin},
    {"$TTL", directive_ttl},
    {"$INCLUDE", directive_include},
    {"$GENERATE", zone_reader_generate},
};

static enum result read_directive(struct zone_reader *reader, struct zone_source *source)
{
	const struct dns_token *token = &source->scan->token[0];
	for (size_t i = 0; i < ARRAY_COUNT(directives); i++) {
		if (text_is(token->text, token->len, directives[i].name))
			return directives[i].read(reader, source);
	}
	zone_reader_wrong(reader, source, 0, "$ORIGIN, $TTL, $INCLUDE or $GENERATE");
	return RESULT_OK;
}

static void scan_wrong(struct zone_reader *reader, const struct zone_scan *scan, enum result result)
{
	switch ((int)result) {
	case RESULT_MALFORMED:
		zone_error_add(reader->errors, false, zone_scan_place(scan, scan->wrong_at),
		               "found %s, expected %s", scan->found, scan->expected);
		break;
	case RESULT_TOO_LONG:
		zone_error_add(
		    reader->errors, false, zone_scan_place(scan, scan->entry_at),
		    "found an entry beyond %u octets or %u tokens, expected a shorter one",
		    ZONE_ENTRY_MAX_BYTES, ZONE_TOKENS_MAX);
		break;
	default:
		zone_error_add(reader->errors, false, zone_scan_place(scan, scan->entry_at),
		               "found an error while reading (%s), expected the file's octets",
		               result == RESULT_IO ? strerror(errno) : result_text(result));
		break;
	}
}

static enum result read_entries(struct zone_reader *reader, struct zone_source *source)
{
	struct zone_scan *scan = source->scan;
	while (!zone_errors_full(reader->errors)) {
		enum result result = zone_scan_next(scan);
		if (result == RESULT_NOT_FOUND)
			return RESULT_OK;
		if (result != RESULT_OK) {
			scan_wrong(reader, scan, result);
			if (result == RESULT_MALFORMED)
				continue;
			return result == RESULT_TOO_LONG ? RESULT_MALFORMED : result;
		}
		const struct dns_token *first = &scan->token[0];
		const bool directive =
		    !scan->blank_start && !first->quoted && first->len > 0 && first->text[0] == '$';
		result =
		    directive ? read_directive(reader, source) : zone_reader_record(reader, source);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_MALFORMED;
}

/* The place of the $INCLUDE, or of nothing for the zone's own file. */
static struct zone_place included_at(const struct zone_source *parent, const char *path)
{
	if (parent == NULL)
		return (struct zone_place){.file = path};
	const struct zone_scan *scan = parent->scan;
	return zone_scan_place(scan, (size_t)(scan->token[1].text - scan->buffer));
}

/* A file that includes itself, over whatever detour, would never end. */
static bool may_include(struct zone_reader *reader, const struct zone_source *source,
                        const char *path)
{
	const struct zone_place place = included_at(source->parent, path);
	if (source->depth > ZONE_INCLUDE_DEPTH_MAX) {
		zone_error_add(
		    reader->errors, false, place,
		    "$INCLUDE: found more than %d files within each other, expected fewer",
		    ZONE_INCLUDE_DEPTH_MAX);
		return false;
	}
	for (const struct zone_source *p = source->parent; p != NULL; p = p->parent) {
		if (p->device != source->device || p->inode != source->inode)
			continue;
		zone_error_add(
		    reader->errors, false, place,
		    "$INCLUDE: found %.200s, which is being read already, expected a file "
		    "that does not include itself",
		    path);
		return false;
	}
	return true;
}

enum result zone_reader_file(struct zone_reader *reader, const char *path,
                             const struct dns_name *origin, const struct zone_source *parent)
{
	struct zone_scan scan;
	enum result result = zone_scan_open(&scan, path);
	if (result != RESULT_OK) {
		zone_error_add(reader->errors, false, included_at(parent, path),
		               "found that %.200s cannot be read (%s), expected a zone file", path,
		               strerror(errno));
		return result;
	}
	struct zone_source source = {
	    .parent = parent,
	    .depth = parent == NULL ? 0 : parent->depth + 1,
	    .scan = &scan,
	    .origin = *origin,
	    .node = {ZONE_DRAFT_NONE, ZONE_DRAFT_NONE},
	};
	if (parent != NULL) {
		source.ttl_set = parent->ttl_set;
		source.ttl = parent->ttl;
		source.ttl_seen = parent->ttl_seen;
		source.last_ttl = parent->last_ttl;
	}
	struct stat status = {0};
	if (fstat(scan.fd, &status) == 0) {
		source.device = status.st_dev;
		source.inode = status.st_ino;
	}
	if (!may_include(reader, &source, path))
		result = RESULT_MALFORMED;
	if (result == RESULT_OK)
		result = zone_draft_file(reader->draft, path, &source.file);
	if (result == RESULT_OK)
		result = read_entries(reader, &source);
	zone_scan_close(&scan);
	return result;
}

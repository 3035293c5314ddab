/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Reads root hints line by line. */
#include "root_hints.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/log.h"

/* Where the package dns-root-data has it. */
#define DEBIAN_HINTS "/usr/share/dns/root.hints"
#define LINE_BYTES 1024
#define WHITE " \t\r\n"

/* Whether a word may stand between a record's owner and its type. */
static bool is_ttl_or_class(const char *word)
{
	return strspn(word, "0123456789") == strlen(word) || strcasecmp(word, "IN") == 0;
}

static enum result add(struct root_hints *out, const char *owner, const char *type,
                       const char *address)
{
	uint8_t family = strcasecmp(type, "A") == 0 ? 4 : strcasecmp(type, "AAAA") == 0 ? 6 : 0;
	struct resolver_hint hint;
	if (family == 0 || out->count == RESOLVER_HINTS_MAX)
		return RESULT_OK;
	if (owner[0] == '\0' || address == NULL ||
	    dns_name_from_text(owner, strlen(owner), NULL, &hint.name) != RESULT_OK ||
	    net_address_parse(address, &hint.address) != RESULT_OK || hint.address.family != family)
		return RESULT_MALFORMED;
	dns_name_to_lower(hint.name.wire, hint.name.len);
	out->hint[out->count++] = hint;
	return RESULT_OK;
}

/* `owner` stays from one record to the next (RFC 1035 §5.1). */
static enum result read_line(struct root_hints *out, char *line, char owner[LINE_BYTES])
{
	bool has_owner = strchr(WHITE, line[0]) == NULL;
	char *place = NULL;
	line[strcspn(line, ";")] = '\0';
	const char *word = strtok_r(line, WHITE, &place);
	if (word == NULL || word[0] == '$')
		return RESULT_OK;
	if (has_owner) {
		snprintf(owner, LINE_BYTES, "%s", word);
		word = strtok_r(NULL, WHITE, &place);
	}
	while (word != NULL && is_ttl_or_class(word))
		word = strtok_r(NULL, WHITE, &place);
	if (word == NULL)
		return RESULT_MALFORMED;
	return add(out, owner, word, strtok_r(NULL, WHITE, &place));
}

static enum result read_file(FILE *file, const char *path, struct root_hints *out)
{
	char line[LINE_BYTES];
	char owner[LINE_BYTES] = "";
	for (unsigned number = 1; fgets(line, sizeof(line), file) != NULL; number++) {
		if (read_line(out, line, owner) == RESULT_OK)
			continue;
		log_error("resolver", "RES102", "%s:%u: this is no record of a root server", path,
		          number);
		return RESULT_MALFORMED;
	}
	if (out->count > 0)
		return RESULT_OK;
	log_error("resolver", "RES103", "%s: there is no address of a root server in it", path);
	return RESULT_NOT_FOUND;
}

static void take_builtin(struct root_hints *out)
{
	const struct resolver_hint *builtin;
	size_t count = resolver_hints_builtin(&builtin);
	memcpy(out->hint, builtin, count * sizeof(*builtin));
	out->count = (uint32_t)count;
}

enum result root_hints_read(const char *path, struct root_hints *out)
{
	bool is_default = path[0] == '\0';
	const char *name = is_default ? DEBIAN_HINTS : path;
	FILE *file = fopen(name, "re");
	memset(out, 0, sizeof(*out));
	if (file == NULL && is_default) {
		take_builtin(out);
		return RESULT_OK;
	}
	if (file == NULL) {
		log_error("resolver", "RES104", "%s: cannot be read: %s", name, strerror(errno));
		return RESULT_IO;
	}
	enum result result = read_file(file, name, out);
	fclose(file);
	return result;
}

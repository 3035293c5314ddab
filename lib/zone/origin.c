/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Reads a zone file up to its SOA to learn which zone it is. */
#include "zone/origin.h"

#include <stdbool.h>
#include <string.h>

#include "dns/message.h"
#include "dns/rrtype.h"
#include "dns/text.h"
#include "zone/scan.h"

struct finding {
	bool origin_known;
	struct dns_name origin; /* by $ORIGIN */
	bool owner_known; /* and complete */
	struct dns_name owner; /* of the last record */
};

/* Whether a name in text ends with a dot that is not escaped. */
static bool is_absolute(const struct dns_token *token)
{
	size_t backslashes = 0;
	if (token->len == 0 || token->text[token->len - 1] != '.')
		return false;
	while (backslashes + 1 < token->len && token->text[token->len - 2 - backslashes] == '\\')
		backslashes++;
	return backslashes % 2 == 0;
}

/* False: not a name, or relative to what nobody has said. */
static bool read_name(const struct finding *finding, const struct dns_token *token,
                      struct dns_name *out)
{
	if (!finding->origin_known && !is_absolute(token))
		return false;
	return dns_name_from_text(token->text, token->len, &finding->origin, out) == RESULT_OK;
}

/* A TTL or a class may stand before the type. */
static bool is_soa(const struct zone_scan *scan)
{
	for (size_t i = scan->blank_start ? 0 : 1; i < scan->token_count; i++) {
		const struct dns_token *token = &scan->token[i];
		uint16_t class, type;
		if (token->len > 0 && token->text[0] >= '0' && token->text[0] <= '9')
			continue;
		if (dns_class_from_text(token->text, token->len, &class))
			continue;
		return dns_type_from_text(token->text, token->len, &type) && type == DNS_TYPE_SOA;
	}
	return false;
}

/* Whether the entry is the SOA. */
static bool look_at(struct finding *finding, const struct zone_scan *scan)
{
	const struct dns_token *first = &scan->token[0];
	struct dns_name name;
	if (!scan->blank_start && !first->quoted && text_is(first->text, first->len, "$ORIGIN")) {
		if (scan->token_count > 1 && read_name(finding, &scan->token[1], &name)) {
			finding->origin = name;
			finding->origin_known = true;
		}
		return false;
	}
	if (!scan->blank_start) {
		finding->owner_known = read_name(finding, first, &name);
		if (finding->owner_known)
			finding->owner = name;
	}
	return is_soa(scan);
}

/* Leaves in *finding what is known when the SOA is reached. */
static enum result read_file(const char *file, struct finding *finding)
{
	struct zone_scan scan;
	enum result result = zone_scan_open(&scan, file);
	if (result != RESULT_OK)
		return result;
	bool found = false;
	while (!found) {
		result = zone_scan_next(&scan);
		if (result == RESULT_OK)
			found = look_at(finding, &scan);
		else if (result != RESULT_MALFORMED)
			break;
	}
	zone_scan_close(&scan);
	if (!found)
		finding->owner_known = false;
	return result == RESULT_IO || result == RESULT_NO_MEMORY ? result : RESULT_OK;
}

enum result zone_origin_from_path(const char *path, struct dns_name *out)
{
	static const char *const endings[] = {".zone", ".db", ".dns", ".hosts", ".signed", ".txt"};
	const char *slash = strrchr(path, '/');
	const char *text = slash == NULL ? path : slash + 1;
	size_t len = strlen(text);
	if (len > 3 && text_is(text, 3, "db.")) {
		text += 3;
		len -= 3;
	}
	for (size_t i = 0; i < ARRAY_COUNT(endings); i++) {
		const size_t ending = strlen(endings[i]);
		if (len > ending && text_is(text + len - ending, ending, endings[i])) {
			len -= ending;
			i = SIZE_MAX; /* from the first again: "example.com.zone.signed" */
		}
	}
	if (len == 0 || dns_name_from_text(text, len, NULL, out) != RESULT_OK)
		return RESULT_NOT_FOUND;
	return RESULT_OK;
}

enum result zone_origin_find(const char *file, struct dns_name *out,
                             enum zone_origin_source *source)
{
	struct finding finding = {0};
	enum result result = read_file(file, &finding);
	if (result != RESULT_OK)
		return result;
	if (finding.owner_known) {
		*out = finding.owner;
		*source = ZONE_ORIGIN_SOA;
		return RESULT_OK;
	}
	result = zone_origin_from_path(file, out);
	if (result == RESULT_OK)
		*source = ZONE_ORIGIN_FILE_NAME;
	return result;
}

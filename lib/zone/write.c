/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Records as text, and zones in canonical form; zone/write_pretty.c writes for people. */
#include "zone/write.h"

#include <stdlib.h>
#include <string.h>

#include "dns/encoding.h"
#include "dns/rrtype.h"
#include "zone/iterate.h"
#include "zone/write_pretty.h"
#include "zone/zone_limits.h"

/* Most rdata are shorter; longer ones double it. */
#define TEXT_START_BYTES 1024u

/* What may stand before the rdata in an entry: owner, TTL, class, type. */
#define PREAMBLE_BYTES 2048u
#define PREAMBLE_TOKENS 4u

/* "\# 65535 " and two digits an octet. */
#define GENERIC_MAX_BYTES (16 + 2 * (size_t)UINT16_MAX)

MUST_CHECK static bool text_resize(struct zone_write_text *text, size_t size)
{
	char *data = realloc(text->data, size);
	if (data == NULL)
		return false;
	text->data = data;
	text->size = size;
	return true;
}

void zone_write_text_free(struct zone_write_text *text)
{
	free(text->data);
	*text = (struct zone_write_text){0};
}

/* Whether the reader would take an entry with this rdata. */
static bool is_readable(const struct zone_write_text *text)
{
	if (text->len > ZONE_ENTRY_MAX_BYTES - PREAMBLE_BYTES)
		return false;
	size_t tokens = 1;
	if (text->len < ZONE_TOKENS_MAX)
		return true;
	for (size_t i = 0; i < text->len; i++)
		tokens += text->data[i] == ' ';
	return tokens <= ZONE_TOKENS_MAX - PREAMBLE_TOKENS;
}

/* RFC 3597 §5: the octets as they are. */
MUST_CHECK static enum result generic(struct zone_write_text *text, const uint8_t *rdata,
                                      uint16_t len)
{
	if (text->size < GENERIC_MAX_BYTES && !text_resize(text, GENERIC_MAX_BYTES))
		return RESULT_NO_MEMORY;
	struct bytes_writer writer = bytes_writer_of((uint8_t *)text->data, text->size - 1);
	const int preamble = snprintf(text->data, text->size, "\\# %u%s", len, len > 0 ? " " : "");
	writer.len = (size_t)preamble;
	encoding_encode(ENCODING_HEX, rdata, len, &writer);
	text->len = writer.len;
	text->data[text->len] = '\0';
	return RESULT_OK;
}

enum result zone_write_rdata(struct zone_write_text *text, uint16_t type, const uint8_t *rdata,
                             uint16_t len)
{
	if (text->size == 0 && !text_resize(text, TEXT_START_BYTES))
		return RESULT_NO_MEMORY;
	enum result result;
	while ((result = dns_rdata_to_text(type, rdata, len, text->data, text->size, &text->len)) ==
	       RESULT_NO_SPACE) {
		if (text->size >= ZONE_ENTRY_MAX_BYTES)
			return generic(text, rdata, len);
		if (!text_resize(text, text->size * 2))
			return RESULT_NO_MEMORY;
	}
	if (result != RESULT_OK || !is_readable(text))
		return generic(text, rdata, len);
	return RESULT_OK;
}

enum result zone_write_record(struct zone_write_text *text, const uint8_t *owner, uint32_t ttl,
                              uint16_t type, const uint8_t *rdata, uint16_t len, FILE *out)
{
	char owner_text[DNS_NAME_TEXT_MAX], number[DNS_NUMBER_TEXT_MAX];
	const enum result result = zone_write_rdata(text, type, rdata, len);
	if (result != RESULT_OK)
		return result;
	dns_name_to_text(owner, owner_text);
	fprintf(out, "%s %u IN %s ", owner_text, ttl, dns_type_text(type, number));
	fwrite(text->data, 1, text->len, out);
	return RESULT_OK;
}

static size_t relative(const uint8_t *name, size_t prefix_len, char *out)
{
	uint8_t prefix[DNS_NAME_MAX + 1];
	memcpy(prefix, name, prefix_len);
	prefix[prefix_len] = 0;
	const size_t len = dns_name_to_text(prefix, out);
	out[len - 1] = '\0'; /* the final dot */
	return len - 1;
}

size_t zone_write_name(const uint8_t *name, const struct dns_name *origin, char *out)
{
	const size_t len = dns_name_len(name);
	const bool is_root = origin->len == 1;
	if (is_root || len < origin->len)
		return dns_name_to_text(name, out);
	const size_t prefix_len = len - origin->len;
	size_t at = 0;
	while (at < prefix_len)
		at += name[at] + 1u;
	if (at != prefix_len || memcmp(name + at, origin->wire, origin->len) != 0)
		return dns_name_to_text(name, out);
	if (prefix_len > 0)
		return relative(name, prefix_len, out);
	memcpy(out, "@", 2);
	return 1;
}

static enum result canonical_name(const struct zone_iterate_name *name,
                                  struct zone_write_text *text, FILE *out)
{
	for (size_t i = 0; i < name->record_count; i++) {
		const struct zone_iterate_record *record = &name->record[i];
		const enum result result = zone_write_record(
		    text, name->owner, record->ttl, record->type, record->rdata, record->len, out);
		if (result != RESULT_OK)
			return result;
		putc('\n', out);
	}
	return RESULT_OK;
}

static enum result canonical(struct zone_iterate *iterate, FILE *out)
{
	struct zone_write_text text = {0};
	const struct zone_iterate_name *name;
	enum result result;
	while ((result = zone_iterate_next(iterate, &name)) == RESULT_OK) {
		result = canonical_name(name, &text, out);
		if (result != RESULT_OK)
			break;
	}
	zone_write_text_free(&text);
	return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

enum result zone_write(const struct zone *zone, enum zone_write_form form, FILE *out)
{
	const bool pretty = form == ZONE_WRITE_PRETTY;
	struct zone_iterate *iterate;
	enum result result = zone_iterate_open(
	    zone, pretty ? ZONE_ITERATE_WRITTEN : ZONE_ITERATE_CANONICAL, &iterate);
	if (result != RESULT_OK)
		return result;
	result = pretty ? zone_write_pretty(zone, iterate, out) : canonical(iterate, out);
	zone_iterate_close(iterate);
	if (result == RESULT_OK && (fflush(out) != 0 || ferror(out)))
		return RESULT_IO;
	return result;
}

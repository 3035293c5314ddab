/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* $GENERATE start-stop[/step] owner [ttl] [class] type rdata: a record for each number, as BIND defined
 * it. In owner and rdata "$" is the number, "${offset,width,base}" the number plus offset, padded with
 * zeros to the width, in base d, o, x, X, or n, N (hexadecimal nibbles, last one first, with dots); "$$"
 * and "\$" are a dollar. */
#include <stdio.h>
#include <string.h>

#include "dns/text.h"
#include "zone/reader.h"
#include "zone/zone_limits.h"

/* Too low: long TXT records. Too high: stack. */
#define LINE_MAX_BYTES 8192

struct range {
	uint64_t start;
	uint64_t stop;
	uint64_t step;
};

/* The line that is made for one number. */
struct line {
	char text[LINE_MAX_BYTES];
	size_t len;
	bool overflow;
};

struct modifier {
	int64_t offset;
	unsigned width;
	char base;
};

static void put(struct line *line, const char *text, size_t len)
{
	if (line->overflow || sizeof(line->text) - line->len < len) {
		line->overflow = true;
		return;
	}
	memcpy(line->text + line->len, text, len);
	line->len += len;
}

/* start-stop or start-stop/step. */
static bool read_range(const struct dns_token *token, struct range *out)
{
	const char *end = token->text + token->len;
	const char *dash = memchr(token->text, '-', token->len);
	if (dash == NULL)
		return false;
	const char *stop = dash + 1;
	const char *slash = memchr(stop, '/', (size_t)(end - stop));
	const char *stop_end = slash != NULL ? slash : end;
	out->step = 1;
	return text_to_u64(token->text, (size_t)(dash - token->text), INT32_MAX, &out->start) &&
	       text_to_u64(stop, (size_t)(stop_end - stop), INT32_MAX, &out->stop) &&
	       (slash == NULL ||
	        text_to_u64(slash + 1, (size_t)(end - slash - 1), INT32_MAX, &out->step)) &&
	       out->step > 0 && out->start <= out->stop;
}

/* Takes the next field of a modifier, up to a comma or the end. */
static struct dns_token field(const char **at, const char *end)
{
	const char *comma = memchr(*at, ',', (size_t)(end - *at));
	const char *stop = comma != NULL ? comma : end;
	const struct dns_token token = {.text = *at, .len = (size_t)(stop - *at)};
	*at = comma != NULL ? comma + 1 : end;
	return token;
}

/* offset[,width[,base]] */
static bool read_modifier(const char *at, const char *end, struct modifier *out)
{
	struct dns_token offset = field(&at, end);
	const bool negative = offset.len > 0 && offset.text[0] == '-';
	if (offset.len > 0 && (negative || offset.text[0] == '+')) {
		offset.text++;
		offset.len--;
	}
	uint64_t number;
	if (!text_to_u64(offset.text, offset.len, INT32_MAX, &number))
		return false;
	out->offset = negative ? -(int64_t)number : (int64_t)number;
	if (at == end)
		return true;

	const struct dns_token width = field(&at, end);
	if (!text_to_u64(width.text, width.len, ZONE_GENERATE_WIDTH_MAX, &number))
		return false;
	out->width = (unsigned)number;
	if (at == end)
		return true;

	const struct dns_token base = field(&at, end);
	out->base = base.len == 1 ? base.text[0] : '\0';
	return at == end && out->base != '\0' && strchr("doxXnN", out->base) != NULL;
}

/* Nibbles from the last to the first with dots between; the width counts dots too. */
static void put_nibbles(struct line *line, uint64_t value, unsigned width, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	do {
		put(line, &digits[value & 15], 1);
		value >>= 4;
		if (width > 0)
			width--;
		if (width > 0 || value != 0) {
			put(line, ".", 1);
			if (width > 0)
				width--;
		}
	} while (value != 0 || width > 0);
}

static bool put_number(struct line *line, const struct modifier *modifier, uint64_t iterator)
{
	const int64_t value = (int64_t)iterator + modifier->offset;
	const int width = (int)modifier->width;
	char text[ZONE_GENERATE_WIDTH_MAX + 24];
	int len = 0;
	if (value < 0)
		return false;
	switch (modifier->base) {
	case 'o':
		len = snprintf(text, sizeof(text), "%0*llo", width, (unsigned long long)value);
		break;
	case 'x':
		len = snprintf(text, sizeof(text), "%0*llx", width, (unsigned long long)value);
		break;
	case 'X':
		len = snprintf(text, sizeof(text), "%0*llX", width, (unsigned long long)value);
		break;
	case 'n':
	case 'N':
		put_nibbles(line, (uint64_t)value, modifier->width, modifier->base == 'N');
		return true;
	default:
		len = snprintf(text, sizeof(text), "%0*llu", width, (unsigned long long)value);
		break;
	}
	put(line, text, (size_t)len);
	return true;
}

/* At a dollar: gives how many octets of the template it took, 0 if it is broken. */
static size_t put_dollar(struct line *line, const char *text, size_t len, uint64_t iterator)
{
	struct modifier modifier = {.base = 'd'};
	if (len >= 2 && text[1] == '$') {
		put(line, "$", 1);
		return 2;
	}
	if (len < 2 || text[1] != '{')
		return put_number(line, &modifier, iterator) ? 1 : 0;
	const char *close = memchr(text, '}', len);
	if (close == NULL || !read_modifier(text + 2, close, &modifier) ||
	    !put_number(line, &modifier, iterator))
		return 0;
	return (size_t)(close - text) + 1;
}

static bool put_template(struct line *line, const struct dns_token *token, uint64_t iterator)
{
	for (size_t at = 0; at < token->len;) {
		size_t used = 1;
		if (token->text[at] == '$') {
			used = put_dollar(line, token->text + at, token->len - at, iterator);
			if (used == 0)
				return false;
		} else {
			used = token->text[at] == '\\' ? 2 : 1;
			put(line, token->text + at, used);
		}
		at += used;
	}
	return true;
}

/* Where one quoted string is all of the rdata, its inside is the rdata, as in BIND. */
static bool is_whole_rdata(const struct zone_scan *scan, size_t token)
{
	const struct dns_token *before = &scan->token[token - 1];
	uint16_t type;
	return token + 1 == scan->token_count && !before->quoted &&
	       dns_type_from_text(before->text, before->len, &type);
}

/* Writes the line for one number. Gives false, and the token, where a template is broken. */
static bool make_line(const struct zone_scan *scan, uint64_t iterator, struct line *line,
                      size_t *token)
{
	line->len = 0;
	line->overflow = false;
	for (size_t i = 2; i < scan->token_count; i++) {
		const bool quoted = scan->token[i].quoted && !is_whole_rdata(scan, i);
		*token = i;
		put(line, quoted ? "\"" : "", quoted);
		if (!put_template(line, &scan->token[i], iterator))
			return false;
		put(line, quoted ? "\" " : " ", quoted ? 2 : 1);
	}
	return !line->overflow;
}

/* Reads the line as if it stood in the file in the directive's place. */
static enum result read_line(struct zone_reader *reader, struct zone_source *source,
                             const struct line *line)
{
	struct zone_scan *outer = source->scan;
	struct zone_scan scan;
	zone_scan_text(&scan, line->text, line->len, outer->file, outer->entry_line);
	enum result result = zone_scan_next(&scan);
	source->scan = &scan;
	if (result == RESULT_OK)
		result = zone_reader_record(reader, source);
	else if (result != RESULT_NO_MEMORY)
		zone_error_add(reader->errors, false, zone_scan_place(&scan, 0),
		               "$GENERATE: found a template that makes no record, expected one");
	source->scan = outer;
	zone_scan_close(&scan);
	return result == RESULT_NO_MEMORY ? result : RESULT_OK;
}

enum result zone_reader_generate(struct zone_reader *reader, struct zone_source *source)
{
	const struct zone_scan *scan = source->scan;
	struct range range;
	if (scan->token_count < 2 || !read_range(&scan->token[1], &range)) {
		zone_reader_wrong(reader, source, 1, "a range start-stop[/step], start <= stop");
		return RESULT_OK;
	}
	if ((range.stop - range.start) / range.step >= ZONE_GENERATE_MAX) {
		zone_reader_wrong(reader, source, 1, "a range of at most 1048576 numbers");
		return RESULT_OK;
	}
	if (scan->token_count < 5) {
		zone_reader_wrong(reader, source, scan->token_count,
		                  "an owner, a type and the rdata after the range");
		return RESULT_OK;
	}
	struct line line;
	for (uint64_t i = range.start; i <= range.stop && !zone_errors_full(reader->errors);
	     i += range.step) {
		size_t token = 0;
		if (!make_line(scan, i, &line, &token)) {
			zone_reader_wrong(
			    reader, source, token,
			    "$ or ${offset,width,base}, base one of d o x X n N, a number "
			    "not below 0, and a line below 8192 octets");
			return RESULT_OK;
		}
		const enum result result = read_line(reader, source, &line);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* One line of the log, as text or as JSON. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log_int.h"

/* Room for the mark, the end of a JSON object and the newline stays free. */
#define LINE_RESERVE 32

static void line_put(struct log_line *line, const char *text, size_t len)
{
	if (line->cut || LOG_LINE_MAX - LINE_RESERVE - line->len < len) {
		line->cut = true;
		return;
	}
	memcpy(line->text + line->len, text, len);
	line->len += len;
}

static void line_text(struct log_line *line, const char *text)
{
	line_put(line, text, strlen(text));
}

/* Length of the valid UTF-8 sequence at p, 0 if it is none (RFC 3629 §4, overlong and surrogates
 * included as far as a log needs it). */
static size_t utf8_len(const unsigned char *p)
{
	size_t len = p[0] < 0x80             ? 1
	             : (p[0] & 0xe0) == 0xc0 ? 2
	             : (p[0] & 0xf0) == 0xe0 ? 3
	             : (p[0] & 0xf8) == 0xf0 ? 4
	                                     : 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	if (len == 2 && p[0] < 0xc2)
		return 0;
	if (len == 3 && ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f)))
		return 0;
	if (len == 4 &&
	    ((p[0] == 0xf0 && p[1] < 0x90) || p[0] > 0xf4 || (p[0] == 0xf4 && p[1] > 0x8f)))
		return 0;
	return len;
}

/* Foreign octets must not end the line, move the cursor or leave the JSON string. */
static void line_escaped(struct log_line *line, const char *text, enum log_format format)
{
	const unsigned char *p = (const unsigned char *)text;
	while (*p != 0) {
		char escape[8];
		size_t len = utf8_len(p);
		if (*p < 0x20 || *p == 0x7f || len == 0) {
			const char *form = format == LOG_FORMAT_JSON ? "\\u%04x" : "\\x%02x";
			snprintf(escape, sizeof(escape), form, *p);
			line_text(line, escape);
			p++;
			continue;
		}
		if (format == LOG_FORMAT_JSON && (*p == '"' || *p == '\\'))
			line_text(line, "\\");
		line_put(line, (const char *)p, len);
		p += len;
	}
}

static void line_time(struct log_line *line, uint64_t time_ms)
{
	time_t seconds = (time_t)(time_ms / 1000);
	struct tm utc;
	char text[48];
	gmtime_r(&seconds, &utc);
	size_t len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text + len, sizeof(text) - len, ".%03uZ", (unsigned)(time_ms % 1000));
	line_text(line, text);
}

static void line_as_text(struct log_line *line, const struct log_site *site, const char *text,
                         uint32_t withheld)
{
	char part[64];
	snprintf(part, sizeof(part), " %-5s %s ", log_level_text(site->level), site->id);
	line_text(line, part);
	line_text(line, site->component);
	line_text(line, ": ");
	if (withheld > 0) {
		snprintf(part, sizeof(part), "(%u more like this withheld) ", withheld);
		line_text(line, part);
	}
	line_escaped(line, text, LOG_FORMAT_TEXT);
	if (line->cut)
		line->len += (size_t)snprintf(line->text + line->len, LINE_RESERVE, "...");
	line->text[line->len++] = '\n';
}

static void line_as_json(struct log_line *line, const struct log_site *site, const char *text,
                         uint32_t withheld)
{
	char part[64];
	snprintf(part, sizeof(part), "\",\"level\":\"%s\",\"id\":\"%s\"",
	         log_level_text(site->level), site->id);
	line_text(line, part);
	line_text(line, ",\"component\":\"");
	line_text(line, site->component);
	line_text(line, "\"");
	if (withheld > 0) {
		snprintf(part, sizeof(part), ",\"withheld\":%u", withheld);
		line_text(line, part);
	}
	line_text(line, ",\"text\":\"");
	line_escaped(line, text, LOG_FORMAT_JSON);
	line->len += (size_t)snprintf(line->text + line->len, LINE_RESERVE, "%s\"}\n",
	                              line->cut ? "..." : "");
}

void log_line_make(struct log_line *line, enum log_format format, const struct log_site *site,
                   const char *text, uint32_t withheld, uint64_t time_ms)
{
	line->len = 0;
	line->cut = false;
	if (format == LOG_FORMAT_JSON) {
		line_text(line, "{\"time\":\"");
		line_time(line, time_ms);
		line_as_json(line, site, text, withheld);
	} else {
		line_time(line, time_ms);
		line_as_text(line, site, text, withheld);
	}
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The pages of the live view, line by line. */
#include "top_draw.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include "base/attr.h"

#define BAR_CELLS 20
#define LINE_END "\033[K\r\n"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

/* -- numbers and lines -- */

static uint64_t number_of(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;
	if (object == NULL || !json_object_object_get_ex(object, key, &value))
		return 0;
	return json_object_get_uint64(value);
}

static struct json_object *part_of(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;
	if (object == NULL || !json_object_object_get_ex(object, key, &value))
		return NULL;
	return value;
}

static const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *value = part_of(object, key);
	return value != NULL ? json_object_get_string(value) : "";
}

/* A line of the screen, cut to its width. */
static void line(struct top *top, const char *format, ...) PRINTF_LIKE(2, 3);

static void line(struct top *top, const char *format, ...)
{
	char text[COLUMNS_MAX + 1];
	va_list list;
	if (top->left == 0)
		return;
	top->left--;
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	for (unsigned i = 0; text[i] != '\0' && i < top->columns; i++)
		fputc((unsigned char)text[i] >= 0x20 && text[i] != 0x7f ? text[i] : '?', top->out);
	fputs(top->is_terminal ? LINE_END : "\n", top->out);
}

static void title(struct top *top, const char *text)
{
	if (top->left == 0)
		return;
	if (top->is_terminal)
		fputs(BOLD, top->out);
	line(top, "%s", text);
	if (top->is_terminal)
		fputs(PLAIN, top->out);
}

static void write_bar(uint64_t permille, char out[BAR_CELLS + 1])
{
	uint64_t full = permille * BAR_CELLS / 1000;
	for (unsigned i = 0; i < BAR_CELLS; i++)
		out[i] = i < full ? '#' : '.';
	out[BAR_CELLS] = '\0';
}

/* What was counted between the last two replies. */
static uint64_t grown(const struct top *top, const char *part, const char *key)
{
	uint64_t now = number_of(part_of(top->now, part), key);
	uint64_t before = number_of(part_of(top->earlier, part), key);
	return top->earlier != NULL && now > before ? now - before : 0;
}

/* -- pages -- */

static void draw_head(struct top *top)
{
	static const char *const pages[PAGE_COUNT] = {"1 overview", "2 hottest", "3 drops",
	                                              "4 lcores and links"};
	char text[COLUMNS_MAX] = "";
	size_t len = 0;
	uint64_t uptime = number_of(top->now, "uptime_seconds");
	for (unsigned i = 0; i < PAGE_COUNT && len < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		                        i == top->page ? "[%s] " : " %s  ", pages[i]);
	title(top, text);
	line(top, "%s  scloud-dns %s  up %" PRIu64 "d %02" PRIu64 ":%02" PRIu64 ":%02" PRIu64 "%s",
	     text_of(top->now, "name"), text_of(top->now, "version"), uptime / 86400,
	     uptime / 3600 % 24, uptime / 60 % 60, uptime % 60,
	     top->is_paused ? "   paused: space goes on" : "   space pauses, q leaves");
	line(top, "%s", "");
}

static void draw_rates(struct top *top)
{
	title(top, "per second        now          total");
	line(top, "in         %10" PRIu64 "   %12" PRIu64, number_of(top->now, "in_per_second"),
	     number_of(top->now, "in"));
	line(top, "answered   %10" PRIu64 "   %12" PRIu64,
	     number_of(top->now, "answered_per_second"), number_of(top->now, "answered"));
	line(top, "dropped    %10" PRIu64 "   %12" PRIu64,
	     number_of(top->now, "dropped_per_second"), number_of(top->now, "dropped"));
	line(top, "in flight  %10" PRIu64, number_of(top->now, "in_flight"));
	line(top, "%s", "");
}

static void draw_answers(struct top *top)
{
	struct json_object *answers = part_of(top->now, "answers");
	title(top, "answers           now          total");
	if (answers == NULL)
		return;
	json_object_object_foreach(answers, name, value)
	{
		line(top, "%-10s %10" PRIu64 "   %12" PRIu64, name, grown(top, "answers", name),
		     json_object_get_uint64(value));
	}
	line(top, "%s", "");
}

static void draw_cache(struct top *top)
{
	struct json_object *cache = part_of(top->now, "cache");
	uint64_t hits = grown(top, "cache", "hits");
	uint64_t all = hits + grown(top, "cache", "misses");
	line(top,
	     "cache      %" PRIu64 " of %" PRIu64 " entries, %" PRIu64 " hits and %" PRIu64
	     " misses a second (%" PRIu64 " %%)",
	     number_of(cache, "entries"), number_of(cache, "entries_max"), hits, all - hits,
	     all > 0 ? hits * 100 / all : 0);
}

static void draw_times(struct top *top)
{
	struct json_object *latency = part_of(top->now, "latency");
	line(top,
	     "times      p50 %" PRIu64 " us, p90 %" PRIu64 " us, p99 %" PRIu64 " us, p99.9 %" PRIu64
	     " us, max %" PRIu64 " us (last %" PRIu64 " answers)",
	     number_of(latency, "p50_us"), number_of(latency, "p90_us"),
	     number_of(latency, "p99_us"), number_of(latency, "p999_us"),
	     number_of(latency, "max_us"), number_of(latency, "answers"));
	line(top, "%s", "");
}

static void draw_lcores(struct top *top)
{
	struct json_object *list = part_of(top->now, "lcores");
	title(top, "lcore  load                          thread");
	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		struct json_object *row = json_object_array_get_idx(list, i);
		uint64_t load = number_of(row, "load_permille");
		char bar[BAR_CELLS + 1];
		write_bar(load, bar);
		line(top, "%5" PRIu64 "  %s %3" PRIu64 ".%" PRIu64 " %%  %s",
		     number_of(row, "lcore"), bar, load / 10, load % 10, text_of(row, "thread"));
	}
	line(top, "%s", "");
}

static void draw_links(struct top *top)
{
	struct json_object *list = part_of(top->now, "links");
	title(top, "  in use / credits       waits        shed       packets  link");
	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		struct json_object *row = json_object_array_get_idx(list, i);
		line(top,
		     "%8" PRIu64 " / %-8" PRIu64 "%11" PRIu64 " %11" PRIu64 " %13" PRIu64
		     "  %s %" PRIu64 ">%" PRIu64,
		     number_of(row, "in_use"), number_of(row, "credits"), number_of(row, "waits"),
		     number_of(row, "shed"), number_of(row, "packets"), text_of(row, "link"),
		     number_of(row, "from"), number_of(row, "to"));
	}
}

static void draw_hottest(struct top *top, const char *part, const char *key, const char *head,
                         unsigned rows)
{
	struct json_object *list = part_of(top->now, part);
	title(top, head);
	for (size_t i = 0; list != NULL && i < rows && i < json_object_array_length(list); i++) {
		struct json_object *row = json_object_array_get_idx(list, i);
		line(top, "%7" PRIu64 " %3" PRIu64 " %%  %s", number_of(row, "packets"),
		     number_of(row, "percent"), text_of(row, key));
	}
	line(top, "%s", "");
}

static void draw_drops(struct top *top)
{
	struct json_object *list = part_of(top->now, "drops");
	title(top, "       packets  dropped because");
	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		struct json_object *row = json_object_array_get_idx(list, i);
		line(top, "%14" PRIu64 "  %-26s  %s", number_of(row, "packets"),
		     text_of(row, "reason"), text_of(row, "meaning"));
	}
	if (list == NULL || json_object_array_length(list) == 0)
		line(top, "%14u  nothing was dropped", 0);
}

static void draw_page(struct top *top)
{
	unsigned half = top->left > 8 ? (top->left - 8) / 2 : 1;
	switch (top->page) {
	case PAGE_HOTTEST:
		draw_hottest(top, "names", "name",
		             "packets        hottest names (of the last ones)", half);
		draw_hottest(top, "clients", "client", "packets        hottest clients", half);
		return;
	case PAGE_DROPS:
		draw_drops(top);
		return;
	case PAGE_PIPELINE:
		draw_lcores(top);
		draw_links(top);
		return;
	case PAGE_OVERVIEW:
	case PAGE_COUNT:
		break;
	}
	draw_rates(top);
	draw_answers(top);
	draw_cache(top);
	draw_times(top);
	draw_lcores(top);
	draw_hottest(top, "names", "name", "packets        hottest names", 5);
	draw_hottest(top, "clients", "client", "packets        hottest clients", 5);
}

void top_draw(struct top *top)
{
	draw_head(top);
	draw_page(top);
}

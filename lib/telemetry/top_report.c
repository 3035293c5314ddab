/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* /scloud/top: one of the lists, or the beginning of each. */
#include <string.h>

#include "base/clock.h"
#include "telemetry/telemetry_int.h"

/* Entries of each list where none was chosen: all of them fit one reply of DPDK's socket. */
#define TOP_FEW 10
#define PERMILLE 1000

static void add_row(const struct telemetry_tops *tops, const struct telemetry_top_list *list,
                    uint32_t row, struct json_object *array)
{
	char text[TELEMETRY_TOP_TEXT_BYTES];
	const struct telemetry_top_row *from = &list->rows[row];
	if (!telemetry_top_text(tops, list, row, text))
		return;
	struct json_object *entry = json_object_new_object();
	telemetry_add_text(entry, list->kind == TOP_CLIENTS ? "client" : "name", text);
	telemetry_add_number(entry, "queries", from->count);
	telemetry_add_number(entry, "error", from->error);
	telemetry_add_number(entry, "per_second",
	                     (uint64_t)((double)from->count / list->seconds + 0.5));
	telemetry_add_number(entry, "permille",
	                     list->packets > 0 ? from->count * PERMILLE / list->packets : 0);
	json_object_array_add(array, entry);
}

static void add_rows(const struct telemetry_tops *tops, const struct telemetry_top_list *list,
                     uint32_t first, uint32_t end, struct json_object *reply)
{
	struct json_object *array = json_object_new_array();
	if (array == NULL)
		return;
	for (uint32_t i = first; i < end; i++)
		add_row(tops, list, i, array);
	telemetry_add(reply, top_kind_name(list->kind), array);
}

static void add_time(const struct telemetry_top_list *list, struct json_object *reply)
{
	telemetry_add_number(reply, "seconds", (uint64_t)list->seconds);
}

static enum result add_list(const struct telemetry_tops *tops, enum top_kind kind,
                            const struct telemetry_request *request, struct json_object *reply)
{
	struct telemetry_top_list list;
	enum result result = telemetry_top_list(tops, kind, clock_now_us(), &list);
	if (result != RESULT_OK)
		return result;
	const uint32_t end = telemetry_page_end(request, list.count);
	add_time(&list, reply);
	add_rows(tops, &list, request->first, end, reply);
	telemetry_page_close(reply, end, list.count);
	telemetry_top_free(&list);
	return RESULT_OK;
}

static enum result add_all(const struct telemetry_tops *tops, struct json_object *reply)
{
	for (int kind = 0; kind < TOP_KIND_COUNT; kind++) {
		struct telemetry_top_list list;
		enum result result =
		    telemetry_top_list(tops, (enum top_kind)kind, clock_now_us(), &list);
		if (result != RESULT_OK)
			return result;
		if (kind == 0)
			add_time(&list, reply);
		add_rows(tops, &list, 0, list.count < TOP_FEW ? list.count : TOP_FEW, reply);
		telemetry_top_free(&list);
	}
	return RESULT_OK;
}

enum result telemetry_top(const struct telemetry_settings *settings,
                          const struct telemetry_request *request, struct json_object *reply)
{
	if (request->parameter == NULL)
		return add_all(&settings->tops, reply);
	for (int kind = 0; kind < TOP_KIND_COUNT; kind++)
		if (strcmp(request->parameter, top_kind_name((enum top_kind)kind)) == 0)
			return add_list(&settings->tops, (enum top_kind)kind, request, reply);
	return RESULT_MALFORMED;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* How reports write JSON: members, and pages of lists. */
#include "telemetry/telemetry_int.h"

void telemetry_add(struct json_object *object, const char *key, struct json_object *member)
{
	if (object == NULL || json_object_object_add(object, key, member) != 0)
		json_object_put(member);
}

void telemetry_add_number(struct json_object *object, const char *key, uint64_t number)
{
	telemetry_add(object, key, json_object_new_uint64(number));
}

void telemetry_add_text(struct json_object *object, const char *key, const char *text)
{
	telemetry_add(object, key, json_object_new_string(text));
}

struct json_object *telemetry_add_object(struct json_object *object, const char *key)
{
	struct json_object *member = json_object_new_object();
	telemetry_add(object, key, member);
	return member;
}

uint32_t telemetry_page_end(const struct telemetry_request *request, uint32_t count)
{
	const uint32_t limit = request->limit != 0 ? request->limit : TELEMETRY_LIST_MAX;
	const uint32_t left = request->first < count ? count - request->first : 0;
	return left > limit ? request->first + limit : count;
}

void telemetry_page_close(struct json_object *reply, uint32_t end, uint32_t count)
{
	telemetry_add_number(reply, "count", count);
	if (end < count)
		telemetry_add_number(reply, "next", end);
}

void telemetry_list(const struct telemetry_settings *settings,
                    const struct telemetry_request *request, uint32_t count, telemetry_entry add,
                    struct json_object *reply)
{
	const uint32_t end = telemetry_page_end(request, count);
	for (uint32_t i = request->first; i < end; i++)
		add(settings, i, reply);
	telemetry_page_close(reply, end, count);
}

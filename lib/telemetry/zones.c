/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* /scloud/zones, /scloud/zone: what is served. */
#include <string.h>

#include "telemetry/telemetry_int.h"

static bool zone_at(const struct telemetry_settings *settings, uint32_t index,
                    struct telemetry_zone *out)
{
	return settings->zones.at(settings->zones.context, index, out);
}

void telemetry_sum_zones(const struct telemetry_settings *settings, struct telemetry_zone_sums *out)
{
	struct telemetry_zone row;
	*out = (struct telemetry_zone_sums){0};
	for (; zone_at(settings, out->zones, &row); out->zones++) {
		out->former += row.is_former;
		out->records += zone_record_count(row.zone);
		out->names += zone_name_count(row.zone);
		out->bytes += zone_memory_bytes(row.zone);
	}
}

static void add_zone(const struct telemetry_zone *row, struct json_object *entry)
{
	char text[DNS_NAME_TEXT_MAX];
	dns_name_to_text(zone_origin(row->zone)->wire, text);
	telemetry_add_text(entry, "name", text);
	telemetry_add_text(entry, "view", row->view != NULL ? row->view : "-");
	telemetry_add_number(entry, "serial", zone_serial(row->zone));
	telemetry_add_number(entry, "records", zone_record_count(row->zone));
	telemetry_add_number(entry, "names", zone_name_count(row->zone));
	telemetry_add_number(entry, "octets", zone_memory_bytes(row->zone));
	telemetry_add_number(entry, "loaded", row->loaded_s);
	telemetry_add_text(entry, "state", row->is_former ? "file is wrong" : "ok");
}

enum result telemetry_zones(const struct telemetry_settings *settings,
                            const struct telemetry_request *request, struct json_object *reply)
{
	const struct telemetry_zone_sums *sums = telemetry_zone_sums(settings);
	const uint32_t end = telemetry_page_end(request, sums->zones);
	struct telemetry_zone row;
	struct json_object *array = json_object_new_array();
	if (array == NULL)
		return RESULT_NO_MEMORY;
	for (uint32_t i = request->first; i < end && zone_at(settings, i, &row); i++) {
		struct json_object *entry = json_object_new_object();
		add_zone(&row, entry);
		json_object_array_add(array, entry);
	}
	telemetry_add_number(reply, "records", sums->records);
	telemetry_add_number(reply, "octets", sums->bytes);
	telemetry_add_number(reply, "files_wrong", sums->former);
	telemetry_add(reply, "zones", array);
	telemetry_page_close(reply, end, sums->zones);
	return RESULT_OK;
}

/* A zone may be there once for each view: all of them are shown, by the number of the view's row. */
enum result telemetry_zone(const struct telemetry_settings *settings,
                           const struct telemetry_request *request, struct json_object *reply)
{
	struct telemetry_zone row;
	struct dns_name name;
	const char *text = request->parameter;
	if (text == NULL || dns_name_from_text(text, strlen(text), NULL, &name) != RESULT_OK)
		return RESULT_MALFORMED;
	struct json_object *array = json_object_new_array();
	if (array == NULL)
		return RESULT_NO_MEMORY;
	for (uint32_t i = 0; zone_at(settings, i, &row); i++) {
		if (!dns_name_equal(zone_origin(row.zone)->wire, name.wire))
			continue;
		struct json_object *entry = json_object_new_object();
		add_zone(&row, entry);
		telemetry_add_text(entry, "file", row.file);
		json_object_array_add(array, entry);
	}
	const size_t count = json_object_array_length(array);
	telemetry_add(reply, "zones", array);
	return count > 0 ? RESULT_OK : RESULT_NOT_FOUND;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* /scloud/links: credits of each ring, and who was slow. */
#include <stdio.h>

#include "telemetry/telemetry_int.h"

static void add_link(const struct telemetry_settings *settings, uint32_t index,
                     struct json_object *reply)
{
	struct pipeline_link_stats link;
	char name[TELEMETRY_NAME_BYTES];
	struct json_object *entry = json_object_new_object();

	pipeline_get_link(settings->pipeline, (uint16_t)index, &link);
	telemetry_add_text(entry, "policy", link_policy_name(link.policy));
	telemetry_add_text(entry, "kind", link.is_direct ? "direct call" : "ring");
	if (!link.is_direct) {
		telemetry_add_number(entry, "depth", link.depth);
		telemetry_add_number(entry, "credits", link.credits);
		telemetry_add_number(entry, "in_use", link.in_use);
		telemetry_add_number(entry, "handed", link.handed);
		telemetry_add_number(entry, "returned", link.returned);
		telemetry_add_number(entry, "waits", link.waits);
		telemetry_add_number(entry, "shed", link.shed);
	}
	snprintf(name, sizeof(name), "%.40s_%u_%u", link.name, link.from_instance,
	         link.to_instance);
	telemetry_add(reply, name, entry);
}

enum result telemetry_links(const struct telemetry_settings *settings,
                            const struct telemetry_request *request, struct json_object *reply)
{
	telemetry_list(settings, request, pipeline_count_links(settings->pipeline), add_link,
	               reply);
	return RESULT_OK;
}

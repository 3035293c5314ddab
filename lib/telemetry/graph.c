/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* /scloud/graph: which stage runs where, and where its packets go. */
#include <stdio.h>
#include <string.h>

#include "telemetry/telemetry_int.h"

/* Links that begin at this instance: to whom, how, and how many packets went there. */
static void add_links(const struct pipeline *pipeline, const struct pipeline_stage_stats *from,
                      struct json_object *entry)
{
	struct json_object *to = telemetry_add_object(entry, "to");
	for (uint16_t i = 0; i < pipeline_count_links(pipeline); i++) {
		struct pipeline_link_stats link;
		char name[TELEMETRY_NAME_BYTES];
		pipeline_get_link(pipeline, i, &link);
		if (strcmp(link.from, from->ops->name) != 0 || link.from_instance != from->instance)
			continue;
		snprintf(name, sizeof(name), "%.40s_%u", link.to, link.to_instance);
		telemetry_add_text(to, name, link.is_direct ? "direct call" : "ring");
	}
}

static void add_stage(const struct telemetry_settings *settings, uint32_t index,
                      struct json_object *reply)
{
	struct pipeline_stage_stats stats;
	struct pipeline_lcore_stats lcore;
	char name[TELEMETRY_NAME_BYTES];
	struct json_object *entry = json_object_new_object();
	pipeline_get_stage(settings->pipeline, (uint16_t)index, &stats);
	pipeline_get_lcore(settings->pipeline, stats.lcore, &lcore);
	telemetry_add_number(entry, "lcore", lcore.lcore_id);
	telemetry_add_text(entry, "thread", lcore.thread);
	add_links(settings->pipeline, &stats, entry);
	snprintf(name, sizeof(name), "%.40s_%u", stats.ops->name, stats.instance);
	telemetry_add(reply, name, entry);
}

enum result telemetry_graph(const struct telemetry_settings *settings,
                            const struct telemetry_request *request, struct json_object *reply)
{
	const struct placement *placement = pipeline_get_placement(settings->pipeline);
	telemetry_add_text(reply, "placement", placement_kind_name(placement->kind));
	telemetry_add_number(reply, "lanes", placement->lanes);
	telemetry_add_text(reply, "idle", idle_policy_name(pipeline_get_idle(settings->pipeline)));
	telemetry_list(settings, request, pipeline_count_stages(settings->pipeline), add_stage,
	               reply);
	return RESULT_OK;
}

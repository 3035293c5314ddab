/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* /scloud/links: credits of each ring, and who was slow. */
#include <errno.h>
#include <stdio.h>

#include "telemetry/telemetry_int.h"

static int add_link(const struct pipeline *pipeline, uint16_t index, struct rte_tel_data *reply)
{
	struct pipeline_link_stats link;
	char name[TELEMETRY_NAME_BYTES];
	struct rte_tel_data *entry = rte_tel_data_alloc();

	if (entry == NULL)
		return -ENOMEM;
	pipeline_get_link(pipeline, index, &link);
	rte_tel_data_start_dict(entry);
	rte_tel_data_add_dict_string(entry, "policy", link_policy_name(link.policy));
	rte_tel_data_add_dict_string(entry, "kind", link.is_direct ? "direct call" : "ring");
	if (!link.is_direct) {
		rte_tel_data_add_dict_u64(entry, "depth", link.depth);
		rte_tel_data_add_dict_u64(entry, "credits", link.credits);
		rte_tel_data_add_dict_u64(entry, "in_use", link.in_use);
		rte_tel_data_add_dict_u64(entry, "handed", link.handed);
		rte_tel_data_add_dict_u64(entry, "returned", link.returned);
		rte_tel_data_add_dict_u64(entry, "waits", link.waits);
		rte_tel_data_add_dict_u64(entry, "shed", link.shed);
	}
	snprintf(name, sizeof(name), "%.40s_%u_%u", link.name, link.from_instance,
	         link.to_instance);
	return rte_tel_data_add_dict_container(reply, name, entry, 0);
}

int telemetry_links(const struct telemetry_settings *settings, const char *params,
                    struct rte_tel_data *reply)
{
	return telemetry_list(pipeline_count_links(settings->pipeline), params, settings->pipeline,
	                      add_link, reply);
}

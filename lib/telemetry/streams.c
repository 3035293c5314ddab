/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* /scloud/streams: what happened to connections of TCP and TLS. */
#include "stage/tcp_acceptor.h"
#include "telemetry/telemetry_int.h"

enum result telemetry_streams(const struct telemetry_settings *settings,
                              const struct telemetry_request *request, struct json_object *reply)
{
	uint64_t sums[TCP_EVENT_COUNT] = {0};
	(void)request;
	for (uint16_t i = 0; i < pipeline_count_stages(settings->pipeline); i++) {
		struct pipeline_stage_stats stats;
		pipeline_get_stage(settings->pipeline, i, &stats);
		for (int event = 0; stats.ops == &stage_tcp_acceptor_ops && event < TCP_EVENT_COUNT;
		     event++)
			sums[event] += telemetry_read(&stats.counters->event[event]);
	}
	for (int event = 0; event < TCP_EVENT_COUNT; event++)
		telemetry_add_number(reply, tcp_event_name((enum tcp_event)event), sums[event]);
	return RESULT_OK;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* /scloud/streams: what happened to connections of TCP and TLS. */
#include "stage/tcp_acceptor.h"
#include "telemetry/telemetry_int.h"

int telemetry_streams(const struct telemetry_settings *settings, const char *params,
                      struct rte_tel_data *reply)
{
	uint64_t sums[TCP_EVENT_COUNT] = {0};
	(void)params;
	for (uint16_t i = 0; i < pipeline_count_stages(settings->pipeline); i++) {
		struct pipeline_stage_stats stats;
		pipeline_get_stage(settings->pipeline, i, &stats);
		for (int event = 0; stats.ops == &stage_tcp_acceptor_ops && event < TCP_EVENT_COUNT;
		     event++)
			sums[event] += telemetry_read(&stats.counters->event[event]);
	}
	rte_tel_data_start_dict(reply);
	for (int event = 0; event < TCP_EVENT_COUNT; event++)
		rte_tel_data_add_dict_u64(reply, tcp_event_name((enum tcp_event)event),
		                          sums[event]);
	return 0;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Sums over the instances of a stage. */
#include "telemetry/telemetry_int.h"

uint64_t telemetry_sum_event(const struct pipeline *pipeline, const struct stage_ops *ops,
                             unsigned event)
{
	uint64_t sum = 0;
	for (uint16_t i = 0; i < pipeline_count_stages(pipeline); i++) {
		struct pipeline_stage_stats stats;
		pipeline_get_stage(pipeline, i, &stats);
		if (stats.ops == ops)
			sum += telemetry_read(&stats.counters->event[event]);
	}
	return sum;
}

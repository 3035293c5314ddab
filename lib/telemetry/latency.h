/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* latency -- the latencies that lcores count, put together for those who show them.
 *
 * What:    sums of the histograms beside the stages (pipeline/answer_times.h, struct stage_times).
 * Threads: any that is no lcore of the pipeline.
 * Memory:  the caller's; a struct latency has 5 KiB.
 * Limits:  none.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include "base/latency.h"
#include "pipeline/pipeline.h"

#define TELEMETRY_LATENCY_ALL (-1)

/* How long answers took, of one way (enum answer_way) or of all; every answer is in it. Empty where
 * latencies are not measured. */
void telemetry_latency_answers(const struct pipeline *pipeline, int way, struct latency *out);

/* A stage's struct stage_times, over its instances. */
void telemetry_latency_stage(const struct pipeline *pipeline, const struct stage_ops *ops,
                             struct latency *work, struct latency *age);

/* Ticks of those as time. */
double telemetry_latency_seconds(uint64_t ticks);

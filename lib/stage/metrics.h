/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* metrics -- the METRICS stage: turns the counters of all lcores into rates, once a second.
 *
 * What:    reads every stage's counters, keeps the totals of a second ago and publishes the
 *          difference. What exporters show as "per second" comes from here, so that all of them agree.
 * Threads: one instance on a control lcore; the view may be read by any thread.
 * Memory:  the view is the application's.
 * Limits:  METRICS_PERIOD_US.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "pipeline/pipeline.h"
#include "pipeline/stage.h"

/* Too short: rates jump with each burst. Too long: people wait for the picture. */
#define METRICS_PERIOD_US 1000000u

/* writer: METRICS; readers: telemetry, log. Packets a second over the last period. */
struct metrics_view {
	_Atomic uint64_t in_per_second;
	_Atomic uint64_t answered_per_second;
	_Atomic uint64_t dropped_per_second;
	_Atomic uint64_t answered_per_second_max; /* since the start */
	_Atomic uint64_t periods; /* how many there were: seconds of service */
};

struct stage_metrics_settings {
	struct metrics_view *view;
};

extern const struct stage_ops stage_metrics_ops;

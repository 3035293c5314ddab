/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* report -- figures as text (dnsperf's where it has them), as JSON, and as a histogram to plot.
 *
 * What:    pure output.
 * Threads: main.
 * Memory:  none kept.
 * Limits:  none.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <stdio.h>

#include "base/attr.h"
#include "base/result.h"
#include "session.h"

/* A rate that a ramp tried. */
struct report_step {
	double wanted; /* queries a second */
	double sent;
	double answered;
	double loss_percent;
	double p50_us;
	double p99_us;
	bool good;
};

void report_text(const struct options *options, const struct session_result *result, FILE *out);

/* steps: of a ramp, or NULL. Fails: RESULT_NO_MEMORY, RESULT_IO. */
MUST_CHECK enum result report_json(const struct options *options,
                                   const struct session_result *result,
                                   const struct report_step *steps, size_t step_count,
                                   const char *path);

/* Lines of: microseconds, how many, share of all up to here. Fails: RESULT_IO. */
MUST_CHECK enum result report_histogram(const struct histogram *latency, const char *path);

/* Answers that are not what they should be. */
uint64_t report_wrong(const struct worker_counts *counts);

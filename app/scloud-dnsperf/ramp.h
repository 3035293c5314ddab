/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* ramp -- finds the highest rate at which little is lost.
 *
 * What:    doubles the rate until too much is lost or the generator cannot send it, then halves the interval. Each
 *          rate is a measurement of its own, which ends when every query was answered or is lost.
 * Threads: main.
 * Memory:  the caller's steps.
 * Limits:  RAMP_STEPS_MAX.
 * Trust:   no input.
 * RFC:     2544 §26.1 (throughput: the highest rate without loss; ours allows a little). */
#pragma once

#include <stdio.h>

#include "report.h"
#include "session.h"

/* Doubling from 1 to 10^9 and halving down to a hundredth. */
#define RAMP_STEPS_MAX 48u

struct ramp {
	struct report_step step[RAMP_STEPS_MAX];
	size_t count;
	uint64_t best; /* 0: even the first rate lost too much */
	struct session_result result; /* of the best rate */
};

/* Prints a line for each step. */
void ramp_run(struct session *session, FILE *out, struct ramp *ramp);

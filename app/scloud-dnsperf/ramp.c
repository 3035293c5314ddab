/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Up by doubling, then in between. */
#include "ramp.h"

/* The generator is the limit when it sends less than this share of what is wanted. */
#define SENT_SHARE 0.99
/* The search ends when the interval is narrower than this share of the rate. */
#define NARROW_SHARE 0.01
#define RATE_MAX UINT64_C(1000000000)

static bool try_rate(struct session *session, uint64_t rate, FILE *out, struct ramp *ramp,
                     struct session_result *result)
{
	const struct options *options = session->options;
	const struct session_load load = {
	    .rate = rate,
	    .queries = UINT64_MAX,
	    .seconds = options->ramp_step_s,
	};
	session_run(session, &load, result);
	const struct worker_counts *counts = &result->counts;
	struct report_step *step = &ramp->step[ramp->count++];
	*step = (struct report_step){
	    .wanted = (double)rate,
	    .sent = (double)counts->sent / result->seconds,
	    .answered = (double)counts->answered / result->seconds,
	    .loss_percent =
	        counts->sent > 0 ? 100.0 * (double)counts->lost / (double)counts->sent : 100.0,
	    .p50_us = (double)histogram_percentile(&result->latency, 0.5) / 1e3,
	    .p99_us = (double)histogram_percentile(&result->latency, 0.99) / 1e3,
	};
	step->good =
	    step->loss_percent <= options->loss_percent && step->sent >= SENT_SHARE * step->wanted;
	fprintf(out, "  %12.0f %12.0f %12.0f %9.3f %10.1f %10.1f  %s\n", step->wanted, step->sent,
	        step->answered, step->loss_percent, step->p50_us, step->p99_us,
	        step->good                                   ? "good"
	        : step->loss_percent > options->loss_percent ? "too much is lost"
	                                                     : "the generator is too slow");
	fflush(out);
	if (step->good && rate > ramp->best) {
		ramp->best = rate;
		ramp->result = *result;
	}
	return step->good;
}

void ramp_run(struct session *session, FILE *out, struct ramp *ramp)
{
	static struct session_result result; /* large */
	uint64_t low = 0;
	uint64_t high = 0;
	uint64_t rate = session->options->ramp_start;
	ramp->count = 0;
	ramp->best = 0;
	fprintf(out, "  %12s %12s %12s %9s %10s %10s\n", "wanted/s", "sent/s", "answered/s",
	        "lost %", "p50 us", "p99 us");
	while (ramp->count < RAMP_STEPS_MAX) {
		bool good = try_rate(session, rate, out, ramp, &result);
		if (result.interrupted)
			break;
		if (good)
			low = rate;
		else
			high = rate;
		if (high == 0 && rate * 2 > RATE_MAX)
			break;
		if (high != 0 && (double)(high - low) <= NARROW_SHARE * (double)high + 1)
			break;
		rate = high == 0 ? rate * 2 : low + (high - low) / 2;
	}
}

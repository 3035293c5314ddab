/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* answer_times -- how long clients waited in this server: from a query's arrival to its answer's departure.
 *
 * What:    for stages where answers leave (stage_ops.answers). One stamp for each batch that left; answers
 *          that came in together are counted together, so that a packet costs an addition. Kept apart by
 *          the way of the answer: a cache's times would drown in a resolver's.
 * Threads: the stage's lcore writes, anybody reads (base/latency.h).
 * Memory:  made by the pipeline beside the stage; NULL where latencies are not wanted.
 * Limits:  one run of equal arrivals at a time.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <rte_cycles.h>

#include "base/latency.h"
#include "pipeline/query.h"
#include "pipeline/stage.h"

/* How an answer came about. */
enum answer_way {
	ANSWER_WAY_DIRECT, /* refused, wrong, or by a policy: no data was looked for */
	ANSWER_WAY_ZONE,
	ANSWER_WAY_CACHE,
	ANSWER_WAY_RESOLVER, /* other servers were asked, or their answers waited for */
	ANSWER_WAY_COUNT
};

const char *answer_way_name(enum answer_way way);

/* What a stage with stage_ops.answers has. */
struct answer_times {
	struct latency way[ANSWER_WAY_COUNT];
};

static inline enum answer_way answer_way_of(const struct query *query)
{
	switch ((enum query_verdict)query->verdict) {
	case QUERY_VERDICT_ZONE:
		return ANSWER_WAY_ZONE;
	case QUERY_VERDICT_CACHE:
		return ANSWER_WAY_CACHE;
	case QUERY_VERDICT_RESOLVED:
		return ANSWER_WAY_RESOLVER;
	case QUERY_VERDICT_NONE:
	case QUERY_VERDICT_ANSWER:
		break;
	}
	return ANSWER_WAY_DIRECT;
}

/* Answers that left at the same time, while they are counted. */
struct answer_run {
	struct answer_times *times;
	uint64_t now_tsc;
	uint64_t arrival_tsc;
	uint32_t weight[ANSWER_WAY_COUNT];
};

/* Where `times` is NULL nothing is counted. */
static ALWAYS_INLINE void answer_run_begin(struct answer_run *run, struct answer_times *times)
{
	*run = (struct answer_run){.times = times};
	if (times != NULL)
		run->now_tsc = rte_rdtsc();
}

static ALWAYS_INLINE void answer_run_end(struct answer_run *run)
{
	if (run->times == NULL)
		return;
	/* Stamps of two processors may be a little apart. */
	const uint64_t ticks =
	    run->now_tsc > run->arrival_tsc ? run->now_tsc - run->arrival_tsc : 0;
	for (unsigned i = 0; i < ANSWER_WAY_COUNT; i++) {
		if (run->weight[i] == 0)
			continue;
		latency_record(&run->times->way[i], ticks, run->weight[i]);
		run->weight[i] = 0;
	}
}

static ALWAYS_INLINE void answer_run_add(struct answer_run *run, uint64_t arrival_tsc,
                                         enum answer_way way)
{
	if (UNLIKELY(arrival_tsc != run->arrival_tsc)) {
		answer_run_end(run);
		run->arrival_tsc = arrival_tsc;
	}
	run->weight[way]++;
}

/* A single answer. */
static inline void answer_times_add(struct answer_times *times, const struct query *query)
{
	struct answer_run run;
	answer_run_begin(&run, times);
	answer_run_add(&run, query->arrival_tsc, answer_way_of(query));
	answer_run_end(&run);
}

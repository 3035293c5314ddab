/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Where latencies are counted: beside each stage, written by its lcore alone. */
#include "pipeline/answer_times.h"
#include "pipeline/pipeline_int.h"
#include "pipeline/query.h"

const char *answer_way_name(enum answer_way way)
{
	static const char *const names[ANSWER_WAY_COUNT] = {
	    [ANSWER_WAY_DIRECT] = "direct",
	    [ANSWER_WAY_ZONE] = "zone",
	    [ANSWER_WAY_CACHE] = "cache",
	    [ANSWER_WAY_RESOLVER] = "resolver",
	};
	CHECK(way < ANSWER_WAY_COUNT);
	return names[way];
}

enum result pipeline_times_make(struct pipeline_stage *stage)
{
	const struct stage_ops *ops = stage->base.ops;
	if (stage->base.pipeline->stamp_turns == 0)
		return RESULT_OK;
	stage->times = pipeline_memory_make(sizeof(*stage->times), stage->base.socket);
	if (stage->times == NULL)
		return RESULT_NO_MEMORY;
	if (!ops->answers)
		return RESULT_OK;
	stage->base.answer_times =
	    pipeline_memory_make(sizeof(*stage->base.answer_times), stage->base.socket);
	return stage->base.answer_times == NULL ? RESULT_NO_MEMORY : RESULT_OK;
}

void pipeline_times_free(struct pipeline_stage *stage)
{
	pipeline_memory_free(stage->times);
	pipeline_memory_free(stage->base.answer_times);
}

void pipeline_times_work(struct pipeline_stage *stage, uint64_t cycles, uint32_t packets)
{
	/* What one turn in so many took, all of them took. */
	stage_count(&stage->counters.cycles, cycles * stage->base.pipeline->stamp_turns);
	latency_record(&stage->times->work, cycles / packets, packets);
}

void pipeline_times_age(struct pipeline_stage *stage, struct rte_mbuf *first, uint64_t now_tsc,
                        uint32_t packets)
{
	const uint64_t arrival_tsc = query_of(first)->arrival_tsc;
	if (arrival_tsc == 0) /* no client's: a frame of the kernel half, or a carrier */
		return;
	/* Stamps of two processors may be a little apart. */
	latency_record(&stage->times->age, now_tsc > arrival_tsc ? now_tsc - arrival_tsc : 0,
	               packets);
}

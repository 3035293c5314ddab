/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Reads the counters of stages, links and lcores for whoever asks; never stops or slows an lcore. */
#include <string.h>

#include "pipeline/pipeline_int.h"

static uint64_t load(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

uint16_t pipeline_count_stages(const struct pipeline *pipeline)
{
	return pipeline->stage_count;
}

uint16_t pipeline_count_links(const struct pipeline *pipeline)
{
	return pipeline->link_count;
}

uint16_t pipeline_count_lcores(const struct pipeline *pipeline)
{
	return pipeline->lcore_count;
}

static uint16_t list_pools(const struct pipeline *pipeline, const struct rte_mempool **pools)
{
	uint16_t count = 0;
	if (pipeline->pools.packet != NULL)
		pools[count++] = pipeline->pools.packet;
	if (pipeline->pools.stream != NULL)
		pools[count++] = pipeline->pools.stream;
	return count;
}

uint16_t pipeline_count_pools(const struct pipeline *pipeline)
{
	const struct rte_mempool *pools[2];
	return list_pools(pipeline, pools);
}

void pipeline_get_pool(const struct pipeline *pipeline, uint16_t index,
                       struct pipeline_pool_stats *out)
{
	const struct rte_mempool *pools[2];
	CHECK(index < list_pools(pipeline, pools));
	*out = (struct pipeline_pool_stats){
	    .name = pools[index]->name,
	    .size = pools[index]->size,
	    .in_use = rte_mempool_in_use_count(pools[index]),
	};
}

void pipeline_get_stage(const struct pipeline *pipeline, uint16_t index,
                        struct pipeline_stage_stats *out)
{
	CHECK(index < pipeline->stage_count);
	const struct pipeline_stage *stage = pipeline->stages[index];
	const struct stage_ops *ops = stage->base.ops;
	*out = (struct pipeline_stage_stats){
	    .ops = ops,
	    .instance = stage->base.instance,
	    .lcore = stage->lcore->index,
	    .counters = &stage->counters,
	    .times = stage->times,
	    .answer_times = stage->base.answer_times,
	    .held = ops->held != NULL && stage->is_initialised ? ops->held(&stage->base) : 0,
	};
}

void pipeline_get_link(const struct pipeline *pipeline, uint16_t index,
                       struct pipeline_link_stats *out)
{
	CHECK(index < pipeline->link_count);
	const struct pipeline_link *link = pipeline->links[index];
	uint64_t returned = atomic_load_explicit(&link->credit.done, memory_order_acquire);
	uint64_t handed = atomic_load_explicit(&link->credit.handed, memory_order_acquire);
	*out = (struct pipeline_link_stats){
	    .name = link->row->name,
	    .from = link->row->from,
	    .to = link->row->to,
	    .from_instance = link->producer->base.instance,
	    .to_instance = link->consumer->base.instance,
	    .is_direct = link->ring == NULL,
	    .policy = link->row->policy,
	    .depth = link->row->depth,
	    .credits = link->row->credits,
	    .in_use = handed - returned,
	    .handed = handed,
	    .returned = returned,
	    .waits = atomic_load_explicit(&link->credit.waits, memory_order_relaxed),
	    .shed = load(&link->shed),
	};
}

void pipeline_get_lcore(const struct pipeline *pipeline, uint16_t index,
                        struct pipeline_lcore_stats *out)
{
	CHECK(index < pipeline->lcore_count);
	const struct pipeline_lcore *lcore = pipeline->lcores[index];
	*out = (struct pipeline_lcore_stats){
	    .thread = pipeline->placement->thread[index],
	    .lcore_id = lcore->lcore_id,
	    .turns_busy = load(&lcore->turns_busy),
	    .turns_idle = load(&lcore->turns_idle),
	    .sleeps = load(&lcore->sleeps),
	    .bells = load(&lcore->bells),
	    .busy_cycles = load(&lcore->busy_tsc),
	    .load_permille = (uint16_t)load(&lcore->load_permille),
	};
}

const struct stage *pipeline_find_stage(const struct pipeline *pipeline, const char *name,
                                        uint16_t instance)
{
	for (uint16_t i = 0; i < pipeline->stage_count; i++) {
		const struct stage *stage = &pipeline->stages[i]->base;
		if (stage->instance == instance && strcmp(stage->ops->name, name) == 0)
			return stage;
	}
	return NULL;
}

void pipeline_get_totals(const struct pipeline *pipeline, struct pipeline_totals *out)
{
	struct pipeline_totals totals = {0};
	for (uint16_t i = 0; i < pipeline->stage_count; i++) {
		const struct stage_counters *counters = &pipeline->stages[i]->counters;
		totals.in += load(&counters->made);
		totals.answered += load(&counters->answered);
		for (unsigned j = 0; j < DROP_REASON_COUNT; j++)
			totals.drop[j] += load(&counters->drop[j]);
	}
	for (unsigned j = 0; j < DROP_REASON_COUNT; j++)
		totals.dropped += totals.drop[j];
	for (uint16_t i = 0; i < pipeline->link_count; i++)
		totals.in_flight += link_in_use(pipeline->links[i]);
	*out = totals;
}

const struct topology *pipeline_get_topology(const struct pipeline *pipeline)
{
	return pipeline->topology;
}

const struct placement *pipeline_get_placement(const struct pipeline *pipeline)
{
	return pipeline->placement;
}

enum idle_policy pipeline_get_idle(const struct pipeline *pipeline)
{
	return pipeline->idle;
}

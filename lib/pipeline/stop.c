/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Draining and stopping: sources stop, what is in flight is finished, lcores leave, what is left over is
 * dropped by name, stages end. */
#include <time.h>

#include <rte_launch.h>

#include "base/clock.h"
#include "pipeline/pipeline_int.h"

/* Between two looks whether everything is finished. */
#define LOOK_NS 200000
/* The first turn may have begun before the flag was set, the second one has seen it. */
#define TURNS_UNTIL_SEEN 2

static void ring_all(struct pipeline *pipeline)
{
	atomic_thread_fence(memory_order_seq_cst);
	for (uint16_t i = 0; i < pipeline->lcore_count; i++)
		pipeline_doorbell_ring(pipeline->lcores[i], LCORE_ASLEEP);
}

static uint64_t count_turns(const struct pipeline_lcore *lcore)
{
	return __atomic_load_n(&lcore->turns_busy, __ATOMIC_ACQUIRE) +
	       __atomic_load_n(&lcore->turns_idle, __ATOMIC_ACQUIRE);
}

static bool have_all_turned(const struct pipeline *pipeline, const uint64_t *turns)
{
	for (uint16_t i = 0; i < pipeline->lcore_count; i++)
		if (count_turns(pipeline->lcores[i]) < turns[i] + TURNS_UNTIL_SEEN)
			return false;
	return true;
}

/* Sum of credits in use, and of all that were ever handed out. */
static uint64_t sum_in_use(const struct pipeline *pipeline, uint64_t *handed)
{
	uint64_t in_use = 0;
	*handed = 0;
	for (uint16_t i = 0; i < pipeline->link_count; i++) {
		struct pipeline_link *link = pipeline->links[i];
		in_use += link_in_use(link);
		*handed += atomic_load_explicit(&link->credit.handed, memory_order_acquire);
	}
	return in_use;
}

/* Nothing in use, and nothing was handed out while we looked from link to link. */
static bool is_drained(const struct pipeline *pipeline)
{
	uint64_t before;
	uint64_t after;
	return sum_in_use(pipeline, &before) == 0 && sum_in_use(pipeline, &after) == 0 &&
	       before == after;
}

static void mark_turns(const struct pipeline *pipeline, uint64_t *turns)
{
	for (uint16_t i = 0; i < pipeline->lcore_count; i++)
		turns[i] = count_turns(pipeline->lcores[i]);
}

/* A sleeper that has just decided to sleep may miss one bell, so it is rung again at each look. */
bool pipeline_pass_turn(struct pipeline *pipeline, uint64_t timeout_us)
{
	const struct timespec pause = {.tv_nsec = LOOK_NS};
	uint64_t turns[PIPELINE_LCORES_MAX];
	uint64_t deadline_us = clock_steady_us() + timeout_us;
	mark_turns(pipeline, turns);
	while (pipeline->is_launched) {
		ring_all(pipeline);
		if (have_all_turned(pipeline, turns))
			break;
		if (clock_steady_us() >= deadline_us)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

static bool drain(struct pipeline *pipeline, uint64_t timeout_us)
{
	const struct timespec pause = {.tv_nsec = LOOK_NS};
	uint64_t turns[PIPELINE_LCORES_MAX];
	uint64_t deadline_us = clock_steady_us() + timeout_us;
	mark_turns(pipeline, turns);
	atomic_store(&pipeline->is_draining, true);
	for (;;) {
		ring_all(pipeline);
		if (have_all_turned(pipeline, turns) && is_drained(pipeline))
			return true;
		if (clock_steady_us() >= deadline_us)
			return false;
		nanosleep(&pause, NULL);
	}
}

static void leave(struct pipeline *pipeline)
{
	atomic_store(&pipeline->is_leaving, true);
	ring_all(pipeline);
	for (uint16_t i = 0; i < pipeline->lcore_count; i++)
		rte_eal_wait_lcore(pipeline->lcores[i]->lcore_id);
}

/* The lcores have left: whatever lies on the ring is dropped by its consumer. */
static void empty_link(struct pipeline_link *link)
{
	struct rte_mbuf *mbufs[PIPELINE_BURST];
	struct stage *stage = &link->consumer->base;
	uint16_t count;
	while (link->ring != NULL && (count = link_take(link, mbufs, PIPELINE_BURST)) > 0) {
		stage_count(&stage->counters->in, count);
		for (uint16_t i = 0; i < count; i++)
			stage_drop(stage, mbufs[i], DROP_PIPELINE_STOPPING);
		credit_put(&link->credit, count);
	}
}

static void end_stages(struct pipeline *pipeline)
{
	for (uint16_t i = 0; i < pipeline->stage_count; i++) {
		struct pipeline_stage *stage = pipeline->stages[i];
		if (stage->is_initialised && stage->base.ops->fini != NULL)
			stage->base.ops->fini(&stage->base);
		stage->is_initialised = false;
	}
	/* What holding stages let go of just now. */
	for (uint16_t i = 0; i < pipeline->link_count; i++) {
		credit_put(&pipeline->links[i]->credit, pipeline->links[i]->pending);
		pipeline->links[i]->pending = 0;
	}
}

bool pipeline_stop(struct pipeline *pipeline, uint64_t timeout_us)
{
	bool drained = true;
	if (pipeline->is_launched) {
		drained = drain(pipeline, timeout_us);
		leave(pipeline);
		pipeline->is_launched = false;
	}
	for (uint16_t i = 0; i < pipeline->link_count; i++)
		empty_link(pipeline->links[i]);
	end_stages(pipeline);
	return drained;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The one run loop. A turn takes input from the lcore's feeds (rings and sources) in turn, each no more than
 * what all BLOCK rings behind it have credit for; runs the stages in the order of the packet's way; sends
 * what was gathered; returns credits; reports RCU quiescence. Idling is in idle.c. */
#include <pthread.h>

#include <rte_cycles.h>

#include "base/clock.h"
#include "pipeline/pipeline_int.h"
#include "pipeline/query.h"

#define PERMILLE 1000

/* Time, flags and credits as they are for this turn. */
static void begin(struct pipeline_lcore *lcore)
{
	uint64_t now_us = clock_now_us();
	bool draining = atomic_load_explicit(&lcore->pipeline->is_draining, memory_order_relaxed);
	const uint32_t stamp_turns = lcore->pipeline->stamp_turns;
	lcore->now_us = now_us;
	lcore->was_draining = draining;
	lcore->is_stamped = stamp_turns != 0 && (lcore->turn_number++ & (stamp_turns - 1)) == 0;
	for (uint16_t i = 0; i < lcore->stage_count; i++) {
		lcore->stages[i]->base.now_us = now_us;
		lcore->stages[i]->base.draining = draining;
	}
	for (uint16_t i = 0; i < lcore->out_count; i++)
		lcore->out[i]->turn_room = credit_open(&lcore->out[i]->credit);
}

static uint16_t budget_of(const struct pipeline_stage *stage)
{
	uint32_t budget = PIPELINE_BURST;
	for (uint16_t i = 0; i < stage->reach_count; i++)
		if (stage->reach[i]->turn_room < budget)
			budget = stage->reach[i]->turn_room;
	return (uint16_t)budget;
}

/* `count` packets are on their way to any of the rings behind the stage. */
static void charge(const struct pipeline_stage *stage, uint64_t count)
{
	for (uint16_t i = 0; i < stage->reach_count; i++) {
		uint32_t *room = &stage->reach[i]->turn_room;
		*room -= count < *room ? (uint32_t)count : *room;
	}
}

/* The packet remembers where its credit goes back to when the stage lets go of it. */
static void mark_held(const struct pipeline_link *link, struct rte_mbuf **mbufs, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++) {
		struct query *query = query_of(mbufs[i]);
		query->link_credit = (uint8_t)(link->row_index + 1);
		query->link_producer = (uint8_t)link->producer->base.instance;
	}
}

static uint16_t take_link(const struct pipeline_feed *feed)
{
	struct pipeline_stage *stage = feed->stage;
	const struct stage_ops *ops = stage->base.ops;
	uint16_t budget = ops->absorbs ? PIPELINE_BURST : budget_of(stage);
	uint16_t room = (uint16_t)(PIPELINE_BURST - stage->inbox_count);
	struct rte_mbuf **mbufs = &stage->inbox[stage->inbox_count];
	uint16_t count = link_take(feed->link, mbufs, budget < room ? budget : room);
	if (count == 0)
		return 0;
	if (ops->holds)
		mark_held(feed->link, mbufs, count);
	else
		feed->link->pending += count;
	if (!ops->absorbs)
		charge(stage, count);
	stage->inbox_count = (uint16_t)(stage->inbox_count + count);
	if (stage->inbox_count == PIPELINE_BURST)
		pipeline_stage_run(stage);
	return count;
}

static uint64_t count_emitted(const struct pipeline_stage *stage)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < STAGE_OUTPUTS_MAX; i++)
		sum += stage->counters.out[i];
	return sum;
}

static uint16_t poll_source(struct pipeline_lcore *lcore, struct pipeline_stage *stage)
{
	uint16_t budget = budget_of(stage);
	if (budget == 0)
		return 0;
	uint64_t before = count_emitted(stage);
	lcore->inner_cycles = 0;
	uint64_t begin_tsc = UNLIKELY(lcore->is_stamped) ? rte_rdtsc() : 0;
	uint16_t work = stage->base.ops->poll(&stage->base, budget);
	if (UNLIKELY(lcore->is_stamped) && work > 0)
		pipeline_times_work(stage, rte_rdtsc() - begin_tsc - lcore->inner_cycles, work);
	charge(stage, count_emitted(stage) - before);
	return work;
}

/* Whoever was first in this turn is last in the next one, so that a short budget goes round. */
static uint32_t take_all(struct pipeline_lcore *lcore)
{
	uint32_t work = 0;
	uint16_t at = lcore->feed_next;
	for (uint16_t i = 0; i < lcore->feed_count; i++) {
		const struct pipeline_feed *feed = &lcore->feeds[at];
		work += feed->link != NULL ? take_link(feed) : poll_source(lcore, feed->stage);
		at = (uint16_t)(at + 1 < lcore->feed_count ? at + 1 : 0);
	}
	if (lcore->feed_count > 0)
		lcore->feed_next =
		    (uint16_t)(lcore->feed_next + 1 < lcore->feed_count ? lcore->feed_next + 1 : 0);
	return work;
}

static void flush(const struct pipeline_lcore *lcore, struct pipeline_stage *stage)
{
	const bool stamps = lcore->is_stamped && lcore->has_work;
	const uint64_t begin_tsc = stamps ? rte_rdtsc() : 0;
	stage->base.ops->flush(&stage->base);
	if (stamps)
		stage_count(&stage->counters.cycles,
		            (rte_rdtsc() - begin_tsc) * lcore->pipeline->stamp_turns);
}

static void run_stages(struct pipeline_lcore *lcore)
{
	for (uint16_t i = 0; i < lcore->stage_count; i++)
		if (lcore->stages[i]->inbox_count > 0)
			pipeline_stage_run(lcore->stages[i]);
	for (uint16_t i = 0; i < lcore->stage_count; i++)
		if (lcore->stages[i]->base.ops->flush != NULL)
			flush(lcore, lcore->stages[i]);
}

/* Sends what is gathered. Returns whether anything was put on a ring in this turn. */
static bool send(struct pipeline_lcore *lcore)
{
	bool any = false;
	for (uint16_t i = 0; i < lcore->out_count; i++) {
		if (lcore->out[i]->gathered > 0)
			link_flush(lcore->out[i]);
		any |= lcore->out[i]->bell;
	}
	return any;
}

/* Credits go back after what became of the packets was sent: in flight never seems less than it is. */
static bool give_back(struct pipeline_lcore *lcore)
{
	bool any = false;
	for (uint16_t i = 0; i < lcore->in_count; i++) {
		if (lcore->in[i]->pending == 0)
			continue;
		credit_put(&lcore->in[i]->credit, lcore->in[i]->pending);
		any = true;
	}
	return any;
}

/* One full fence for all neighbours, then wakes those that sleep (see idle.c). */
static void ring_bells(struct pipeline_lcore *lcore)
{
	atomic_thread_fence(memory_order_seq_cst);
	for (uint16_t i = 0; i < lcore->out_count; i++) {
		struct pipeline_link *link = lcore->out[i];
		if (!link->bell)
			continue;
		link->bell = false;
		if (pipeline_doorbell_ring(link->consumer->lcore, LCORE_ASLEEP))
			stage_count(&lcore->bells, 1);
	}
	for (uint16_t i = 0; i < lcore->in_count; i++) {
		struct pipeline_link *link = lcore->in[i];
		if (link->pending == 0)
			continue;
		link->pending = 0;
		if (pipeline_doorbell_ring(link->producer->lcore, LCORE_ASLEEP_DRY))
			stage_count(&lcore->bells, 1);
	}
}

static void close_window(struct pipeline_lcore *lcore, uint64_t tsc)
{
	uint64_t busy = lcore->busy_tsc - lcore->window_busy_tsc;
	uint64_t whole = tsc - lcore->window_tsc;
	uint64_t load = whole > 0 ? busy * PERMILLE / whole : 0;
	__atomic_store_n(&lcore->load_permille, load < PERMILLE ? load : PERMILLE,
	                 __ATOMIC_RELAXED);
	lcore->window_busy_tsc = lcore->busy_tsc;
	lcore->window_tsc = tsc;
	lcore->window_end_us = lcore->now_us + LCORE_LOAD_WINDOW_US;
}

uint32_t pipeline_lcore_turn(struct pipeline_lcore *lcore)
{
	uint64_t tsc = rte_rdtsc();
	begin(lcore);
	if (UNLIKELY(lcore->now_us >= lcore->window_end_us))
		close_window(lcore, tsc);
	uint32_t work = take_all(lcore);
	lcore->has_work = work > 0;
	run_stages(lcore);
	bool sent = send(lcore);
	bool returned = give_back(lcore);
	if (sent || returned)
		ring_bells(lcore);
	pipeline_rcu_quiescent(lcore->pipeline->rcu, lcore->index);
	if (work > 0)
		stage_count(&lcore->busy_tsc, rte_rdtsc() - tsc);
	/* Last: who reads it knows that the turn is over. */
	uint64_t *turns = work > 0 ? &lcore->turns_busy : &lcore->turns_idle;
	__atomic_store_n(turns, *turns + 1, __ATOMIC_RELEASE);
	return work;
}

int pipeline_lcore_run(void *argument)
{
	struct pipeline_lcore *lcore = argument;
	struct pipeline *pipeline = lcore->pipeline;
	pthread_setname_np(pthread_self(), pipeline->placement->thread[lcore->index]);
	pipeline_rcu_join(pipeline->rcu, lcore->index);
	pipeline_idle_watch(lcore);
	while (!atomic_load_explicit(&pipeline->is_leaving, memory_order_acquire))
		pipeline_idle_turn(lcore, pipeline_lcore_turn(lcore));
	pipeline_rcu_leave(pipeline->rcu, lcore->index);
	return 0;
}

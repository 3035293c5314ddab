/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What stages call: packets go into the inbox of a neighbour on the same lcore or are gathered for a ring.
 * An inbox or gather buffer that is full is passed on at once; the run loop passes on the rest. */
#include "pipeline/stage.h"

#include <rte_cycles.h>

#include "pipeline/pipeline_int.h"
#include "pipeline/query.h"

static struct stage_target *find_target(struct stage_output *output, struct rte_mbuf *mbuf)
{
	if (output->target_count == 1)
		return &output->targets[0];
	uint8_t lane = query_of(mbuf)->lane;
	CHECK(lane < output->target_count);
	return &output->targets[lane];
}

static void run_process(struct pipeline_stage *stage, uint16_t count)
{
	stage_count(&stage->counters.in, count);
	stage_count(&stage->counters.bursts, 1);
	stage->base.ops->process(&stage->base, stage->inbox, count);
}

void pipeline_stage_run(struct pipeline_stage *stage)
{
	uint16_t count = stage->inbox_count;
	struct pipeline_lcore *lcore = stage->lcore;
	/* Nobody adds to the inbox meanwhile: direct calls have no cycle. */
	stage->inbox_count = 0;
	if (LIKELY(!lcore->is_stamped)) {
		run_process(stage, count);
		return;
	}
	uint64_t outer = lcore->inner_cycles;
	lcore->inner_cycles = 0;
	uint64_t begin = rte_rdtsc();
	pipeline_times_age(stage, stage->inbox[0], begin, count);
	run_process(stage, count);
	uint64_t cycles = rte_rdtsc() - begin;
	pipeline_times_work(stage, cycles - lcore->inner_cycles, count);
	lcore->inner_cycles = outer + cycles;
}

static void put_inbox(struct pipeline_stage *next, struct rte_mbuf *mbuf)
{
	next->inbox[next->inbox_count++] = mbuf;
	if (next->inbox_count == PIPELINE_BURST)
		pipeline_stage_run(next);
}

void stage_emit(struct stage *stage, unsigned output, struct rte_mbuf *mbuf)
{
	struct stage_target *target = find_target(&stage->outputs[output], mbuf);
	/* A holding stage has released the packet, or its credit would be lost. */
	CHECK(!stage->ops->holds || query_of(mbuf)->link_credit == 0);
	if (target->direct == NULL && UNLIKELY(link_room(target->link) == 0)) {
		credit_note_dry(&target->link->credit);
		stage_count(&target->link->shed, 1);
		stage_drop(stage, mbuf, DROP_LINK_NO_CREDIT);
		return;
	}
	stage_count(&stage->counters->out[output], 1);
	if (target->direct != NULL)
		put_inbox(target->direct, mbuf);
	else
		link_put(target->link, mbuf);
}

bool stage_output_has_room(struct stage *stage, unsigned output)
{
	struct stage_output *out = &stage->outputs[output];
	for (uint16_t i = 0; i < out->target_count; i++) {
		struct stage_target *target = &out->targets[i];
		if (target->direct != NULL || LIKELY(link_room(target->link) > 0))
			continue;
		credit_note_dry(&target->link->credit);
		return false;
	}
	return true;
}

void stage_release(struct stage *stage, struct rte_mbuf *mbuf)
{
	struct query *query = query_of(mbuf);
	if (query->link_credit == 0) /* it came into being here */
		return;
	const struct pipeline_stage *self = pipeline_stage_of(stage);
	struct pipeline_link *link =
	    pipeline_find_pair(self->lcore->pipeline, (uint8_t)(query->link_credit - 1),
	                       query->link_producer, stage->instance);
	link->pending++;
	query->link_credit = 0;
}

static const struct stage_drop_watch *drop_watch;

void stage_watch_drops(const struct stage_drop_watch *watch)
{
	drop_watch = watch;
}

void stage_drop(struct stage *stage, struct rte_mbuf *mbuf, enum drop_reason reason)
{
	if (query_of(mbuf)->source == QUERY_SOURCE_NONE) {
		stage_retire(stage, mbuf);
		return;
	}
	if (stage->ops->holds)
		stage_release(stage, mbuf);
	stage_count(&stage->counters->drop[reason], 1);
	if (drop_watch != NULL)
		drop_watch->dropped(drop_watch->context, mbuf, reason);
	rte_pktmbuf_free(mbuf);
}

void stage_retire(struct stage *stage, struct rte_mbuf *mbuf)
{
	if (stage->ops->holds)
		stage_release(stage, mbuf);
	rte_pktmbuf_free(mbuf);
}

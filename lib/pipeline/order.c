/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What follows from the wiring: in which order an lcore runs its stages, which rings a packet may reach from
 * a stage without leaving the lcore, and from which feeds the lcore takes its input. */
#include "pipeline/pipeline_int.h"

static void *make_list(size_t count, size_t size)
{
	return pipeline_memory_make((count + 1) * size, SOCKET_ID_ANY);
}

/* How many BLOCK links stand at most before a stage. Direct calls are BLOCK links, so ascending ranks are an
 * order in which each stage comes before those that it calls. Ends because there is no cycle of them. */
static void rank_rows(const struct topology *topology, uint16_t *rank)
{
	for (uint16_t round = 0; round < topology->stage_count; round++) {
		for (uint16_t i = 0; i < topology->link_count; i++) {
			const struct topology_link *link = &topology->links[i];
			if (link->policy != LINK_BLOCK)
				continue;
			int from = topology_find_stage(topology, link->from);
			int to = topology_find_stage(topology, link->to);
			if (rank[to] <= rank[from])
				rank[to] = (uint16_t)(rank[from] + 1);
		}
	}
}

static enum result order_stages(struct pipeline *pipeline, struct pipeline_lcore *lcore)
{
	uint16_t rank[TOPOLOGY_STAGES_MAX] = {0};
	rank_rows(pipeline->topology, rank);
	lcore->stages = make_list(pipeline->stage_count, sizeof(struct pipeline_stage *));
	if (lcore->stages == NULL)
		return RESULT_NO_MEMORY;
	for (uint16_t i = 0; i < pipeline->stage_count; i++) {
		struct pipeline_stage *stage = pipeline->stages[i];
		if (stage->lcore != lcore)
			continue;
		uint16_t at = lcore->stage_count++;
		for (; at > 0 && rank[lcore->stages[at - 1]->row] > rank[stage->row]; at--)
			lcore->stages[at] = lcore->stages[at - 1];
		lcore->stages[at] = stage;
	}
	return RESULT_OK;
}

static void add_once(struct pipeline_link **list, uint16_t *count, struct pipeline_link *link)
{
	for (uint16_t i = 0; i < *count; i++)
		if (list[i] == link)
			return;
	list[(*count)++] = link;
}

static void collect(const struct pipeline_stage *at, struct pipeline_stage *stage)
{
	for (unsigned i = 0; i < STAGE_OUTPUTS_MAX; i++) {
		const struct stage_output *output = &at->outputs[i];
		for (uint16_t j = 0; j < output->target_count; j++) {
			if (output->targets[j].direct != NULL)
				collect(output->targets[j].direct, stage);
			else if (output->targets[j].link->row->policy == LINK_BLOCK)
				add_once(stage->reach, &stage->reach_count,
				         output->targets[j].link);
		}
	}
}

static enum result list_links(struct pipeline *pipeline, struct pipeline_lcore *lcore)
{
	lcore->in = make_list(pipeline->link_count, sizeof(struct pipeline_link *));
	lcore->out = make_list(pipeline->link_count, sizeof(struct pipeline_link *));
	if (lcore->in == NULL || lcore->out == NULL)
		return RESULT_NO_MEMORY;
	for (uint16_t i = 0; i < pipeline->link_count; i++) {
		struct pipeline_link *link = pipeline->links[i];
		if (link->ring == NULL)
			continue;
		if (link->producer->lcore == lcore)
			lcore->out[lcore->out_count++] = link;
		if (link->consumer->lcore == lcore)
			lcore->in[lcore->in_count++] = link;
	}
	return RESULT_OK;
}

/* Rings before sources: what is on its way goes before what is new. */
static enum result list_feeds(struct pipeline_lcore *lcore)
{
	size_t most = (size_t)lcore->in_count + lcore->stage_count;
	lcore->feeds = make_list(most, sizeof(struct pipeline_feed));
	if (lcore->feeds == NULL)
		return RESULT_NO_MEMORY;
	for (uint16_t i = 0; i < lcore->in_count; i++)
		lcore->feeds[lcore->feed_count++] =
		    (struct pipeline_feed){.stage = lcore->in[i]->consumer, .link = lcore->in[i]};
	for (uint16_t i = 0; i < lcore->stage_count; i++)
		if (lcore->stages[i]->base.ops->poll != NULL)
			lcore->feeds[lcore->feed_count++] =
			    (struct pipeline_feed){.stage = lcore->stages[i]};
	return RESULT_OK;
}

enum result pipeline_order(struct pipeline *pipeline)
{
	for (uint16_t i = 0; i < pipeline->stage_count; i++) {
		struct pipeline_stage *stage = pipeline->stages[i];
		stage->reach = make_list(pipeline->link_count, sizeof(struct pipeline_link *));
		if (stage->reach == NULL)
			return RESULT_NO_MEMORY;
		collect(stage, stage);
	}
	for (uint16_t i = 0; i < pipeline->lcore_count; i++) {
		struct pipeline_lcore *lcore = pipeline->lcores[i];
		if (order_stages(pipeline, lcore) != RESULT_OK ||
		    list_links(pipeline, lcore) != RESULT_OK || list_feeds(lcore) != RESULT_OK)
			return RESULT_NO_MEMORY;
	}
	return RESULT_OK;
}

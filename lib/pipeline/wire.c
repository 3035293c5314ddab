/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Makes lcores, stage instances and links out of the tables, and joins outputs to what they lead to: the
 * consumer itself where both are on one lcore (and the link may be direct), a ring otherwise. */
#include <stdio.h>

#include <rte_lcore.h>

#include "pipeline/pipeline_int.h"
#include "pipeline/query.h"

static_assert(TOPOLOGY_LINKS_MAX < UINT8_MAX, "query.link_credit holds a row and 0 for none");
static_assert(PIPELINE_LANES_MAX <= UINT8_MAX, "query.lane and link_producer hold a lane");

static bool is_per_lane(const struct pipeline *pipeline, uint16_t row)
{
	const struct topology *topology = pipeline->topology;
	return topology->groups[topology->stages[row].group].per_lane;
}

static enum result make_lcore(struct pipeline *pipeline, uint16_t index, unsigned lcore_id)
{
	struct pipeline_lcore *lcore =
	    pipeline_memory_make(sizeof(*lcore), (int)rte_lcore_to_socket_id(lcore_id));
	if (lcore == NULL)
		return RESULT_NO_MEMORY;
	lcore->pipeline = pipeline;
	lcore->index = index;
	lcore->lcore_id = lcore_id;
	lcore->epoll_fd = lcore->doorbell_fd = -1;
	pipeline->lcores[pipeline->lcore_count++] = lcore;
	return pipeline_idle_open(lcore);
}

static enum result make_lcores(struct pipeline *pipeline, struct pipeline_error *error)
{
	uint16_t wanted = pipeline->placement->lcore_count;
	pipeline->lcores =
	    pipeline_memory_make(wanted * sizeof(struct pipeline_lcore *), SOCKET_ID_ANY);
	if (pipeline->lcores == NULL)
		return pipeline_error_set(error, RESULT_NO_MEMORY, "no memory for %u lcores",
		                          wanted);
	unsigned lcore_id = rte_get_next_lcore(UINT32_MAX, 1, 0);
	for (uint16_t i = 0; i < wanted; i++) {
		if (lcore_id >= RTE_MAX_LCORE)
			return pipeline_error_set(
			    error, RESULT_OUT_OF_RANGE,
			    "the placement needs %u lcores besides the main one, there are %u",
			    wanted, i);
		enum result result = make_lcore(pipeline, i, lcore_id);
		if (result != RESULT_OK)
			return pipeline_error_set(error, result, "lcore %u: %s", lcore_id,
			                          result_text(result));
		lcore_id = rte_get_next_lcore(lcore_id, 1, 0);
	}
	return RESULT_OK;
}

static enum result make_stage(struct pipeline *pipeline, uint16_t row, uint16_t instance)
{
	const struct stage_ops *ops = pipeline->topology->stages[row].ops;
	uint16_t lcore_index = placement_lcore_of(pipeline->placement, row, instance);
	struct pipeline_lcore *lcore = pipeline->lcores[lcore_index];
	int socket = (int)rte_lcore_to_socket_id(lcore->lcore_id);
	struct pipeline_stage *stage = pipeline_memory_make(sizeof(*stage), socket);
	if (stage == NULL)
		return RESULT_NO_MEMORY;
	pipeline->stages[pipeline->stage_count++] = stage;
	stage->row = (uint8_t)row;
	stage->lcore = lcore;
	stage->base = (struct stage){
	    .ops = ops,
	    .counters = &stage->counters,
	    .instance = instance,
	    .lane_count = pipeline->placement->lanes,
	    .socket = socket,
	    .outputs = stage->outputs,
	    .pipeline = pipeline,
	};
	enum result result = pipeline_times_make(stage);
	if (result != RESULT_OK || ops->state_size == 0)
		return result;
	stage->base.state = pipeline_memory_make(ops->state_size, socket);
	return stage->base.state == NULL ? RESULT_NO_MEMORY : RESULT_OK;
}

static enum result make_stages(struct pipeline *pipeline, struct pipeline_error *error)
{
	const struct topology *topology = pipeline->topology;
	pipeline->stages = pipeline_memory_make(
	    pipeline->placement->instance_count * sizeof(struct pipeline_stage *), SOCKET_ID_ANY);
	enum result result = pipeline->stages == NULL ? RESULT_NO_MEMORY : RESULT_OK;
	for (uint16_t i = 0; result == RESULT_OK && i < topology->stage_count; i++) {
		pipeline->first_stage[i] = pipeline->stage_count;
		uint16_t count = topology_instance_count(topology, i, pipeline->placement->lanes);
		for (uint16_t j = 0; result == RESULT_OK && j < count; j++)
			result = make_stage(pipeline, i, j);
	}
	if (result != RESULT_OK)
		return pipeline_error_set(error, result, "no memory for the stages");
	return RESULT_OK;
}

static enum result make_pair(struct pipeline *pipeline, uint16_t row_index,
                             struct pipeline_stage *producer, struct pipeline_stage *consumer)
{
	const struct topology_link *row = &pipeline->topology->links[row_index];
	struct pipeline_link *link = pipeline_memory_make(sizeof(*link), consumer->base.socket);
	if (link == NULL)
		return RESULT_NO_MEMORY;
	link->row = row;
	link->row_index = (uint8_t)row_index;
	link->producer = producer;
	link->consumer = consumer;
	uint16_t number = pipeline->link_count;
	pipeline->links[pipeline->link_count++] = link;
	if (producer->lcore == consumer->lcore &&
	    topology_link_may_be_direct(pipeline->topology, row))
		return RESULT_OK;
	char name[RTE_RING_NAMESIZE];
	snprintf(name, sizeof(name), "p%u_link%u", pipeline->number, number);
	return link_open(link, name, consumer->base.socket);
}

/* All pairs of one row, and the producers' outputs. */
static enum result make_row(struct pipeline *pipeline, uint16_t row_index)
{
	const struct topology *topology = pipeline->topology;
	const struct topology_link *row = &topology->links[row_index];
	uint16_t lanes = pipeline->placement->lanes;
	uint16_t from = (uint16_t)topology_find_stage(topology, row->from);
	uint16_t to = (uint16_t)topology_find_stage(topology, row->to);
	int output = topology_find_output(topology->stages[from].ops, row->output);
	uint16_t targets = topology_target_count(topology, row, lanes);
	uint16_t producers = topology_instance_count(topology, from, lanes);
	pipeline->first_link[row_index] = pipeline->link_count;
	pipeline->row_targets[row_index] = targets;
	for (uint16_t i = 0; i < producers; i++) {
		struct pipeline_stage *producer = pipeline->stages[pipeline->first_stage[from] + i];
		struct stage_output *out = &producer->outputs[output];
		out->targets =
		    pipeline_memory_make(targets * sizeof(*out->targets), producer->base.socket);
		if (out->targets == NULL)
			return RESULT_NO_MEMORY;
		for (uint16_t j = 0; j < targets; j++) {
			uint16_t instance = targets > 1 ? j : is_per_lane(pipeline, to) ? i : 0;
			struct pipeline_stage *consumer =
			    pipeline->stages[pipeline->first_stage[to] + instance];
			enum result result = make_pair(pipeline, row_index, producer, consumer);
			if (result != RESULT_OK)
				return result;
			struct pipeline_link *link = pipeline->links[pipeline->link_count - 1];
			out->targets[j].direct = link->ring == NULL ? consumer : NULL;
			out->targets[j].link = link;
		}
		out->target_count = targets;
	}
	return RESULT_OK;
}

static size_t count_pairs(const struct pipeline *pipeline)
{
	const struct topology *topology = pipeline->topology;
	uint16_t lanes = pipeline->placement->lanes;
	size_t count = 0;
	for (uint16_t i = 0; i < topology->link_count; i++) {
		const struct topology_link *row = &topology->links[i];
		uint16_t from = (uint16_t)topology_find_stage(topology, row->from);
		count += (size_t)topology_instance_count(topology, from, lanes) *
		         topology_target_count(topology, row, lanes);
	}
	return count;
}

static enum result make_links(struct pipeline *pipeline, struct pipeline_error *error)
{
	size_t pairs = count_pairs(pipeline);
	if (pairs > UINT16_MAX)
		return pipeline_error_set(error, RESULT_OUT_OF_RANGE,
		                          "%zu links between instances are too many", pairs);
	pipeline->links =
	    pipeline_memory_make((pairs + 1) * sizeof(struct pipeline_link *), SOCKET_ID_ANY);
	enum result result = pipeline->links == NULL ? RESULT_NO_MEMORY : RESULT_OK;
	for (uint16_t i = 0; result == RESULT_OK && i < pipeline->topology->link_count; i++)
		result = make_row(pipeline, i);
	if (result != RESULT_OK)
		return pipeline_error_set(error, result, "no memory for the links' rings");
	return RESULT_OK;
}

enum result pipeline_wire(struct pipeline *pipeline, struct pipeline_error *error)
{
	enum result result = make_lcores(pipeline, error);
	if (result == RESULT_OK)
		result = make_stages(pipeline, error);
	if (result == RESULT_OK)
		result = make_links(pipeline, error);
	if (result == RESULT_OK && pipeline_order(pipeline) != RESULT_OK)
		result = pipeline_error_set(error, RESULT_NO_MEMORY, "no memory for the lists");
	return result;
}

struct pipeline_link *pipeline_find_pair(const struct pipeline *pipeline, uint8_t row_index,
                                         uint16_t producer, uint16_t consumer)
{
	uint16_t targets = pipeline->row_targets[row_index];
	size_t at = (size_t)pipeline->first_link[row_index] + (size_t)producer * targets +
	            (targets > 1 ? consumer : 0);
	return pipeline->links[at];
}

static void free_stage(struct pipeline_stage *stage)
{
	for (unsigned i = 0; i < STAGE_OUTPUTS_MAX; i++)
		pipeline_memory_free(stage->outputs[i].targets);
	pipeline_memory_free(stage->reach);
	pipeline_memory_free(stage->base.state);
	pipeline_times_free(stage);
	pipeline_memory_free(stage);
}

static void free_lcore(struct pipeline_lcore *lcore)
{
	pipeline_idle_close(lcore);
	pipeline_memory_free(lcore->stages);
	pipeline_memory_free(lcore->feeds);
	pipeline_memory_free(lcore->out);
	pipeline_memory_free(lcore->in);
	pipeline_memory_free(lcore);
}

void pipeline_unwire(struct pipeline *pipeline)
{
	for (uint16_t i = 0; i < pipeline->link_count; i++) {
		link_close(pipeline->links[i]);
		pipeline_memory_free(pipeline->links[i]);
	}
	for (uint16_t i = 0; i < pipeline->stage_count; i++)
		free_stage(pipeline->stages[i]);
	for (uint16_t i = 0; i < pipeline->lcore_count; i++)
		free_lcore(pipeline->lcores[i]);
	pipeline_memory_free(pipeline->links);
	pipeline_memory_free(pipeline->stages);
	pipeline_memory_free(pipeline->lcores);
	pipeline->links = NULL;
	pipeline->stages = NULL;
	pipeline->lcores = NULL;
	pipeline->link_count = pipeline->stage_count = pipeline->lcore_count = 0;
}

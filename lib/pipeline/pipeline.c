/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The life of a pipeline up to the launch, and its end. Stopping is in stop.c. */
#include "pipeline/pipeline.h"

#include <stdatomic.h>

#include <rte_launch.h>

#include "pipeline/pipeline_int.h"

static _Atomic unsigned pipelines_made;

static enum result init_stages(struct pipeline *pipeline, struct pipeline_error *error)
{
	for (uint16_t i = 0; i < pipeline->stage_count; i++) {
		struct pipeline_stage *stage = pipeline->stages[i];
		const void *settings = pipeline->topology->stages[stage->row].settings;
		enum result result = RESULT_OK;
		if (stage->base.ops->init != NULL)
			result = stage->base.ops->init(&stage->base, settings);
		if (result != RESULT_OK)
			return pipeline_error_set(error, result, "stage %s: %s",
			                          stage->base.ops->name, result_text(result));
		stage->is_initialised = true;
	}
	return RESULT_OK;
}

enum result pipeline_create(const struct pipeline_config *config, struct pipeline **out,
                            struct pipeline_error *error)
{
	enum result result = topology_check(config->topology, error);
	if (result != RESULT_OK)
		return result;
	struct pipeline *pipeline = pipeline_memory_make(sizeof(*pipeline), SOCKET_ID_ANY);
	if (pipeline == NULL)
		return pipeline_error_set(error, RESULT_NO_MEMORY, "no memory for the pipeline");
	pipeline->topology = config->topology;
	pipeline->placement = config->placement;
	pipeline->idle = config->idle;
	pipeline->sleep_max_us = IDLE_SLEEP_MAX_US;
	if (config->latency)
		pipeline->stamp_turns =
		    config->stamp_turns != 0 ? config->stamp_turns : PIPELINE_STAMP_TURNS;
	pipeline->pools = config->pools;
	pipeline->number = atomic_fetch_add(&pipelines_made, 1);
	result = pipeline_wire(pipeline, error);
	if (result == RESULT_OK &&
	    pipeline_rcu_create(pipeline->placement->lcore_count, &pipeline->rcu) != RESULT_OK)
		result = pipeline_error_set(error, RESULT_NO_MEMORY, "no memory for RCU");
	if (result == RESULT_OK)
		result = init_stages(pipeline, error);
	if (result == RESULT_OK)
		*out = pipeline;
	else
		pipeline_destroy(pipeline);
	return result;
}

enum result pipeline_launch(struct pipeline *pipeline, struct pipeline_error *error)
{
	for (uint16_t i = 0; i < pipeline->lcore_count; i++) {
		struct pipeline_lcore *lcore = pipeline->lcores[i];
		if (rte_eal_get_lcore_state(lcore->lcore_id) != WAIT)
			return pipeline_error_set(error, RESULT_BUSY, "lcore %u is in use",
			                          lcore->lcore_id);
	}
	pipeline->is_launched = true;
	for (uint16_t i = 0; i < pipeline->lcore_count; i++) {
		struct pipeline_lcore *lcore = pipeline->lcores[i];
		int status = rte_eal_remote_launch(pipeline_lcore_run, lcore, lcore->lcore_id);
		CHECK(status == 0); /* it waits, as we just saw, and only we launch */
	}
	return RESULT_OK;
}

void pipeline_destroy(struct pipeline *pipeline)
{
	if (pipeline == NULL)
		return;
	pipeline_stop(pipeline, 0);
	pipeline_unwire(pipeline);
	pipeline_rcu_destroy(pipeline->rcu);
	pipeline_memory_free(pipeline);
}

struct pipeline_rcu *pipeline_get_rcu(struct pipeline *pipeline)
{
	return pipeline->rcu;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Look-ups in the map, and the checks of its rows. The search for cycles is in cycle.c. */
#include "pipeline/topology.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/pipeline_int.h"

#define LINK_NAME_BYTES 64

int topology_find_stage(const struct topology *topology, const char *name)
{
	for (uint16_t i = 0; i < topology->stage_count; i++)
		if (strcmp(topology->stages[i].ops->name, name) == 0)
			return i;
	return -1;
}

unsigned topology_output_count(const struct stage_ops *ops)
{
	unsigned count = 0;
	while (ops->outputs != NULL && ops->outputs[count] != NULL)
		count++;
	return count;
}

int topology_find_output(const struct stage_ops *ops, const char *name)
{
	unsigned count = topology_output_count(ops);
	for (unsigned i = 0; i < count; i++)
		if (strcmp(ops->outputs[i], name) == 0)
			return (int)i;
	return -1;
}

const struct topology_link *topology_find_link(const struct topology *topology, uint16_t stage,
                                               unsigned output)
{
	const struct stage_ops *ops = topology->stages[stage].ops;
	for (uint16_t i = 0; i < topology->link_count; i++) {
		const struct topology_link *link = &topology->links[i];
		if (strcmp(link->from, ops->name) == 0 &&
		    strcmp(link->output, ops->outputs[output]) == 0)
			return link;
	}
	return NULL;
}

uint16_t topology_instance_count(const struct topology *topology, uint16_t stage, uint16_t lanes)
{
	return topology->groups[topology->stages[stage].group].per_lane ? lanes : 1;
}

uint64_t topology_credit_sum(const struct topology *topology, uint16_t lanes)
{
	uint64_t sum = 0;
	for (uint16_t i = 0; i < topology->link_count; i++) {
		const struct topology_link *link = &topology->links[i];
		uint16_t from = (uint16_t)topology_find_stage(topology, link->from);
		sum += (uint64_t)link->credits * topology_instance_count(topology, from, lanes) *
		       topology_target_count(topology, link, lanes);
	}
	return sum;
}

uint16_t topology_target_count(const struct topology *topology, const struct topology_link *link,
                               uint16_t lanes)
{
	uint16_t from = (uint16_t)topology_find_stage(topology, link->from);
	uint16_t to = (uint16_t)topology_find_stage(topology, link->to);
	bool from_lane = topology->groups[topology->stages[from].group].per_lane;
	bool to_lane = topology->groups[topology->stages[to].group].per_lane;
	return to_lane && (!from_lane || link->across) ? lanes : 1;
}

bool topology_link_may_be_direct(const struct topology *topology, const struct topology_link *link)
{
	int to = topology_find_stage(topology, link->to);
	return link->policy == LINK_BLOCK && !topology->stages[to].ops->holds;
}

const char *link_policy_name(enum link_policy policy)
{
	return policy == LINK_BLOCK ? "BLOCK" : "SHED";
}

static enum result check_sizes(const struct topology *topology, struct pipeline_error *error)
{
	if (topology->stage_count == 0 || topology->stage_count > TOPOLOGY_STAGES_MAX)
		return pipeline_error_set(error, RESULT_MALFORMED, "%u stages, allowed are 1 to %u",
		                          topology->stage_count, TOPOLOGY_STAGES_MAX);
	if (topology->link_count > TOPOLOGY_LINKS_MAX)
		return pipeline_error_set(error, RESULT_MALFORMED, "%u links, allowed are 0 to %u",
		                          topology->link_count, TOPOLOGY_LINKS_MAX);
	if (topology->group_count == 0 || topology->group_count > TOPOLOGY_GROUPS_MAX)
		return pipeline_error_set(error, RESULT_MALFORMED, "%u groups, allowed are 1 to %u",
		                          topology->group_count, TOPOLOGY_GROUPS_MAX);
	return RESULT_OK;
}

static enum result check_stage(const struct topology *topology, uint16_t index,
                               struct pipeline_error *error)
{
	const struct topology_stage *stage = &topology->stages[index];
	const char *name = stage->ops->name;
	if (topology_find_stage(topology, name) != index)
		return pipeline_error_set(error, RESULT_MALFORMED, "stage %s occurs twice", name);
	if (stage->group >= topology->group_count)
		return pipeline_error_set(error, RESULT_MALFORMED,
		                          "stage %s is in group %u, there are only %u", name,
		                          stage->group, topology->group_count);
	if (stage->ops->process == NULL && stage->ops->poll == NULL)
		return pipeline_error_set(error, RESULT_MALFORMED,
		                          "stage %s neither processes nor polls", name);
	if (topology_output_count(stage->ops) > STAGE_OUTPUTS_MAX)
		return pipeline_error_set(error, RESULT_MALFORMED,
		                          "stage %s has more than %u outputs", name,
		                          STAGE_OUTPUTS_MAX);
	return RESULT_OK;
}

/* Each output of the stage leads somewhere, and to one place only. */
static enum result check_outputs(const struct topology *topology, uint16_t index,
                                 struct pipeline_error *error)
{
	const struct stage_ops *ops = topology->stages[index].ops;
	unsigned count = topology_output_count(ops);
	for (unsigned i = 0; i < count; i++) {
		unsigned links = 0;
		for (uint16_t j = 0; j < topology->link_count; j++)
			if (strcmp(topology->links[j].from, ops->name) == 0 &&
			    strcmp(topology->links[j].output, ops->outputs[i]) == 0)
				links++;
		if (links != 1)
			return pipeline_error_set(error, RESULT_MALFORMED,
			                          "output %s of stage %s has %u links, needs one",
			                          ops->outputs[i], ops->name, links);
	}
	return RESULT_OK;
}

/* A stage that nobody feeds must have a source of its own, and one that is fed must process. */
static enum result check_inputs(const struct topology *topology, uint16_t index,
                                struct pipeline_error *error)
{
	const struct stage_ops *ops = topology->stages[index].ops;
	unsigned links = 0;
	for (uint16_t i = 0; i < topology->link_count; i++)
		links += strcmp(topology->links[i].to, ops->name) == 0;
	if (links == 0 && ops->poll == NULL)
		return pipeline_error_set(error, RESULT_MALFORMED, "no link feeds stage %s",
		                          ops->name);
	if (links > 0 && ops->process == NULL)
		return pipeline_error_set(error, RESULT_MALFORMED,
		                          "stage %s is fed by a link but does not process",
		                          ops->name);
	return RESULT_OK;
}

static enum result check_link_ends(const struct topology *topology,
                                   const struct topology_link *link, struct pipeline_error *error)
{
	int from = topology_find_stage(topology, link->from);
	if (from < 0)
		return pipeline_error_set(error, RESULT_MALFORMED,
		                          "link %s comes from an unknown stage %s", link->name,
		                          link->from);
	if (topology_find_stage(topology, link->to) < 0)
		return pipeline_error_set(error, RESULT_MALFORMED,
		                          "link %s leads to an unknown stage %s", link->name,
		                          link->to);
	if (topology_find_output(topology->stages[from].ops, link->output) < 0)
		return pipeline_error_set(error, RESULT_MALFORMED,
		                          "link %s: stage %s has no output %s", link->name,
		                          link->from, link->output);
	return RESULT_OK;
}

static enum result check_link_name(const struct topology_link *link, struct pipeline_error *error)
{
	char name[LINK_NAME_BYTES];
	snprintf(name, sizeof(name), "%s_%s", link->from, link->to);
	for (char *c = name; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	if (strcmp(name, link->name) == 0)
		return RESULT_OK;
	return pipeline_error_set(error, RESULT_MALFORMED, "link %s should be named %s", link->name,
	                          name);
}

static enum result check_link_numbers(const struct topology_link *link,
                                      struct pipeline_error *error)
{
	if (link->depth < LINK_DEPTH_MIN || link->depth > LINK_DEPTH_MAX ||
	    (link->depth & (link->depth - 1)) != 0)
		return pipeline_error_set(
		    error, RESULT_MALFORMED,
		    "link %s has depth %u, allowed are powers of two from %u to %u", link->name,
		    link->depth, LINK_DEPTH_MIN, LINK_DEPTH_MAX);
	if (link->credits == 0 || link->credits > link->depth)
		return pipeline_error_set(error, RESULT_MALFORMED,
		                          "link %s has %u credits, allowed are 1 to its depth, %u",
		                          link->name, link->credits, link->depth);
	return RESULT_OK;
}

static enum result check_link(const struct topology *topology, const struct topology_link *link,
                              struct pipeline_error *error)
{
	enum result result = check_link_ends(topology, link, error);
	if (result == RESULT_OK)
		result = check_link_name(link, error);
	if (result == RESULT_OK)
		result = check_link_numbers(link, error);
	return result;
}

enum result topology_check(const struct topology *topology, struct pipeline_error *error)
{
	enum result result = check_sizes(topology, error);
	for (uint16_t i = 0; result == RESULT_OK && i < topology->stage_count; i++)
		result = check_stage(topology, i, error);
	for (uint16_t i = 0; result == RESULT_OK && i < topology->link_count; i++)
		result = check_link(topology, &topology->links[i], error);
	for (uint16_t i = 0; result == RESULT_OK && i < topology->stage_count; i++)
		result = check_outputs(topology, i, error);
	for (uint16_t i = 0; result == RESULT_OK && i < topology->stage_count; i++)
		result = check_inputs(topology, i, error);
	if (result == RESULT_OK)
		result = topology_check_cycles(topology, error);
	return result;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Looks for a cycle of BLOCK links by depth-first search and names it. Because there is none in an
 * accepted map, direct calls between stages of one lcore (BLOCK links, all of them) end somewhere too. */
#include <stdio.h>

#include "pipeline/pipeline_int.h"
#include "pipeline/topology.h"

enum colour {
	COLOUR_NEW,
	COLOUR_ON_PATH,
	COLOUR_DONE,
};

struct search {
	const struct topology *topology;
	enum colour colour[TOPOLOGY_STAGES_MAX];
	uint16_t path[TOPOLOGY_STAGES_MAX];
	uint16_t path_count;
};

/* "A -> B -> A" */
static void write_cycle(const struct search *search, uint16_t back_to, char *text, size_t size)
{
	const struct topology_stage *stages = search->topology->stages;
	uint16_t i = 0;
	while (search->path[i] != back_to)
		i++;
	size_t used = 0;
	text[0] = '\0';
	for (; i < search->path_count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s -> ",
		                         stages[search->path[i]].ops->name);
	if (used < size)
		snprintf(text + used, size - used, "%s", stages[back_to].ops->name);
}

static enum result visit(struct search *search, uint16_t stage, struct pipeline_error *error)
{
	const struct topology *topology = search->topology;
	search->colour[stage] = COLOUR_ON_PATH;
	search->path[search->path_count++] = stage;
	unsigned outputs = topology_output_count(topology->stages[stage].ops);
	for (unsigned i = 0; i < outputs; i++) {
		const struct topology_link *link = topology_find_link(topology, stage, i);
		if (link->policy != LINK_BLOCK)
			continue;
		uint16_t next = (uint16_t)topology_find_stage(topology, link->to);
		if (search->colour[next] == COLOUR_ON_PATH) {
			char text[200];
			write_cycle(search, next, text, sizeof(text));
			return pipeline_error_set(error, RESULT_MALFORMED,
			                          "a cycle of BLOCK links: %s", text);
		}
		if (search->colour[next] == COLOUR_NEW && visit(search, next, error) != RESULT_OK)
			return RESULT_MALFORMED;
	}
	search->path_count--;
	search->colour[stage] = COLOUR_DONE;
	return RESULT_OK;
}

enum result topology_check_cycles(const struct topology *topology, struct pipeline_error *error)
{
	struct search search = {.topology = topology};
	for (uint16_t i = 0; i < topology->stage_count; i++)
		if (search.colour[i] == COLOUR_NEW && visit(&search, i, error) != RESULT_OK)
			return RESULT_MALFORMED;
	return RESULT_OK;
}

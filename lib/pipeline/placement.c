/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Gives each stage instance an lcore: by groups (fused) or one each (spread). Fast-path lcores come first
 * so that they can be pinned first (lcores.c). */
#include "pipeline/placement.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

static const char *const kind_names[] = {
    [PLACEMENT_AUTO] = "auto",
    [PLACEMENT_FUSED] = "fused",
    [PLACEMENT_SPREAD] = "spread",
};

const char *placement_kind_name(enum placement_kind kind)
{
	return kind_names[kind];
}

bool placement_kind_parse(const char *name, enum placement_kind *out)
{
	for (size_t i = 0; i < ARRAY_COUNT(kind_names); i++) {
		if (strcmp(name, kind_names[i]) != 0)
			continue;
		*out = (enum placement_kind)i;
		return true;
	}
	return false;
}

uint16_t placement_lcore_of(const struct placement *placement, uint16_t stage, uint16_t instance)
{
	for (uint16_t i = 0; i < placement->instance_count; i++)
		if (placement->instance[i].stage == stage &&
		    placement->instance[i].instance == instance)
			return placement->instance[i].lcore;
	CHECK(!"the placement has every instance");
	return 0;
}

/* A thread's name: what fits of the base, and the lane where there are several. */
static void name_thread(struct placement *placement, uint16_t lcore, const char *base,
                        bool per_lane, uint16_t lane)
{
	char suffix[8] = "";
	if (per_lane && placement->lanes > 1)
		snprintf(suffix, sizeof(suffix), "-%u", lane);
	int room = PIPELINE_THREAD_NAME_BYTES - 1 - (int)strlen(suffix);
	snprintf(placement->thread[lcore], PIPELINE_THREAD_NAME_BYTES, "%.*s%s", room, base,
	         suffix);
}

static bool is_group_per_lane(const struct topology *topology, uint16_t stage)
{
	return topology->groups[topology->stages[stage].group].per_lane;
}

static void add_instance(struct placement *placement, uint16_t stage, uint16_t instance,
                         uint16_t lcore)
{
	placement->instance[placement->instance_count++] = (struct placement_instance){
	    .stage = (uint8_t)stage, .instance = (uint8_t)instance, .lcore = (uint8_t)lcore};
}

/* Lcores that a placement needs. */
static uint16_t need(const struct topology *topology, enum placement_kind kind, uint16_t lanes)
{
	uint16_t count = 0;
	if (kind == PLACEMENT_SPREAD) {
		for (uint16_t i = 0; i < topology->stage_count; i++)
			count = (uint16_t)(count + topology_instance_count(topology, i, lanes));
		return count;
	}
	for (uint16_t i = 0; i < topology->group_count; i++)
		count = (uint16_t)(count + (topology->groups[i].per_lane ? lanes : 1));
	return count;
}

static void place_spread(const struct topology *topology, struct placement *placement)
{
	uint16_t next_lane = 0;
	uint16_t next_other = 0;
	for (uint16_t i = 0; i < topology->stage_count; i++)
		if (is_group_per_lane(topology, i))
			next_other = (uint16_t)(next_other + placement->lanes);
	placement->lane_lcore_count = next_other;
	for (uint16_t i = 0; i < topology->stage_count; i++) {
		bool per_lane = is_group_per_lane(topology, i);
		uint16_t count = topology_instance_count(topology, i, placement->lanes);
		for (uint16_t j = 0; j < count; j++) {
			uint16_t lcore = per_lane ? next_lane++ : next_other++;
			add_instance(placement, i, j, lcore);
			name_thread(placement, lcore, topology->stages[i].ops->name, per_lane, j);
		}
	}
	placement->lcore_count = next_other;
}

/* First lcore of each group. With too few lcores the last groups share the last lcore, so that lanes
 * (which come first) keep theirs as long as there is one. */
static void place_groups(const struct topology *topology, struct placement *placement,
                         uint16_t lcores, uint16_t *first)
{
	uint16_t next = 0;
	for (int lane_groups = 1; lane_groups >= 0; lane_groups--) {
		for (uint16_t i = 0; i < topology->group_count; i++) {
			const struct topology_group *group = &topology->groups[i];
			if (group->per_lane != (lane_groups == 1))
				continue;
			first[i] = next < lcores ? next : (uint16_t)(lcores - 1);
			uint16_t count = group->per_lane ? placement->lanes : 1;
			for (uint16_t j = 0; j < count && next < lcores; j++, next++)
				name_thread(placement, next, group->thread, group->per_lane, j);
		}
		if (lane_groups == 1)
			placement->lane_lcore_count = next;
	}
	placement->lcore_count = next;
}

static void place_fused(const struct topology *topology, struct placement *placement,
                        uint16_t lcores)
{
	uint16_t first[TOPOLOGY_GROUPS_MAX];
	place_groups(topology, placement, lcores, first);
	for (uint16_t i = 0; i < topology->stage_count; i++) {
		uint16_t count = topology_instance_count(topology, i, placement->lanes);
		for (uint16_t j = 0; j < count; j++) {
			uint16_t lcore = (uint16_t)(first[topology->stages[i].group] + j);
			if (lcore >= lcores)
				lcore = (uint16_t)(lcores - 1);
			add_instance(placement, i, j, lcore);
		}
	}
}

/* Lanes that are asked for, or with `auto` as many as fit beside the other groups. */
static uint16_t choose_lanes(const struct topology *topology,
                             const struct placement_request *request)
{
	if (request->lanes != 0)
		return request->lanes;
	uint16_t others = need(topology, PLACEMENT_FUSED, 0);
	if (request->kind != PLACEMENT_AUTO || request->lcores <= others + 1)
		return 1;
	uint16_t lanes = (uint16_t)(request->lcores - others);
	return lanes < PIPELINE_LANES_MAX ? lanes : PIPELINE_LANES_MAX;
}

enum result placement_make(const struct topology *topology, const struct placement_request *request,
                           struct placement *out, struct pipeline_error *error)
{
	uint16_t lanes = choose_lanes(topology, request);
	if (lanes > PIPELINE_LANES_MAX)
		return pipeline_error_set(error, RESULT_OUT_OF_RANGE,
		                          "%u lanes, allowed are 1 to %u", lanes,
		                          PIPELINE_LANES_MAX);
	enum placement_kind kind =
	    request->kind == PLACEMENT_SPREAD ? PLACEMENT_SPREAD : PLACEMENT_FUSED;
	uint16_t needed = need(topology, kind, lanes);
	uint16_t lcores =
	    request->lcores == 0 || request->lcores > needed ? needed : request->lcores;
	if (lcores < needed && (request->kind != PLACEMENT_AUTO || lcores < lanes))
		return pipeline_error_set(
		    error, RESULT_OUT_OF_RANGE,
		    "placement %s with %u lanes needs %u lcores besides the main one, given are %u",
		    placement_kind_name(request->kind), lanes, needed, lcores);
	if (lcores >= PIPELINE_LCORES_MAX)
		return pipeline_error_set(
		    error, RESULT_OUT_OF_RANGE,
		    "placement %s with %u lanes needs %u lcores, at most %u are possible",
		    placement_kind_name(kind), lanes, lcores, PIPELINE_LCORES_MAX - 1);
	memset(out, 0, sizeof(*out));
	out->kind = kind;
	out->lanes = lanes;
	if (kind == PLACEMENT_SPREAD)
		place_spread(topology, out);
	else
		place_fused(topology, out, lcores);
	return RESULT_OK;
}

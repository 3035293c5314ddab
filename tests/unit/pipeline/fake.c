/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The fake pipeline: its map, EAL without hugepages, and what tests do with both. */
#include "fake.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>

#include "pipeline/query.h"
#include "unit.h"

static const struct topology_group groups[] = {
    {.thread = "SOURCE-SINK", .per_lane = true},
    {.thread = "HOLDER"},
    {.thread = "PORTER"},
};

static struct topology_stage stages[FAKE_STAGES] = {
    [FAKE_SOURCE] = {.ops = &fake_source_ops, .group = 0, .column = 0, .row = 0},
    [FAKE_MIDDLE] = {.ops = &fake_middle_ops, .group = 0, .column = 1, .row = 0},
    [FAKE_SINK] = {.ops = &fake_sink_ops, .group = 0, .column = 3, .row = 0},
    [FAKE_HOLDER] = {.ops = &fake_holder_ops, .group = 1, .column = 2, .row = 1},
    [FAKE_PORTER] = {.ops = &fake_porter_ops, .group = 2, .column = 1, .row = 2},
};

static const struct topology_link link_rows[FAKE_LINKS] = {
    {.name = "source_middle", .from = "SOURCE", .output = "middle", .to = "MIDDLE"},
    {.name = "porter_middle", .from = "PORTER", .output = "middle", .to = "MIDDLE"},
    {.name = "middle_sink", .from = "MIDDLE", .output = "sink", .to = "SINK"},
    {.name = "middle_holder",
     .from = "MIDDLE",
     .output = "holder",
     .to = "HOLDER",
     .policy = LINK_SHED},
    {.name = "holder_sink", .from = "HOLDER", .output = "sink", .to = "SINK"},
    {.name = "sink_porter",
     .from = "SINK",
     .output = "porter",
     .to = "PORTER",
     .policy = LINK_SHED},
};

static struct topology_link links[FAKE_LINKS];
static struct topology topology;
static struct fake *settings;
static struct placement placement;

struct topology_link *fake_links(void)
{
	return links;
}

struct topology *fake_topology(struct fake *fake, uint32_t depth, uint32_t credits)
{
	settings = fake;
	for (unsigned i = 0; i < FAKE_STAGES; i++)
		stages[i].settings = &settings;
	memcpy(links, link_rows, sizeof(links));
	for (unsigned i = 0; i < FAKE_LINKS; i++) {
		links[i].depth = depth;
		links[i].credits = credits;
	}
	topology = (struct topology){
	    .groups = groups,
	    .stages = stages,
	    .links = links,
	    .group_count = ARRAY_COUNT(groups),
	    .stage_count = FAKE_STAGES,
	    .link_count = FAKE_LINKS,
	};
	return &topology;
}

void fake_init(struct fake *fake)
{
	*fake = (struct fake){.is_open = true};
	fake->pool = rte_pktmbuf_pool_create("fake_pool", FAKE_POOL_SIZE, 64, QUERY_PRIVATE_BYTES,
	                                     RTE_PKTMBUF_HEADROOM + 64, SOCKET_ID_ANY);
	fake->seen = calloc(FAKE_IDS_MAX, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(fake->pool);
	CU_ASSERT_PTR_NOT_NULL_FATAL(fake->seen);
}

void fake_fini(struct fake *fake)
{
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(fake->pool), 0);
	rte_mempool_free(fake->pool);
	free(fake->seen);
}

struct pipeline *fake_create(struct fake *fake, const struct topology *map,
                             enum placement_kind kind, uint16_t lanes, enum idle_policy idle)
{
	struct pipeline_error error = {.text = ""};
	struct pipeline *pipeline = NULL;
	struct placement_request request = {.kind = kind, .lanes = lanes};
	CU_ASSERT_EQUAL_FATAL(placement_make(map, &request, &placement, &error), RESULT_OK);
	struct pipeline_config config = {
	    .topology = map,
	    .placement = &placement,
	    .idle = idle,
	    .pools = {.packet = fake->pool},
	};
	enum result result = pipeline_create(&config, &pipeline, &error);
	if (result != RESULT_OK)
		printf("pipeline_create: %s\n", error.text);
	CU_ASSERT_EQUAL_FATAL(result, RESULT_OK);
	return pipeline;
}

uint32_t fake_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

uint32_t fake_turn_all(struct pipeline *pipeline, uint32_t *seed)
{
	uint32_t work = 0;
	uint16_t first = (uint16_t)(fake_random(seed) % pipeline->lcore_count);
	for (uint16_t i = 0; i < pipeline->lcore_count; i++)
		work += pipeline_lcore_turn(
		    pipeline->lcores[(uint16_t)(first + i) % pipeline->lcore_count]);
	return work;
}

struct pipeline_lcore *fake_lcore(struct pipeline *pipeline, const char *stage, uint16_t instance)
{
	for (uint16_t i = 0; i < pipeline->stage_count; i++)
		if (strcmp(pipeline->stages[i]->base.ops->name, stage) == 0 &&
		    pipeline->stages[i]->base.instance == instance)
			return pipeline->stages[i]->lcore;
	return NULL;
}

static void assert_stage_balanced(const struct pipeline_stage *stage)
{
	const struct stage_counters *counters = &stage->counters;
	uint64_t gone = counters->answered;
	for (unsigned i = 0; i < STAGE_OUTPUTS_MAX; i++)
		gone += counters->out[i];
	for (unsigned i = 0; i < DROP_REASON_COUNT; i++)
		gone += counters->drop[i];
	CU_ASSERT_EQUAL(counters->in + counters->made, gone);
}

void fake_assert_balanced(struct pipeline *pipeline, const struct fake *fake)
{
	struct pipeline_totals totals;
	pipeline_get_totals(pipeline, &totals);
	CU_ASSERT_EQUAL(totals.in_flight, 0);
	CU_ASSERT_EQUAL(totals.in, totals.answered + totals.dropped);
	for (uint16_t i = 0; i < pipeline_count_links(pipeline); i++) {
		struct pipeline_link_stats link;
		pipeline_get_link(pipeline, i, &link);
		CU_ASSERT_EQUAL(link.handed, link.returned);
		CU_ASSERT_EQUAL(link.in_use, 0);
	}
	for (uint16_t i = 0; i < pipeline->stage_count; i++)
		assert_stage_balanced(pipeline->stages[i]);
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(fake->pool), 0);
}

void fake_eal_start(void)
{
	cpu_set_t set;
	char lcores[2048] = "--lcores=(0-24)@(";
	char prefix[64];
	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		exit(EXIT_FAILURE);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &set))
			snprintf(lcores + strlen(lcores), sizeof(lcores) - strlen(lcores), "%d,",
			         i);
	lcores[strlen(lcores) - 1] = ')';
	snprintf(prefix, sizeof(prefix), "--file-prefix=unit%d", getpid());
	char *arguments[] = {(char[]){"unit"},
	                     lcores,
	                     prefix,
	                     (char[]){"--no-huge"},
	                     (char[]){"-m"},
	                     (char[]){"64"},
	                     (char[]){"--no-pci"},
	                     (char[]){"--no-telemetry"},
	                     (char[]){"--no-shconf"},
	                     (char[]){"--log-level=lib.eal:error"}};
	if (rte_eal_init((int)ARRAY_COUNT(arguments), arguments) < 0) {
		printf("EAL: %s\n", rte_strerror(rte_errno));
		exit(EXIT_FAILURE);
	}
}

void fake_eal_stop(void)
{
	char directory[PATH_MAX];
	snprintf(directory, sizeof(directory), "%s", rte_eal_get_runtime_dir());
	rte_eal_cleanup();
	rmdir(directory);
}

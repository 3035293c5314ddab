/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The fake stages, and EAL for tests. */
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

#define PORTER_LANE_MARK 0x40000000u

struct source_state {
	struct fake *fake;
	uint32_t made;
};

struct holder_state {
	struct fake *fake;
	struct rte_mbuf *held[4096];
	uint64_t until[4096];
	uint32_t head, count;
	uint64_t turn;
};

static uint32_t *id_of(struct rte_mbuf *mbuf)
{
	return rte_pktmbuf_mtod(mbuf, uint32_t *);
}

static enum result state_init(struct stage *stage, const void *settings)
{
	struct fake *const *fake = settings;
	*(struct fake **)stage->state = *fake;
	return RESULT_OK;
}

static struct fake *fake_of(struct stage *stage)
{
	return *(struct fake **)stage->state;
}

/* Makes up to `budget` packets; ids run through all sources: porter first, then lane by lane. */
static uint16_t make(struct stage *stage, uint16_t budget, uint32_t total, uint32_t first_id,
                     bool is_porter)
{
	struct source_state *state = stage->state;
	struct fake *fake = state->fake;
	uint16_t count = 0;
	while (count < budget && !stage->draining && (fake->endless || state->made < total)) {
		struct rte_mbuf *mbuf = rte_pktmbuf_alloc(fake->pool);
		if (mbuf == NULL)
			break;
		struct query *query = query_of(mbuf);
		memset(query, 0, sizeof(*query));
		*(uint32_t *)rte_pktmbuf_append(mbuf, sizeof(uint32_t)) = first_id + state->made;
		query->lane =
		    (uint8_t)(is_porter ? state->made % stage->lane_count : stage->instance);
		query->source = is_porter ? QUERY_SOURCE_STREAM : QUERY_SOURCE_PORT;
		state->made++;
		count++;
		stage_count(&stage->counters->made, 1);
		stage_emit(stage, 0, mbuf);
	}
	return count;
}

static uint16_t source_poll(struct stage *stage, uint16_t budget)
{
	struct fake *fake = fake_of(stage);
	uint32_t first = fake->porter_packets + stage->instance * fake->source_packets;
	return make(stage, budget, fake->source_packets, first, false);
}

static uint16_t porter_poll(struct stage *stage, uint16_t budget)
{
	return make(stage, budget, fake_of(stage)->porter_packets, 0, true);
}

/* There is always more to make until it is done: do not sleep. */
static uint64_t source_deadline(struct stage *stage)
{
	const struct source_state *state = stage->state;
	uint32_t total =
	    stage->ops->holds ? state->fake->porter_packets : state->fake->source_packets;
	return !stage->draining && (state->fake->endless || state->made < total) ? 0 : UINT64_MAX;
}

static void answer(struct stage *stage, struct rte_mbuf *mbuf)
{
	uint32_t id = *id_of(mbuf);
	struct fake *fake = fake_of(stage);
	if (id < FAKE_IDS_MAX)
		fake->seen[id]++;
	stage_count(&stage->counters->answered, 1);
	rte_pktmbuf_free(mbuf);
}

static void porter_process(struct stage *stage, struct rte_mbuf **burst, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++) {
		stage_release(stage, burst[i]);
		answer(stage, burst[i]);
	}
}

static void middle_process(struct stage *stage, struct rte_mbuf **burst, uint16_t count)
{
	struct fake *fake = fake_of(stage);
	for (uint16_t i = 0; i < count; i++) {
		uint32_t id = *id_of(burst[i]);
		if (fake->drop_every != 0 && id % fake->drop_every == 0) {
			stage_drop(stage, burst[i], DROP_DISPATCHER_ACL);
			continue;
		}
		bool hold = fake->hold_every != 0 && id % fake->hold_every == 1;
		if (hold && fake->fallback)
			hold = stage_output_has_room(stage, 1);
		stage_emit(stage, hold ? 1 : 0, burst[i]);
	}
}

static void sink_process(struct stage *stage, struct rte_mbuf **burst, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++) {
		if (query_of(burst[i])->source == QUERY_SOURCE_STREAM)
			stage_emit(stage, 0, burst[i]);
		else
			answer(stage, burst[i]);
	}
}

static void holder_process(struct stage *stage, struct rte_mbuf **burst, uint16_t count)
{
	struct holder_state *state = stage->state;
	for (uint16_t i = 0; i < count; i++) {
		uint32_t at = (state->head + state->count++) % ARRAY_COUNT(state->held);
		state->held[at] = burst[i];
		state->until[at] = state->turn + state->fake->hold_turns;
	}
}

static uint16_t holder_poll(struct stage *stage, uint16_t budget)
{
	struct holder_state *state = stage->state;
	uint16_t count = 0;
	state->turn++;
	while (count < budget && state->count > 0 && atomic_load(&state->fake->is_open) &&
	       state->until[state->head] <= state->turn) {
		struct rte_mbuf *mbuf = state->held[state->head];
		state->head = (state->head + 1) % (uint32_t)ARRAY_COUNT(state->held);
		state->count--;
		count++;
		stage_release(stage, mbuf);
		stage_emit(stage, 0, mbuf);
	}
	return count;
}

static uint64_t holder_deadline(struct stage *stage)
{
	const struct holder_state *state = stage->state;
	return state->count > 0 && atomic_load(&state->fake->is_open) ? 0 : UINT64_MAX;
}

static uint32_t holder_held(const struct stage *stage)
{
	return ((const struct holder_state *)stage->state)->count;
}

static void holder_fini(struct stage *stage)
{
	struct holder_state *state = stage->state;
	for (; state->count > 0; state->count--) {
		stage_drop(stage, state->held[state->head], DROP_RESOLVER_STOPPING);
		state->head = (state->head + 1) % (uint32_t)ARRAY_COUNT(state->held);
	}
}

static const struct stage_ops source_ops = {
    .name = "SOURCE",
    .outputs = (const char *const[]){"middle", NULL},
    .state_size = sizeof(struct source_state),
    .init = state_init,
    .poll = source_poll,
    .deadline_us = source_deadline,
};

static const struct stage_ops middle_ops = {
    .name = "MIDDLE",
    .outputs = (const char *const[]){"sink", "holder", NULL},
    .state_size = sizeof(struct fake *),
    .init = state_init,
    .process = middle_process,
};

static const struct stage_ops sink_ops = {
    .name = "SINK",
    .outputs = (const char *const[]){"porter", NULL},
    .state_size = sizeof(struct fake *),
    .init = state_init,
    .process = sink_process,
};

static const struct stage_ops holder_ops = {
    .name = "HOLDER",
    .outputs = (const char *const[]){"sink", NULL},
    .state_size = sizeof(struct holder_state),
    .holds = true,
    .init = state_init,
    .fini = holder_fini,
    .process = holder_process,
    .poll = holder_poll,
    .deadline_us = holder_deadline,
    .held = holder_held,
};

static const struct stage_ops porter_ops = {
    .name = "PORTER",
    .outputs = (const char *const[]){"middle", NULL},
    .state_size = sizeof(struct source_state),
    .holds = true,
    .absorbs = true,
    .init = state_init,
    .process = porter_process,
    .poll = porter_poll,
    .deadline_us = source_deadline,
};

static const struct topology_group groups[] = {
    {.thread = "SOURCE-SINK", .per_lane = true},
    {.thread = "HOLDER"},
    {.thread = "PORTER"},
};

static struct topology_stage stages[FAKE_STAGES] = {
    [FAKE_SOURCE] = {.ops = &source_ops, .group = 0, .column = 0, .row = 0},
    [FAKE_MIDDLE] = {.ops = &middle_ops, .group = 0, .column = 1, .row = 0},
    [FAKE_SINK] = {.ops = &sink_ops, .group = 0, .column = 3, .row = 0},
    [FAKE_HOLDER] = {.ops = &holder_ops, .group = 1, .column = 2, .row = 1},
    [FAKE_PORTER] = {.ops = &porter_ops, .group = 2, .column = 1, .row = 2},
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

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The fake stages. */
#include "fake.h"

#include <string.h>

#include "pipeline/query.h"

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

const struct stage_ops fake_source_ops = {
    .name = "SOURCE",
    .outputs = (const char *const[]){"middle", NULL},
    .state_size = sizeof(struct source_state),
    .init = state_init,
    .poll = source_poll,
    .deadline_us = source_deadline,
};

const struct stage_ops fake_middle_ops = {
    .name = "MIDDLE",
    .outputs = (const char *const[]){"sink", "holder", NULL},
    .state_size = sizeof(struct fake *),
    .init = state_init,
    .process = middle_process,
};

const struct stage_ops fake_sink_ops = {
    .name = "SINK",
    .outputs = (const char *const[]){"porter", NULL},
    .state_size = sizeof(struct fake *),
    .init = state_init,
    .process = sink_process,
};

const struct stage_ops fake_holder_ops = {
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

const struct stage_ops fake_porter_ops = {
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

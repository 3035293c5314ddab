/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Each output is joined to a neighbour that only keeps what it is given. */
#include "pipeline/solo.h"

#include "base/check.h"
#include "pipeline/pipeline_int.h"

struct solo {
	struct pipeline_stage stage;
	struct pipeline_stage neighbour[STAGE_OUTPUTS_MAX];
	struct stage_target target[STAGE_OUTPUTS_MAX];
};

enum result solo_create(const struct stage_ops *ops, const void *settings, struct solo **out)
{
	CHECK(!ops->holds);
	struct solo *solo = pipeline_memory_make(sizeof(*solo), SOCKET_ID_ANY);
	if (solo == NULL)
		return RESULT_NO_MEMORY;
	struct stage *stage = &solo->stage.base;
	*stage = (struct stage){
	    .ops = ops,
	    .counters = &solo->stage.counters,
	    .lane_count = 1,
	    .socket = SOCKET_ID_ANY,
	    .outputs = solo->stage.outputs,
	    .state = pipeline_memory_make(ops->state_size + 1, SOCKET_ID_ANY),
	};
	for (unsigned i = 0; i < STAGE_OUTPUTS_MAX; i++) {
		solo->target[i].direct = &solo->neighbour[i];
		solo->stage.outputs[i] = (struct stage_output){&solo->target[i], 1};
	}
	enum result result = stage->state == NULL ? RESULT_NO_MEMORY : RESULT_OK;
	if (result == RESULT_OK && ops->init != NULL)
		result = ops->init(stage, settings);
	solo->stage.is_initialised = result == RESULT_OK;
	if (result == RESULT_OK)
		*out = solo;
	else
		solo_destroy(solo);
	return result;
}

void solo_destroy(struct solo *solo)
{
	if (solo == NULL)
		return;
	struct stage *stage = &solo->stage.base;
	if (solo->stage.is_initialised && stage->ops->fini != NULL)
		stage->ops->fini(stage);
	pipeline_memory_free(stage->state);
	pipeline_memory_free(solo);
}

/* The one whose count has grown. */
static enum drop_reason reason_of(const struct stage_counters *counters,
                                  const uint64_t before[DROP_REASON_COUNT])
{
	unsigned reason = 0;
	while (reason + 1 < DROP_REASON_COUNT && counters->drop[reason] == before[reason])
		reason++;
	return (enum drop_reason)reason;
}

int solo_run(struct solo *solo, struct rte_mbuf *mbuf, uint64_t now_us, enum drop_reason *reason)
{
	struct stage *stage = &solo->stage.base;
	uint64_t before[DROP_REASON_COUNT];
	memcpy(before, stage->counters->drop, sizeof(before));
	stage->now_us = now_us;
	stage->ops->process(stage, &mbuf, 1);
	for (int i = 0; i < STAGE_OUTPUTS_MAX; i++) {
		if (solo->neighbour[i].inbox_count == 0)
			continue;
		solo->neighbour[i].inbox_count = 0;
		return i;
	}
	*reason = reason_of(stage->counters, before);
	return SOLO_DROPPED;
}

const struct stage_counters *solo_counters(const struct solo *solo)
{
	return &solo->stage.counters;
}

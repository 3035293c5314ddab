/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Snapshots published under readers: no reader ever sees an object that was released, and every object is
 * released once. */
#include "pipeline/snapshot.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake.h"
#include "unit.h"

enum {
	READERS = 3,
	WORDS = 64,
	PUBLISHED = 2000,
};

/* All words are alike while the object lives. */
struct object {
	_Atomic uint64_t words[WORDS];
};

static struct snapshot shared;
static uint64_t released;
static _Atomic uint64_t torn;
static _Atomic uint64_t reads;

static void release(void *memory)
{
	struct object *object = memory;
	released++;
	for (size_t i = 0; i < WORDS; i++)
		atomic_store_explicit(&object->words[i], i, memory_order_relaxed);
	free(object);
}

static struct object *make(uint64_t value)
{
	struct object *object = malloc(sizeof(*object));
	for (size_t i = 0; i < WORDS; i++)
		atomic_store_explicit(&object->words[i], value, memory_order_relaxed);
	return object;
}

static uint16_t reader_poll(struct stage *stage, uint16_t budget)
{
	const struct object *object = snapshot_load(&shared);
	uint64_t first = atomic_load_explicit(&object->words[0], memory_order_relaxed);
	for (size_t i = 1; i < WORDS; i++)
		if (atomic_load_explicit(&object->words[i], memory_order_relaxed) != first)
			atomic_fetch_add(&torn, 1);
	atomic_fetch_add(&reads, 1);
	stage_count(&stage->counters->event[0], budget > 0);
	return 1;
}

static const struct stage_ops reader_ops = {.name = "READER", .poll = reader_poll};
static const struct topology_group groups[] = {{.thread = "READER", .per_lane = true}};
static const struct topology_stage stages[] = {{.ops = &reader_ops}};
static const struct topology map = {
    .groups = groups, .stages = stages, .group_count = 1, .stage_count = 1};

static void test_readers_never_see_released_objects(void)
{
	static struct placement placement;
	struct pipeline_error error;
	struct pipeline *pipeline = NULL;
	struct placement_request request = {.kind = PLACEMENT_FUSED, .lanes = READERS};
	shared.release = release;
	snapshot_publish(&shared, NULL, make(0));
	CU_ASSERT_EQUAL_FATAL(placement_make(&map, &request, &placement, &error), RESULT_OK);
	struct pipeline_config config = {
	    .topology = &map, .placement = &placement, .idle = IDLE_ADAPTIVE};
	CU_ASSERT_EQUAL_FATAL(pipeline_create(&config, &pipeline, &error), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(pipeline_launch(pipeline, &error), RESULT_OK);
	for (uint64_t i = 1; i <= PUBLISHED; i++)
		snapshot_publish(&shared, pipeline_get_rcu(pipeline), make(i));
	CU_ASSERT_EQUAL(released, PUBLISHED);
	CU_ASSERT_TRUE(pipeline_stop(pipeline, UINT32_MAX));
	pipeline_destroy(pipeline);
	snapshot_publish(&shared, NULL, NULL);
	CU_ASSERT_EQUAL(released, PUBLISHED + 1);
	CU_ASSERT_EQUAL(torn, 0);
	CU_ASSERT(reads >= PUBLISHED); /* each publish waits for a turn of every reader */
	CU_ASSERT_PTR_NULL(snapshot_load(&shared));
}

/* A reader that sleeps or has left holds nobody up, and one that is in the middle of a turn does. */
static void test_wait_is_for_readers_that_are_online(void)
{
	struct pipeline_rcu *rcu = NULL;
	CU_ASSERT_EQUAL_FATAL(pipeline_rcu_create(2, &rcu), RESULT_OK);
	pipeline_rcu_wait(rcu);
	pipeline_rcu_join(rcu, 0);
	pipeline_rcu_offline(rcu, 0);
	pipeline_rcu_wait(rcu);
	pipeline_rcu_online(rcu, 0);
	pipeline_rcu_leave(rcu, 0);
	pipeline_rcu_wait(rcu);
	pipeline_rcu_destroy(rcu);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"readers_never_see_released_objects", test_readers_never_see_released_objects},
	    {"wait_is_for_readers_that_are_online", test_wait_is_for_readers_that_are_online},
	};
	fake_eal_start();
	int status = unit_main(argc, argv, "pipeline/snapshot", cases, ARRAY_COUNT(cases));
	fake_eal_stop();
	return status;
}

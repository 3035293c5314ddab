/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The pipeline on real lcores: launched, under load, drained, stopped; every placement and idle policy. */
#include "fake.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "unit.h"

/* No case depends on how fast the machine is: this only ends one that hangs. */
#define PATIENCE_US 60000000

static void wait_until_answered(struct pipeline *pipeline, uint64_t count)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	struct pipeline_totals totals;
	for (pipeline_get_totals(pipeline, &totals); totals.answered < count;
	     pipeline_get_totals(pipeline, &totals))
		nanosleep(&pause, NULL);
}

static void launch(struct pipeline *pipeline)
{
	struct pipeline_error error = {.text = ""};
	CU_ASSERT_EQUAL_FATAL(pipeline_launch(pipeline, &error), RESULT_OK);
	CU_ASSERT_EQUAL(pipeline_launch(pipeline, &error), RESULT_BUSY);
}

/* Sources never end; the drain does, with everything answered or dropped by name. */
static void drain_under_load(enum placement_kind kind, uint16_t lanes, enum idle_policy idle)
{
	struct fake fake;
	fake_init(&fake);
	fake.endless = true;
	fake.hold_every = 4;
	fake.hold_turns = 3;
	fake.drop_every = 7;
	struct pipeline *pipeline =
	    fake_create(&fake, fake_topology(&fake, 128, 100), kind, lanes, idle);
	launch(pipeline);
	wait_until_answered(pipeline, 20000);
	CU_ASSERT_TRUE(pipeline_stop(pipeline, PATIENCE_US));
	struct pipeline_totals totals;
	pipeline_get_totals(pipeline, &totals);
	CU_ASSERT_EQUAL(totals.drop[DROP_PIPELINE_STOPPING], 0);
	CU_ASSERT_EQUAL(totals.drop[DROP_RESOLVER_STOPPING], 0);
	CU_ASSERT(totals.answered >= 20000);
	fake_assert_balanced(pipeline, &fake);
	pipeline_destroy(pipeline);
	fake_fini(&fake);
}

static void test_fused_drains(void)
{
	drain_under_load(PLACEMENT_FUSED, 1, IDLE_ADAPTIVE);
	drain_under_load(PLACEMENT_FUSED, 2, IDLE_INTERRUPT);
}

static void test_spread_drains(void)
{
	drain_under_load(PLACEMENT_SPREAD, 1, IDLE_ADAPTIVE);
	drain_under_load(PLACEMENT_SPREAD, 2, IDLE_INTERRUPT);
}

static void test_polling_drains(void)
{
	drain_under_load(PLACEMENT_FUSED, 1, IDLE_POLL);
}

static void test_one_lcore_for_all_drains(void)
{
	struct fake fake;
	struct pipeline_error error = {.text = ""};
	static struct placement placement;
	struct pipeline *pipeline = NULL;
	fake_init(&fake);
	fake.endless = true;
	fake.hold_every = 4;
	const struct topology *topology = fake_topology(&fake, 64, 64);
	struct placement_request request = {.kind = PLACEMENT_AUTO, .lcores = 1};
	CU_ASSERT_EQUAL_FATAL(placement_make(topology, &request, &placement, &error), RESULT_OK);
	struct pipeline_config config = {
	    .topology = topology, .placement = &placement, .idle = IDLE_ADAPTIVE};
	CU_ASSERT_EQUAL_FATAL(pipeline_create(&config, &pipeline, &error), RESULT_OK);
	launch(pipeline);
	wait_until_answered(pipeline, 10000);
	CU_ASSERT_TRUE(pipeline_stop(pipeline, PATIENCE_US));
	fake_assert_balanced(pipeline, &fake);
	pipeline_destroy(pipeline);
	fake_fini(&fake);
}

/* A holding stage that never lets go: the deadline ends the wait, and the books still balance. */
static void test_deadline_ends_a_drain(void)
{
	struct fake fake;
	fake_init(&fake);
	fake.source_packets = 1000;
	fake.hold_every = 10;
	fake.is_open = false;
	struct pipeline *pipeline =
	    fake_create(&fake, fake_topology(&fake, 128, 128), PLACEMENT_SPREAD, 1, IDLE_ADAPTIVE);
	launch(pipeline);
	wait_until_answered(pipeline, 900);
	CU_ASSERT_FALSE(pipeline_stop(pipeline, 1000));
	struct pipeline_totals totals;
	pipeline_get_totals(pipeline, &totals);
	CU_ASSERT_EQUAL(totals.drop[DROP_RESOLVER_STOPPING] + totals.drop[DROP_PIPELINE_STOPPING],
	                100);
	fake_assert_balanced(pipeline, &fake);
	CU_ASSERT_TRUE(pipeline_stop(pipeline, 0)); /* once more does nothing */
	pipeline_destroy(pipeline);
	fake_fini(&fake);
}

/* The same packets through both placements, several lanes and small credits: the same answers. */
static void test_placements_answer_alike(void)
{
	enum {
		PORTER_PACKETS = 10000,
		SOURCE_PACKETS = 20000,
		IDS = PORTER_PACKETS + SOURCE_PACKETS,
	};
	static uint8_t seen[2][IDS];
	for (unsigned i = 0; i < 2; i++) {
		struct fake fake;
		fake_init(&fake);
		fake.source_packets = SOURCE_PACKETS;
		fake.porter_packets = PORTER_PACKETS;
		fake.hold_every = 5;
		fake.drop_every = 9;
		fake.fallback = true;
		struct topology *topology = fake_topology(&fake, 64, 50);
		fake_links()[5].depth = fake_links()[5].credits = 16384;
		struct pipeline *pipeline = fake_create(
		    &fake, topology, i == 0 ? PLACEMENT_FUSED : PLACEMENT_SPREAD, 1, IDLE_ADAPTIVE);
		launch(pipeline);
		wait_until_answered(pipeline, IDS - (IDS + 8) / 9);
		CU_ASSERT_TRUE(pipeline_stop(pipeline, PATIENCE_US));
		fake_assert_balanced(pipeline, &fake);
		memcpy(seen[i], fake.seen, IDS);
		pipeline_destroy(pipeline);
		fake_fini(&fake);
	}
	CU_ASSERT_EQUAL(memcmp(seen[0], seen[1], IDS), 0);
	for (unsigned i = 0; i < IDS; i++)
		CU_ASSERT_EQUAL_FATAL(seen[0][i], i % 9 != 0);
}

static void test_launch_needs_enough_lcores(void)
{
	struct fake fake;
	struct pipeline_error error = {.text = ""};
	static struct placement placement;
	struct pipeline *pipeline = NULL;
	fake_init(&fake);
	const struct topology *topology = fake_topology(&fake, 64, 64);
	struct placement_request request = {.kind = PLACEMENT_FUSED, .lanes = 30};
	CU_ASSERT_EQUAL_FATAL(placement_make(topology, &request, &placement, &error), RESULT_OK);
	struct pipeline_config config = {.topology = topology, .placement = &placement};
	CU_ASSERT_EQUAL(pipeline_create(&config, &pipeline, &error), RESULT_OUT_OF_RANGE);
	CU_ASSERT_STRING_EQUAL(error.text,
	                       "the placement needs 32 lcores besides the main one, there are 24");
	fake_fini(&fake);
}

/* Lcores that sleep are woken, and each has run a turn when the call comes back. */
static void test_all_pass_a_turn(void)
{
	struct fake fake;
	fake_init(&fake);
	struct pipeline *pipeline =
	    fake_create(&fake, fake_topology(&fake, 128, 100), PLACEMENT_SPREAD, 1, IDLE_INTERRUPT);
	CU_ASSERT_TRUE(pipeline_pass_turn(pipeline, 0)); /* nothing runs yet */
	launch(pipeline);
	for (unsigned round = 0; round < 20; round++) {
		uint64_t before[PIPELINE_LCORES_MAX];
		struct pipeline_lcore_stats stats;
		for (uint16_t i = 0; i < pipeline_count_lcores(pipeline); i++) {
			pipeline_get_lcore(pipeline, i, &stats);
			before[i] = stats.turns_busy + stats.turns_idle;
		}
		CU_ASSERT_TRUE(pipeline_pass_turn(pipeline, PATIENCE_US));
		for (uint16_t i = 0; i < pipeline_count_lcores(pipeline); i++) {
			pipeline_get_lcore(pipeline, i, &stats);
			CU_ASSERT(stats.turns_busy + stats.turns_idle > before[i]);
		}
	}
	CU_ASSERT_TRUE(pipeline_stop(pipeline, PATIENCE_US));
	pipeline_destroy(pipeline);
	fake_fini(&fake);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"fused_drains", test_fused_drains},
	    {"spread_drains", test_spread_drains},
	    {"polling_drains", test_polling_drains},
	    {"one_lcore_for_all_drains", test_one_lcore_for_all_drains},
	    {"deadline_ends_a_drain", test_deadline_ends_a_drain},
	    {"placements_answer_alike", test_placements_answer_alike},
	    {"all_pass_a_turn", test_all_pass_a_turn},
	    {"launch_needs_enough_lcores", test_launch_needs_enough_lcores},
	};
	fake_eal_start();
	int status = unit_main(argc, argv, "pipeline/stop", cases, ARRAY_COUNT(cases));
	fake_eal_stop();
	return status;
}

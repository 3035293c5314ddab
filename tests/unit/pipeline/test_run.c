/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The run loop over fake stages, turned by hand on one thread: every order of turns is a legal one, so the
 * cases are exact and repeatable. */
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "unit.h"

#define SEED 0x9e3779b9u

/* Turns until nobody has anything to do (several rounds: credits come back a turn later). */
static void settle(struct pipeline *pipeline, uint32_t *seed)
{
	unsigned quiet = 0;
	while (quiet < 4)
		quiet = fake_turn_all(pipeline, seed) == 0 ? quiet + 1 : 0;
}

static uint32_t count_seen(const struct fake *fake, uint32_t ids)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < ids; i++)
		count += fake->seen[i] == 1;
	return count;
}

/* No link may shed, so that every packet is answered; both placements answer the same ones. */
static void every_packet_is_answered(enum placement_kind kind, uint16_t lanes)
{
	struct fake fake;
	fake_init(&fake);
	fake.source_packets = 5000;
	fake.porter_packets = 3000;
	fake.hold_every = 3;
	fake.hold_turns = 2;
	fake.fallback = true;
	const struct topology *topology = fake_topology(&fake, 4096, 4096);
	struct pipeline *pipeline = fake_create(&fake, topology, kind, lanes, IDLE_POLL);
	uint32_t seed = SEED;
	settle(pipeline, &seed);
	uint32_t ids = fake.porter_packets + lanes * fake.source_packets;
	CU_ASSERT_EQUAL(count_seen(&fake, ids), ids);
	fake_assert_balanced(pipeline, &fake);
	pipeline_destroy(pipeline);
	fake_fini(&fake);
}

static void test_fused_answers_every_packet(void)
{
	every_packet_is_answered(PLACEMENT_FUSED, 1);
	every_packet_is_answered(PLACEMENT_FUSED, 3);
}

static void test_spread_answers_every_packet(void)
{
	every_packet_is_answered(PLACEMENT_SPREAD, 1);
	every_packet_is_answered(PLACEMENT_SPREAD, 3);
}

/* Turns single lcores in random order under small credits; checks the books at every step. */
static void test_credits_are_conserved_under_random_load(void)
{
	for (uint32_t round = 0; round < 12; round++) {
		struct fake fake;
		uint32_t seed = SEED + round;
		fake_init(&fake);
		fake.source_packets = 2000;
		fake.porter_packets = 2000;
		fake.hold_every = 2 + round % 3;
		fake.drop_every = round % 4;
		fake.hold_turns = round;
		uint32_t credits = 1 + fake_random(&seed) % 64;
		struct pipeline *pipeline =
		    fake_create(&fake, fake_topology(&fake, 64, credits),
		                round % 2 ? PLACEMENT_FUSED : PLACEMENT_SPREAD,
		                (uint16_t)(1 + round % 3), IDLE_POLL);
		for (unsigned i = 0; i < 3000; i++) {
			pipeline_lcore_turn(
			    pipeline->lcores[fake_random(&seed) % pipeline->lcore_count]);
			struct pipeline_totals totals;
			pipeline_get_totals(pipeline, &totals);
			CU_ASSERT_EQUAL_FATAL(totals.in,
			                      totals.answered + totals.dropped + totals.in_flight);
		}
		settle(pipeline, &seed);
		fake_assert_balanced(pipeline, &fake);
		pipeline_destroy(pipeline);
		fake_fini(&fake);
	}
}

/* A consumer that gets its turn rarely: the BLOCK links before it fill up and nothing is lost. */
static void test_block_never_loses(void)
{
	struct fake fake;
	fake_init(&fake);
	fake.source_packets = 1000;
	fake.porter_packets = 200;
	struct topology *topology = fake_topology(&fake, 64, 40);
	fake_links()[5].credits = fake_links()[5].depth = 4096; /* sink_porter shall not shed */
	struct pipeline *pipeline = fake_create(&fake, topology, PLACEMENT_SPREAD, 1, IDLE_POLL);
	uint32_t seed = SEED;
	struct pipeline_lcore *sink = fake_lcore(pipeline, "SINK", 0);
	for (unsigned i = 0; i < 2000; i++) {
		struct pipeline_lcore *lcore =
		    pipeline->lcores[fake_random(&seed) % pipeline->lcore_count];
		if (lcore != sink || i % 16 == 0)
			pipeline_lcore_turn(lcore);
	}
	settle(pipeline, &seed);
	struct pipeline_totals totals;
	pipeline_get_totals(pipeline, &totals);
	CU_ASSERT_EQUAL(totals.dropped, 0);
	CU_ASSERT_EQUAL(totals.answered, 1200);
	uint64_t waits = 0;
	for (uint16_t i = 0; i < pipeline_count_links(pipeline); i++) {
		struct pipeline_link_stats link;
		pipeline_get_link(pipeline, i, &link);
		waits += link.waits;
		CU_ASSERT_EQUAL(link.shed, 0);
	}
	CU_ASSERT(waits > 0); /* it was a test of blocking */
	fake_assert_balanced(pipeline, &fake);
	pipeline_destroy(pipeline);
	fake_fini(&fake);
}

/* HOLDER lets nothing go: its credits run out, the rest is dropped by name or takes the fallback, and what
 * does not need HOLDER keeps flowing. */
static void shed_link_sheds(bool fallback)
{
	struct fake fake;
	fake_init(&fake);
	fake.source_packets = 1000;
	fake.hold_every = 2;
	fake.fallback = fallback;
	fake.is_open = false;
	struct topology *topology = fake_topology(&fake, 64, 48);
	for (unsigned kind = PLACEMENT_FUSED; kind <= PLACEMENT_SPREAD; kind++) {
		struct pipeline *pipeline =
		    fake_create(&fake, topology, (enum placement_kind)kind, 1, IDLE_POLL);
		uint32_t seed = SEED;
		struct pipeline_totals totals;
		settle(pipeline, &seed);
		pipeline_get_totals(pipeline, &totals);
		CU_ASSERT_EQUAL(totals.in_flight, 48);
		CU_ASSERT_EQUAL(totals.drop[DROP_LINK_NO_CREDIT], fallback ? 0 : 500 - 48);
		CU_ASSERT_EQUAL(totals.answered, fallback ? 1000 - 48 : 500);
		CU_ASSERT(pipeline_stop(pipeline, 0)); /* never launched: nothing to wait for */
		pipeline_get_totals(pipeline, &totals);
		CU_ASSERT_EQUAL(totals.drop[DROP_RESOLVER_STOPPING], 48);
		fake_assert_balanced(pipeline, &fake);
		pipeline_destroy(pipeline);
	}
	fake_fini(&fake);
}

static void test_shed_drops_by_name(void)
{
	shed_link_sheds(false);
}

static void test_shed_takes_the_fallback(void)
{
	shed_link_sheds(true);
}

/* Before MIDDLE's next turn each of its producers has offered more than MIDDLE can take. */
static void turn_producers_twice(struct pipeline *pipeline, uint32_t *seed)
{
	fake_turn_all(pipeline, seed);
	for (uint16_t i = 0; i < pipeline->placement->lanes; i++)
		pipeline_lcore_turn(fake_lcore(pipeline, "SOURCE", i));
	pipeline_lcore_turn(fake_lcore(pipeline, "PORTER", 0));
}

/* MIDDLE and SINK have several producers each; all get through in every window of turns. */
static void test_no_producer_starves(void)
{
	enum {
		LANES = 4,
	};
	struct fake fake;
	fake_init(&fake);
	fake.endless = true;
	fake.hold_every = 2;
	fake.fallback = true;
	struct topology *topology = fake_topology(&fake, 64, 33);
	struct pipeline *pipeline =
	    fake_create(&fake, topology, PLACEMENT_SPREAD, LANES, IDLE_POLL);
	uint32_t seed = SEED;
	uint64_t before[64] = {0};
	uint64_t share[64];
	CU_ASSERT_FATAL(pipeline_count_links(pipeline) <= ARRAY_COUNT(before));
	for (unsigned window = 0; window < 20; window++) {
		for (unsigned i = 0; i < 50; i++)
			turn_producers_twice(pipeline, &seed);
		for (uint16_t i = 0; i < pipeline_count_links(pipeline); i++) {
			struct pipeline_link_stats link;
			pipeline_get_link(pipeline, i, &link);
			share[i] = link.returned - before[i];
			before[i] = link.returned;
			CU_ASSERT(share[i] > 0);
		}
		/* Pairs 0..3 are SOURCE's, 4..7 PORTER's, which offers a third of what SOURCE does. */
		for (unsigned lane = 0; lane < LANES; lane++)
			CU_ASSERT(share[LANES + lane] * 6 > share[lane]);
	}
	pipeline_stop(pipeline, 0);
	fake_assert_balanced(pipeline, &fake);
	pipeline_destroy(pipeline);
	fake_fini(&fake);
}

/* What lies on rings when the lcores leave is dropped by name. */
static void test_stop_accounts_for_what_is_left(void)
{
	struct fake fake;
	fake_init(&fake);
	fake.source_packets = 500;
	fake.hold_every = 2;
	struct pipeline *pipeline =
	    fake_create(&fake, fake_topology(&fake, 64, 64), PLACEMENT_SPREAD, 1, IDLE_POLL);
	pipeline_lcore_turn(fake_lcore(pipeline, "SOURCE", 0));
	pipeline_lcore_turn(fake_lcore(pipeline, "MIDDLE", 0));
	pipeline_lcore_turn(fake_lcore(pipeline, "SOURCE", 0));
	pipeline_stop(pipeline, 0);
	struct pipeline_totals totals;
	pipeline_get_totals(pipeline, &totals);
	CU_ASSERT_EQUAL(totals.in, 64);
	CU_ASSERT_EQUAL(totals.drop[DROP_PIPELINE_STOPPING], 64);
	fake_assert_balanced(pipeline, &fake);
	pipeline_destroy(pipeline);
	fake_fini(&fake);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"fused_answers_every_packet", test_fused_answers_every_packet},
	    {"spread_answers_every_packet", test_spread_answers_every_packet},
	    {"credits_are_conserved_under_random_load",
	     test_credits_are_conserved_under_random_load},
	    {"block_never_loses", test_block_never_loses},
	    {"shed_drops_by_name", test_shed_drops_by_name},
	    {"shed_takes_the_fallback", test_shed_takes_the_fallback},
	    {"no_producer_starves", test_no_producer_starves},
	    {"stop_accounts_for_what_is_left", test_stop_accounts_for_what_is_left},
	};
	fake_eal_start();
	int status = unit_main(argc, argv, "pipeline/run", cases, ARRAY_COUNT(cases));
	fake_eal_stop();
	return status;
}

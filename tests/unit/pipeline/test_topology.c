/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The checker: accepts a good map, and refuses each kind of bad one with a sentence that names the row. */
#include "pipeline/topology.h"

#include <string.h>

#include "fake.h"
#include "unit.h"

static const char *const to_porter[] = {"porter", NULL};
static const char *const to_middle[] = {"middle", NULL};
static struct fake fake;

static void assert_refused(const struct topology *topology, const char *sentence)
{
	struct pipeline_error error = {.text = ""};
	CU_ASSERT_EQUAL(topology_check(topology, &error), RESULT_MALFORMED);
	CU_ASSERT_STRING_EQUAL(error.text, sentence);
}

/* The fake map with the stages' table writable. */
static struct topology *copy_of_map(struct topology_stage *stages)
{
	struct topology *topology = fake_topology(&fake, 64, 64);
	memcpy(stages, topology->stages, FAKE_STAGES * sizeof(*stages));
	topology->stages = stages;
	return topology;
}

static void test_good_map_passes(void)
{
	struct pipeline_error error;
	const struct topology *topology = fake_topology(&fake, 64, 64);
	CU_ASSERT_EQUAL(topology_check(topology, &error), RESULT_OK);
	/* source, porter (2 targets), middle, sink: 2 lanes each; holder to 2 lanes */
	CU_ASSERT_EQUAL(topology_credit_sum(topology, 2), 64 * (2 + 2 + 2 + 2 + 2 + 2));
}

static void test_cycle_of_block_links_is_named(void)
{
	struct topology *topology = fake_topology(&fake, 64, 64);
	fake_links()[5].policy = LINK_BLOCK; /* sink_porter */
	assert_refused(topology, "a cycle of BLOCK links: MIDDLE -> SINK -> PORTER -> MIDDLE");
}

static void test_unknown_names_are_refused(void)
{
	struct topology *topology = fake_topology(&fake, 64, 64);
	fake_links()[0].from = "NOBODY";
	assert_refused(topology, "link source_middle comes from an unknown stage NOBODY");
	topology = fake_topology(&fake, 64, 64);
	fake_links()[0].to = "NOBODY";
	assert_refused(topology, "link source_middle leads to an unknown stage NOBODY");
	topology = fake_topology(&fake, 64, 64);
	fake_links()[0].output = "nowhere";
	assert_refused(topology, "link source_middle: stage SOURCE has no output nowhere");
	topology = fake_topology(&fake, 64, 64);
	fake_links()[0].name = "link1";
	assert_refused(topology, "link link1 should be named source_middle");
}

static void test_each_output_needs_one_link(void)
{
	struct topology *topology = fake_topology(&fake, 64, 64);
	topology->link_count--;
	assert_refused(topology, "output porter of stage SINK has 0 links, needs one");
	topology = fake_topology(&fake, 64, 64);
	fake_links()[5] = fake_links()[2];
	assert_refused(topology, "output sink of stage MIDDLE has 2 links, needs one");
}

static void test_numbers_of_links_are_checked(void)
{
	static const struct {
		uint32_t depth, credits;
		const char *sentence;
	} bad[] = {
	    {48, 48, "link source_middle has depth 48, allowed are powers of two from 32 to 65536"},
	    {16, 16, "link source_middle has depth 16, allowed are powers of two from 32 to 65536"},
	    {131072, 64,
	     "link source_middle has depth 131072, allowed are powers of two from 32 to 65536"},
	    {64, 65, "link source_middle has 65 credits, allowed are 1 to its depth, 64"},
	    {64, 0, "link source_middle has 0 credits, allowed are 1 to its depth, 64"},
	};
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
		assert_refused(fake_topology(&fake, bad[i].depth, bad[i].credits), bad[i].sentence);
}

static void test_stages_are_checked(void)
{
	struct topology_stage stages[FAKE_STAGES];
	static const struct stage_ops idle_ops = {.name = "SOURCE"};
	static const struct stage_ops deaf_ops = {
	    .name = "SINK",
	    .outputs = to_porter,
	    .poll = (uint16_t(*)(struct stage *, uint16_t))1,
	};
	struct topology *topology = copy_of_map(stages);
	stages[FAKE_SOURCE].ops = &idle_ops;
	assert_refused(topology, "stage SOURCE neither processes nor polls");
	topology = copy_of_map(stages);
	stages[FAKE_SINK].ops = &deaf_ops;
	assert_refused(topology, "stage SINK is fed by a link but does not process");
	topology = copy_of_map(stages);
	stages[FAKE_SINK].group = 9;
	assert_refused(topology, "stage SINK is in group 9, there are only 3");
	topology = copy_of_map(stages);
	stages[FAKE_SINK].ops = stages[FAKE_MIDDLE].ops;
	assert_refused(topology, "stage MIDDLE occurs twice");
	topology = copy_of_map(stages);
	topology->stage_count = 0;
	assert_refused(topology, "0 stages, allowed are 1 to 32");
}

static void test_stage_without_input_needs_a_source(void)
{
	struct topology_stage stages[FAKE_STAGES];
	static const struct stage_ops lonely_ops = {
	    .name = "SOURCE",
	    .outputs = to_middle,
	    .process = (void (*)(struct stage *, struct rte_mbuf **, uint16_t))1,
	};
	struct topology *topology = copy_of_map(stages);
	stages[FAKE_SOURCE].ops = &lonely_ops;
	assert_refused(topology, "no link feeds stage SOURCE");
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"good_map_passes", test_good_map_passes},
	    {"cycle_of_block_links_is_named", test_cycle_of_block_links_is_named},
	    {"unknown_names_are_refused", test_unknown_names_are_refused},
	    {"each_output_needs_one_link", test_each_output_needs_one_link},
	    {"numbers_of_links_are_checked", test_numbers_of_links_are_checked},
	    {"stages_are_checked", test_stages_are_checked},
	    {"stage_without_input_needs_a_source", test_stage_without_input_needs_a_source},
	};
	return unit_main(argc, argv, "pipeline/topology", cases, ARRAY_COUNT(cases));
}

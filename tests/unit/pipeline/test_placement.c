/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Who runs where, what threads are called, and which processors they get. */
#include "pipeline/placement.h"

#include <string.h>

#include "fake.h"
#include "unit.h"

static struct fake fake;
static struct placement placement;

static enum result make(enum placement_kind kind, uint16_t lanes, uint16_t lcores,
                        struct pipeline_error *error)
{
	struct placement_request request = {.kind = kind, .lanes = lanes, .lcores = lcores};
	return placement_make(fake_topology(&fake, 64, 64), &request, &placement, error);
}

static void assert_made(enum placement_kind kind, uint16_t lanes, uint16_t lcores)
{
	struct pipeline_error error = {.text = ""};
	CU_ASSERT_EQUAL_FATAL(make(kind, lanes, lcores, &error), RESULT_OK);
}

static void assert_lcores(const uint16_t *cpus, uint16_t count, const char *wanted)
{
	char text[256] = "";
	CU_ASSERT_EQUAL(placement_write_lcores(&placement, cpus, count, text, sizeof(text)),
	                RESULT_OK);
	CU_ASSERT_STRING_EQUAL(text, wanted);
}

static void test_fused_gives_each_group_an_lcore(void)
{
	assert_made(PLACEMENT_FUSED, 1, 0);
	CU_ASSERT_EQUAL(placement.lcore_count, 3);
	CU_ASSERT_STRING_EQUAL(placement.thread[0], "SOURCE-SINK");
	CU_ASSERT_STRING_EQUAL(placement.thread[1], "HOLDER");
	CU_ASSERT_STRING_EQUAL(placement.thread[2], "PORTER");
	CU_ASSERT_EQUAL(placement_lcore_of(&placement, FAKE_SINK, 0), 0);
	CU_ASSERT_EQUAL(placement_lcore_of(&placement, FAKE_PORTER, 0), 2);
}

static void test_fused_lanes_have_numbers(void)
{
	assert_made(PLACEMENT_FUSED, 12, 0);
	CU_ASSERT_EQUAL(placement.lcore_count, 14);
	CU_ASSERT_EQUAL(placement.lane_lcore_count, 12);
	CU_ASSERT_STRING_EQUAL(placement.thread[0], "SOURCE-SINK-0");
	CU_ASSERT_STRING_EQUAL(placement.thread[11], "SOURCE-SINK-11");
	CU_ASSERT_EQUAL(placement_lcore_of(&placement, FAKE_MIDDLE, 7), 7);
	CU_ASSERT_EQUAL(placement_lcore_of(&placement, FAKE_HOLDER, 0), 12);
}

static void test_spread_gives_each_instance_an_lcore(void)
{
	assert_made(PLACEMENT_SPREAD, 2, 0);
	CU_ASSERT_EQUAL(placement.lcore_count, 8);
	CU_ASSERT_EQUAL(placement.lane_lcore_count, 6);
	bool used[8] = {false};
	for (uint16_t i = 0; i < placement.instance_count; i++) {
		CU_ASSERT_FALSE(used[placement.instance[i].lcore]);
		used[placement.instance[i].lcore] = true;
	}
	uint16_t lcore = placement_lcore_of(&placement, FAKE_MIDDLE, 1);
	CU_ASSERT_STRING_EQUAL(placement.thread[lcore], "MIDDLE-1");
	lcore = placement_lcore_of(&placement, FAKE_HOLDER, 0);
	CU_ASSERT_STRING_EQUAL(placement.thread[lcore], "HOLDER");
}

static void test_long_names_are_cut_before_the_lane(void)
{
	struct topology topology = *fake_topology(&fake, 64, 64);
	const struct topology_group groups[] = {
	    {.thread = "LISTENER-SENDER", .per_lane = true},
	    {.thread = "QUERY_DISPATCHER"},
	    {.thread = "PORTER"},
	};
	topology.groups = groups;
	struct pipeline_error error;
	struct placement_request request = {.kind = PLACEMENT_FUSED, .lanes = 11};
	CU_ASSERT_EQUAL(placement_make(&topology, &request, &placement, &error), RESULT_OK);
	CU_ASSERT_STRING_EQUAL(placement.thread[10], "LISTENER-SEN-10");
	CU_ASSERT_STRING_EQUAL(placement.thread[11], "QUERY_DISPATCHE");
	request.lanes = 1;
	CU_ASSERT_EQUAL(placement_make(&topology, &request, &placement, &error), RESULT_OK);
	CU_ASSERT_STRING_EQUAL(placement.thread[0], "LISTENER-SENDER");
}

static void test_auto_uses_what_is_given(void)
{
	assert_made(PLACEMENT_AUTO, 0, 0);
	CU_ASSERT_EQUAL(placement.kind, PLACEMENT_FUSED);
	CU_ASSERT_EQUAL(placement.lanes, 1);
	assert_made(PLACEMENT_AUTO, 0, 10);
	CU_ASSERT_EQUAL(placement.lanes, 8);
	CU_ASSERT_EQUAL(placement.lcore_count, 10);
	assert_made(PLACEMENT_AUTO, 2, 10);
	CU_ASSERT_EQUAL(placement.lcore_count, 4);
}

static void test_auto_shares_when_there_are_few(void)
{
	assert_made(PLACEMENT_AUTO, 0, 2);
	CU_ASSERT_EQUAL(placement.lcore_count, 2);
	CU_ASSERT_EQUAL(placement_lcore_of(&placement, FAKE_SINK, 0), 0);
	CU_ASSERT_EQUAL(placement_lcore_of(&placement, FAKE_HOLDER, 0), 1);
	CU_ASSERT_EQUAL(placement_lcore_of(&placement, FAKE_PORTER, 0), 1);
	assert_made(PLACEMENT_AUTO, 0, 1);
	CU_ASSERT_EQUAL(placement.lcore_count, 1);
}

static void test_too_much_is_refused_in_words(void)
{
	struct pipeline_error error = {.text = ""};
	CU_ASSERT_EQUAL(make(PLACEMENT_FUSED, 2, 3, &error), RESULT_OUT_OF_RANGE);
	CU_ASSERT_STRING_EQUAL(error.text, "placement fused with 2 lanes needs 4 lcores besides "
	                                   "the main one, given are 3");
	CU_ASSERT_EQUAL(make(PLACEMENT_SPREAD, 64, 0, &error), RESULT_OUT_OF_RANGE);
	CU_ASSERT_STRING_EQUAL(
	    error.text,
	    "placement spread with 64 lanes needs 194 lcores, at most 127 are possible");
	CU_ASSERT_EQUAL(make(PLACEMENT_FUSED, 65, 0, &error), RESULT_OUT_OF_RANGE);
	CU_ASSERT_EQUAL(make(PLACEMENT_AUTO, 3, 2, &error), RESULT_OUT_OF_RANGE);
}

static void test_lcores_float_over_few_processors(void)
{
	const uint16_t cpus[] = {4, 9};
	assert_made(PLACEMENT_FUSED, 2, 0);
	assert_lcores(cpus, 2, "(0-4)@(4,9)");
}

static void test_lanes_get_processors_of_their_own(void)
{
	const uint16_t cpus[] = {4, 9, 10, 11};
	assert_made(PLACEMENT_FUSED, 2, 0);
	assert_lcores(cpus, 3, "0@(10),1@(4),2@(9),3@(10),4@(10)");
	assert_lcores(cpus, 4, "0@(10,11),1@(4),2@(9),3@(10,11),4@(10,11)");
	char small[8];
	CU_ASSERT_EQUAL(placement_write_lcores(&placement, cpus, 4, small, sizeof(small)),
	                RESULT_NO_SPACE);
}

static void test_names_of_kinds(void)
{
	enum placement_kind kind = PLACEMENT_AUTO;
	CU_ASSERT_TRUE(placement_kind_parse("spread", &kind));
	CU_ASSERT_EQUAL(kind, PLACEMENT_SPREAD);
	CU_ASSERT_FALSE(placement_kind_parse("Spread", &kind));
	CU_ASSERT_STRING_EQUAL(placement_kind_name(PLACEMENT_FUSED), "fused");
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"fused_gives_each_group_an_lcore", test_fused_gives_each_group_an_lcore},
	    {"fused_lanes_have_numbers", test_fused_lanes_have_numbers},
	    {"spread_gives_each_instance_an_lcore", test_spread_gives_each_instance_an_lcore},
	    {"long_names_are_cut_before_the_lane", test_long_names_are_cut_before_the_lane},
	    {"auto_uses_what_is_given", test_auto_uses_what_is_given},
	    {"auto_shares_when_there_are_few", test_auto_shares_when_there_are_few},
	    {"too_much_is_refused_in_words", test_too_much_is_refused_in_words},
	    {"lcores_float_over_few_processors", test_lcores_float_over_few_processors},
	    {"lanes_get_processors_of_their_own", test_lanes_get_processors_of_their_own},
	    {"names_of_kinds", test_names_of_kinds},
	};
	return unit_main(argc, argv, "pipeline/placement", cases, ARRAY_COUNT(cases));
}

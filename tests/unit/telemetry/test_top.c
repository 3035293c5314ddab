/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Lists of several lanes become one, in order, as text. */
#include "telemetry/top.h"

#include <string.h>

#include "unit.h"

#define LANES 3

static struct top *questions, *answers;

static void count(unsigned lane, uint8_t last, uint32_t weight)
{
	const uint8_t key[TOP_CLIENT_BYTES] = {4, 192, 0, 2, last};
	heavy_add(questions[lane].heavy[TOP_CLIENTS], 1000 + last, key, sizeof(key), weight, 1);
	questions[lane].sampler.window = 1;
	questions[lane].sampler.packets += weight;
}

static void test_lanes(void)
{
	struct telemetry_top_list list;
	char text[TELEMETRY_TOP_TEXT_BYTES];
	CU_ASSERT_EQUAL_FATAL(top_create(TOP_QUESTIONS, LANES, 1, &questions), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(top_create(TOP_ANSWERS, LANES, 1, &answers), RESULT_OK);
	const struct telemetry_tops tops = {questions, answers, LANES};
	count(0, 1, 10);
	count(1, 1, 20);
	count(2, 2, 25);
	count(0, 3, 1);
	CU_ASSERT_EQUAL_FATAL(
	    telemetry_top_list(&tops, TOP_CLIENTS, TOP_WINDOW_US + 5000000, &list), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(list.count, 3);
	CU_ASSERT_EQUAL(list.packets, 56);
	CU_ASSERT_DOUBLE_EQUAL(list.seconds, 15, 0.001);
	CU_ASSERT_EQUAL(list.rows[0].count, 30);
	CU_ASSERT_EQUAL(list.rows[1].count, 25);
	CU_ASSERT_EQUAL(list.rows[2].count, 1);
	CU_ASSERT_TRUE(telemetry_top_text(&tops, &list, 0, text));
	CU_ASSERT_STRING_EQUAL(text, "192.0.2.1");
	telemetry_top_free(&list);
	CU_ASSERT_EQUAL_FATAL(telemetry_top_list(&tops, TOP_ZONES, 0, &list), RESULT_OK);
	CU_ASSERT_EQUAL(list.count, 0);
	telemetry_top_free(&list);
	top_destroy(questions, LANES);
	top_destroy(answers, LANES);
}

static void test_texts(void)
{
	struct telemetry_top_list list;
	char text[TELEMETRY_TOP_TEXT_BYTES];
	CU_ASSERT_EQUAL_FATAL(top_create(TOP_QUESTIONS, 1, 1, &questions), RESULT_OK);
	const struct telemetry_tops tops = {questions, NULL, 1};
	const uint8_t key[TOP_CLIENT_BYTES] = {6, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 1};
	heavy_add(questions->heavy[TOP_CLIENTS], 5, key, sizeof(key), 1, 1);
	heavy_add(questions->heavy[TOP_NAMES], 6, "\3a\"b\4test", 10, 1, 1);
	CU_ASSERT_EQUAL_FATAL(telemetry_top_list(&tops, TOP_CLIENTS, TOP_WINDOW_US, &list),
	                      RESULT_OK);
	CU_ASSERT_TRUE_FATAL(list.count == 1 && telemetry_top_text(&tops, &list, 0, text));
	CU_ASSERT_STRING_EQUAL(text, "2001:db8:0:1::/64");
	telemetry_top_free(&list);
	CU_ASSERT_EQUAL_FATAL(telemetry_top_list(&tops, TOP_NAMES, TOP_WINDOW_US, &list),
	                      RESULT_OK);
	CU_ASSERT_TRUE_FATAL(list.count == 1 && telemetry_top_text(&tops, &list, 0, text));
	CU_ASSERT_STRING_EQUAL(text, "a\\\"b.test.");
	telemetry_top_free(&list);
	CU_ASSERT_EQUAL(telemetry_top_list(&tops, TOP_NXDOMAIN, 0, &list), RESULT_OK);
	CU_ASSERT_EQUAL(list.count, 0);
	top_destroy(questions, 1);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"equal keys of several lanes are one", test_lanes},
	    {"keys as text", test_texts},
	};
	return unit_main(argc, argv, "telemetry/top", cases, ARRAY_COUNT(cases));
}

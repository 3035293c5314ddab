/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What is counted of packets, and that samples stand for all of them. */
#include "stage/top.h"

#include <stdlib.h>
#include <string.h>

#include "dns/name.h"
#include "fake_stage.h"
#include "unit.h"

#define BURST 32

static struct top *questions, *answers;
static struct rte_mbuf *burst[BURST];

static void make(void)
{
	CU_ASSERT_EQUAL_FATAL(top_create(TOP_QUESTIONS, 1, 42, &questions), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(top_create(TOP_ANSWERS, 1, 42, &answers), RESULT_OK);
	for (int i = 0; i < BURST; i++) {
		burst[i] = fake_packet(QUERY_SOURCE_PORT, "", 0);
	}
}

static void finish(void)
{
	fake_close();
	top_destroy(questions, 1);
	top_destroy(answers, 1);
	top_destroy(NULL, 1);
}

static struct query *fill(int index, const char *name, const char *octets, uint8_t family)
{
	struct query *query = query_of(burst[index]);
	struct dns_name wire;
	CU_ASSERT_EQUAL_FATAL(dns_name_from_text(name, strlen(name), NULL, &wire), RESULT_OK);
	dns_question_set(&query->question, wire.wire, 1, 1);
	query->question_ok = true;
	query->client.family = family;
	memcpy(query->client.octets, octets, family == 4 ? 4 : 16);
	return query;
}

/* The count of the one entry, or the number of entries where there are more. */
static uint32_t only(const struct top *top, enum top_kind kind, uint32_t window,
                     struct heavy_item *out)
{
	uint32_t entries = 0;
	struct heavy_item item = {0};
	for (uint32_t i = 0; i < heavy_entries(top->heavy[kind]); i++)
		if (heavy_read(top->heavy[kind], i, window, &item)) {
			*out = item;
			entries++;
		}
	return entries;
}

static void test_questions(void)
{
	struct heavy_item item = {0};
	make();
	for (int i = 0; i < BURST; i++)
		fill(i, "www.example.com", "\1\2\3\4", 4);
	top_take(questions, burst, BURST, TOP_WINDOW_US);
	CU_ASSERT_EQUAL_FATAL(only(questions, TOP_CLIENTS, 1, &item), 1);
	CU_ASSERT_EQUAL(item.now, BURST);
	CU_ASSERT_EQUAL(memcmp(item.key, "\4\1\2\3\4\0\0\0\0", TOP_CLIENT_BYTES), 0);
	CU_ASSERT_EQUAL_FATAL(only(questions, TOP_NAMES, 1, &item), 1);
	CU_ASSERT_EQUAL(item.now, BURST);
	CU_ASSERT_EQUAL(memcmp(item.key, "\3www\7example\3com", item.len), 0);
	finish();
}

/* Whoever has a /64 has it for himself. */
static void test_networks(void)
{
	struct heavy_item item = {0};
	make();
	fill(0, "a.test", "\x20\1\xd\xb8\0\0\0\1\0\0\0\0\0\0\0\1", 6);
	fill(1, "b.test", "\x20\1\xd\xb8\0\0\0\1\xff\0\0\0\0\0\0\2", 6);
	top_take(questions, burst, 2, TOP_WINDOW_US);
	CU_ASSERT_EQUAL(only(questions, TOP_CLIENTS, 1, &item), 1);
	CU_ASSERT_EQUAL(item.now, 2);
	CU_ASSERT_EQUAL(only(questions, TOP_NAMES, 1, &item), 2);
	finish();
}

static void test_answers(void)
{
	struct heavy_item item = {0};
	make();
	struct query *query = fill(0, "x1.x2.host.example.com", "\1\2\3\4", 4);
	query->verdict = QUERY_VERDICT_ZONE;
	query->zone_labels = 2;
	query->answer.rcode = DNS_RCODE_NXDOMAIN;
	top_take(answers, burst, 1, TOP_WINDOW_US);
	CU_ASSERT_EQUAL_FATAL(only(answers, TOP_ZONES, 1, &item), 1);
	CU_ASSERT_EQUAL(memcmp(item.key, "\7example\3com", item.len), 0);
	CU_ASSERT_EQUAL_FATAL(only(answers, TOP_NXDOMAIN, 1, &item), 1);
	CU_ASSERT_EQUAL(memcmp(item.key, "\4host\7example\3com", item.len), 0);
	finish();
}

/* Of many packets few are looked at, and together they stand for about all. */
static void test_flood(void)
{
	struct heavy_item item = {0};
	const uint32_t bursts = 400000;
	make();
	for (int i = 0; i < BURST; i++)
		fill(i, "www.example.com", "\1\2\3\4", 4);
	for (uint32_t i = 0; i < bursts; i++)
		top_take(questions, burst, BURST, TOP_WINDOW_US);
	CU_ASSERT_TRUE(questions->sampler.weight > 1);
	CU_ASSERT_EQUAL_FATAL(only(questions, TOP_CLIENTS, 1, &item), 1);
	const double share = (double)item.now / ((double)bursts * BURST);
	CU_ASSERT_TRUE(share > 0.9 && share < 1.1);
	CU_ASSERT_EQUAL(questions->sampler.packets, item.now);
	finish();
}

static void test_windows(void)
{
	make();
	fill(0, "a.test", "\1\2\3\4", 4);
	for (int i = 0; i < 5; i++)
		top_take(questions, burst, 1, TOP_WINDOW_US);
	top_take(questions, burst, 1, 2 * TOP_WINDOW_US);
	CU_ASSERT_EQUAL(questions->sampler.window, 2);
	CU_ASSERT_EQUAL(questions->sampler.packets, 1);
	CU_ASSERT_EQUAL(questions->sampler.packets_before, 5);
	top_take(NULL, burst, 1, 0);
	finish();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"clients and names", test_questions},
	    {"IPv6 clients by their network", test_networks},
	    {"zones, and names above those that do not exist", test_answers},
	    {"samples stand for all", test_flood},
	    {"windows turn", test_windows},
	};
	return unit_main(argc, argv, "stage/top", cases, ARRAY_COUNT(cases));
}

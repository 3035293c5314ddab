/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Limits per address, per network and in all; RRL with slip. */
#include "guard/ratelimit.h"
#include "unit.h"

static struct ratelimit *create(const struct ratelimit_settings *settings)
{
	struct ratelimit *limit = NULL;
	CU_ASSERT_EQUAL_FATAL(ratelimit_create(settings, &limit), RESULT_OK);
	return limit;
}

static const uint8_t client[16] = {198, 51, 100, 7};
static const uint8_t neighbour[16] = {198, 51, 100, 8};
static const uint8_t stranger[16] = {203, 0, 113, 7};

/* Asks until it is refused, at one moment. */
static unsigned burst(struct ratelimit *limit, uint8_t family, const uint8_t *octets)
{
	unsigned passed = 0;
	while (passed < 100000 && ratelimit_query(limit, family, octets, 1000))
		passed++;
	return passed;
}

static void no_limits_let_everything_pass(void)
{
	struct ratelimit *limit = create(&(struct ratelimit_settings){.keys_max = 100});
	CU_ASSERT_EQUAL(burst(limit, 4, client), 100000);
	for (unsigned i = 0; i < 1000; i++)
		CU_ASSERT_EQUAL(ratelimit_response(limit, 4, client, RATELIMIT_ERROR, 1),
		                RATELIMIT_PASS);
	ratelimit_free(limit);
}

static void an_address_is_limited_alone(void)
{
	struct ratelimit *limit =
	    create(&(struct ratelimit_settings){.keys_max = 1000, .address_qps = 100});
	unsigned first = burst(limit, 4, client);
	CU_ASSERT_TRUE(first >= 100 && first <= 200);
	CU_ASSERT_EQUAL(burst(limit, 4, neighbour), first);
	ratelimit_free(limit);
}

static void a_network_is_limited_as_a_whole(void)
{
	struct ratelimit *limit =
	    create(&(struct ratelimit_settings){.keys_max = 1000, .network_qps = 100});
	CU_ASSERT_TRUE(burst(limit, 4, client) >= 100);
	CU_ASSERT_EQUAL(burst(limit, 4, neighbour), 0);
	CU_ASSERT_TRUE(burst(limit, 4, stranger) >= 100);
	ratelimit_free(limit);
}

static void the_global_limit_holds_for_all(void)
{
	struct ratelimit *limit =
	    create(&(struct ratelimit_settings){.keys_max = 1000, .global_qps = 100});
	CU_ASSERT_TRUE(burst(limit, 4, client) >= 100);
	CU_ASSERT_EQUAL(burst(limit, 4, stranger), 0);
	ratelimit_free(limit);
}

static void families_do_not_meet(void)
{
	struct ratelimit *limit =
	    create(&(struct ratelimit_settings){.keys_max = 1000, .address_qps = 100});
	CU_ASSERT_TRUE(burst(limit, 4, client) >= 100);
	CU_ASSERT_TRUE(burst(limit, 6, client) >= 100);
	ratelimit_free(limit);
}

static void kinds_of_answers_are_counted_apart_and_slip(void)
{
	struct ratelimit *limit =
	    create(&(struct ratelimit_settings){.keys_max = 1000, .response_qps = 50, .slip = 2});
	unsigned count[3] = {0};
	for (unsigned i = 0; i < 1000; i++)
		count[ratelimit_response(limit, 4, client, RATELIMIT_NXDOMAIN, 1000)]++;
	CU_ASSERT_TRUE(count[RATELIMIT_PASS] >= 50 && count[RATELIMIT_PASS] <= 100);
	CU_ASSERT_TRUE(count[RATELIMIT_SLIP] >= 449);
	CU_ASSERT_TRUE(count[RATELIMIT_DROP] - count[RATELIMIT_SLIP] <= 1);
	CU_ASSERT_EQUAL(ratelimit_response(limit, 4, client, RATELIMIT_POSITIVE, 1000),
	                RATELIMIT_PASS);
	ratelimit_free(limit);
}

/* Responses to ever new addresses of one network: how many pass at one moment. */
static unsigned spread(struct ratelimit *limit, uint8_t family, unsigned first, unsigned count)
{
	unsigned passed = 0;
	for (unsigned i = 0; i < 100000; i++) {
		uint8_t octets[16] = {198, 51, 100, 7};
		octets[first] = (uint8_t)(octets[first] + i % count);
		octets[first + 1] = (uint8_t)(i / count);
		ratelimit_response_prefetch(limit, family, octets, RATELIMIT_POSITIVE);
		passed += ratelimit_response(limit, family, octets, RATELIMIT_POSITIVE, 1000) ==
		          RATELIMIT_PASS;
	}
	return passed;
}

static void forged_neighbours_are_limited_as_networks(void)
{
	const struct ratelimit_settings settings = {
	    .keys_max = 100000, .response_qps = 50, .window_ms = 1000};
	struct ratelimit *limit = create(&settings);
	/* One /24: eight times the limit of an address. */
	unsigned passed = spread(limit, 4, 2, 1);
	CU_ASSERT_TRUE(passed >= 395 && passed <= 400);
	ratelimit_free(limit);
	/* Eleven /24 of one /20: eight times that of a /24, and not eleven times. */
	limit = create(&settings);
	passed = spread(limit, 4, 2, 11);
	CU_ASSERT_TRUE(passed >= 3190 && passed <= 3200);
	ratelimit_free(limit);
	/* /64s of one /56: the eighth octet differs. */
	limit = create(&settings);
	passed = spread(limit, 6, 6, 1);
	CU_ASSERT_TRUE(passed >= 395 && passed <= 400);
	ratelimit_free(limit);
}

/* To be looked at costs nothing, and says how full the limit is. */
static void looking_charges_nobody(void)
{
	const struct ratelimit_settings settings = {
	    .address_qps = 50, .response_qps = 50, .keys_max = 1000};
	const uint8_t octets[16] = {192, 0, 2, 1};
	const uint8_t other[16] = {192, 0, 3, 1};
	struct ratelimit *limit = create(&settings);
	struct ratelimit_state state;
	for (int i = 0; i < 1000; i++)
		ratelimit_look(limit, 4, octets, RATELIMIT_POSITIVE, 1000, &state);
	CU_ASSERT_TRUE(state.limits_queries && state.limits_responses);
	CU_ASSERT_EQUAL(state.address, 0);
	while (ratelimit_query(limit, 4, octets, 1000))
		;
	ratelimit_look(limit, 4, octets, RATELIMIT_POSITIVE, 1000, &state);
	CU_ASSERT_TRUE(state.address > 950 && state.address <= 1000);
	CU_ASSERT_EQUAL(state.response, 0);
	ratelimit_look(limit, 4, other, RATELIMIT_POSITIVE, 1000, &state);
	CU_ASSERT_EQUAL(state.address, 0);
	/* What was used is forgotten with time. */
	ratelimit_look(limit, 4, octets, RATELIMIT_POSITIVE, 61000, &state);
	CU_ASSERT_EQUAL(state.address, 0);
	ratelimit_free(limit);
}

static const struct unit_case cases[] = {
    {"looking_charges_nobody", looking_charges_nobody},
    {"no_limits_let_everything_pass", no_limits_let_everything_pass},
    {"an_address_is_limited_alone", an_address_is_limited_alone},
    {"a_network_is_limited_as_a_whole", a_network_is_limited_as_a_whole},
    {"the_global_limit_holds_for_all", the_global_limit_holds_for_all},
    {"families_do_not_meet", families_do_not_meet},
    {"kinds_of_answers_are_counted_apart_and_slip", kinds_of_answers_are_counted_apart_and_slip},
    {"forged_neighbours_are_limited_as_networks", forged_neighbours_are_limited_as_networks},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "guard/ratelimit", cases, ARRAY_COUNT(cases));
}

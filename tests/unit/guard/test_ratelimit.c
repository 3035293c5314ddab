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

static const struct unit_case cases[] = {
    {"no_limits_let_everything_pass", no_limits_let_everything_pass},
    {"an_address_is_limited_alone", an_address_is_limited_alone},
    {"a_network_is_limited_as_a_whole", a_network_is_limited_as_a_whole},
    {"the_global_limit_holds_for_all", the_global_limit_holds_for_all},
    {"families_do_not_meet", families_do_not_meet},
    {"kinds_of_answers_are_counted_apart_and_slip", kinds_of_answers_are_counted_apart_and_slip},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "guard/ratelimit", cases, ARRAY_COUNT(cases));
}

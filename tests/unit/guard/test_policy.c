/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Which listener a query belongs to and what its lists allow. */
#include <stdlib.h>

#include "guard/policy.h"
#include "unit.h"

static const uint8_t inside[4] = {10, 0, 0, 7};
static const uint8_t outside[4] = {192, 0, 2, 7};
static const uint8_t address[4] = {10, 53, 0, 2};

static struct guard_policy *create(void)
{
	const struct acl_prefix prefix = {4, 8, {10}};
	struct guard_policy *policy = calloc(1, sizeof(*policy));
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
	policy->owned = calloc(1, sizeof(*policy->owned));
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy->owned);
	CU_ASSERT_EQUAL_FATAL(acl_create(&prefix, 1, &policy->owned[0]), RESULT_OK);
	policy->owned_count = 1;
	policy->recursion_enabled = true;
	policy->recursion_acl = policy->owned[0];
	return policy;
}

static void without_listeners_the_recursion_list_decides(void)
{
	struct guard_policy *policy = create();
	CU_ASSERT_TRUE(guard_policy_check(policy, 4, inside, address, 53).recursion_allowed);
	CU_ASSERT_FALSE(guard_policy_check(policy, 4, outside, address, 53).recursion_allowed);
	CU_ASSERT_TRUE(guard_policy_check(policy, 4, outside, address, 53).allowed);
	policy->recursion_enabled = false;
	CU_ASSERT_FALSE(guard_policy_check(policy, 4, inside, address, 53).recursion_allowed);
	guard_policy_free(policy);
}

static void the_exact_listener_wins_over_the_wildcard(void)
{
	struct guard_policy *policy = create();
	policy->listener[0] = (struct guard_listener){.family = 4, .port = 53};
	policy->listener[1] = (struct guard_listener){.family = 4,
	                                              .octets = {10, 53, 0, 2},
	                                              .port = 53,
	                                              .acl = policy->owned[0],
	                                              .recursion_allowed = true};
	policy->listener_count = 2;
	CU_ASSERT_TRUE(guard_policy_check(policy, 4, inside, address, 53).recursion_allowed);
	CU_ASSERT_FALSE(guard_policy_check(policy, 4, outside, address, 53).allowed);
	const uint8_t other[4] = {10, 53, 0, 3};
	CU_ASSERT_TRUE(guard_policy_check(policy, 4, outside, other, 53).allowed);
	CU_ASSERT_FALSE(guard_policy_check(policy, 4, inside, other, 53).recursion_allowed);
	guard_policy_free(policy);
}

static void port_and_family_belong_to_the_listener(void)
{
	struct guard_policy *policy = create();
	policy->listener[0] =
	    (struct guard_listener){.family = 4, .port = 853, .acl = policy->owned[0]};
	policy->listener_count = 1;
	CU_ASSERT_TRUE(guard_policy_check(policy, 4, outside, address, 53).allowed);
	CU_ASSERT_FALSE(guard_policy_check(policy, 4, outside, address, 853).allowed);
	const uint8_t six[16] = {0};
	CU_ASSERT_TRUE(guard_policy_check(policy, 6, six, six, 853).allowed);
	guard_policy_free(policy);
}

static const struct unit_case cases[] = {
    {"without_listeners_the_recursion_list_decides", without_listeners_the_recursion_list_decides},
    {"the_exact_listener_wins_over_the_wildcard", the_exact_listener_wins_over_the_wildcard},
    {"port_and_family_belong_to_the_listener", port_and_family_belong_to_the_listener},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "guard/policy", cases, ARRAY_COUNT(cases));
}

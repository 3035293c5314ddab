/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Which listener a query belongs to and what its lists allow. */
#include <stdlib.h>

#include "guard/policy.h"
#include "unit.h"

static const uint8_t inside[4] = {10, 0, 0, 7};
static const uint8_t outside[4] = {192, 0, 2, 7};
static const uint8_t address[4] = {10, 53, 0, 2};

/* 10/8 is in the lists of the first two listeners, and has recursion; the third listener is open. */
static struct guard_policy *create(void)
{
	const struct acl_prefix prefixes[] = {
	    {4, 8, {10}}, {4, 0, {0}}, {6, 0, {0}}, {4, 24, {192, 0, 2}}};
	const uint64_t classes[] = {
	    GUARD_CLASS_LISTENER(0) | GUARD_CLASS_LISTENER(1) | GUARD_CLASS_RECURSION,
	    GUARD_CLASS_LISTENER(2), GUARD_CLASS_LISTENER(2), GUARD_CLASS_EXEMPT};
	struct guard_policy *policy = calloc(1, sizeof(*policy));
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
	CU_ASSERT_EQUAL_FATAL(
	    acl_create_classes(prefixes, classes, ARRAY_COUNT(prefixes), &policy->acl), RESULT_OK);
	policy->recursion_enabled = true;
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
	policy->listener[1] = (struct guard_listener){
	    .family = 4, .octets = {10, 53, 0, 2}, .port = 53, .recursion_allowed = true};
	policy->listener[2] = (struct guard_listener){.family = 4, .port = 53};
	policy->listener_count = 3;
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
	policy->listener[0] = (struct guard_listener){.family = 4, .port = 853};
	policy->listener_count = 1;
	CU_ASSERT_TRUE(guard_policy_check(policy, 4, outside, address, 53).allowed);
	CU_ASSERT_FALSE(guard_policy_check(policy, 4, outside, address, 853).allowed);
	const uint8_t six[16] = {0};
	CU_ASSERT_TRUE(guard_policy_check(policy, 6, six, six, 853).allowed);
	guard_policy_free(policy);
}

static void the_exempt_list_stands_alone(void)
{
	struct guard_policy *policy = create();
	CU_ASSERT_TRUE(guard_policy_check(policy, 4, outside, address, 53).exempt);
	CU_ASSERT_FALSE(guard_policy_check(policy, 4, inside, address, 53).exempt);
	CU_ASSERT_FALSE(guard_policy_check(policy, 4, outside, address, 53).recursion_allowed);
	guard_policy_free(policy);
}

static const struct unit_case cases[] = {
    {"without_listeners_the_recursion_list_decides", without_listeners_the_recursion_list_decides},
    {"the_exact_listener_wins_over_the_wildcard", the_exact_listener_wins_over_the_wildcard},
    {"port_and_family_belong_to_the_listener", port_and_family_belong_to_the_listener},
    {"the_exempt_list_stands_alone", the_exempt_list_stands_alone},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "guard/policy", cases, ARRAY_COUNT(cases));
}

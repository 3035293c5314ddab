/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The store of names: what was added is found, whatever the table grew through, and nothing else. */
#include "policy/names.h"

#include <stdio.h>
#include <string.h>

#include "dns/name.h"
#include "unit.h"

#define MANY 20000u

static struct dns_name name_of(const char *text)
{
	struct dns_name name;
	CU_ASSERT_EQUAL_FATAL(dns_name_from_text(text, strlen(text), NULL, &name), RESULT_OK);
	return name;
}

static struct policy_name find(const struct policy_names *names, const char *text)
{
	const struct dns_name name = name_of(text);
	return policy_names_find(names, dns_name_hash(name.wire), name.wire);
}

static void add(struct policy_names *names, const char *text, uint8_t flags, uint32_t node,
                enum result wanted)
{
	const struct dns_name name = name_of(text);
	CU_ASSERT_EQUAL(policy_names_add(names, name.wire, flags, node), wanted);
}

static void names_keep_their_flags_and_numbers(void)
{
	struct policy_names names;
	CU_ASSERT_EQUAL_FATAL(policy_names_init(&names, 0), RESULT_OK);
	add(&names, "lan", POLICY_NAME_NODE, 7, RESULT_OK);
	add(&names, "ads.example", POLICY_NAME_DENY, 0, RESULT_OK);
	add(&names, "ads.example", POLICY_NAME_DENY, 0, RESULT_EXISTS);
	add(&names, "ads.example", POLICY_NAME_ALLOW, 0, RESULT_OK);
	add(&names, "lan", POLICY_NAME_DENY, 0, RESULT_OK);
	CU_ASSERT_EQUAL(find(&names, "lan").flags, POLICY_NAME_NODE | POLICY_NAME_DENY);
	CU_ASSERT_EQUAL(find(&names, "lan").node, 7);
	CU_ASSERT_EQUAL(find(&names, "ads.example").flags, POLICY_NAME_DENY | POLICY_NAME_ALLOW);
	CU_ASSERT_EQUAL(find(&names, "example").flags, 0);
	CU_ASSERT_EQUAL(find(&names, "x.ads.example").flags, 0);
	CU_ASSERT_EQUAL(names.count, 2);
	policy_names_fini(&names);
}

static void many_names_are_found_and_others_not(void)
{
	struct policy_names names;
	char text[64];
	CU_ASSERT_EQUAL_FATAL(policy_names_init(&names, 0), RESULT_OK);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "n%u.example", i);
		add(&names, text, POLICY_NAME_DENY, 0, RESULT_OK);
	}
	const size_t before = policy_names_bytes(&names);
	CU_ASSERT_EQUAL(policy_names_finish(&names), RESULT_OK);
	CU_ASSERT(policy_names_bytes(&names) <= before);
	unsigned wrong = 0;
	for (unsigned i = 0; i < 2 * MANY; i++) {
		snprintf(text, sizeof(text), "n%u.example", i);
		wrong += (find(&names, text).flags != 0) != (i < MANY);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	/* About 16 octets a name, one for flags, 13 in the table. */
	CU_ASSERT(policy_names_bytes(&names) < MANY * 34);
	policy_names_fini(&names);
}

static void questions_are_sorted_out_by_top_level_and_depth(void)
{
	struct policy_names names;
	struct dns_question question;
	CU_ASSERT_EQUAL_FATAL(policy_names_init(&names, 0), RESULT_OK);
	dns_question_set(&question, name_of("www.example").wire, 1, 1);
	CU_ASSERT_FALSE(policy_names_may_have(&names, &question));
	add(&names, "a.b.example", POLICY_NAME_DENY, 0, RESULT_OK);
	CU_ASSERT_TRUE(policy_names_may_have(&names, &question));
	CU_ASSERT_TRUE(policy_names_has_depth(&names, 3));
	CU_ASSERT_FALSE(policy_names_has_depth(&names, 2));
	/* The root is above all names. */
	dns_question_set(&question, name_of("www.other").wire, 1, 1);
	add(&names, ".", POLICY_NAME_NODE, 0, RESULT_OK);
	CU_ASSERT_TRUE(policy_names_may_have(&names, &question));
	CU_ASSERT_TRUE(policy_names_has_depth(&names, 0));
	policy_names_fini(&names);
}

static const struct unit_case cases[] = {
    {"names_keep_their_flags_and_numbers", names_keep_their_flags_and_numbers},
    {"many_names_are_found_and_others_not", many_names_are_found_and_others_not},
    {"questions_are_sorted_out_by_top_level_and_depth",
     questions_are_sorted_out_by_top_level_and_depth},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "policy/names", cases, ARRAY_COUNT(cases));
}

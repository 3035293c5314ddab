/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Every drop reason has a name of its own, fit for telemetry, and a sentence. */
#include "pipeline/drop.h"

#include <string.h>

#include "unit.h"

static void test_names_are_lower_case_and_unique(void)
{
	CU_ASSERT_STRING_EQUAL(drop_name(DROP_LISTENER_BAD_LENGTH), "listener_bad_length");
	for (unsigned i = 0; i < DROP_REASON_COUNT; i++) {
		const char *name = drop_name((enum drop_reason)i);
		CU_ASSERT_EQUAL(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
		                strlen(name));
		CU_ASSERT(strlen(name) > 0 && strlen(name) < 47); /* none was cut */
		for (unsigned j = 0; j < i; j++)
			CU_ASSERT_STRING_NOT_EQUAL(name, drop_name((enum drop_reason)j));
	}
}

static void test_sentences_are_there(void)
{
	for (unsigned i = 0; i < DROP_REASON_COUNT; i++)
		CU_ASSERT(strlen(drop_sentence((enum drop_reason)i)) > 0);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"names_are_lower_case_and_unique", test_names_are_lower_case_and_unique},
	    {"sentences_are_there", test_sentences_are_there},
	};
	return unit_main(argc, argv, "pipeline/drop", cases, ARRAY_COUNT(cases));
}

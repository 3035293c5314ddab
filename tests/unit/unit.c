/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Runs a list of cases with CUnit and reports each by name. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/TestDB.h>
#include <CUnit/TestRun.h>

static unsigned passed;
static unsigned failed;

static void case_done(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord failure)
{
	(void)suite;
	printf("%s %s\n", failure == NULL ? "ok    " : "FAILED", test->pName);
	for (CU_pFailureRecord f = failure; f != NULL; f = f->pNext)
		printf("       %s:%u: %s\n", f->strFileName, f->uiLineNumber, f->strCondition);
	if (failure == NULL)
		passed++;
	else
		failed++;
	fflush(stdout);
}

int unit_main(int argc, char **argv, const char *suite_name, const struct unit_case *cases,
              size_t count)
{
	const char *only = argc > 1 ? argv[1] : NULL;
	if (CU_initialize_registry() != CUE_SUCCESS)
		return EXIT_FAILURE;
	CU_pSuite suite = CU_add_suite(suite_name, NULL, NULL);
	if (suite == NULL)
		return EXIT_FAILURE;
	for (size_t i = 0; i < count; i++) {
		if (only != NULL && strcmp(only, cases[i].name) != 0)
			continue;
		if (CU_add_test(suite, cases[i].name, cases[i].run) == NULL)
			return EXIT_FAILURE;
	}
	CU_set_test_complete_handler(case_done);
	CU_ErrorCode error = CU_run_all_tests();
	CU_cleanup_registry();
	printf("%s: %u passed, %u failed\n", suite_name, passed, failed);
	return error == CUE_SUCCESS && failed == 0 && passed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

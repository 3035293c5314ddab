/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* unit -- the main() of every unit test program, over CUnit.
 *
 * What:    a test file lists its cases and calls unit_main(); assertions are CUnit's CU_ASSERT_*.
 * Threads: one.
 * Memory:  none.
 * Limits:  none.
 * Trust:   no input; an optional argument names the only case to run.
 * RFC:     none. */
#pragma once

#include <stddef.h>

#include <CUnit/CUnit.h>

#include "base/attr.h"

struct unit_case {
	const char *name;
	void (*run)(void);
};

/* Runs the cases, prints one line for each and "suite: N passed, N failed"; gives main()'s status. */
int unit_main(int argc, char **argv, const char *suite, const struct unit_case *cases,
              size_t count);

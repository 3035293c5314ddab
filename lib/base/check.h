/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* check -- assertions about our own invariants, always compiled in.
 *
 * What:    CHECK(x) ends the process with file, line and condition when our own code is broken.
 *          Input from the wire or a file must never be able to reach a failing CHECK: such input is
 *          an ordinary result (base/result.h) or a named drop.
 * Threads: any.
 * Memory:  none.
 * Limits:  not for the inner loops of the data path unless the condition is free.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include "base/attr.h"

/* Prints "file:line: CHECK failed: condition" to standard error and aborts. Does not return. */
COLD void check_failed(const char *file, int line, const char *condition) __attribute__((noreturn));

#define CHECK(condition)                                                                           \
	(LIKELY(condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))

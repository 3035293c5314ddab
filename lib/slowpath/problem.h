/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* problem -- one sentence about what went wrong at start, for people.
 *
 * What:    functions of the slow path that open something fill it in when they fail; whoever asked
 *          decides whether that is an error or a warning, and logs it.
 * Threads: an object belongs to one thread; control code only.
 * Memory:  the caller's.
 * Limits:  PROBLEM_TEXT_MAX octets, longer texts are cut.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include "base/attr.h"
#include "base/result.h"

#define PROBLEM_TEXT_MAX 256

struct problem {
	char text[PROBLEM_TEXT_MAX];
};

/* Writes the sentence and gives `result` back, so that a function can end with it. */
enum result problem_set(struct problem *problem, enum result result, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The same for a failed system call: adds the text of errno and chooses the result by it
 * (RESULT_DENIED, _BUSY, _NO_MEMORY, _UNSUPPORTED, _EXISTS, else _IO). */
enum result problem_set_errno(struct problem *problem, const char *format, ...) PRINTF_LIKE(2, 3);

/* The result that stands for an errno value. */
enum result problem_result_of(int error);

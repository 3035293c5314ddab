/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* error -- what went wrong while the pipeline was being built, in a sentence for people.
 *
 * What:    functions that fail because of how they were configured write the reason here, beside the
 *          enum result that they return.
 * Threads: control threads.
 * Memory:  the caller's.
 * Limits:  longer sentences are cut.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include "base/attr.h"
#include "base/result.h"

struct pipeline_error {
	char text[256];
};

/* Writes the sentence and gives back `result`, so that `return pipeline_error_set(…)` reads well. */
enum result pipeline_error_set(struct pipeline_error *error, enum result result, const char *format,
                               ...) PRINTF_LIKE(3, 4);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* errors -- what is wrong with lists and local data, for people.
 *
 * What:    a bounded collection of texts: "FILE:LINE: found X, expected Y".
 * Threads: an object belongs to one thread.
 * Memory:  the caller's.
 * Limits:  POLICY_ERRORS_MAX texts are kept, all are counted.
 * Trust:   texts quote foreign input: what is no printable ASCII is escaped.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "policy/policy_limits.h"

#define POLICY_ERROR_BYTES 512
#define POLICY_QUOTE_BYTES 96

struct policy_error {
	bool warning; /* all the rest is used */
	char text[POLICY_ERROR_BYTES];
};

struct policy_errors {
	uint32_t error_count;
	uint32_t warning_count;
	uint32_t kept; /* of `error`: an error takes the place of a warning */
	struct policy_error error[POLICY_ERRORS_MAX];
};

void policy_errors_add(struct policy_errors *errors, bool warning, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The beginning of a foreign text, made printable. Gives `out`. */
const char *policy_errors_quote(const char *text, size_t len, char out[POLICY_QUOTE_BYTES]);

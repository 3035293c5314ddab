/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* list -- block lists as text: into a set of names.
 *
 * What:    policy_list_text() reads a whole list of one of the usual formats.
 * Threads: an object belongs to one thread.
 * Memory:  the names'.
 * Limits:  POLICY_LINE_BYTES_MAX, POLICY_LIST_ERRORS_MAX.
 * Trust:   takes anything.
 * RFC:     1035 §2.3.4, 5890 §2.3.2.1 (names beyond ASCII are to be in their A-label form). */
#pragma once

#include "policy/names.h"
#include "policy/policy.h"

struct policy_list_report {
	uint64_t lines;
	uint64_t names; /* new ones */
	uint64_t bad; /* lines with something wrong */
};

/* Reads a list; `file` is for messages.
 * Fails: RESULT_TOO_LONG (too many names), RESULT_NO_MEMORY. */
MUST_CHECK enum result policy_list_text(struct policy_names *names, const char *file,
                                        enum policy_list_format format, const char *text,
                                        size_t len, struct policy_errors *errors,
                                        struct policy_list_report *report);

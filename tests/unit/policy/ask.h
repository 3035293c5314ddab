/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* ask -- a policy from settings, and its answer to a question as one line of text.
 *
 * What:    "NXDOMAIN aa ede15 auth: OWNER TTL TYPE RDATA"; "drop"; "-": the question goes its usual way.
 * Threads: one.
 * Memory:  static: the text lives until the next call.
 * Limits:  none.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include "policy/policy.h"

/* Of the last call of ask_create(). */
extern struct policy_errors ask_errors;

/* Makes a policy; fails the case if that fails. */
struct policy *ask_create(const struct policy_settings *settings);

const char *ask(const struct policy *policy, const char *name, const char *type);

#define EXPECT(policy, name, type, wanted) CU_ASSERT_STRING_EQUAL(ask(policy, name, type), wanted)

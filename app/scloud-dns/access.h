/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* access -- from the configuration's access lists and listeners to the guard's policy.
 *
 * What:    makes the immutable object which QUERY_DISPATCHER reads, and prefixes for others.
 * Threads: control.
 * Memory:  the policy owns its lists; guard_policy_free().
 * Limits:  guard/policy.h.
 * Trust:   the configuration is checked.
 * RFC:     5358. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "config/config.h"
#include "guard/policy.h"

/* Fails: RESULT_TOO_LONG (more than GUARD_LISTENERS_MAX listeners), RESULT_NO_MEMORY. */
MUST_CHECK enum result access_policy_create(const struct config *config, struct guard_policy **out);

/* The networks of a list as networks_count prefixes, to be freed with free(); NULL: no memory. */
struct acl_prefix *access_prefixes(const struct config_acl *list);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* policies -- local zones, block lists and special names of the configuration, loaded.
 *
 * What:    makes the policy that QUERY_DISPATCHER reads as a snapshot, at the start and again at HUP.
 * Threads: control.
 * Memory:  the policy is the caller's: policy_free().
 * Limits:  policy/policy_limits.h.
 * Trust:   block lists may hold anything: what is wrong goes to the log with file and line.
 * RFC:     none. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "config/config.h"
#include "policy/policy.h"

/* Each error and warning is logged. Fails: as policy_create(). */
MUST_CHECK enum result policies_load(const struct config *config, struct policy **out);

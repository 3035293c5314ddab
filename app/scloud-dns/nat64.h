/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* nat64 -- DNS64 as the configuration wants it.
 *
 * What:    from the section dns64 to struct dns64.
 * Threads: control.
 * Memory:  the caller's; dns64_free().
 * Limits:  policy/policy_limits.h.
 * Trust:   the configuration is checked.
 * RFC:     none. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "config/config.h"
#include "policy/dns64.h"

/* Gives NULL where it is not wanted. Fails: as dns64_create(). */
MUST_CHECK enum result nat64_make(const struct config *config, struct dns64 **out);

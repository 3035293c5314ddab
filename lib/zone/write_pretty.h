/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* write_pretty -- the form of zone/write.h that people read and edit.
 *
 * What:    columns as wide as the zone needs, the commonest TTL as $TTL, each owner once.
 * Threads: as zone/write.h.
 * Memory:  as zone/write.h.
 * Limits:  as zone/write.h.
 * Trust:   as zone/write.h.
 * RFC:     1035 §5.1, 2308 §4. */
#pragma once

#include <stdio.h>

#include "base/attr.h"
#include "base/result.h"
#include "zone/iterate.h"

/* `iterate` is of the form ZONE_ITERATE_WRITTEN and stands before the first name.
 * Fails: RESULT_NO_MEMORY. Whether `out` took all of it, the caller asks of `out`. */
MUST_CHECK enum result zone_write_pretty(const struct zone *zone, struct zone_iterate *iterate,
                                         FILE *out);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* rate_limits -- limits by rate, from the configuration to what each lane has.
 *
 * What:    made at the start and anew when a reload changes them: counting begins again then.
 * Threads: control.
 * Memory:  the caller's until rate_limits_publish(), then the snapshots'.
 * Limits:  guard/ratelimit.h.
 * Trust:   the configuration is checked.
 * RFC:     none. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "config/config.h"
#include "guard/ratelimit.h"
#include "settings.h"

struct rate_limits {
	struct ratelimit_lanes *queries; /* NULL: no limit */
	struct ratelimit_lanes *responses; /* the same */
};

/* ratelimit.* and limits.max_queries_per_minute_per_ip. Fails: RESULT_IO (no randomness), RESULT_NO_MEMORY,
 * RESULT_OUT_OF_RANGE. */
MUST_CHECK enum result rate_limits_make(const struct config *config, uint32_t lanes,
                                        struct rate_limits *out);
void rate_limits_free(struct rate_limits *limits);

/* Makes them those of the stages; `rcu` NULL: no lcore runs yet. */
void rate_limits_publish(const struct rate_limits *limits, struct pipeline_rcu *rcu,
                         struct settings *settings);

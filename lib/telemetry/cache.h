/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache -- the events of stages that say how the cache does, by name.
 *
 * What:    one table for all who show them.
 * Threads: any; constant.
 * Memory:  none.
 * Limits:  none.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include "pipeline/stage.h"

struct telemetry_cache_event {
	const char *name; /* "hits" */
	const struct stage_ops *ops;
	unsigned event;
};

/* Row `index`, or NULL behind the last one. */
const struct telemetry_cache_event *telemetry_cache_event(size_t index);

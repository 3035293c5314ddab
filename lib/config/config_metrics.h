/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* config_metrics -- what is measured, and where it can be read over HTTP.
 *
 * What:    the section "metrics" as one struct.
 * Threads: as config/config.h.
 * Memory:  as config/config.h.
 * Limits:  config/config_limits.h.
 * Trust:   filled in by the checker.
 * RFC:     none. */
#pragma once

#include "config/config_common.h"

struct config_metrics {
	bool enabled;
	struct config_address prometheus_bind;
	bool enable_health_endpoint;
	struct config_address health_bind;
	bool latency;
	bool top;
};

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* pages -- metrics and health over HTTP, as the configuration wants them.
 *
 * What:    opens what metrics.* says, and logs where it is.
 * Threads: main.
 * Memory:  telemetry/web.h.
 * Limits:  telemetry/web_limits.h.
 * Trust:   the configuration is checked.
 * RFC:     none. */
#pragma once

#include "config/config.h"
#include "telemetry/web.h"

/* NULL: not wanted, or not possible, which is logged: the server answers all the same. */
struct web *pages_open(const struct config *config);

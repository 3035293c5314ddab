/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* prometheus -- everything that is counted, as a page that Prometheus reads.
 *
 * What:    the text format 0.0.4: families with help and type, counters end in _total, times are seconds. The same
 *          counters and sums as in the reports of telemetry.h.
 * Threads: as telemetry_report().
 * Memory:  the text is the caller's to free(); some 100 KiB.
 * Limits:  zones beyond PROMETHEUS_ZONES_MAX have no serial of their own.
 * Trust:   label values are escaped.
 * RFC:     none. */
#pragma once

#include <stddef.h>

#include "base/attr.h"
#include "base/result.h"

/* Zones with a serial each. Too low: people cannot compare serials. Too high: a server of a million zones gives
 * a page that nobody can store. */
#define PROMETHEUS_ZONES_MAX 256

/* Fails: RESULT_BUSY (telemetry is not open), RESULT_NO_MEMORY. */
MUST_CHECK enum result telemetry_prometheus(char **text, size_t *len);

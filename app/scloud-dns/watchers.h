/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* watchers -- what the configuration lets watch the packets: dnstap, the query log, the flight recorder's triggers.
 *
 * What:    opens and closes sinks of the tap (lib/tap) as the configuration says, at the start, on a reload and
 *          for SIGHUP; looks at the flight recorder once a second and saves it when a trigger says so.
 * Threads: main.
 * Memory:  struct watchers, part of the server.
 * Limits:  tap/tap_limits.h.
 * Trust:   the configuration is checked; packets are copied as they are.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "config/config.h"
#include "pipeline/stage.h"
#include "tap/dnstap.h"
#include "tap/flight.h"
#include "tap/query_log.h"

struct pipeline;

struct watchers {
	struct tap *tap;
	struct flight *flight;
	struct pipeline *pipeline; /* NULL: it does not run */
	struct stage_drop_watch drops;
	struct query_log *query_log;
	unsigned query_log_number;
	struct dnstap *dnstap;
	unsigned dnstap_number;
	uint32_t saved; /* files, since the start */
	uint64_t quiet_until_us; /* no trigger before */
};

/* Before the lcores run: drops are told from here on. */
void watchers_start(struct watchers *watchers, struct tap *tap, struct flight *flight,
                    struct pipeline *pipeline);
/* Opens what the configuration wants, closing what was open. What cannot be opened is logged and the
 * server answers without it; false then. */
bool watchers_open(struct watchers *watchers, const struct config *config);
/* SIGHUP: files anew. */
void watchers_reopen(struct watchers *watchers, const struct config *config);
/* Once a second. */
void watchers_tick(struct watchers *watchers, const struct config *config, uint64_t now_us);
/* Ends all; the lcores have stopped. */
void watchers_end(struct watchers *watchers);

/* Freezes the recorder, writes it to a new file in `directory` and thaws it. `path`: the file's name then, or
 * what it should have been. Fails: RESULT_IO (errno). */
#define WATCHERS_PATH_BYTES 4096
MUST_CHECK enum result watchers_save(struct watchers *watchers, const char *directory,
                                     const char *reason, char path[WATCHERS_PATH_BYTES]);

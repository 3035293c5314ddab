/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* telemetry -- reports on the running server, for every way on which people look at it.
 *
 * What:    a report is a function that gathers something as JSON: "stats", "links", "latency", "top" ...
 *          DPDK's telemetry socket shows report NAME as /scloud/NAME (dpdk-telemetry.py is the client that
 *          people have), commands of the control socket take the same with telemetry_report(). To add one, write
 *          a function and a row of the table in telemetry.c; docs/telemetry.md shows an example of each.
 * Threads: telemetry_open() and _close() on the control thread; telemetry_report() on any thread that is no
 *          lcore of the pipeline, one at a time (others wait). Reports only read counters.
 * Memory:  the JSON belongs to the caller.
 * Limits:  telemetry/telemetry_limits.h. DPDK 22.11 allows 16 KiB a reply: on its socket lists come in
 *          pages, the parameter is the number of the first entry, "next" says where to go on.
 * Trust:   the socket belongs to the user that runs the server; parameters are checked.
 * RFC:     8259 (JSON). */
#pragma once

#include <json-c/json_object.h>

#include "base/attr.h"
#include "base/result.h"
#include "cache/cache.h"
#include "pipeline/pipeline.h"
#include "port/port.h"
#include "stage/metrics.h"
#include "stage/resolver_view.h"
#include "telemetry/top.h"
#include "telemetry/zones.h"

/* What reports look at; outlives telemetry_close(). */
struct telemetry_settings {
	struct pipeline *pipeline;
	const struct metrics_view *view;
	const struct port *ports; /* open */
	uint16_t port_count;
	struct telemetry_tops tops;
	struct telemetry_zones zones;
	const struct cache *cache;
	const struct resolver_view *resolver;
	uint64_t start_us; /* clock_steady_us() when the server came up */
};

/* Registers the commands (once in the life of the process: DPDK cannot take them back) and lets them look at
 * this pipeline. Fails: RESULT_UNSUPPORTED when DPDK refuses a command. */
MUST_CHECK enum result telemetry_open(const struct telemetry_settings *settings);

/* From now on reports are RESULT_BUSY: the pipeline is about to be destroyed. Waits for one that is under
 * way. */
void telemetry_close(void);

/* Calls `look` with what telemetry_open() was given, under the lock that reports are made under.
 * Fails: RESULT_BUSY (closed: it was not called). */
MUST_CHECK enum result telemetry_look(void (*look)(const struct telemetry_settings *settings,
                                                   void *context),
                                      void *context);

struct telemetry_request {
	const char *parameter; /* what the report's row says, or NULL */
	uint32_t first; /* of a list: the number of its first entry */
	uint32_t limit; /* and how many entries at most; 0: TELEMETRY_LIST_MAX */
};

/* Gathers the report of that name ("stats", or "/scloud/stats") into an object that the caller has to put. Lists
 * are objects or arrays with "count", the number of all entries, and "next" where there are more.
 * Fails: RESULT_NOT_FOUND (no such report, or not what the parameter names), RESULT_MALFORMED (parameter),
 * RESULT_BUSY (closed), RESULT_NO_MEMORY. */
MUST_CHECK enum result telemetry_report(const char *name, const struct telemetry_request *request,
                                        struct json_object **out);

/* A row of the table of reports. */
struct telemetry_row {
	const char *name; /* "/scloud/stats" */
	const char *parameter; /* for people: "ZONE"; NULL: none */
	bool is_list; /* takes request.first and .limit */
	const char *help; /* a sentence */
	uint32_t page; /* entries in one reply of DPDK's socket; 0: TELEMETRY_PAGE */
};

/* Row `index`, or NULL behind the last one. */
const struct telemetry_row *telemetry_row(size_t index);

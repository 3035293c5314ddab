/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* session -- workers started together, told what to do, and their figures summed up.
 *
 * What:    session_open() starts DPDK, opens the port, finds the server's MAC address and launches the workers;
 *          session_run() is one measurement.
 * Threads: main.
 * Memory:  the session's.
 * Limits:  those of the options.
 * Trust:   no input but the options.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/histogram.h"
#include "options.h"
#include "port/port.h"
#include "worker.h"

struct session {
	const struct options *options;
	struct query_file file;
	struct packet_route route;
	struct port port;
	struct rte_mempool *pool;
	struct worker_plan plan;
	struct worker *workers;
	bool eal_is_up;
	bool workers_run;
};

enum session_progress {
	SESSION_PROGRESS_NONE,
	SESSION_PROGRESS_OVER, /* each line over the last one, on a terminal */
	SESSION_PROGRESS_LINES,
};

/* One measurement. */
struct session_load {
	uint64_t rate; /* a second, of all workers; 0: closed loop */
	uint32_t in_flight; /* closed loop, of all workers */
	uint64_t queries; /* in all; UINT64_MAX: no limit */
	double seconds; /* 0: no limit */
	enum session_progress progress;
	double progress_s; /* between lines, of standard error */
};

struct session_result {
	struct worker_counts counts;
	struct histogram latency; /* ns */
	double seconds; /* from the first query until sending ended */
	bool interrupted; /* Ctrl-C */
};

/* What went wrong is told on standard error. Gives an exit status; session_close() is right in any case. */
int session_open(const struct options *options, struct session *out);
void session_close(struct session *session);

/* Whether somebody pressed Ctrl-C. */
bool session_is_interrupted(void);

/* measure.c: runs until the load is sent and every query was answered or is lost. */
void session_run(struct session *session, const struct session_load *load,
                 struct session_result *out);

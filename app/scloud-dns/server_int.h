/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* server_int -- what the running server consists of, for the files that start it, run it and change it.
 *
 * What:    server.c starts and stops it, loop.c waits for signals and commands, reload.c changes it while
 *          it runs; the *_commands.c get it as their context.
 * Threads: main.
 * Memory:  one on the heap, made by server_run().
 * Limits:  those of its parts.
 * Trust:   the configuration is checked.
 * RFC:     none. */
#pragma once

#include <stdatomic.h>

#include "args.h"
#include "certificates.h"
#include "config/config.h"
#include "control/control.h"
#include "kernel_half.h"
#include "next_hops.h"
#include "plan.h"
#include "policies.h"
#include "ports.h"
#include "sandbox/sandbox.h"
#include "settings.h"
#include "topology.h"
#include "upstreams.h"
#include "watchers.h"
#include "zones.h"

struct server {
	const struct config *started; /* main's: what needs a restart stays as it is here */
	const struct config *config; /* in use: `started` or `owned` */
	struct config *owned; /* taken over by a reload */
	uint32_t restart_count; /* changes of the file that wait for a restart */
	const struct args *args;
	struct zones *zones;
	struct policy *names;
	struct ports ports;
	struct plan plan;
	struct pipeline_pools pools;
	struct certificates certificates;
	struct kernel_half kernel_half;
	struct next_hops next_hops;
	struct upstreams *upstreams;
	const struct netns *inside; /* of the kernel half */
	bool is_egress_inside; /* RESOLVER asks from there */
	struct settings settings;
	struct topology_tables tables;
	struct pipeline *pipeline;
	struct watchers watchers;
	struct control *control;
	struct web *web; /* NULL: metrics.enabled is false */
	struct cache_load *abandoned; /* cache_file_commands.c */
	struct sandbox_user user; /* where `has_user`: whom we become */
	struct sandbox_report sandbox; /* what was given up */
	bool has_user;
	uint64_t start_us; /* clock_steady_us() */
	bool eal_is_up;
	bool telemetry_is_open;
	bool is_stopping; /* a command asked for it */
	_Atomic bool is_withdrawn; /* drain.h */
	uint64_t drain_end_us; /* when it stops by itself; 0: it does not */
	uint64_t finish_us; /* for what is in flight then; 0: graceful_shutdown_timeout_secs */
};

/* loop.c: blocks the signals that the loop takes; call it before any thread is made. Gives a descriptor
 * that tells of them. Fails: -1. */
MUST_CHECK int server_loop_signals(void);
/* Until a signal or a command asks for the end. */
void server_loop(struct server *server, int signal_fd);

/* reload.c: what HUP does. reload.h has the rest. */
void server_reload(struct server *server);
/* What USR1 does, for log rotation from outside. */
void server_reopen_log(const struct server *server);

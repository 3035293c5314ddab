/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* tap_int -- the inside of the tap, for its two sources.
 *
 * What:    tap.c copies on lcores, tap_drain.c gives to sinks.
 * Threads: as tap.h.
 * Memory:  as tap.h.
 * Limits:  tap/tap_limits.h.
 * Trust:   as tap.h.
 * RFC:     none. */
#pragma once

#include <pthread.h>

#include <rte_lcore.h>

#include "tap/tap.h"
#include "tap/tap_ring.h"

struct tap {
	struct snapshot plan; /* first: see tap_plan() */
	struct tap_ring *ring[RTE_MAX_LCORE]; /* made by control before a plan wants them */

	pthread_mutex_t lock; /* of all below: control and the drain */
	struct tap_sink sink[TAP_SINKS_MAX];
	uint8_t used; /* bits of sinks */
	uint64_t tsc_base, ns_base, tsc_hz;

	bool has_thread;
	pthread_t thread;
	_Atomic bool is_ending;
};

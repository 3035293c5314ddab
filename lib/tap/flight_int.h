/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* flight_int -- the inside of the flight recorder, for its two sources.
 *
 * What:    flight.c records and collects, flight_file.c writes and reads files.
 * Threads: as flight.h.
 * Memory:  as flight.h.
 * Limits:  tap/tap_limits.h.
 * Trust:   as flight.h.
 * RFC:     none. */
#pragma once

#include <rte_lcore.h>

#include "tap/flight.h"

struct flight_ring {
	_Atomic uint64_t next; /* records written so far; writer: the lcore */
	struct flight_record *records;
};

struct flight_lane {
	CACHE_ALIGNED struct flight_ring all;
	struct flight_ring odd;
};

struct flight {
	struct flight_switch first; /* see flight_is_on() */
	uint64_t mask;
	uint64_t odd_mask;
	uint64_t tsc_hz;
	struct flight_lane *lane[RTE_MAX_LCORE];
};

static inline uint64_t flight_ring_have(const struct flight_ring *ring, uint64_t mask)
{
	uint64_t next = atomic_load_explicit(&ring->next, memory_order_acquire);
	return next <= mask ? next : mask + 1;
}

/* Sorts by time and takes out equal ones. Gives how many are left. */
size_t flight_put_in_order(struct flight_record *records, size_t count);

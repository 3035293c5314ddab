/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* pace -- when queries of an open loop are to be sent.
 *
 * What:    each query is due an interval after the one before was due, whatever became of it: a stall of
 *          the server or of the generator delays no later query's due time, so that waiting is part of what is
 *          measured ("coordinated omission" is what leaving it out is called).
 * Threads: one.
 * Memory:  the struct.
 * Limits:  rates from 1 to 10^9 a second; times in ticks of any clock; errors add up to less than a tick in
 *          4 * 10^9 queries.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct pace {
	uint64_t next; /* when the next query is due, and 2^-32 parts of a tick */
	uint32_t next_fraction;
	uint32_t interval_fraction;
	uint64_t interval;
};

/* `hz`: ticks a second; `rate`: queries a second, at least 1. The first one is due now. */
static inline void pace_start(struct pace *pace, uint64_t now, uint64_t hz, uint64_t rate)
{
	*pace = (struct pace){
	    .next = now,
	    .interval = hz / rate,
	    .interval_fraction = (uint32_t)(((hz % rate) << 32) / rate),
	};
}

static inline bool pace_is_due(const struct pace *pace, uint64_t now)
{
	return pace->next <= now;
}

/* The next one is sent: gives when it was due. */
static inline uint64_t pace_take(struct pace *pace)
{
	uint64_t due = pace->next;
	uint32_t fraction = pace->next_fraction + pace->interval_fraction;
	pace->next += pace->interval + (fraction < pace->next_fraction);
	pace->next_fraction = fraction;
	return due;
}

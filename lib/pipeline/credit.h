/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* credit -- how many packets a producer may still put on a link.
 *
 * What:    the producer counts what it hands out; the consumer publishes one monotonic count, `done`, of
 *          what it is finished with. Their difference is in use and never exceeds `limit`. The producer
 *          looks at `done` (a cache line of the consumer's) only when it runs low, and after it ran dry a
 *          BLOCK producer goes on only when a useful number has come back.
 * Threads: one producer, one consumer; anybody may read the counts.
 * Memory:  the caller's, aligned to cache lines.
 * Limits:  1..65536 credits; counts are 64 bits wide and do not wrap.
 * Trust:   both sides are our own lcores.
 * RFC:     none. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct credit {
	/* writer: control, before the start; reader: producer */
	uint32_t limit;
	uint32_t refill; /* look at `done` when fewer are left */
	uint32_t resume; /* after running dry go on with so many */

	/* writer: producer; readers: control (relaxed) */
	CACHE_ALIGNED _Atomic uint64_t handed;
	_Atomic uint64_t waits; /* how often it ran dry */
	uint64_t done_seen;
	bool is_dry;

	/* writer: consumer; readers: producer, control */
	CACHE_ALIGNED _Atomic uint64_t done;
};

/* `burst` is what the producer likes to have at hand: it refills below two of them and resumes with one,
 * or with a quarter of a small limit. */
static inline void credit_init(struct credit *credit, uint32_t limit, uint32_t burst)
{
	uint32_t quarter = limit / 4 > 0 ? limit / 4 : 1;
	*credit = (struct credit){
	    .limit = limit,
	    .refill = 2 * burst < limit ? 2 * burst : limit,
	    .resume = burst < quarter ? burst : quarter,
	};
}

/* Producer: credits that it holds now. */
static inline uint32_t credit_left(struct credit *credit)
{
	uint64_t handed = atomic_load_explicit(&credit->handed, memory_order_relaxed);
	uint32_t left = credit->limit - (uint32_t)(handed - credit->done_seen);
	if (LIKELY(left >= credit->refill))
		return left;
	credit->done_seen = atomic_load_explicit(&credit->done, memory_order_acquire);
	return credit->limit - (uint32_t)(handed - credit->done_seen);
}

/* Producer: notes that it wanted credit and there was none. Counts once until credit came back. */
static inline void credit_note_dry(struct credit *credit)
{
	if (credit->is_dry)
		return;
	credit->is_dry = true;
	atomic_store_explicit(&credit->waits, credit->waits + 1, memory_order_relaxed);
}

/* Producer of a BLOCK link: credits that it may use now, 0 while it waits for enough to come back. */
static inline uint32_t credit_open(struct credit *credit)
{
	uint32_t left = credit_left(credit);
	if (UNLIKELY(left == 0))
		credit_note_dry(credit);
	else if (UNLIKELY(credit->is_dry))
		credit->is_dry = left < credit->resume;
	return credit->is_dry ? 0 : left;
}

/* Producer: hands out `count`, at most credit_left(). */
static inline void credit_take(struct credit *credit, uint32_t count)
{
	uint64_t handed = atomic_load_explicit(&credit->handed, memory_order_relaxed);
	atomic_store_explicit(&credit->handed, handed + count, memory_order_release);
}

/* Consumer: gives back `count`. */
static inline void credit_put(struct credit *credit, uint32_t count)
{
	uint64_t done = atomic_load_explicit(&credit->done, memory_order_relaxed);
	atomic_store_explicit(&credit->done, done + count, memory_order_release);
}

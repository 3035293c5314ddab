/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* flight -- the queries of one lcore that wait for their answers.
 *
 * What:    a ring of slots in order of sending. A slot's number, kept in the query's id (and, beyond 2^16, in its
 *          source port), finds it again when the answer comes; the oldest are given up after a time-out.
 * Threads: one.
 * Memory:  2^bits slots of 32 octets, made at start.
 * Limits:  load/load_limits.h.
 * Trust:   numbers come from answers: any.
 * RFC:     5452 §9.1 (id and port tell answers apart). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"

struct flight_slot {
	uint64_t sent_tsc; /* when it was sent, or was to be sent */
	uint32_t query; /* index in the query file */
	uint16_t source; /* which of our addresses */
	uint16_t port; /* which of our ports, host order */
	uint16_t id;
	bool waits;
};

struct flight {
	struct flight_slot *slots;
	uint32_t mask;
	uint32_t waiting;
	uint64_t next; /* number of the next query */
	uint64_t oldest; /* none before it waits */
};

/* Fails: RESULT_OUT_OF_RANGE (bits), RESULT_NO_MEMORY. */
MUST_CHECK enum result flight_create(unsigned bits, struct flight *out);
void flight_destroy(struct flight *flight);

/* Whether a slot is free: the ring's next one may still wait although others are done. */
static inline bool flight_has_room(const struct flight *flight)
{
	return flight->next - flight->oldest <= flight->mask;
}

/* Takes the next slot and gives its number below 2^bits. Requires flight_has_room(). */
static inline uint32_t flight_take(struct flight *flight)
{
	uint32_t number = (uint32_t)flight->next++ & flight->mask;
	flight->slots[number].waits = true;
	flight->waiting++;
	return number;
}

/* The slot with that number, if its query waits; else NULL: late, twice, or nobody's. */
static inline struct flight_slot *flight_find(struct flight *flight, uint32_t number)
{
	if (UNLIKELY(number > flight->mask || !flight->slots[number].waits))
		return NULL;
	return &flight->slots[number];
}

/* Its answer has come. */
static inline void flight_done(struct flight *flight, struct flight_slot *slot)
{
	slot->waits = false;
	flight->waiting--;
}

/* Gives up the queries sent before `before_tsc` and gives how many; makes room in front. */
uint32_t flight_expire(struct flight *flight, uint64_t before_tsc);

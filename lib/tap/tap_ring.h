/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* tap_ring -- records of different sizes from one lcore to the thread that drains.
 *
 * What:    a ring of octets; a record is whole in it: where it does not fit before the end the rest is skipped.
 * Threads: one producer, one consumer.
 * Memory:  TAP_RING_BYTES, mapped.
 * Limits:  a record is at most half of the ring.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/attr.h"
#include "tap/tap.h"

struct tap_ring {
	uint8_t *data; /* writer: control, before it is published */
	/* writer: the producer */
	CACHE_ALIGNED _Atomic uint64_t head;
	uint64_t tail_seen;
	_Atomic uint64_t copied;
	_Atomic uint64_t lost;
	uint32_t counter[TAP_SINKS_MAX]; /* for samples */
	/* writer: the consumer */
	CACHE_ALIGNED _Atomic uint64_t tail;
};

/* NULL: no memory. */
struct tap_ring *tap_ring_create(void);
void tap_ring_destroy(struct tap_ring *ring); /* NULL is fine */

/* Room for a record of so many octets (a multiple of 8); NULL: none, which is counted. */
struct tap_record *tap_ring_begin(struct tap_ring *ring, uint32_t size);
/* The record that tap_ring_begin() gave is whole. */
void tap_ring_end(struct tap_ring *ring, const struct tap_record *record);

/* The next record, or NULL. It stays until tap_ring_release(). */
const struct tap_record *tap_ring_next(struct tap_ring *ring);
void tap_ring_release(struct tap_ring *ring, const struct tap_record *record);

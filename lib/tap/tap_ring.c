/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Positions only grow; their low bits are places. A record with the kind TAP_KIND_COUNT fills the end. */
#include "tap/tap_ring.h"

#include <stdlib.h>
#include <sys/mman.h>

#define MASK ((uint64_t)TAP_RING_BYTES - 1)

struct tap_ring *tap_ring_create(void)
{
	struct tap_ring *ring = aligned_alloc(CACHE_LINE_BYTES, sizeof(*ring));
	if (ring == NULL)
		return NULL;
	memset(ring, 0, sizeof(*ring));
	void *data =
	    mmap(NULL, TAP_RING_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (data == MAP_FAILED) {
		free(ring);
		return NULL;
	}
	ring->data = data;
	return ring;
}

void tap_ring_destroy(struct tap_ring *ring)
{
	if (ring == NULL)
		return;
	munmap(ring->data, TAP_RING_BYTES);
	free(ring);
}

static struct tap_record *at(const struct tap_ring *ring, uint64_t position)
{
	return (struct tap_record *)(void *)(ring->data + (position & MASK));
}

static bool has_room(struct tap_ring *ring, uint64_t end)
{
	if (end - ring->tail_seen <= TAP_RING_BYTES)
		return true;
	ring->tail_seen = atomic_load_explicit(&ring->tail, memory_order_acquire);
	return end - ring->tail_seen <= TAP_RING_BYTES;
}

static void count(_Atomic uint64_t *counter)
{
	uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
	atomic_store_explicit(counter, value + 1, memory_order_relaxed);
}

struct tap_record *tap_ring_begin(struct tap_ring *ring, uint32_t size)
{
	uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	uint64_t to_end = TAP_RING_BYTES - (head & MASK);
	uint64_t skipped = size > to_end ? to_end : 0;
	if (size > TAP_RING_BYTES / 2 || !has_room(ring, head + skipped + size)) {
		count(&ring->lost);
		return NULL;
	}
	if (skipped > 0) {
		struct tap_record *filler = at(ring, head);
		/* Sizes are multiples of 8, so there is room for these two. */
		filler->size = (uint32_t)skipped;
		filler->kind = TAP_KIND_COUNT;
		head += skipped;
		atomic_store_explicit(&ring->head, head, memory_order_release);
	}
	struct tap_record *record = at(ring, head);
	record->size = size;
	return record;
}

void tap_ring_end(struct tap_ring *ring, const struct tap_record *record)
{
	uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	count(&ring->copied);
	atomic_store_explicit(&ring->head, head + record->size, memory_order_release);
}

const struct tap_record *tap_ring_next(struct tap_ring *ring)
{
	for (;;) {
		uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
		if (tail == atomic_load_explicit(&ring->head, memory_order_acquire))
			return NULL;
		const struct tap_record *record = at(ring, tail);
		if (record->kind != TAP_KIND_COUNT)
			return record;
		tap_ring_release(ring, record);
	}
}

void tap_ring_release(struct tap_ring *ring, const struct tap_record *record)
{
	uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	atomic_store_explicit(&ring->tail, tail + record->size, memory_order_release);
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* block_pool -- a fixed number of equal blocks, named by index.
 *
 * What:    what streams need beyond their slot (waiting output, large messages) comes from here, so that
 *          all of them together are bounded. Fresh blocks are handed out only when no used one is free:
 *          memory that was never needed is never touched.
 * Threads: one.
 * Memory:  block_pool_init() allocates all of it.
 * Limits:  count below UINT32_MAX.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"

#define BLOCK_NONE UINT32_MAX

struct block_pool {
	uint8_t *memory;
	uint32_t
	    *next; /* of a free block: the next free one; of a used one: the owner's own chain */
	uint32_t block_bytes;
	uint32_t count;
	uint32_t fresh; /* blocks from here on were never used */
	uint32_t free_first; /* used before and free again */
	uint32_t free_count;
};

/* Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result block_pool_init(struct block_pool *pool, uint32_t block_bytes,
                                       uint32_t count);
void block_pool_fini(struct block_pool *pool);

/* A block, or BLOCK_NONE. Its `next` is BLOCK_NONE. */
MUST_CHECK uint32_t block_pool_take(struct block_pool *pool);
void block_pool_put(struct block_pool *pool, uint32_t block);

static inline uint8_t *block_pool_at(const struct block_pool *pool, uint32_t block)
{
	return pool->memory + (size_t)block * pool->block_bytes;
}

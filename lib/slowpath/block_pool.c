/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Equal blocks, a free list of indices beside them. */
#include "slowpath/block_pool.h"

#include <stdlib.h>

enum result block_pool_init(struct block_pool *pool, uint32_t block_bytes, uint32_t count)
{
	*pool = (struct block_pool){.block_bytes = block_bytes,
	                            .count = count,
	                            .free_first = BLOCK_NONE,
	                            .free_count = count};
	pool->memory = malloc((size_t)block_bytes * count + 1);
	pool->next = malloc(sizeof(*pool->next) * ((size_t)count + 1));
	if (pool->memory != NULL && pool->next != NULL)
		return RESULT_OK;
	block_pool_fini(pool);
	return RESULT_NO_MEMORY;
}

void block_pool_fini(struct block_pool *pool)
{
	free(pool->memory);
	free(pool->next);
	*pool = (struct block_pool){.free_first = BLOCK_NONE};
}

uint32_t block_pool_take(struct block_pool *pool)
{
	uint32_t block = pool->free_first;
	if (block != BLOCK_NONE)
		pool->free_first = pool->next[block];
	else if (pool->fresh < pool->count)
		block = pool->fresh++;
	else
		return BLOCK_NONE;
	pool->next[block] = BLOCK_NONE;
	pool->free_count--;
	return block;
}

void block_pool_put(struct block_pool *pool, uint32_t block)
{
	pool->next[block] = pool->free_first;
	pool->free_first = block;
	pool->free_count++;
}

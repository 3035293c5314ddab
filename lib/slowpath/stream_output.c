/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Chains of blocks with octets that wait. */
#include "slowpath/stream_output.h"

#include <string.h>

#include "base/check.h"

/* A new last block; there is one, the caller has counted. */
static void extend(struct stream_output *output, struct block_pool *pool)
{
	uint32_t block = block_pool_take(pool);
	CHECK(block != BLOCK_NONE);
	if (output->first == BLOCK_NONE) {
		output->first = block;
		output->first_at = 0;
	} else {
		pool->next[output->last] = block;
	}
	output->last = block;
	output->last_len = 0;
}

static void append_span(struct stream_output *output, struct block_pool *pool, const uint8_t *data,
                        size_t len)
{
	while (len > 0) {
		if (output->last == BLOCK_NONE || output->last_len == pool->block_bytes)
			extend(output, pool);
		size_t room = pool->block_bytes - output->last_len;
		size_t part = len < room ? len : room;
		memcpy(block_pool_at(pool, output->last) + output->last_len, data, part);
		output->last_len += (uint32_t)part;
		output->bytes += (uint32_t)part;
		data += part;
		len -= part;
	}
}

bool stream_output_append(struct stream_output *output, struct block_pool *pool,
                          const struct iovec *parts, int part_count, size_t skip)
{
	size_t total = 0;
	for (int i = 0; i < part_count; i++)
		total += parts[i].iov_len;
	total -= skip;
	size_t room = output->last == BLOCK_NONE ? 0 : pool->block_bytes - output->last_len;
	size_t more = total > room ? total - room : 0;
	if ((more + pool->block_bytes - 1) / pool->block_bytes > pool->free_count)
		return false;
	for (int i = 0; i < part_count; i++) {
		size_t gone = skip < parts[i].iov_len ? skip : parts[i].iov_len;
		append_span(output, pool, (const uint8_t *)parts[i].iov_base + gone,
		            parts[i].iov_len - gone);
		skip -= gone;
	}
	return true;
}

int stream_output_gather(const struct stream_output *output, const struct block_pool *pool,
                         struct iovec *parts, int max)
{
	int count = 0;
	for (uint32_t block = output->first; block != BLOCK_NONE && count < max;
	     block = pool->next[block]) {
		uint32_t from = block == output->first ? output->first_at : 0;
		uint32_t to = block == output->last ? output->last_len : pool->block_bytes;
		parts[count++] = (struct iovec){.iov_base = block_pool_at(pool, block) + from,
		                                .iov_len = to - from};
	}
	return count;
}

uint32_t stream_output_advance(struct stream_output *output, struct block_pool *pool, size_t count)
{
	uint32_t freed = 0;
	CHECK(count <= output->bytes);
	output->bytes -= (uint32_t)count;
	while (output->first != BLOCK_NONE) {
		uint32_t block = output->first;
		uint32_t end = block == output->last ? output->last_len : pool->block_bytes;
		uint32_t here = end - output->first_at;
		if (count < here) {
			output->first_at += (uint32_t)count;
			break;
		}
		count -= here;
		output->first = pool->next[block];
		output->first_at = 0;
		block_pool_put(pool, block);
		freed++;
	}
	if (output->first == BLOCK_NONE)
		stream_output_init(output);
	return freed;
}

void stream_output_clear(struct stream_output *output, struct block_pool *pool)
{
	(void)stream_output_advance(output, pool, output->bytes);
}

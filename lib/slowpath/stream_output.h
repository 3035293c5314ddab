/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* stream_output -- octets that wait until a connection takes them.
 *
 * What:    a chain of blocks. Answers of one turn are put behind each other and go out with one system
 *          call; what the kernel does not take stays.
 * Threads: one.
 * Memory:  blocks of the pool that all connections share; an append takes all it needs or nothing.
 * Limits:  the pool's, and whatever the owner allows (bytes).
 * Trust:   our own answers.
 * RFC:     7766 §8 (length and message in one write). */
#pragma once

#include <stdbool.h>
#include <sys/uio.h>

#include "slowpath/block_pool.h"

struct stream_output {
	uint32_t first; /* block, BLOCK_NONE when empty */
	uint32_t last;
	uint32_t first_at; /* octets of the first block that are gone */
	uint32_t last_len; /* octets filled of the last block */
	uint32_t bytes; /* that wait */
};

static inline void stream_output_init(struct stream_output *output)
{
	*output = (struct stream_output){.first = BLOCK_NONE, .last = BLOCK_NONE};
}

/* Appends all octets of the parts but the first `skip`, or nothing (false) when the pool has not enough. */
MUST_CHECK bool stream_output_append(struct stream_output *output, struct block_pool *pool,
                                     const struct iovec *parts, int part_count, size_t skip);

/* Gives at most `max` spans of what waits, from the front. */
int stream_output_gather(const struct stream_output *output, const struct block_pool *pool,
                         struct iovec *parts, int max);

/* The first `count` octets are sent. Gives how many blocks became free. */
uint32_t stream_output_advance(struct stream_output *output, struct block_pool *pool, size_t count);

/* Forgets everything. */
void stream_output_clear(struct stream_output *output, struct block_pool *pool);

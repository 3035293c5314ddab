/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The memory of one configuration: pieces are cut from blocks, so that a million small ones lie close
 * together and leave no holes between what others took meanwhile. */
#include "config/memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Octets of a block; a larger piece has a block of its own. Too low: more blocks. Too high: a small
 * configuration takes that much. */
#define BLOCK_BYTES ((size_t)16 << 10)

struct block {
	struct block *next;
	alignas(max_align_t) uint8_t data[];
};

struct config_memory {
	struct block *first; /* the one that is cut from */
	size_t at;
	size_t size;
};

struct config_memory *config_memory_create(void)
{
	return calloc(1, sizeof(struct config_memory));
}

void config_memory_free(struct config_memory *memory)
{
	if (memory == NULL)
		return;
	while (memory->first != NULL) {
		struct block *block = memory->first;
		memory->first = block->next;
		free(block);
	}
	free(memory);
}

static struct block *block_take(size_t bytes)
{
	if (bytes > SIZE_MAX - sizeof(struct block))
		return NULL;
	return calloc(1, sizeof(struct block) + bytes);
}

/* A block of its own stands behind the one that is cut from. */
static void *take_large(struct config_memory *memory, size_t bytes)
{
	struct block *block = block_take(bytes);
	if (block == NULL)
		return NULL;
	struct block **link = memory->first != NULL ? &memory->first->next : &memory->first;
	block->next = *link;
	*link = block;
	return block->data;
}

static void *take(struct config_memory *memory, size_t bytes, size_t unit)
{
	size_t at = (memory->at + unit - 1) & ~(unit - 1);
	if (bytes > BLOCK_BYTES / 4)
		return take_large(memory, bytes);
	if (at > memory->size || memory->size - at < bytes) {
		struct block *block = block_take(BLOCK_BYTES);
		if (block == NULL)
			return NULL;
		block->next = memory->first;
		memory->first = block;
		memory->size = BLOCK_BYTES;
		at = 0;
	}
	memory->at = at + bytes;
	return memory->first->data + at;
}

void *config_memory_take(struct config_memory *memory, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	return take(memory, bytes > 0 ? bytes : 1, alignof(max_align_t));
}

char *config_memory_text(struct config_memory *memory, const char *text, size_t len)
{
	char *copy = take(memory, len + 1, 1);
	if (copy != NULL)
		memcpy(copy, text, len);
	return copy;
}

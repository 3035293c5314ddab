/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The memory of one configuration: every piece hangs in one list. */
#include "config/memory.h"

#include <stdlib.h>
#include <string.h>

struct piece {
	struct piece *next;
	max_align_t data[];
};

struct config_memory {
	struct piece *first;
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
		struct piece *piece = memory->first;
		memory->first = piece->next;
		free(piece);
	}
	free(memory);
}

void *config_memory_take(struct config_memory *memory, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes) ||
	    __builtin_add_overflow(bytes, sizeof(struct piece), &bytes))
		return NULL;
	struct piece *piece = calloc(1, bytes);
	if (piece == NULL)
		return NULL;
	piece->next = memory->first;
	memory->first = piece;
	return piece->data;
}

char *config_memory_text(struct config_memory *memory, const char *text, size_t len)
{
	char *copy = config_memory_take(memory, len + 1, 1);
	if (copy != NULL)
		memcpy(copy, text, len);
	return copy;
}

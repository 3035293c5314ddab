/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Stands between the program and its heap (ld --wrap), to see that engine and cache allocate nothing once they have
 * begun. */
#include <stdlib.h>

#include "sim.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
	sim.allocations += sim.inside;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	sim.allocations += sim.inside;
	return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	sim.allocations += sim.inside;
	return __real_realloc(old, size);
}

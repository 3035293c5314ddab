/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* memory -- what belongs to one struct config: taken piece by piece, freed whole.
 *
 * What:    zeroed pieces, cut from a list of blocks behind one handle.
 * Threads: one.
 * Memory:  malloc; control threads only.
 * Limits:  none.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <stddef.h>

#include "base/attr.h"

struct config_memory;

/* NULL: out of memory. */
struct config_memory *config_memory_create(void);
void config_memory_free(struct config_memory *memory);

/* A zeroed piece of `count` * `size` octets, aligned for every type; NULL: out of memory. */
void *config_memory_take(struct config_memory *memory, size_t count, size_t size);

/* A copy of the first `len` octets of a text, with a NUL; NULL: out of memory. */
char *config_memory_text(struct config_memory *memory, const char *text, size_t len);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* out -- text under construction in memory of a fixed size; what does not fit is cut.
 *
 * What:    printf() piece by piece.
 * Threads: one.
 * Memory:  the caller's.
 * Limits:  `size` octets, the NUL included.
 * Trust:   formats are ours.
 * RFC:     none. */
#pragma once

#include <stddef.h>

#include "base/attr.h"

struct config_out {
	char *text;
	size_t size; /* > 0 */
	size_t len; /* what it would be long; size or more: it was cut */
};

/* Starts with an empty text. */
struct config_out config_out_of(char *text, size_t size);

void config_out_put(struct config_out *out, const char *format, ...) PRINTF_LIKE(2, 3);

/* Where it was cut, says so by "..." at the end. */
void config_out_mark(struct config_out *out);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* compare -- values of two structs that the same table describes: are they equal, how do they read.
 *
 * What:    comparison and text of one row's value, lists and objects included; used by config_diff() and
 *          to see whether a file asks for something else than the default.
 * Threads: any; pure but for their outputs.
 * Memory:  the caller's.
 * Limits:  texts are cut at the given size.
 * Trust:   values that have been read and checked.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/option.h"

/* Whether the row's value is the same in both structs. */
bool config_compare_equal(const struct option *option, const void *a, const void *b);

/* The row's value as JSON, cut where it is long ("..."), "***" for secrets. */
void config_compare_text(const struct option *option, const void *object, char *out, size_t size);

/* The name of a list's element: its first key's text, or NULL if that is no text. */
const char *config_compare_name(const struct option *option, const void *element);

/* The element of a list with that name; elements without names (NULL) are matched by their index. NULL: there
 * is none. */
const void *config_compare_find(const struct option *option, const void *list, uint32_t count,
                                const char *name, uint32_t index);

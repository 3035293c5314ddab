/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* rig -- zones from text and back, for tests.
 *
 * What:    loads text as if it were a file, writes zones to memory.
 * Threads: one.
 * Memory:  what is given is the caller's to free.
 * Limits:  none.
 * Trust:   the project's own files.
 * RFC:     none. */
#pragma once

#include <stddef.h>

#include "zone/write.h"
#include "zone/zone.h"

/* Gives NULL, and prints why, when the text is no good zone. */
struct zone *rig_load(const char *origin, const char *text, size_t len);

/* The zone as text with a NUL. */
char *rig_write(const struct zone *zone, enum zone_write_form form, size_t *len);

/* Reads a whole file, with a NUL behind it. */
char *rig_file(const char *path, size_t *len);

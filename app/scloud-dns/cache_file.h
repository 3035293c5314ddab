/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache_file -- the cache written to a file and read from one, whole or piece by piece.
 *
 * What:    a warm restart (cache.file): read before the lcores start, written after they have stopped. And
 *          the commands dump and load, a piece at a time.
 * Threads: main.
 * Memory:  a dump 400 KiB; a load as much, and a batch of up to 16 MiB.
 * Limits:  below.
 * Trust:   the file is checked; whoever may write it decides what clients get, so it is made for its
 *          owner alone.
 * RFC:     8767 §4 (what is past its TTL stays stale). */
#pragma once

#include "cache_text.h"

/* Places that a piece of a dump looks at. Too low: a large cache takes long. Too high: other commands wait
 * (1024 answers are some 5 ms of text). */
#define CACHE_FILE_SLOTS 1024u
/* Answers in a batch for the writer. Too low: a wait for each few. Too high: memory. */
#define CACHE_FILE_BATCH 256u

struct cache_dump;
/* Makes a file next to `path`, which it becomes at the end. Fails: RESULT_IO (errno tells), RESULT_NO_MEMORY. */
MUST_CHECK enum result cache_dump_open(const struct cache *cache, const char *path,
                                       uint64_t calendar_s, struct cache_dump **out);
/* Writes a piece. False: all is written. */
MUST_CHECK bool cache_dump_piece(struct cache_dump *dump, uint64_t now_ms);
/* Puts the file into place, if all is written and `keep`; in any case frees the dump.
 * Fails: RESULT_IO (errno tells). */
MUST_CHECK enum result cache_dump_close(struct cache_dump *dump, bool keep, uint64_t *entries);

/* What became of a load. */
struct cache_file_sums {
	uint64_t read; /* answers in the file */
	uint64_t kept; /* of those, in the cache now */
	uint64_t wrong; /* passed over for an error; each is in the log */
};

struct cache_load;
/* Fails: RESULT_IO (errno tells), RESULT_NO_MEMORY, RESULT_MALFORMED (the log tells). */
MUST_CHECK enum result cache_load_open(struct cache *cache, const char *path, uint64_t calendar_s,
                                       struct cache_load **out);
/* Gives the writer lcore another batch, if it has taken the last one. False: all is in the cache. */
MUST_CHECK bool cache_load_piece(struct cache_load *load);
void cache_load_sums(const struct cache_load *load, struct cache_file_sums *out);
/* Whether nothing of it is with the writer, so that it may be freed. */
bool cache_load_is_idle(const struct cache_load *load);
void cache_load_close(struct cache_load *load);

/* The whole at once, without lcores; the log tells. An empty path does nothing. */
void cache_file_save(const struct cache *cache, const char *path);
void cache_file_restore(struct cache *cache, const char *path);

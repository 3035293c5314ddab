/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache_writer -- the CACHE_WRITER stage: the one writer of the cache.
 *
 * What:    puts answers of RESOLVER into the cache, remembers failures, cuts what is too long for the client
 *          and sends packets on; carriers end here. Frees what CACHE_JANITOR has found expired.
 * Threads: one instance; it owns the writing half of the cache.
 * Memory:  scratch for cutting answers, made at start.
 * Limits:  cache/cache_limits.h.
 * Trust:   packets come from RESOLVER, which has scrubbed them.
 * RFC:     2181 §5.4.1 (ranking) §9 (truncation), 8767 §5 (recheck), 9520 (failures). */
#pragma once

#include "cache/cache.h"
#include "pipeline/stage.h"

/* Expired entries freed in one turn: some 10 microseconds. */
#define CACHE_WRITER_DRAIN_MAX 128
/* RFC 9520 §3.2: at least a second. Too high: servers that are back are not noticed. */
#define CACHE_WRITER_FAILURE_MS_DEFAULT 1000

enum cache_writer_output {
	CACHE_WRITER_TO_ENCODER
};

/* Indices of stage_counters.event. */
enum cache_writer_event {
	CACHE_WRITER_EVENT_INSERTED,
	CACHE_WRITER_EVENT_NOT_KEPT, /* TTL 0, too large, negative without SOA */
	CACHE_WRITER_EVENT_FAILURE,
	CACHE_WRITER_EVENT_CUT, /* longer than the client takes */
	CACHE_WRITER_EVENT_OUTRANKED, /* something more trusted is kept */
	CACHE_WRITER_EVENT_HELD, /* a stale answer serves while resolution takes long */
	CACHE_WRITER_EVENT_RETIRED, /* carriers */
};

struct stage_cache_writer_settings {
	struct cache *cache;
	uint32_t failure_ms; /* how long a failure is remembered; 0: default */
};

extern const struct stage_ops stage_cache_writer_ops;

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* /scloud/cache: what it holds, what it gave, and what it had to throw out. */
#include "stage/cache_lookup.h"
#include "stage/cache_writer.h"
#include "stage/resolver.h"
#include "telemetry/cache.h"
#include "telemetry/telemetry_int.h"

#define PERMILLE 1000

static const struct telemetry_cache_event events[] = {
    {"hits", &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_HIT},
    {"hits_inferred", &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_INFERRED},
    {"misses", &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_MISS},
    {"stale_for_want_of_credit", &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_STALE},
    {"servfail_for_want_of_credit", &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_OVERLOAD},
    {"refreshes", &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_REFRESH},
    {"refreshes_left_out", &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_NOT_REFRESHED},
    {"stale_answers", &stage_resolver_ops, RESOLVER_EVENT_COUNT_STALE},
    {"not_kept", &stage_cache_writer_ops, CACHE_WRITER_EVENT_NOT_KEPT},
    {"outranked", &stage_cache_writer_ops, CACHE_WRITER_EVENT_OUTRANKED},
};

const struct telemetry_cache_event *telemetry_cache_event(size_t index)
{
	return index < ARRAY_COUNT(events) ? &events[index] : NULL;
}

static void add_store(const struct cache_stats *stats, struct json_object *reply)
{
	telemetry_add_number(reply, "entries", stats->entries);
	telemetry_add_number(reply, "entries_max", stats->entries_max);
	telemetry_add_number(reply, "memory_bytes", stats->memory_bytes);
	telemetry_add_number(reply, "image_bytes", stats->image_bytes);
	telemetry_add_number(reply, "inserts", stats->inserts);
	telemetry_add_number(reply, "replaced", stats->replaced);
	telemetry_add_number(reply, "failures", stats->failures);
	telemetry_add_number(reply, "evictions", stats->evictions);
	telemetry_add_number(reply, "expired", stats->expired);
	telemetry_add_number(reply, "flushed", stats->flushed);
}

enum result telemetry_cache(const struct telemetry_settings *settings,
                            const struct telemetry_request *request, struct json_object *reply)
{
	struct cache_stats stats;
	uint64_t sums[ARRAY_COUNT(events)];
	(void)request;
	cache_stats(settings->cache, &stats);
	add_store(&stats, reply);
	for (size_t i = 0; i < ARRAY_COUNT(events); i++) {
		sums[i] = telemetry_sum_event(settings->pipeline, events[i].ops, events[i].event);
		telemetry_add_number(reply, events[i].name, sums[i]);
	}
	const uint64_t hits = sums[0], all = sums[0] + sums[2];
	telemetry_add_number(reply, "hit_permille", all > 0 ? hits * PERMILLE / all : 0);
	return RESULT_OK;
}

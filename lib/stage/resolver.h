/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* resolver -- the RESOLVER stage: holds the packets of questions that other servers have to answer.
 *
 * What:    joins the pure engine of lib/resolver to the sockets of slowpath/upstream.h and to packets. An
 *          answer is written into each packet that waited for it; where resolution fails a stale answer
 *          from the cache takes its place (RFC 8767), else SERVFAIL with an EDE. Then the packet goes to
 *          CACHE_WRITER, told what is to be kept.
 * Threads: one instance, on its lcore, in the host's network namespace.
 * Memory:  made at start: places for settings.engine.clients_max packets; the credits of the link that
 *          leads here must not be more.
 * Limits:  resolver/resolver_limits.h, slowpath/upstream_limits.h.
 * Trust:   responses are checked and scrubbed by lib/resolver.
 * RFC:     8767 §5, 8914, 9520. */
#pragma once

#include "cache/cache.h"
#include "pipeline/stage.h"
#include "resolver/resolver.h"
#include "slowpath/upstream.h"

enum resolver_output {
	RESOLVER_TO_CACHE_WRITER
};

/* Indices of stage_counters.event. */
enum resolver_stage_event {
	RESOLVER_EVENT_COUNT_ANSWERED,
	RESOLVER_EVENT_COUNT_STALE, /* resolution failed, a stale answer was there */
	RESOLVER_EVENT_COUNT_SERVFAIL,
	RESOLVER_EVENT_COUNT_TIMEOUTS, /* of servers */
	RESOLVER_EVENT_COUNT_MISMATCHED, /* datagrams that nobody had asked for */
	RESOLVER_EVENT_COUNT_COALESCED,
	RESOLVER_EVENT_COUNT_SENT_UDP,
	RESOLVER_EVENT_COUNT_SENT_TCP,
};

struct stage_resolver_settings {
	/* random, random_context and port_slots are set by the stage. */
	struct resolver_settings engine;
	struct upstream_settings upstream;
	struct cache *cache; /* for stale answers; NULL: none */
};

extern const struct stage_ops stage_resolver_ops;

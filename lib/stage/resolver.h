/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* resolver -- the RESOLVER stage: holds the packets of questions that other servers have to answer.
 *
 * What:    joins the pure engine of lib/resolver to the sockets of slowpath/upstream.h and to packets. An
 *          answer is written into each packet that waited for it; where resolution fails or takes long, the
 *          stale answer that CACHE_LOOKUP has left in the packet goes out (RFC 8767), else SERVFAIL with
 *          an EDE. Then the packet goes to CACHE_WRITER, told what is to be kept. What is to be kept and
 *          has no client goes there in a carrier (pipeline/carrier.h). A carrier that comes from
 *          CACHE_LOOKUP is a question without a client: an entry to refresh.
 * Threads: one instance, on its lcore, in the network namespace from which servers are asked: the lcore
 *          is there before the first turn, and stays.
 * Memory:  made at start: places for settings.engine.clients_max packets; the credits of the link that
 *          leads here must not be more. Carriers come from the packet pools.
 * Limits:  resolver/resolver_limits.h, slowpath/upstream_limits.h.
 * Trust:   responses are checked and scrubbed by lib/resolver.
 * RFC:     8767 §5, 8914, 9520. */
#pragma once

#include "cache/cache.h"
#include "pipeline/carrier.h"
#include "pipeline/stage.h"
#include "resolver/resolver.h"
#include "slowpath/upstream.h"
#include "stage/resolver_desk.h"
#include "stage/resolver_view.h"
#include "tap/tap.h"

/* Carriers that wait to be emitted. Too low: of a burst of long chains some links are not kept. Too high: they
 * take buffers that the ports want. */
#define RESOLVER_CARRIERS_MAX 256u

enum resolver_output {
	RESOLVER_TO_CACHE_WRITER
};

/* Indices of stage_counters.event. */
enum resolver_stage_event {
	RESOLVER_EVENT_COUNT_ANSWERED,
	RESOLVER_EVENT_COUNT_STALE, /* resolution failed or took long, a stale answer was there */
	RESOLVER_EVENT_COUNT_SERVFAIL,
	RESOLVER_EVENT_COUNT_TIMEOUTS, /* of servers */
	RESOLVER_EVENT_COUNT_MISMATCHED, /* datagrams that nobody had asked for */
	RESOLVER_EVENT_COUNT_COALESCED,
	RESOLVER_EVENT_COUNT_SENT_UDP,
	RESOLVER_EVENT_COUNT_SENT_TCP,
	RESOLVER_EVENT_COUNT_REFRESH, /* questions without a client that were taken up */
	RESOLVER_EVENT_COUNT_CARRIED, /* for the cache alone */
	RESOLVER_EVENT_COUNT_NOT_CARRIED, /* the same, without a buffer: not kept */
	RESOLVER_EVENT_COUNT_KNOWN, /* names of chains and servers that the cache knew */
};

/* Another engine for the running stage: forwarders, zones, times. What waits in the former one is asked anew. */
struct stage_resolver_swap {
	struct resolver
	    *next; /* control to RESOLVER: made with any random source; NULL: nothing to do */
	const struct upstream_tls *tls; /* goes with it */
	uint32_t tls_count;
	uint32_t deadline_ms;
	struct resolver *former; /* RESOLVER to control: to be destroyed */
};

/* Has the stage take another engine; once the call before has been answered. Any one control thread. */
void stage_resolver_swap_ask(struct stage_resolver_swap *swap, struct resolver *next);
/* The former engine, once nobody uses it; NULL: not yet. */
MUST_CHECK struct resolver *stage_resolver_swap_done(struct stage_resolver_swap *swap);

struct stage_resolver_settings {
	/* random, lookup, their contexts and port_slots are set by the stage. */
	struct resolver_settings engine;
	struct upstream_settings upstream;
	struct cache *cache; /* in which the engine looks; NULL: none */
	const struct pipeline_pools *pools; /* for carriers */
	struct tap *tap; /* NULL: nobody can watch */
	struct resolver_desk *desk; /* the operator's questions (resolver_desk.h); NULL: none */
	struct resolver_view *view; /* what others may see (resolver_view.h); NULL: nobody looks */
	const struct snapshot *dns64; /* of struct dns64; NULL, or empty: none */
	struct stage_resolver_swap *swap; /* NULL: the engine stays */
};

extern const struct stage_ops stage_resolver_ops;

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* resolver_int -- the inside of the RESOLVER stage, for its two sources.
 *
 * What:    resolver.c joins engine, sockets and packets; resolver_answer.c makes the engine's results the
 *          answers of packets, resolver_dns64.c those for clients behind a NAT64; resolver_swap.c takes another engine.
 * Threads: the stage's lcore.
 * Memory:  the stage's state.
 * Limits:  stage/resolver.h.
 * Trust:   as stage/resolver.h.
 * RFC:     6147 §5.1, 8767 §5. */
#pragma once

#include "pipeline/query.h"
#include "stage/resolver.h"
#include "stage/translate.h"

struct resolver_stage {
	struct resolver *engine;
	struct upstream *upstream;
	struct cache *cache;
	struct cache_reader *cache_reader;
	const struct pipeline_pools *pools;
	struct dns_rrset_reader *reader;
	struct translate *translate;
	const struct snapshot *dns64;
	uint32_t deadline_ms;
	struct stage_resolver_swap *swap;
	bool swapping; /* what the engine lets go of is asked anew */
	/* Clients whose other question is to be asked as soon as the engine's step has ended. */
	struct rte_mbuf **again;
	uint32_t again_count;
	struct resolver_sink sink;
	struct tap *tap; /* NULL: nobody can watch */
	struct resolver_desk *desk; /* the operator's questions; NULL: none */
	struct resolver_view *view; /* NULL: nobody looks */
	uint64_t view_due_us; /* when it is to be written; UINT64_MAX: nothing is new */
	bool stopping; /* fini: packets are dropped */
	uint32_t clients_max;
	uint32_t carriers; /* of those that are ready */
	/* Finished packets, first in first out: emitted as the budget allows. */
	struct rte_mbuf **ready;
	uint32_t ready_size;
	uint32_t ready_head;
	uint32_t ready_count;
	uint32_t held; /* reader: any thread */
};

static inline void resolver_stage_count(struct stage *stage, enum resolver_stage_event event)
{
	stage_count(&stage->counters->event[event], 1);
}

/* -- resolver_answer.c -- */

/* The result for a client: its packet is ready to go on then. */
void resolver_answer_client(struct stage *stage, const struct resolver_action *action);
/* The failure, or the stale answer that is in the packet. */
void resolver_answer_failed(struct stage *stage, struct query *query,
                            const struct resolver_action *action);
/* The packet goes on. */
void resolver_answer_ready(struct resolver_stage *state, struct rte_mbuf *mbuf);
/* Something for the cache that no client's packet can bring there: a carrier is ready to go then. */
void resolver_answer_carry(struct stage *stage, const struct dns_question *question, bool dnssec_ok,
                           const struct resolver_action *action);

/* -- resolver_dns64.c -- */

/* The question that a packet stands for: the client's, or the one that is asked instead (in `room`). */
const struct dns_question *resolver_dns64_asked(const struct resolver_stage *state,
                                                const struct query *query,
                                                struct dns_question *room);
/* The result for a client behind a NAT64; false: resolver_answer_client() has to do it. */
bool resolver_dns64_take(struct stage *stage, const struct resolver_action *action);
/* Asks what is to be asked instead. Not within a step of the engine. */
void resolver_dns64_ask(struct stage *stage);

/* -- resolver_swap.c -- */

/* Takes another engine, if one is there. Not within a step of the engine. */
bool resolver_swap_take(struct stage *stage);

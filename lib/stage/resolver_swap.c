/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* RESOLVER takes another engine while it runs: packets that wait in the former one are asked anew. */
#include "stage/resolver_int.h"

#define US_PER_MS 1000u

void stage_resolver_swap_ask(struct stage_resolver_swap *swap, struct resolver *next)
{
	__atomic_store_n(&swap->former, NULL, __ATOMIC_RELAXED);
	__atomic_store_n(&swap->next, next, __ATOMIC_RELEASE);
}

struct resolver *stage_resolver_swap_done(struct stage_resolver_swap *swap)
{
	return __atomic_load_n(&swap->former, __ATOMIC_ACQUIRE);
}

/* The former engine gave them back: the new one gets them. */
static void ask_anew(struct stage *stage)
{
	struct resolver_stage *state = stage->state;
	struct dns_question room;
	uint32_t count = state->again_count;
	state->again_count = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = state->again[i];
		const struct query *query = query_of(mbuf);
		const struct resolver_event event = {
		    .kind = RESOLVER_EVENT_QUERY,
		    .question = resolver_dns64_asked(state, query, &room),
		    .dnssec_ok = query->edns.present && query->edns.dnssec_ok,
		    .has_stale = query->has_stale,
		    .client = mbuf,
		    .watchers = resolver_desk_watchers(state->desk, &query->question),
		};
		resolver_step(state->engine, &event, stage->now_us / US_PER_MS, &state->sink);
	}
}

bool resolver_swap_take(struct stage *stage)
{
	struct resolver_stage *state = stage->state;
	struct stage_resolver_swap *swap = state->swap;
	struct resolver *former = state->engine;
	if (swap == NULL)
		return false;
	struct resolver *next = __atomic_load_n(&swap->next, __ATOMIC_ACQUIRE);
	if (LIKELY(next == NULL))
		return false;
	state->swapping = true;
	resolver_stop(former, &state->sink);
	state->swapping = false;
	resolver_take_over(next, former);
	upstream_set_tls(state->upstream, swap->tls, swap->tls_count);
	state->engine = next;
	state->deadline_ms = swap->deadline_ms;
	__atomic_store_n(&swap->next, NULL, __ATOMIC_RELAXED);
	__atomic_store_n(&swap->former, former, __ATOMIC_RELEASE);
	ask_anew(stage);
	if (state->again_count > 0)
		resolver_dns64_ask(stage);
	return true;
}

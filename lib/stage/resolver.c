/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* RESOLVER: packets come from CACHE_LOOKUP with a question that is not in the cache; they wait here and go
 * to CACHE_WRITER with an answer. */
#include "stage/resolver.h"

#include <stdlib.h>

#include "dns/rrset.h"
#include "stage/resolver_int.h"

#define US_PER_MS 1000u
/* Upstream events in one turn: fairness towards new questions. */
#define UPSTREAM_EVENTS_PER_TURN 128u

static const char *const outputs[] = {"cache_writer", NULL};

/* The operator has the answer, and the cache, as if a client had asked. */
static void answer_desk(struct stage *stage, const struct resolver_action *action)
{
	const struct resolver_stage *state = stage->state;
	const struct dns_question *question = resolver_desk_question(action->client);
	if (action->first && !action->late && !state->stopping && !state->swapping)
		resolver_answer_carry(stage, question, resolver_desk_dnssec_ok(action->client),
		                      action);
	resolver_desk_take(action->client, action);
}

/* For whoever watches. */
static void show_sent(const struct resolver_stage *state, const struct resolver_action *action)
{
	const struct tap_plan *plan = tap_plan(state->tap);
	if (!tap_wants(plan, TAP_UPSTREAM_QUERY))
		return;
	tap_upstream(state->tap, plan, TAP_UPSTREAM_QUERY,
	             action->kind == RESOLVER_ACTION_SEND_UDP ? TAP_UDP
	             : action->tls != 0                       ? TAP_TLS
	                                                      : TAP_TCP,
	             &action->to, action->message, action->len);
}

static void act(void *context, const struct resolver_action *action)
{
	struct stage *stage = context;
	struct resolver_stage *state = stage->state;
	switch (action->kind) {
	case RESOLVER_ACTION_SEND_UDP:
		show_sent(state, action);
		upstream_send_udp(state->upstream, action->port_slot, &action->to, action->message,
		                  action->len);
		resolver_stage_count(stage, RESOLVER_EVENT_COUNT_SENT_UDP);
		return;
	case RESOLVER_ACTION_SEND_TCP:
		show_sent(state, action);
		upstream_send_tcp(state->upstream, action->attempt, &action->to, action->tls,
		                  action->message, action->len);
		resolver_stage_count(stage, RESOLVER_EVENT_COUNT_SENT_TCP);
		return;
	case RESOLVER_ACTION_FORGET_TCP:
		upstream_forget_tcp(state->upstream, action->attempt);
		return;
	case RESOLVER_ACTION_KEEP:
		if (!state->stopping && !state->swapping)
			resolver_answer_carry(stage, action->question, action->dnssec_ok, action);
		return;
	case RESOLVER_ACTION_ANSWER:
		break;
	}
	if (UNLIKELY(resolver_desk_has(state->desk, action->client)))
		answer_desk(stage, action);
	else if (state->stopping)
		stage_drop(stage, action->client, DROP_RESOLVER_STOPPING);
	else if (UNLIKELY(state->swapping))
		state->again[state->again_count++] = action->client;
	else if (!resolver_dns64_take(stage, action))
		resolver_answer_client(stage, action);
}

/* -- events -- */

static void step(struct stage *stage, const struct resolver_event *event)
{
	struct resolver_stage *state = stage->state;
	resolver_step(state->engine, event, stage->now_us / US_PER_MS, &state->sink);
	if (UNLIKELY(state->again_count > 0))
		resolver_dns64_ask(stage);
}

/* What the engine wants to know before it asks others. A client's question has been looked for by CACHE_LOOKUP;
 * these are the names on the way. */
static bool look_up(void *context, struct resolver_lookup *lookup)
{
	struct stage *stage = context;
	const struct resolver_stage *state = stage->state;
	if (lookup->is_refresh)
		return false;
	enum cache_hit hit = cache_find(state->cache, lookup->question, lookup->dnssec_ok,
	                                lookup->now_ms, lookup->builder, &lookup->answer);
	if (hit == CACHE_STALE) {
		/* The builder has it: away with it. */
		dns_builder_init(lookup->builder, lookup->builder->message,
		                 DNS_HEADER_SIZE + lookup->question->name_len + 4u,
		                 lookup->builder->limit);
		hit = CACHE_MISS;
	}
	if (hit == CACHE_MISS)
		hit = cache_infer(state->cache_reader, lookup->question, lookup->dnssec_ok,
		                  lookup->now_ms, lookup->builder, &lookup->answer);
	if (hit == CACHE_MISS || lookup->answer.ede == EDNS_EDE_STALE_ANSWER ||
	    lookup->answer.ede == EDNS_EDE_STALE_NXDOMAIN)
		return false;
	lookup->rank = (enum dns_rank)lookup->answer.rank;
	lookup->security = (enum dns_security)lookup->answer.security;
	resolver_stage_count(stage, RESOLVER_EVENT_COUNT_KNOWN);
	return true;
}

/* An entry of the cache to be refreshed: the engine needs nothing but the question. */
static void refresh(struct stage *stage, struct rte_mbuf *carrier)
{
	const struct query *query = query_of(carrier);
	const struct resolver_event event = {
	    .kind = RESOLVER_EVENT_QUERY,
	    .question = &query->question,
	    .dnssec_ok = query->edns.dnssec_ok,
	};
	resolver_stage_count(stage, RESOLVER_EVENT_COUNT_REFRESH);
	step(stage, &event);
	stage_retire(stage, carrier);
}

/* The operator's questions go the way of clients' ones. */
static void take_desk(struct stage *stage)
{
	const struct resolver_stage *state = stage->state;
	struct resolver_event event;
	while (resolver_desk_next_question(state->desk, &event))
		step(stage, &event);
}

static void tell_desk(void *context, const struct resolver_trace_step *step)
{
	resolver_desk_tell(context, step);
}

static void resolver_stage_process(struct stage *stage, struct rte_mbuf **burst, uint16_t packets)
{
	struct resolver_stage *state = stage->state;
	for (uint16_t i = 0; i < packets; i++) {
		const struct query *query = query_of(burst[i]);
		if (query->source == QUERY_SOURCE_NONE) {
			refresh(stage, burst[i]);
			continue;
		}
		if (UNLIKELY(state->held == state->clients_max)) {
			stage_drop(stage, burst[i], DROP_RESOLVER_NO_PLACE);
			continue;
		}
		__atomic_store_n(&state->held, state->held + 1, __ATOMIC_RELAXED);
		struct dns_question other;
		const struct resolver_event event = {
		    .kind = RESOLVER_EVENT_QUERY,
		    .question = resolver_dns64_asked(state, query, &other),
		    .dnssec_ok = query->edns.present && query->edns.dnssec_ok,
		    .has_stale = query->has_stale,
		    .client = burst[i],
		    .watchers = resolver_desk_watchers(state->desk, &query->question),
		};
		step(stage, &event);
	}
}

static void show_received(const struct resolver_stage *state, const struct upstream_event *from)
{
	const struct tap_plan *plan = tap_plan(state->tap);
	if (tap_wants(plan, TAP_UPSTREAM_RESPONSE) &&
	    (from->kind == UPSTREAM_EVENT_UDP || from->kind == UPSTREAM_EVENT_TCP))
		tap_upstream(state->tap, plan, TAP_UPSTREAM_RESPONSE,
		             from->kind == UPSTREAM_EVENT_UDP ? TAP_UDP : TAP_TCP, &from->from,
		             from->message, from->len);
}

static void take_event(void *context, const struct upstream_event *from)
{
	static const enum resolver_event_kind kinds[] = {
	    [UPSTREAM_EVENT_UDP] = RESOLVER_EVENT_UDP_RESPONSE,
	    [UPSTREAM_EVENT_UDP_ERROR] = RESOLVER_EVENT_UDP_ERROR,
	    [UPSTREAM_EVENT_TCP] = RESOLVER_EVENT_TCP_RESPONSE,
	    [UPSTREAM_EVENT_TCP_ERROR] = RESOLVER_EVENT_TCP_ERROR,
	};
	const struct resolver_event event = {
	    .kind = kinds[from->kind],
	    .port_slot = from->port_slot,
	    .attempt = from->handle,
	    .from = from->from,
	    .message = from->message,
	    .len = from->len,
	};
	show_received(((struct stage *)context)->state, from);
	step(context, &event);
}

static uint16_t emit_ready(struct stage *stage, uint16_t budget)
{
	struct resolver_stage *state = stage->state;
	uint16_t emitted = 0;
	uint32_t clients = 0;
	while (emitted < budget && state->ready_count > 0) {
		struct rte_mbuf *mbuf = state->ready[state->ready_head];
		state->ready_head = (state->ready_head + 1) % state->ready_size;
		state->ready_count--;
		if (query_of(mbuf)->source == QUERY_SOURCE_NONE)
			state->carriers--;
		else
			clients++;
		query_of(mbuf)->verdict = QUERY_VERDICT_RESOLVED;
		stage_release(stage, mbuf);
		stage_emit(stage, RESOLVER_TO_CACHE_WRITER, mbuf);
		emitted++;
	}
	__atomic_store_n(&state->held, state->held - clients, __ATOMIC_RELAXED);
	return emitted;
}

/* The engine's own counts, where the stage's are shown. */
static void mirror_stats(struct stage *stage)
{
	const struct resolver_stage *state = stage->state;
	struct resolver_stats stats;
	resolver_stats(state->engine, &stats);
	uint64_t *event = stage->counters->event;
	__atomic_store_n(&event[RESOLVER_EVENT_COUNT_TIMEOUTS], stats.timeouts, __ATOMIC_RELAXED);
	__atomic_store_n(&event[RESOLVER_EVENT_COUNT_MISMATCHED], stats.mismatched,
	                 __ATOMIC_RELAXED);
	__atomic_store_n(&event[RESOLVER_EVENT_COUNT_COALESCED], stats.coalesced, __ATOMIC_RELAXED);
}

/* Now and then while there is work, and once more after it. */
static void show(struct stage *stage, uint32_t work)
{
	struct resolver_stage *state = stage->state;
	if (state->view == NULL)
		return;
	if (work > 0 && state->view_due_us == UINT64_MAX)
		state->view_due_us = stage->now_us + RESOLVER_VIEW_PERIOD_US;
	if (LIKELY(stage->now_us < state->view_due_us))
		return;
	resolver_view_write(state->view, state->engine, stage->now_us / US_PER_MS);
	state->view_due_us = UINT64_MAX;
}

static uint16_t resolver_stage_poll(struct stage *stage, uint16_t budget)
{
	struct resolver_stage *state = stage->state;
	uint32_t work = resolver_swap_take(stage);
	work += upstream_poll(state->upstream, UPSTREAM_EVENTS_PER_TURN, take_event, stage);
	if (resolver_due_ms(state->engine) <= stage->now_us / US_PER_MS) {
		const struct resolver_event tick = {.kind = RESOLVER_EVENT_TICK};
		step(stage, &tick);
		work++;
	}
	if (UNLIKELY(resolver_desk_has_news(state->desk)))
		take_desk(stage);
	work += emit_ready(stage, budget);
	if (work > 0)
		mirror_stats(stage);
	show(stage, work);
	return work < UINT16_MAX ? (uint16_t)work : UINT16_MAX;
}

static void resolver_stage_flush(struct stage *stage)
{
	const struct resolver_stage *state = stage->state;
	upstream_flush(state->upstream);
}

static int resolver_stage_wake_fds(struct stage *stage, int *fds, int max)
{
	const struct resolver_stage *state = stage->state;
	if (max < 1)
		return -1;
	fds[0] = upstream_fd(state->upstream);
	return 1;
}

static uint64_t resolver_stage_deadline_us(struct stage *stage)
{
	const struct resolver_stage *state = stage->state;
	if (state->ready_count > 0 || upstream_has_failures(state->upstream))
		return stage->now_us;
	uint64_t due_ms = resolver_due_ms(state->engine);
	uint64_t due_us = due_ms < UINT64_MAX / US_PER_MS ? due_ms * US_PER_MS : UINT64_MAX;
	return due_us < state->view_due_us ? due_us : state->view_due_us;
}

static uint32_t resolver_stage_held(const struct stage *stage)
{
	const struct resolver_stage *state = stage->state;
	return __atomic_load_n(&state->held, __ATOMIC_RELAXED);
}

/* -- start and end -- */

static void release_all(struct resolver_stage *state)
{
	resolver_destroy(state->engine);
	upstream_close(state->upstream);
	cache_reader_destroy(state->cache_reader);
	free(state->reader);
	free(state->ready);
	free(state->again);
	translate_destroy(state->translate);
	*state = (struct resolver_stage){.engine = NULL};
}

static enum result make_places(struct resolver_stage *state,
                               const struct stage_resolver_settings *settings)
{
	state->pools = settings->pools;
	state->clients_max = settings->engine.clients_max;
	state->ready_size = state->clients_max + RESOLVER_CARRIERS_MAX;
	state->ready = calloc(state->ready_size, sizeof(struct rte_mbuf *));
	state->again = calloc(state->clients_max + 1u, sizeof(struct rte_mbuf *));
	state->reader = calloc(1, sizeof(*state->reader));
	state->translate = translate_create();
	state->dns64 = settings->dns64;
	state->swap = settings->swap;
	state->deadline_ms = settings->engine.deadline_ms;
	if (state->ready == NULL || state->again == NULL || state->reader == NULL ||
	    state->translate == NULL)
		return RESULT_NO_MEMORY;
	state->cache = settings->cache;
	return state->cache != NULL ? cache_reader_create(state->cache, &state->cache_reader)
	                            : RESULT_OK;
}

static enum result open_all(struct stage *stage, const struct stage_resolver_settings *settings)
{
	struct resolver_stage *state = stage->state;
	struct problem problem;
	enum result result = upstream_open(&settings->upstream, &state->upstream, &problem);
	if (result == RESULT_OK)
		result = make_places(state, settings);
	if (result != RESULT_OK)
		return result;
	struct resolver_settings engine = settings->engine;
	engine.random = upstream_random;
	engine.random_context = state->upstream;
	engine.port_slots = upstream_port_slots(state->upstream);
	engine.lookup = state->cache != NULL ? look_up : NULL;
	engine.lookup_context = stage;
	state->desk = settings->desk;
	state->view = settings->view;
	state->view_due_us = state->view != NULL ? 0 : UINT64_MAX;
	state->tap = settings->tap;
	engine.trace = state->desk != NULL ? tell_desk : NULL;
	engine.trace_context = state->desk;
	return resolver_create(&engine, &state->engine);
}

static enum result resolver_stage_init(struct stage *stage, const void *settings)
{
	struct resolver_stage *state = stage->state;
	state->sink = (struct resolver_sink){act, stage};
	enum result result = open_all(stage, settings);
	if (result != RESULT_OK)
		release_all(state);
	return result;
}

static void resolver_stage_fini(struct stage *stage)
{
	struct resolver_stage *state = stage->state;
	if (state->engine == NULL)
		return;
	state->stopping = true;
	resolver_stop(state->engine, &state->sink);
	for (; state->ready_count > 0; state->ready_count--) {
		stage_drop(stage, state->ready[state->ready_head], DROP_RESOLVER_STOPPING);
		state->ready_head = (state->ready_head + 1) % state->ready_size;
	}
	release_all(state);
}

const struct stage_ops stage_resolver_ops = {
    .name = "RESOLVER",
    .outputs = outputs,
    .state_size = sizeof(struct resolver_stage),
    .holds = true,
    .absorbs = true,
    .init = resolver_stage_init,
    .fini = resolver_stage_fini,
    .process = resolver_stage_process,
    .poll = resolver_stage_poll,
    .flush = resolver_stage_flush,
    .wake_fds = resolver_stage_wake_fds,
    .deadline_us = resolver_stage_deadline_us,
    .held = resolver_stage_held,
};

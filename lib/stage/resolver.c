/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* RESOLVER: packets come from CACHE_LOOKUP with a question that is not in the cache; they wait here and go
 * to CACHE_WRITER with an answer. */
#include "stage/resolver.h"

#include <stdlib.h>

#include "base/check.h"
#include "dns/rrset.h"
#include "pipeline/query.h"

#define US_PER_MS 1000u
/* Upstream events in one turn: fairness towards new questions. */
#define UPSTREAM_EVENTS_PER_TURN 128u

struct resolver_stage {
	struct resolver *engine;
	struct upstream *upstream;
	struct cache *cache;
	struct dns_rrset_reader *reader;
	struct resolver_sink sink;
	bool stopping; /* fini: packets are dropped */
	/* Finished packets, first in first out: emitted as the budget allows. */
	struct rte_mbuf **ready;
	uint32_t ready_size;
	uint32_t ready_head;
	uint32_t ready_count;
	uint32_t held; /* reader: any thread */
};

static const char *const outputs[] = {"cache_writer", NULL};

static void count(struct stage *stage, enum resolver_stage_event event)
{
	stage_count(&stage->counters->event[event], 1);
}

/* -- answers -- */

/* Octets of the message that fit into the packet. */
static uint32_t capacity_of(struct rte_mbuf *mbuf)
{
	uint32_t room = mbuf->buf_len - mbuf->data_off - query_of(mbuf)->message_at;
	return room < DNS_MESSAGE_MAX ? room : DNS_MESSAGE_MAX;
}

static void set_failure(struct query *query, const struct resolver_action *action)
{
	query->answer = (struct dns_answer){
	    .rcode = action->rcode,
	    .ede = action->ede,
	    .end = query->question_end,
	};
}

/* The sections stand behind an equally long question there and here, so that they can be copied. */
static void copy_answer(struct stage *stage, struct rte_mbuf *mbuf,
                        const struct resolver_action *action)
{
	const struct resolver_stage *state = stage->state;
	struct query *query = query_of(mbuf);
	uint32_t from = query->question_end;
	struct dns_rrset_cut cut = {.end = (uint32_t)action->len};
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		cut.count[i] = dns_message_count(action->message, (enum dns_section)i);
	bool fits = cut.end <= capacity_of(mbuf);
	/* What was made by the engine can be read; a message that cannot is no answer. */
	if (!fits && dns_rrset_cut(state->reader, action->message, action->len,
	                           query->section_limit, &cut) != RESULT_OK)
		cut = (struct dns_rrset_cut){.end = from, .truncated = true};
	memcpy(query_message(mbuf) + from, action->message + from, cut.end - from);
	query->answer = (struct dns_answer){
	    .rcode = action->rcode,
	    .truncated = cut.truncated,
	    .ede = action->ede,
	    .end = cut.end,
	};
	memcpy(query->answer.count, cut.count, sizeof(cut.count));
	query->keep = fits && action->first ? QUERY_KEEP_ANSWER : QUERY_KEEP_NOT;
	count(stage, RESOLVER_EVENT_COUNT_ANSWERED);
}

/* RFC 8767 §5: when nobody answers, what was true a while ago is better than nothing. */
static bool find_stale(struct stage *stage, struct rte_mbuf *mbuf)
{
	const struct resolver_stage *state = stage->state;
	struct query *query = query_of(mbuf);
	struct dns_builder builder;
	struct dns_answer answer;
	if (state->cache == NULL)
		return false;
	query_builder(mbuf, &builder);
	if (cache_find(state->cache, &query->question, query->edns.present && query->edns.dnssec_ok,
	               stage->now_us / US_PER_MS, &builder, &answer) == CACHE_MISS ||
	    answer.rcode == DNS_RCODE_SERVFAIL)
		return false;
	query->answer = answer;
	return true;
}

static void answer_failure(struct stage *stage, struct rte_mbuf *mbuf,
                           const struct resolver_action *action)
{
	struct query *query = query_of(mbuf);
	/* A question for which there was no place has not failed. */
	query->keep = action->first ? QUERY_KEEP_FAILURE : QUERY_KEEP_NOT;
	if (find_stale(stage, mbuf)) {
		count(stage, RESOLVER_EVENT_COUNT_STALE);
		return;
	}
	set_failure(query, action);
	count(stage, RESOLVER_EVENT_COUNT_SERVFAIL);
}

static void put_ready(struct resolver_stage *state, struct rte_mbuf *mbuf)
{
	CHECK(state->ready_count < state->ready_size);
	state->ready[(state->ready_head + state->ready_count++) % state->ready_size] = mbuf;
}

static void act(void *context, const struct resolver_action *action)
{
	struct stage *stage = context;
	struct resolver_stage *state = stage->state;
	switch (action->kind) {
	case RESOLVER_ACTION_SEND_UDP:
		upstream_send_udp(state->upstream, action->port_slot, &action->to, action->message,
		                  action->len);
		count(stage, RESOLVER_EVENT_COUNT_SENT_UDP);
		return;
	case RESOLVER_ACTION_SEND_TCP:
		upstream_send_tcp(state->upstream, action->attempt, &action->to, action->message,
		                  action->len);
		count(stage, RESOLVER_EVENT_COUNT_SENT_TCP);
		return;
	case RESOLVER_ACTION_FORGET_TCP:
		upstream_forget_tcp(state->upstream, action->attempt);
		return;
	case RESOLVER_ACTION_KEEP: /* only what a client takes along is kept */
		return;
	case RESOLVER_ACTION_ANSWER:
		break;
	}
	if (state->stopping)
		stage_drop(stage, action->client, DROP_RESOLVER_STOPPING);
	else if (action->message != NULL)
		copy_answer(stage, action->client, action);
	else
		answer_failure(stage, action->client, action);
	if (!state->stopping)
		put_ready(state, action->client);
}

/* -- events -- */

static void step(struct stage *stage, const struct resolver_event *event)
{
	struct resolver_stage *state = stage->state;
	resolver_step(state->engine, event, stage->now_us / US_PER_MS, &state->sink);
}

static void resolver_stage_process(struct stage *stage, struct rte_mbuf **burst, uint16_t packets)
{
	struct resolver_stage *state = stage->state;
	for (uint16_t i = 0; i < packets; i++) {
		const struct query *query = query_of(burst[i]);
		if (UNLIKELY(state->held == state->ready_size)) {
			stage_drop(stage, burst[i], DROP_RESOLVER_NO_PLACE);
			continue;
		}
		__atomic_store_n(&state->held, state->held + 1, __ATOMIC_RELAXED);
		const struct resolver_event event = {
		    .kind = RESOLVER_EVENT_QUERY,
		    .question = &query->question,
		    .dnssec_ok = query->edns.present && query->edns.dnssec_ok,
		    .client = burst[i],
		};
		step(stage, &event);
	}
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
	step(context, &event);
}

static uint16_t emit_ready(struct stage *stage, uint16_t budget)
{
	struct resolver_stage *state = stage->state;
	uint16_t emitted = 0;
	while (emitted < budget && state->ready_count > 0) {
		struct rte_mbuf *mbuf = state->ready[state->ready_head];
		state->ready_head = (state->ready_head + 1) % state->ready_size;
		state->ready_count--;
		stage_release(stage, mbuf);
		stage_emit(stage, RESOLVER_TO_CACHE_WRITER, mbuf);
		emitted++;
	}
	__atomic_store_n(&state->held, state->held - emitted, __ATOMIC_RELAXED);
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

static uint16_t resolver_stage_poll(struct stage *stage, uint16_t budget)
{
	struct resolver_stage *state = stage->state;
	uint32_t work = upstream_poll(state->upstream, UPSTREAM_EVENTS_PER_TURN, take_event, stage);
	if (resolver_due_ms(state->engine) <= stage->now_us / US_PER_MS) {
		const struct resolver_event tick = {.kind = RESOLVER_EVENT_TICK};
		step(stage, &tick);
		work++;
	}
	work += emit_ready(stage, budget);
	if (work > 0)
		mirror_stats(stage);
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
	return due_ms < UINT64_MAX / US_PER_MS ? due_ms * US_PER_MS : UINT64_MAX;
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
	free(state->reader);
	free(state->ready);
	*state = (struct resolver_stage){.engine = NULL};
}

static enum result open_all(struct resolver_stage *state,
                            const struct stage_resolver_settings *settings)
{
	struct problem problem;
	enum result result = upstream_open(&settings->upstream, &state->upstream, &problem);
	if (result != RESULT_OK)
		return result;
	struct resolver_settings engine = settings->engine;
	engine.random = upstream_random;
	engine.random_context = state->upstream;
	engine.port_slots = upstream_port_slots(state->upstream);
	result = resolver_create(&engine, &state->engine);
	if (result != RESULT_OK)
		return result;
	state->cache = settings->cache;
	state->ready_size = engine.clients_max;
	state->ready = calloc(state->ready_size, sizeof(struct rte_mbuf *));
	state->reader = calloc(1, sizeof(*state->reader));
	return state->ready != NULL && state->reader != NULL ? RESULT_OK : RESULT_NO_MEMORY;
}

static enum result resolver_stage_init(struct stage *stage, const void *settings)
{
	struct resolver_stage *state = stage->state;
	state->sink = (struct resolver_sink){act, stage};
	enum result result = open_all(state, settings);
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

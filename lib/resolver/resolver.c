/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The resolver's outside: made from settings, fed with events, asked for figures. */
#include "resolver/iterate.h"

#include <stdlib.h>

static enum result check_settings(struct resolver_settings *settings)
{
	if (settings->tasks_max == 0 || settings->tasks_max > RESOLVER_TASKS_MAX ||
	    settings->clients_max == 0 || settings->clients_max >= RESOLVER_NONE ||
	    settings->port_slots == 0 || settings->random == NULL ||
	    settings->retry_ms > RESOLVER_RETRY_MS_MAX || settings->hint_count > RESOLVER_HINTS_MAX)
		return RESULT_OUT_OF_RANGE;
	if (settings->deadline_ms == 0)
		settings->deadline_ms = RESOLVER_DEADLINE_MS_DEFAULT;
	if (settings->deadline_ms < RESOLVER_DEADLINE_MS_MIN ||
	    settings->deadline_ms > RESOLVER_DEADLINE_MS_MAX)
		return RESULT_OUT_OF_RANGE;
	if (settings->udp_bytes == 0)
		settings->udp_bytes = RESOLVER_UDP_BYTES_DEFAULT;
	return RESULT_OK;
}

/* What is known from the start. */
static void prepare(struct resolver *resolver)
{
	const struct resolver_settings *settings = &resolver->settings;
	const bool is_broken[] = {settings->no_ipv4, settings->no_ipv6};
	for (unsigned i = 0; i < RESOLVER_FAMILIES; i++)
		resolver->family_fails[i] = is_broken[i] ? RESOLVER_FAMILY_FAILS_MAX : 0;
	resolver->wants_case = settings->randomise_case;
	for (uint32_t i = 0; i < settings->group_count; i++)
		resolver->wants_case |= settings->groups[i].randomise_case;
}

static enum result create_iteration(struct resolver *resolver)
{
	enum result result = resolver_known_create(resolver);
	return result == RESULT_OK ? resolver_delegation_create(resolver) : result;
}

enum result resolver_create(const struct resolver_settings *settings, struct resolver **out)
{
	struct resolver *resolver = calloc(1, sizeof(*resolver));
	if (resolver == NULL)
		return RESULT_NO_MEMORY;
	resolver->settings = *settings;
	resolver->iterates = settings->hint_count > 0;
	for (uint32_t i = 0; i < settings->zone_count; i++)
		resolver->iterates |= settings->zones[i].is_stub;
	resolver->health_ms = UINT64_MAX;
	enum result result = check_settings(&resolver->settings);
	prepare(resolver);
	if (result == RESULT_OK)
		result = resolver_route_create(resolver);
	if (result == RESULT_OK && resolver->iterates)
		result = create_iteration(resolver);
	if (result == RESULT_OK)
		result = resolver_task_create(resolver);
	if (result == RESULT_OK)
		result = resolver_private_create(resolver);
	if (result != RESULT_OK) {
		resolver_destroy(resolver);
		return result;
	}
	/* What these pointed to belongs to the caller and is copied by now. */
	resolver->settings.groups = NULL;
	resolver->settings.zones = NULL;
	resolver->settings.hints = NULL;
	*out = resolver;
	return RESULT_OK;
}

void resolver_take_over(struct resolver *resolver, const struct resolver *former)
{
	struct resolver_settings *to = &resolver->settings;
	const struct resolver_settings *from = &former->settings;
	to->random = from->random;
	to->random_context = from->random_context;
	to->lookup = from->lookup;
	to->lookup_context = from->lookup_context;
	to->port_slots = from->port_slots;
	to->trace = from->trace;
	to->trace_context = from->trace_context;
	resolver->stats = former->stats;
}

void resolver_destroy(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	resolver_route_destroy(resolver);
	resolver_task_destroy(resolver);
	resolver_private_destroy(resolver);
	resolver_table_destroy(&resolver->delegations);
	resolver_table_destroy(&resolver->hosts);
	free(resolver);
}

static void refuse(const struct resolver_turn *turn, const struct resolver_event *event)
{
	const struct resolver_action action = {
	    .kind = RESOLVER_ACTION_ANSWER,
	    .client = event->client,
	    .rcode = DNS_RCODE_SERVFAIL,
	    .ede = EDNS_EDE_OTHER,
	};
	turn->resolver->stats.refused++;
	resolver_act(turn, &action);
}

static void take_query(const struct resolver_turn *turn, const struct resolver_event *event)
{
	bool is_new;
	struct resolver_task *task = resolver_task_join(turn, event, &is_new);
	turn->resolver->stats.queries += event->client != NULL;
	if (task == NULL && event->client != NULL)
		refuse(turn, event);
	if (task == NULL)
		return;
	turn->resolver->stats.refreshes += event->client == NULL;
	if (event->client != NULL && event->has_stale)
		resolver_stale_join(turn, task);
	if (is_new)
		resolver_state_run(turn, task);
}

static void take_udp(const struct resolver_turn *turn, const struct resolver_event *event)
{
	struct resolver_task *task;
	struct resolver_attempt *attempt = resolver_attempt_of_udp(turn->resolver, event, &task);
	if (attempt == NULL) {
		turn->resolver->stats.mismatched++;
		if (event->kind == RESOLVER_EVENT_UDP_RESPONSE)
			resolver_guess_stray(turn, &event->from);
	} else if (event->kind == RESOLVER_EVENT_UDP_RESPONSE) {
		resolver_state_response(turn, task, attempt, event->message, event->len);
	} else {
		resolver_state_error(turn, task, attempt);
	}
}

static void take_tcp(const struct resolver_turn *turn, const struct resolver_event *event)
{
	struct resolver_task *task;
	struct resolver_attempt *attempt =
	    resolver_attempt_of_tcp(turn->resolver, event->attempt, &task);
	if (attempt == NULL)
		return; /* forgotten in the meantime */
	if (event->kind == RESOLVER_EVENT_TCP_RESPONSE)
		resolver_state_response(turn, task, attempt, event->message, event->len);
	else
		resolver_state_error(turn, task, attempt);
}

static void take_tick(const struct resolver_turn *turn)
{
	struct resolver *resolver = turn->resolver;
	while (resolver->heap_count > 0) {
		struct resolver_task *task = &resolver->tasks[resolver->heap[0]];
		if (task->due_ms > turn->now_ms)
			return;
		resolver_state_timer(turn, task);
		resolver_task_run_queued(turn);
	}
}

/* The first step tells what time it is. */
static void begin(struct resolver *resolver, uint64_t now_ms)
{
	resolver->has_begun = true;
	for (unsigned i = 0; i < RESOLVER_FAMILIES; i++)
		resolver->family_retry_ms[i] = now_ms + RESOLVER_FAMILY_RETRY_MS;
}

void resolver_step(struct resolver *resolver, const struct resolver_event *event, uint64_t now_ms,
                   const struct resolver_sink *sink)
{
	const struct resolver_turn turn = {resolver, now_ms, sink};
	if (!resolver->has_begun)
		begin(resolver, now_ms);
	switch (event->kind) {
	case RESOLVER_EVENT_QUERY:
		take_query(&turn, event);
		break;
	case RESOLVER_EVENT_UDP_RESPONSE:
	case RESOLVER_EVENT_UDP_ERROR:
		take_udp(&turn, event);
		break;
	case RESOLVER_EVENT_TCP_RESPONSE:
	case RESOLVER_EVENT_TCP_ERROR:
		take_tcp(&turn, event);
		break;
	case RESOLVER_EVENT_TICK:
		break;
	}
	resolver_task_run_queued(&turn);
	if (resolver->health_ms <= now_ms)
		resolver_health_check(&turn);
	take_tick(&turn);
}

uint64_t resolver_due_ms(const struct resolver *resolver)
{
	uint64_t due_ms =
	    resolver->heap_count > 0 ? resolver->tasks[resolver->heap[0]].due_ms : UINT64_MAX;
	return due_ms < resolver->health_ms ? due_ms : resolver->health_ms;
}

void resolver_stop(struct resolver *resolver, const struct resolver_sink *sink)
{
	const struct resolver_turn turn = {resolver, 0, sink};
	const struct resolver_action answer = {.rcode = DNS_RCODE_SERVFAIL,
	                                       .ede = EDNS_EDE_NOT_READY};
	resolver->is_stopping = true;
	resolver->health_ms = UINT64_MAX;
	while (resolver->heap_count > 0) {
		struct resolver_task *task = &resolver->tasks[resolver->heap[0]];
		if (task->state != RESOLVER_STATE_LINGER)
			resolver_task_answer(&turn, task, &answer);
		resolver_task_free(&turn, task);
	}
	resolver->is_stopping = false;
}

void resolver_stats(const struct resolver *resolver, struct resolver_stats *out)
{
	*out = resolver->stats;
	out->tasks = resolver->task_count;
}

enum result resolver_server_at(const struct resolver *resolver, uint32_t index, uint64_t now_ms,
                               struct resolver_server_stats *out)
{
	if (index >= resolver->server_count)
		return RESULT_NOT_FOUND;
	const struct resolver_server *server = &resolver->servers[index];
	*out = (struct resolver_server_stats){
	    .endpoint = server->endpoint,
	    .group = resolver->groups[server->group].name,
	    .rtt_us = server->rtt_us,
	    .fails = server->fails,
	    .backed_off = now_ms < server->backoff_until_ms,
	    .sent = server->sent,
	    .answered = server->answered,
	    .timed_out = server->timed_out,
	};
	return RESULT_OK;
}

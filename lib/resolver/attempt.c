/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Messages to servers: written, counted, and found again by local port and id when something comes back.
 * Ids, ports and (if wanted) the case of the name are random (RFC 5452 §9.2). */
#include "resolver/trace.h"

static uint32_t *chain_of(struct resolver *resolver, uint16_t port_slot, uint16_t id)
{
	uint32_t hash = ((uint32_t)port_slot << 16 | id) * 0x9e3779b1u;
	return &resolver->attempt_table[(hash >> 8) & resolver->table_mask];
}

static struct resolver_attempt *at(struct resolver *resolver, uint32_t number)
{
	return &resolver->tasks[number / RESOLVER_ATTEMPTS_MAX]
	            .attempt[number % RESOLVER_ATTEMPTS_MAX];
}

static uint32_t number_of(const struct resolver *resolver, const struct resolver_task *task,
                          const struct resolver_attempt *attempt)
{
	return resolver_task_index(resolver, task) * RESOLVER_ATTEMPTS_MAX +
	       (uint32_t)(attempt - task->attempt);
}

static uint64_t handle_of(const struct resolver *resolver, const struct resolver_task *task,
                          const struct resolver_attempt *attempt)
{
	return (uint64_t)task->generation << 32 | number_of(resolver, task, attempt);
}

static bool is_taken(struct resolver *resolver, uint16_t port_slot, uint16_t id)
{
	uint32_t number = *chain_of(resolver, port_slot, id);
	while (number != RESOLVER_NONE) {
		const struct resolver_attempt *attempt = at(resolver, number);
		if (attempt->port_slot == port_slot && attempt->id == id)
			return true;
		number = attempt->next;
	}
	return false;
}

static void choose_port_and_id(struct resolver *resolver, struct resolver_attempt *attempt)
{
	for (unsigned i = 0; i < RESOLVER_ID_TRIES; i++) {
		uint64_t random = resolver_random(resolver);
		attempt->id = (uint16_t)random;
		attempt->port_slot = (uint16_t)((random >> 32) % resolver->settings.port_slots);
		if (!is_taken(resolver, attempt->port_slot, attempt->id))
			return;
	}
}

static size_t write_query(struct resolver *resolver, const struct resolver_task *task,
                          const struct resolver_attempt *attempt)
{
	struct bytes_writer writer = bytes_writer_of(resolver->query, sizeof(resolver->query));
	bytes_put_u16(&writer, attempt->id);
	/* RFC 1034 §4.3.1: servers of zones are not asked to recurse. */
	bytes_put_u16(&writer, task->iterative ? 0 : DNS_FLAG_RD);
	bytes_put_u16(&writer, 1);
	bytes_put_u16(&writer, 0);
	bytes_put_u16(&writer, 0);
	bytes_put_u16(&writer, attempt->edns ? 1 : 0);
	bytes_put(&writer, resolver_check_sent_name(task, attempt), resolver_task_asked_len(task));
	bytes_put_u16(&writer, task->asked_type);
	bytes_put_u16(&writer, task->target.class);
	if (attempt->edns)
		resolver_edns_write(resolver, task, attempt, &writer);
	return writer.len;
}

static void note(struct resolver *resolver, const struct resolver_task *task,
                 struct resolver_attempt *attempt)
{
	uint32_t *chain = chain_of(resolver, attempt->port_slot, attempt->id);
	attempt->next = *chain;
	*chain = number_of(resolver, task, attempt);
}

static void forget(struct resolver *resolver, const struct resolver_task *task,
                   const struct resolver_attempt *attempt)
{
	uint32_t *link = chain_of(resolver, attempt->port_slot, attempt->id);
	uint32_t number = number_of(resolver, task, attempt);
	while (*link != number)
		link = &at(resolver, *link)->next;
	*link = attempt->next;
}

void resolver_attempt_send(const struct resolver_turn *turn, struct resolver_task *task,
                           uint32_t server, enum attempt_kind kind, bool probe)
{
	struct resolver *resolver = turn->resolver;
	struct resolver_server *to = &resolver->servers[server];
	struct resolver_attempt *attempt = &task->attempt[task->attempt_count];
	uint16_t tls = to->group == RESOLVER_NONE ? 0 : resolver->groups[to->group].tls;
	/* Never in the clear, whatever the reason for this attempt; and not where somebody guesses. */
	if (tls != 0 || turn->now_ms < to->tcp_until_ms)
		kind = ATTEMPT_TCP;
	*attempt = (struct resolver_attempt){
	    .kind = (uint8_t)kind,
	    .probe = probe,
	    .server = server,
	    .sent_ms = turn->now_ms,
	    .zone = resolver_budget_zone(task),
	};
	if (attempt->zone != RESOLVER_ZONE_COUNTERS)
		resolver->zone_pending[attempt->zone]++;
	resolver_edns_choose(turn, task, attempt);
	task->attempt_count++;
	choose_port_and_id(resolver, attempt);
	to->sent++;
	to->pins++;
	to->used_ms = turn->now_ms + 1;
	struct resolver_action action = {
	    .kind = RESOLVER_ACTION_SEND_UDP,
	    .port_slot = attempt->port_slot,
	    .tls = tls,
	    .attempt = handle_of(resolver, task, attempt),
	    .to = to->endpoint,
	    .message = resolver->query,
	    .len = write_query(resolver, task, attempt),
	};
	if (kind == ATTEMPT_UDP) {
		note(resolver, task, attempt);
		resolver->stats.sent_udp++;
	} else {
		action.kind = RESOLVER_ACTION_SEND_TCP;
		resolver->stats.sent_tcp++;
	}
	resolver_trace_sent(turn, task, attempt, action.len);
	resolver_act(turn, &action);
}

static bool is_from(const struct net_endpoint *endpoint, const struct net_endpoint *from)
{
	return endpoint->port == from->port &&
	       net_address_equal(&endpoint->address, &from->address);
}

struct resolver_attempt *resolver_attempt_of_udp(struct resolver *resolver,
                                                 const struct resolver_event *event,
                                                 struct resolver_task **task)
{
	if (event->len < DNS_HEADER_SIZE)
		return NULL;
	uint16_t id = dns_message_id(event->message);
	uint32_t number = *chain_of(resolver, event->port_slot, id);
	while (number != RESOLVER_NONE) {
		struct resolver_attempt *attempt = at(resolver, number);
		if (attempt->port_slot == event->port_slot && attempt->id == id &&
		    is_from(&resolver->servers[attempt->server].endpoint, &event->from)) {
			*task = &resolver->tasks[number / RESOLVER_ATTEMPTS_MAX];
			return attempt;
		}
		number = attempt->next;
	}
	return NULL;
}

struct resolver_attempt *resolver_attempt_of_tcp(struct resolver *resolver, uint64_t handle,
                                                 struct resolver_task **task)
{
	uint32_t number = (uint32_t)handle;
	if (number / RESOLVER_ATTEMPTS_MAX >= resolver->task_size)
		return NULL;
	struct resolver_task *found = &resolver->tasks[number / RESOLVER_ATTEMPTS_MAX];
	struct resolver_attempt *attempt = at(resolver, number);
	if (found->state == RESOLVER_STATE_FREE || found->generation != handle >> 32 ||
	    number % RESOLVER_ATTEMPTS_MAX >= found->attempt_count || attempt->kind != ATTEMPT_TCP)
		return NULL;
	*task = found;
	return attempt;
}

void resolver_attempt_forget(const struct resolver_turn *turn, struct resolver_task *task)
{
	struct resolver *resolver = turn->resolver;
	for (unsigned i = 0; i < task->attempt_count; i++) {
		struct resolver_attempt *attempt = &task->attempt[i];
		struct resolver_action action = {
		    .kind = RESOLVER_ACTION_FORGET_TCP,
		    .attempt = handle_of(resolver, task, attempt),
		};
		if (attempt->kind == ATTEMPT_UDP)
			forget(resolver, task, attempt);
		else
			resolver_act(turn, &action);
		if (attempt->kind == ATTEMPT_UDP && !attempt->answered)
			resolver_guess_forgotten(turn, &resolver->servers[attempt->server]);
		if (attempt->zone != RESOLVER_ZONE_COUNTERS)
			resolver->zone_pending[attempt->zone]--;
		attempt->kind = ATTEMPT_NONE;
		resolver->servers[attempt->server].pins--;
	}
	task->attempt_count = 0;
	task->generation++;
}

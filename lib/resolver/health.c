/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Health checks: a server of a group that is left alone, since it did not answer, gets a question of our own
 * when its time is up, so that its return is found without a client who waits for it. One question for each
 * time of back-off, and only while there are clients at all. */
#include "resolver/resolver_int.h"

static bool is_dead(const struct resolver_server *server)
{
	return server->fails >= RESOLVER_FAILS_MAX;
}

void resolver_health_asked(const struct resolver_turn *turn)
{
	struct resolver *resolver = turn->resolver;
	resolver->forwarded_ms = turn->now_ms;
	if (resolver->has_dead && resolver->health_ms == UINT64_MAX)
		resolver->health_ms = turn->now_ms;
}

void resolver_health_died(struct resolver *resolver, const struct resolver_server *server)
{
	resolver->has_dead = true;
	if (server->backoff_until_ms < resolver->health_ms)
		resolver->health_ms = server->backoff_until_ms;
}

/* Asks one server something that every server can answer. False: no place. */
static bool ask(const struct resolver_turn *turn, uint32_t server)
{
	static const uint8_t root[] = {0};
	struct dns_question question;
	dns_question_set(&question, root, DNS_TYPE_NS, DNS_CLASS_IN);
	/* Nobody who asks for the same finds it: it is for this server alone. */
	struct resolver_task *task =
	    resolver_task_begin(turn, &question, resolver_random(turn->resolver));
	if (task == NULL)
		return false;
	task->is_health = true;
	task->server = server;
	task->asked_type = question.type;
	task->name[0] = 0;
	task->state = RESOLVER_STATE_ASK;
	return true;
}

/* One question at a time for each: its time-out brings the next back-off. */
static void check(const struct resolver_turn *turn, uint32_t index)
{
	struct resolver *resolver = turn->resolver;
	const struct resolver_server *server = &resolver->servers[index];
	uint64_t next_ms = server->backoff_until_ms;
	if (next_ms <= turn->now_ms) {
		next_ms = turn->now_ms + RESOLVER_BACKOFF_MS_MIN;
		if (server->pins == 0)
			resolver->stats.probes += ask(turn, index);
	}
	if (next_ms < resolver->health_ms)
		resolver->health_ms = next_ms;
}

void resolver_health_check(const struct resolver_turn *turn)
{
	struct resolver *resolver = turn->resolver;
	resolver->has_dead = false;
	resolver->health_ms = UINT64_MAX;
	for (uint32_t i = 0; i < resolver->server_count; i++) {
		if (!is_dead(&resolver->servers[i]))
			continue;
		resolver->has_dead = true;
		if (turn->now_ms < resolver->forwarded_ms + RESOLVER_HEALTH_MS)
			check(turn, i);
	}
	resolver_task_run_queued(turn);
}

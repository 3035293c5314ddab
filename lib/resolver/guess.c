/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Spoofers who guess ids: datagrams that come in a server's name and fit no question of ours. Answers that come
 * late or twice look the same, so what fits counts against what does not (RFC 5452 §9.3). */
#include "resolver/iterate.h"

static struct resolver_server *find(struct resolver *resolver, const struct net_endpoint *from)
{
	if (resolver->iterates) {
		uint32_t known = resolver_known_find(resolver, from);
		if (known != RESOLVER_NONE)
			return &resolver->servers[known];
	}
	for (uint32_t i = 0; i < resolver->server_count; i++) {
		struct resolver_server *server = &resolver->servers[i];
		if (server->pins > 0 && server->endpoint.port == from->port &&
		    net_address_equal(&server->endpoint.address, &from->address))
			return server;
	}
	return NULL;
}

/* All who wait for a datagram of the server: once in a long while, so that a look at each task is no cost. */
static void leave_udp(const struct resolver_turn *turn, const struct resolver_server *server)
{
	struct resolver *resolver = turn->resolver;
	for (uint32_t i = 0; i < resolver->task_size; i++) {
		struct resolver_task *task = &resolver->tasks[i];
		const struct resolver_attempt *attempt = &task->attempt[task->current];
		if (task->state != RESOLVER_STATE_WAIT || attempt->kind != ATTEMPT_UDP ||
		    &resolver->servers[attempt->server] != server || attempt->done)
			continue;
		task->server = attempt->server;
		task->use_tcp = true;
		task->state = RESOLVER_STATE_ASK;
		resolver_task_queue(resolver, task);
	}
}

void resolver_guess_stray(const struct resolver_turn *turn, const struct net_endpoint *from)
{
	struct resolver_server *server = find(turn->resolver, from);
	if (server == NULL || turn->now_ms < server->tcp_until_ms)
		return;
	if (server->orphans > 0 && turn->now_ms < server->orphans_until_ms) {
		server->orphans--;
		return;
	}
	if (server->pins == 0 || ++server->strays <= RESOLVER_STRAYS_MAX)
		return;
	server->strays = 0;
	server->tcp_until_ms = turn->now_ms + RESOLVER_GUESSED_MS;
	turn->resolver->stats.guessed++;
	leave_udp(turn, server);
}

void resolver_guess_answered(struct resolver_server *server)
{
	server->strays -= server->strays > 0;
}

void resolver_guess_forgotten(const struct resolver_turn *turn, struct resolver_server *server)
{
	if (turn->now_ms >= server->orphans_until_ms)
		server->orphans = 0;
	server->orphans += server->orphans < RESOLVER_ORPHANS_MAX;
	server->orphans_until_ms = turn->now_ms + RESOLVER_ORPHANS_MS;
}

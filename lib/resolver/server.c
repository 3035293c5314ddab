/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Which server of a route is asked next, and what we remember of each: its time and whether it answers.
 * A server that timed out several times in a row is left alone, so that no client waits for a dead one, until
 * it has answered a question of our own (health.c). */
#include "resolver/resolver_int.h"

/* RFC 6298 §2.3: the weight of a new sample, and of its error. */
#define RTT_SHARE 8u
#define DEVIATION_SHARE 4u

static bool is_backed_off(const struct resolver_server *server, uint64_t now_ms)
{
	return now_ms < server->backoff_until_ms;
}

/* Whether it is believed to work: dead ones count as such until they have answered again. */
static bool is_alive(const struct resolver_server *server)
{
	return server->fails < RESOLVER_FAILS_MAX;
}

static bool is_tried(const struct resolver_task *task, uint32_t place)
{
	return (task->tried >> place & 1) != 0;
}

/* The places of the group that starts at `from`: up to and without the result. */
static uint32_t group_end(const struct resolver *resolver, const struct resolver_route *route,
                          uint32_t from)
{
	uint32_t group = resolver->servers[route->server[from]].group;
	uint32_t to = from;
	while (to < route->count && resolver->servers[route->server[to]].group == group)
		to++;
	return to;
}

/* The best place in [from, to) among those not tried and, unless `dead`, alive; RESOLVER_NONE if none. */
static uint32_t choose_in_group(struct resolver *resolver, const struct resolver_route *route,
                                const struct resolver_task *task, uint32_t from, uint32_t to,
                                bool dead)
{
	const struct resolver_group *group =
	    &resolver->groups[resolver->servers[route->server[from]].group];
	uint32_t start = 0;
	uint32_t best = RESOLVER_NONE;
	if (group->policy == RESOLVER_POLICY_ROUND_ROBIN)
		start = resolver->rotor[group - resolver->groups] % (to - from);
	for (uint32_t i = 0; i < to - from; i++) {
		uint32_t place = from + (start + i) % (to - from);
		const struct resolver_server *server = &resolver->servers[route->server[place]];
		if (is_tried(task, place) || (!dead && !is_alive(server)))
			continue;
		if (best == RESOLVER_NONE)
			best = place;
		else if (group->policy == RESOLVER_POLICY_FASTEST &&
		         server->rtt_us < resolver->servers[route->server[best]].rtt_us)
			best = place;
	}
	return best;
}

static uint32_t choose_place(struct resolver *resolver, const struct resolver_route *route,
                             const struct resolver_task *task)
{
	/* Dead ones are better than nobody. */
	for (unsigned dead = 0; dead < 2u - route->falls_back; dead++) {
		for (uint32_t from = 0; from < route->count;) {
			uint32_t to = group_end(resolver, route, from);
			uint32_t place =
			    choose_in_group(resolver, route, task, from, to, dead != 0);
			if (place != RESOLVER_NONE)
				return place;
			from = to;
		}
	}
	return RESOLVER_NONE;
}

/* How long the servers may take before somebody else is asked. */
static bool is_time_up(const struct resolver_turn *turn, const struct resolver_task *task)
{
	return turn->now_ms >=
	       task->begun_ms + (task->deadline_ms - task->begun_ms) / RESOLVER_FALL_BACK_SHARE;
}

bool resolver_server_choose(const struct resolver_turn *turn, struct resolver_task *task)
{
	struct resolver *resolver = turn->resolver;
	if (task->route == RESOLVER_NONE)
		return false;
	const struct resolver_route *route = &resolver->routes[task->route];
	if (route->falls_back && is_time_up(turn, task))
		return false;
	uint32_t place = choose_place(resolver, route, task);
	if (place == RESOLVER_NONE && task->soft_failure && !route->falls_back) {
		/* All were asked and some did not answer: once more. */
		task->tried = 0;
		task->soft_failure = false;
		place = choose_place(resolver, route, task);
	}
	if (place == RESOLVER_NONE)
		return false;
	task->tried |= (uint64_t)1 << place;
	task->server = route->server[place];
	resolver->rotor[resolver->servers[task->server].group]++;
	return true;
}

uint32_t resolver_server_probe(const struct resolver_turn *turn, const struct resolver_task *task)
{
	struct resolver *resolver = turn->resolver;
	const struct resolver_route *route = &resolver->routes[task->route];
	if (!is_alive(&resolver->servers[task->server]))
		return RESOLVER_NONE;
	uint64_t random = resolver_random(resolver);
	if (random % RESOLVER_EXPLORE_SHARE != 0)
		return RESOLVER_NONE;
	uint32_t start = (uint32_t)(random >> 32) % route->count;
	for (uint32_t i = 0; i < route->count; i++) {
		uint32_t place = (start + i) % route->count;
		struct resolver_server *server = &resolver->servers[route->server[place]];
		if (is_tried(task, place) || !is_alive(server) ||
		    resolver->groups[server->group].policy != RESOLVER_POLICY_FASTEST)
			continue;
		/* One probe at a time. */
		server->backoff_until_ms = turn->now_ms + RESOLVER_BACKOFF_MS_MIN;
		return route->server[place];
	}
	return RESOLVER_NONE;
}

/* RFC 6298 §2. */
static void take_sample(struct resolver_server *server, uint32_t sample_us)
{
	if (server->rtt_us == 0) {
		server->rtt_us = sample_us;
		server->rtt_deviation_us = sample_us / 2;
		return;
	}
	uint32_t error_us =
	    sample_us > server->rtt_us ? sample_us - server->rtt_us : server->rtt_us - sample_us;
	server->rtt_deviation_us +=
	    error_us / DEVIATION_SHARE - server->rtt_deviation_us / DEVIATION_SHARE;
	server->rtt_us += sample_us / RTT_SHARE - server->rtt_us / RTT_SHARE;
}

void resolver_server_answered(struct resolver *resolver, struct resolver_server *server,
                              uint64_t rtt_ms)
{
	take_sample(server, rtt_ms == 0 ? 500 : (uint32_t)rtt_ms * 1000);
	resolver->family_fails[resolver_family_of(&server->endpoint.address)] = 0;
	server->fails = 0;
	server->backoff_until_ms = 0;
	server->answered++;
}

/* RFC 6298 §2.2 §2.3 §5.5: the smoothed time and four deviations, doubled with each time-out. */
static uint32_t adaptive_ms(const struct resolver_server *server)
{
	uint32_t ms = RESOLVER_RTO_MS_UNKNOWN;
	if (server->rtt_us != 0)
		ms = server->rtt_us / 1000 + 4 * server->rtt_deviation_us / 1000;
	if (ms < RESOLVER_RTO_MS_MIN)
		ms = RESOLVER_RTO_MS_MIN;
	for (uint32_t i = 0; i < server->fails && ms < RESOLVER_RTO_MS_MAX; i++)
		ms *= 2;
	return ms < RESOLVER_RTO_MS_MAX ? ms : RESOLVER_RTO_MS_MAX;
}

uint32_t resolver_server_timeout_ms(const struct resolver *resolver,
                                    const struct resolver_server *server)
{
	return server->group == RESOLVER_NONE ? adaptive_ms(server)
	                                      : resolver->groups[server->group].timeout_ms;
}

void resolver_server_timed_out(struct resolver *resolver, struct resolver_server *server,
                               uint64_t now_ms)
{
	uint32_t timeout_us = resolver_server_timeout_ms(resolver, server) * 1000;
	server->timed_out++;
	if (server->rtt_us < timeout_us)
		server->rtt_us += (timeout_us - server->rtt_us) /
		                  (server->group == RESOLVER_NONE ? 1 : RTT_SHARE);
	/* Many questions were out when it died: they are one failure, not many. */
	if (is_backed_off(server, now_ms))
		return;
	if (++server->fails < RESOLVER_FAILS_MAX)
		return;
	uint64_t backoff_ms = RESOLVER_BACKOFF_MS_MIN;
	for (uint32_t i = RESOLVER_FAILS_MAX; i < server->fails; i++) {
		backoff_ms *= 2;
		if (backoff_ms >= RESOLVER_BACKOFF_MS_MAX) {
			backoff_ms = RESOLVER_BACKOFF_MS_MAX;
			break;
		}
	}
	server->backoff_until_ms = now_ms + backoff_ms;
	if (server->group != RESOLVER_NONE)
		resolver_health_died(resolver, server);
}

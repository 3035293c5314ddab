/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Servers found by iteration: what we know of each address, and which one of a zone is asked next. */
#include "resolver/iterate.h"

#define DNS_PORT 53u
#define LOOPBACK_4 127u

static uint64_t hash_of(const struct net_address *address)
{
	uint8_t label[1 + sizeof(address->octets)];
	size_t len = net_address_bytes(address->family);
	label[0] = (uint8_t)len;
	memcpy(label + 1, address->octets, len);
	return dns_name_hash_label(dns_name_hash_root(), label);
}

static uint32_t set_of(const struct resolver *resolver, const struct net_address *address)
{
	uint32_t set = (uint32_t)hash_of(address) & resolver->known_mask;
	return resolver->server_count + set * RESOLVER_TABLE_WAYS;
}

enum result resolver_known_create(struct resolver *resolver)
{
	resolver->known_mask = RESOLVER_SERVERS_KNOWN / RESOLVER_TABLE_WAYS - 1;
	if (resolver->settings.iteration_port == 0)
		resolver->settings.iteration_port = DNS_PORT;
	return RESULT_OK;
}

static bool is_at(const struct resolver_server *server, const struct net_endpoint *endpoint)
{
	return server->used_ms != 0 && server->endpoint.port == endpoint->port &&
	       net_address_equal(&server->endpoint.address, &endpoint->address);
}

uint32_t resolver_known_find(const struct resolver *resolver, const struct net_endpoint *endpoint)
{
	uint32_t set = set_of(resolver, &endpoint->address);
	for (uint32_t i = set; i < set + RESOLVER_TABLE_WAYS; i++) {
		if (is_at(&resolver->servers[i], endpoint))
			return i;
	}
	return RESOLVER_NONE;
}

uint32_t resolver_known_take(struct resolver *resolver, const struct net_endpoint *endpoint,
                             uint64_t now_ms)
{
	uint32_t set = set_of(resolver, &endpoint->address);
	uint32_t best = resolver_known_find(resolver, endpoint);
	if (best != RESOLVER_NONE)
		return best;
	for (uint32_t i = set; i < set + RESOLVER_TABLE_WAYS; i++) {
		const struct resolver_server *server = &resolver->servers[i];
		if (server->pins == 0 &&
		    (best == RESOLVER_NONE || server->used_ms < resolver->servers[best].used_ms))
			best = i;
	}
	if (best != RESOLVER_NONE)
		resolver->servers[best] = (struct resolver_server){
		    .endpoint = *endpoint,
		    .group = RESOLVER_NONE,
		    .used_ms = now_ms + 1, /* 0 is free */
		};
	return best;
}

bool resolver_known_is_loopback(const struct net_address *address)
{
	static const uint8_t loopback_6[16] = {[15] = 1};
	return address->family == 4 ? address->octets[0] == LOOPBACK_4
	                            : memcmp(address->octets, loopback_6, sizeof(loopback_6)) == 0;
}

/* IPv4 in IPv6 (RFC 4291 §2.5.5.2) would go around the checks of IPv4. */
static bool is_mapped(const struct net_address *address)
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
	return address->family == 6 && memcmp(address->octets, prefix, sizeof(prefix)) == 0;
}

bool resolver_known_is_usable(const struct resolver *resolver, const struct net_address *address)
{
	if (!net_address_is_unicast(address->family, address->octets) || is_mapped(address))
		return false;
	return resolver->takes_loopback || !resolver_known_is_loopback(address);
}

/* What was asked in this round, and what will not do in any. */
static bool is_tried(const struct resolver_task *task, uint32_t server)
{
	for (unsigned i = 0; i < task->attempt_count; i++) {
		const struct resolver_attempt *attempt = &task->attempt[i];
		if (attempt->server == server && (i >= task->round_at || attempt->refused))
			return true;
	}
	return false;
}

struct choice {
	const struct resolver_turn *turn;
	const struct resolver_task *task;
	const struct resolver_delegation *delegation;
	bool has_best;
	struct net_endpoint best;
	uint64_t best_rtt_us;
	unsigned looked;
};

/* Time-outs in a row. After a while one question in some is risked. */
static bool is_dead(const struct resolver_server *server, uint64_t now_ms, uint64_t random)
{
	if (server->fails < RESOLVER_FAILS_MAX)
		return false;
	return now_ms < server->backoff_until_ms || random % RESOLVER_EXPLORE_SHARE != 0;
}

static bool is_second_choice(const struct resolver *resolver, const struct net_address *address)
{
	return resolver->settings.prefer ==
	       (address->family == 4 ? RESOLVER_PREFER_IPV6 : RESOLVER_PREFER_IPV4);
}

static uint64_t rtt_of(const struct resolver *resolver, const struct net_address *address,
                       uint32_t index, uint64_t now_ms)
{
	uint64_t random = resolver_random(resolver);
	uint64_t rtt_us = random % RESOLVER_UNKNOWN_RTT_US;
	if (index != RESOLVER_NONE && resolver->servers[index].rtt_us != 0)
		rtt_us = resolver->servers[index].rtt_us;
	if (index != RESOLVER_NONE && is_dead(&resolver->servers[index], now_ms, random >> 32))
		rtt_us += RESOLVER_DEAD_RTT_US;
	if (resolver_family_is_broken(resolver, resolver_family_of(address), now_ms))
		rtt_us += RESOLVER_BROKEN_RTT_US;
	if (is_second_choice(resolver, address))
		rtt_us += RESOLVER_OTHER_FAMILY_RTT_US;
	return rtt_us;
}

/* RFC 1034 §5.3.3: the best server is the one that is likely to answer soonest. */
static void consider(struct choice *choice, const struct net_address *address, uint16_t port)
{
	struct resolver *resolver = choice->turn->resolver;
	const struct net_endpoint endpoint = {
	    .address = *address,
	    .port = port != 0 ? port : resolver->settings.iteration_port,
	};
	uint32_t index = resolver_known_find(resolver, &endpoint);
	if (choice->looked++ >= RESOLVER_CANDIDATES_MAX)
		return;
	if (index != RESOLVER_NONE) {
		struct resolver_server *server = &resolver->servers[index];
		if (is_tried(choice->task, index) || server->pins >= RESOLVER_SERVER_PENDING_MAX ||
		    (!choice->task->takes_lame &&
		     resolver_delegation_is_lame(choice->delegation, index, choice->turn->now_ms)))
			return;
		server->rtt_us -= server->rtt_us / RESOLVER_RTT_DECAY_SHARE;
	}
	uint64_t rtt_us = rtt_of(resolver, address, index, choice->turn->now_ms);
	if (choice->has_best && rtt_us >= choice->best_rtt_us)
		return;
	choice->has_best = true;
	choice->best = endpoint;
	choice->best_rtt_us = rtt_us;
}

static void consider_host(struct choice *choice, const uint8_t *name)
{
	const struct resolver_host *host = resolver_host_find(choice->turn->resolver, name);
	if (host == NULL)
		return;
	for (unsigned family = 0; family < RESOLVER_FAMILIES; family++) {
		if (host->until_ms[family] <= choice->turn->now_ms)
			continue;
		for (unsigned i = 0; i < host->count[family]; i++)
			consider(choice, &host->address[family][i], 0);
	}
}

bool resolver_known_choose(const struct resolver_turn *turn, struct resolver_task *task,
                           const struct resolver_delegation *delegation)
{
	struct choice choice = {.turn = turn, .task = task, .delegation = delegation};
	for (unsigned i = 0; i < delegation->glue_count; i++)
		consider(&choice, &delegation->glue[i].address, delegation->glue[i].port);
	for (unsigned i = 0; i < delegation->ns_count; i++)
		consider_host(&choice, delegation->names + delegation->ns_at[i]);
	if (!choice.has_best)
		return false;
	task->server = resolver_known_take(turn->resolver, &choice.best, turn->now_ms);
	return task->server != RESOLVER_NONE;
}

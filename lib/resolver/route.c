/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Who is asked for which name: zones and their groups become routes, found by the keyed hashes of the
 * question's suffixes, longest first. */
#include "resolver/iterate.h"

#include <stdlib.h>

static uint32_t count_servers(const struct resolver_settings *settings)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < settings->group_count; i++)
		count += settings->groups[i].server_count;
	return count;
}

/* Copies groups and endpoints. The servers of a group stand together, in its order. */
static enum result copy_groups(struct resolver *resolver)
{
	const struct resolver_settings *settings = &resolver->settings;
	uint32_t server_count = count_servers(settings);
	if (resolver->iterates)
		server_count += RESOLVER_SERVERS_KNOWN;
	resolver->groups = calloc(settings->group_count + 1, sizeof(*resolver->groups));
	resolver->rotor = calloc(settings->group_count + 1, sizeof(*resolver->rotor));
	resolver->servers = calloc(server_count + 1, sizeof(*resolver->servers));
	if (resolver->groups == NULL || resolver->rotor == NULL || resolver->servers == NULL)
		return RESULT_NO_MEMORY;
	for (uint32_t i = 0; i < settings->group_count; i++) {
		struct resolver_group *group = &resolver->groups[i];
		*group = settings->groups[i];
		if (group->timeout_ms == 0)
			group->timeout_ms = RESOLVER_TIMEOUT_MS_DEFAULT;
		if (group->timeout_ms < RESOLVER_TIMEOUT_MS_MIN ||
		    group->timeout_ms > RESOLVER_TIMEOUT_MS_MAX)
			return RESULT_OUT_OF_RANGE;
		for (uint32_t at = 0; at < group->server_count; at++)
			resolver->servers[resolver->server_count++] =
			    (struct resolver_server){.endpoint = group->servers[at], .group = i};
	}
	return RESULT_OK;
}

static enum result add_group(struct resolver *resolver, struct resolver_route *route,
                             uint32_t group)
{
	if (group >= resolver->settings.group_count)
		return RESULT_OUT_OF_RANGE;
	for (uint32_t i = 0; i < resolver->server_count; i++) {
		if (resolver->servers[i].group != group)
			continue;
		if (route->count == RESOLVER_ROUTE_MAX)
			return RESULT_TOO_LONG;
		route->server[route->count++] = i;
	}
	return RESULT_OK;
}

/* The place of a name in the table: its route's, or the free one where it would stand. */
static uint32_t *place_of(const struct resolver *resolver, uint64_t hash, const uint8_t *name)
{
	for (uint32_t at = (uint32_t)hash;; at++) {
		uint32_t *place = &resolver->route_table[at & resolver->route_mask];
		if (*place == RESOLVER_NONE)
			return place;
		const struct resolver_route *route = &resolver->routes[*place];
		if (route->hash == hash && dns_name_equal(route->name.wire, name))
			return place;
	}
}

static enum result add_zone(struct resolver *resolver, uint32_t index)
{
	const struct resolver_zone *zone = &resolver->settings.zones[index];
	struct resolver_route *route = &resolver->routes[index];
	route->name = zone->name;
	route->hash = dns_name_hash(zone->name.wire);
	for (uint32_t i = 0; i < zone->group_count; i++) {
		enum result result = add_group(resolver, route, zone->groups[i]);
		if (result != RESULT_OK)
			return result;
	}
	uint32_t *place = place_of(resolver, route->hash, route->name.wire);
	if (*place != RESOLVER_NONE)
		return RESULT_EXISTS;
	*place = index;
	route->falls_back = zone->falls_back && resolver->settings.hint_count > 0;
	if (!zone->is_stub)
		return RESULT_OK;
	route->stub = resolver_delegation_stub(resolver, route);
	return route->stub != NULL ? RESULT_OK : RESULT_NO_MEMORY;
}

enum result resolver_route_create(struct resolver *resolver)
{
	uint32_t zones = resolver->settings.zone_count;
	uint32_t size = 4;
	while (size < zones * 2)
		size *= 2;
	enum result result = copy_groups(resolver);
	if (result != RESULT_OK)
		return result;
	resolver->routes = calloc(zones + 1, sizeof(*resolver->routes));
	resolver->route_table = malloc(size * sizeof(*resolver->route_table));
	if (resolver->routes == NULL || resolver->route_table == NULL)
		return RESULT_NO_MEMORY;
	resolver->route_mask = size - 1;
	memset(resolver->route_table, 0xff, size * sizeof(*resolver->route_table));
	for (uint32_t i = 0; i < zones; i++) {
		result = add_zone(resolver, i);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

void resolver_route_destroy(struct resolver *resolver)
{
	free(resolver->groups);
	free(resolver->rotor);
	free(resolver->servers);
	for (uint32_t i = 0; i < resolver->settings.zone_count && resolver->routes != NULL; i++)
		free(resolver->routes[i].stub);
	free(resolver->routes);
	free(resolver->route_table);
}

uint32_t resolver_route_at(const struct resolver *resolver, uint64_t hash, const uint8_t *name)
{
	return *place_of(resolver, hash, name);
}

uint32_t resolver_route_find(const struct resolver *resolver, const struct dns_question *question)
{
	for (unsigned i = 0; i <= question->label_count; i++) {
		uint32_t route =
		    *place_of(resolver, question->hash[i], question->name + question->label_at[i]);
		if (route != RESOLVER_NONE)
			return route;
	}
	return RESOLVER_NONE;
}

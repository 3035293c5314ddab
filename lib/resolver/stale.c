/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Clients that have a stale answer do not wait until resolution has failed: after a while they get it, and
 * the search goes on for the cache's sake (RFC 8767 §5, client response timer). Who comes later to a search
 * that is late already gets it at once. */
#include "resolver/resolver_int.h"

void resolver_stale_join(const struct resolver_turn *turn, struct resolver_task *task)
{
	struct resolver *resolver = turn->resolver;
	uint32_t after_ms = resolver->settings.stale_after_ms;
	if (after_ms == 0)
		return;
	if (task->is_late)
		resolver_stale_give(turn, task);
	else if (task->late_ms == UINT64_MAX)
		resolver_timer_set_late(resolver, task, turn->now_ms + after_ms);
}

void resolver_stale_give(const struct resolver_turn *turn, struct resolver_task *task)
{
	struct resolver *resolver = turn->resolver;
	uint32_t *at = &task->clients;
	task->is_late = true;
	resolver_timer_set_late(resolver, task, UINT64_MAX);
	while (*at != RESOLVER_NONE) {
		uint32_t index = *at;
		struct resolver_client *client = &resolver->clients[index];
		const struct resolver_action action = {
		    .kind = RESOLVER_ACTION_ANSWER,
		    .late = true,
		    .ede = EDNS_EDE_NONE,
		    .client = client->client,
		};
		if (!client->has_stale) {
			at = &client->next;
			continue;
		}
		*at = client->next;
		client->next = resolver->client_free;
		resolver->client_free = index;
		resolver->stats.late++;
		resolver_act(turn, &action);
	}
}

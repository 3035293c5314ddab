/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* How many questions may wait for the servers of one zone: so that a zone whose servers are slow, and somebody who
 * asks for many names in it, leave places for others. */
#include "resolver/resolver_int.h"

/* The root and what is right below it serve everybody. */
#define LABELS_MIN 2u

uint16_t resolver_budget_zone(const struct resolver_task *task)
{
	if (!task->iterative || task->target.label_count - task->cut < (int)LABELS_MIN)
		return RESOLVER_ZONE_COUNTERS;
	return (uint16_t)(task->target.hash[task->cut] % RESOLVER_ZONE_COUNTERS);
}

bool resolver_budget_has_room(const struct resolver *resolver, const struct resolver_task *task)
{
	const uint16_t zone = resolver_budget_zone(task);
	uint32_t max = resolver->settings.tasks_max / RESOLVER_ZONE_SHARE;
	if (max < RESOLVER_ZONE_PENDING_MIN)
		max = RESOLVER_ZONE_PENDING_MIN;
	return zone == RESOLVER_ZONE_COUNTERS || resolver->zone_pending[zone] < max;
}

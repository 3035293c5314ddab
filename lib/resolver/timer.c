/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A binary heap of tasks by the time at which they want to be looked at. */
#include "resolver/resolver_int.h"

static uint64_t due(const struct resolver *resolver, uint32_t at)
{
	return resolver->tasks[resolver->heap[at]].due_ms;
}

static void put(struct resolver *resolver, uint32_t at, uint32_t task)
{
	resolver->heap[at] = task;
	resolver->tasks[task].heap_at = at;
}

static void swap(struct resolver *resolver, uint32_t a, uint32_t b)
{
	uint32_t task = resolver->heap[a];
	put(resolver, a, resolver->heap[b]);
	put(resolver, b, task);
}

static void sift_up(struct resolver *resolver, uint32_t at)
{
	while (at > 0 && due(resolver, at) < due(resolver, (at - 1) / 2)) {
		swap(resolver, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
}

static void sift_down(struct resolver *resolver, uint32_t at)
{
	for (;;) {
		uint32_t least = at;
		for (uint32_t child = 2 * at + 1; child <= 2 * at + 2; child++) {
			if (child < resolver->heap_count &&
			    due(resolver, child) < due(resolver, least))
				least = child;
		}
		if (least == at)
			return;
		swap(resolver, at, least);
		at = least;
	}
}

static void sift(struct resolver *resolver, struct resolver_task *task)
{
	task->due_ms = task->timer_ms < task->late_ms ? task->timer_ms : task->late_ms;
	sift_up(resolver, task->heap_at);
	sift_down(resolver, task->heap_at);
}

void resolver_timer_set(struct resolver *resolver, struct resolver_task *task, uint64_t timer_ms)
{
	task->timer_ms = timer_ms;
	if (task->heap_at == RESOLVER_NONE)
		put(resolver, resolver->heap_count++, resolver_task_index(resolver, task));
	sift(resolver, task);
}

void resolver_timer_set_late(struct resolver *resolver, struct resolver_task *task,
                             uint64_t late_ms)
{
	task->late_ms = late_ms;
	if (task->heap_at != RESOLVER_NONE)
		sift(resolver, task);
}

void resolver_timer_remove(struct resolver *resolver, struct resolver_task *task)
{
	uint32_t at = task->heap_at;
	if (at == RESOLVER_NONE)
		return;
	task->heap_at = RESOLVER_NONE;
	uint32_t last = resolver->heap[--resolver->heap_count];
	if (at == resolver->heap_count)
		return;
	put(resolver, at, last);
	sift_up(resolver, at);
	sift_down(resolver, resolver->tasks[last].heap_at);
}

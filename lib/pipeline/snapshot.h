/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* snapshot -- read-mostly state (zones, access lists, views) that is replaced whole and never changed.
 *
 * What:    a pointer to an immutable object. Stages load it once per burst; a control thread publishes
 *          the next version and frees the old one when every lcore has passed a quiescent state
 *          (rte_rcu_qsbr; the run loop reports it once per turn).
 * Threads: snapshot_load() on any lcore of the pipeline; snapshot_publish() on control threads, one at a
 *          time for each snapshot.
 * Memory:  the object belongs to the snapshot from publish on; `release` frees it.
 * Limits:  a loaded pointer must not outlive the burst nor cross a ring.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <stdatomic.h>

struct pipeline_rcu; /* pipeline/rcu.c: the pipeline's one QSBR variable */

struct snapshot {
	_Atomic(void *) current; /* writer: control; readers: all lcores */
	void (*release)(void *object);
};

static inline void *snapshot_load(const struct snapshot *snapshot)
{
	return atomic_load_explicit(&snapshot->current, memory_order_acquire);
}

/* Replaces the object, waits until no reader can hold the old one, then releases it (NULL: nothing to
 * release). `rcu` NULL: no lcore runs yet (start) or any more (stop), so there is nothing to wait for. */
void snapshot_publish(struct snapshot *snapshot, struct pipeline_rcu *rcu, void *next);

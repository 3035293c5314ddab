/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Publishing a snapshot: swap the pointer, wait for the readers, release the former object. */
#include "pipeline/snapshot.h"

#include <stddef.h>

#include "pipeline/rcu.h"

void snapshot_publish(struct snapshot *snapshot, struct pipeline_rcu *rcu, void *next)
{
	void *former = atomic_exchange_explicit(&snapshot->current, next, memory_order_acq_rel);
	if (former == NULL)
		return;
	if (rcu != NULL)
		pipeline_rcu_wait(rcu);
	if (snapshot->release != NULL)
		snapshot->release(former);
}

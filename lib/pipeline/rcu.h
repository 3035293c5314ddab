/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* rcu -- tells control threads when no lcore can still hold what it loaded from a snapshot.
 *
 * What:    one rte_rcu_qsbr variable. Each lcore reports a quiescent state once per turn of the run loop and
 *          is offline while it sleeps; a control thread waits for one such state of every lcore.
 * Threads: join/leave/quiescent/offline/online: the lcore itself; wait: control threads, any number,
 *          never an lcore that has joined (it would wait for itself).
 * Memory:  DPDK's heap.
 * Limits:  PIPELINE_LCORES_MAX threads.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"

struct pipeline_rcu;

/* Room for `threads` readers, 1..PIPELINE_LCORES_MAX. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result pipeline_rcu_create(uint32_t threads, struct pipeline_rcu **out);
void pipeline_rcu_destroy(struct pipeline_rcu *rcu); /* NULL is fine; nobody may be joined */

/* Reader `thread` (0..threads-1) begins and ends to take part. */
void pipeline_rcu_join(struct pipeline_rcu *rcu, uint32_t thread);
void pipeline_rcu_leave(struct pipeline_rcu *rcu, uint32_t thread);

/* The reader holds nothing now. */
void pipeline_rcu_quiescent(struct pipeline_rcu *rcu, uint32_t thread);
/* The reader holds nothing and will load nothing until it is online again (it goes to sleep). */
void pipeline_rcu_offline(struct pipeline_rcu *rcu, uint32_t thread);
void pipeline_rcu_online(struct pipeline_rcu *rcu, uint32_t thread);

/* Returns when every reader that was online has been quiescent once. Sleeps in between. */
void pipeline_rcu_wait(struct pipeline_rcu *rcu);

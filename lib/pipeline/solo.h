/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* solo -- one stage without a pipeline around it, fed by hand.
 *
 * What:    for control threads that want to know what a stage would do with a packet: the very code of the
 *          lanes, beside them. The packet comes back with the number of the output that it was meant for.
 * Threads: one control thread, which is the one that publishes the snapshots that the stage loads.
 * Memory:  the stage's state; packets are the caller's, but for those that the stage drops.
 * Limits:  stages that do not hold packets and have no source of their own.
 * Trust:   as the stage.
 * RFC:     none. */
#pragma once

#include "pipeline/stage.h"

struct solo;

#define SOLO_DROPPED (-1)

/* Fails: as the stage's init; RESULT_NO_MEMORY. */
MUST_CHECK enum result solo_create(const struct stage_ops *ops, const void *settings,
                                   struct solo **out);
void solo_destroy(struct solo *solo); /* NULL is fine */

/* Runs process() over the packet. Gives the output, or SOLO_DROPPED with the reason: then it is freed. */
int solo_run(struct solo *solo, struct rte_mbuf *mbuf, uint64_t now_us, enum drop_reason *reason);
/* What the stage has counted since it was made. */
const struct stage_counters *solo_counters(const struct solo *solo);

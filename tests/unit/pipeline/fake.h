/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* fake -- a small pipeline in the shape of the real one, for tests of the machinery.
 *
 * What:    SOURCE and MIDDLE and SINK per lane, HOLDER (keeps packets for a while, like RESOLVER) and PORTER
 *          (source and sink of its own, like TCP_ACCEPTOR) once. Sources make numbered packets; MIDDLE sends
 *          some to HOLDER (SHED), drops some, and passes the others on; SINK answers, or gives PORTER's
 *          packets back to it.
 * Threads: as the pipeline has it.
 * Memory:  one pool; EAL without hugepages.
 * Limits:  sixteen lcores besides the main one.
 * Trust:   tests only.
 * RFC:     none. */
#pragma once

#include "pipeline/pipeline.h"
#include "pipeline/pipeline_int.h"

enum {
	FAKE_SOURCE,
	FAKE_MIDDLE,
	FAKE_SINK,
	FAKE_HOLDER,
	FAKE_PORTER,
	FAKE_STAGES,
};

enum {
	FAKE_LINKS = 6,
	FAKE_POOL_SIZE = 4095,
	FAKE_IDS_MAX = 1 << 20,
};

/* What all fake stages share; written before the start, except where said. */
struct fake {
	struct rte_mempool *pool;
	uint32_t source_packets; /* each SOURCE makes so many in all */
	uint32_t porter_packets; /* PORTER makes so many */
	uint32_t hold_turns; /* how long HOLDER keeps a packet */
	uint32_t hold_every; /* MIDDLE sends every n-th packet to HOLDER; 0: none */
	uint32_t drop_every; /* MIDDLE drops every n-th packet; 0: none */
	bool
	    fallback; /* MIDDLE looks for room first, and without it passes the packet on to SINK */
	bool endless; /* sources make packets until they drain */
	uint8_t *
	    seen; /* FAKE_IDS_MAX; how often each id was answered; writer: SINK of its lane, PORTER */
	_Atomic bool is_open; /* HOLDER lets go only while this is set */
};

extern const struct stage_ops fake_source_ops, fake_middle_ops, fake_sink_ops, fake_holder_ops,
    fake_porter_ops;

/* Starts EAL once for the program; unit tests need it before anything else. */
void fake_eal_start(void);
void fake_eal_stop(void);

/* Fills in the tables (kept inside, one topology at a time). `depth` and `credits` for all links. */
struct topology *fake_topology(struct fake *fake, uint32_t depth, uint32_t credits);
/* The link rows, to change one in a test. */
struct topology_link *fake_links(void);

void fake_init(struct fake *fake);
void fake_fini(struct fake *fake);

/* Creates a pipeline; fails the running test when that fails. */
struct pipeline *fake_create(struct fake *fake, const struct topology *topology,
                             enum placement_kind kind, uint16_t lanes, enum idle_policy idle);

/* Turns every lcore once on the calling thread, in an order that *seed decides. Returns the work done. */
uint32_t fake_turn_all(struct pipeline *pipeline, uint32_t *seed);
/* One lcore by the name of its first stage. */
struct pipeline_lcore *fake_lcore(struct pipeline *pipeline, const char *stage, uint16_t instance);

uint32_t fake_random(uint32_t *seed);

/* Asserts what must hold when nothing is in flight: packets and credits all accounted for. */
void fake_assert_balanced(struct pipeline *pipeline, const struct fake *fake);

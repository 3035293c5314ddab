/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* pipeline_int -- the pipeline's own structures: instances, lcores, and what joins them.
 *
 * What:    made by wire.c from topology and placement, run by run.c, idled by idle.c, read by stats.c.
 * Threads: each field says who writes it.
 * Memory:  owned by struct pipeline.
 * Limits:  pipeline/pipeline_limits.h.
 * Trust:   ours.
 * RFC:     none. */
#pragma once

#include <stdatomic.h>

#include "pipeline/link.h"
#include "pipeline/pipeline.h"
#include "pipeline/rcu.h"
#include "pipeline/stage.h"

struct pipeline_lcore;

/* Where a packet on an output goes: exactly one of the two is set. */
struct stage_target {
	struct pipeline_stage *direct; /* same lcore */
	struct pipeline_link *link;
};

struct stage_output {
	struct stage_target *targets; /* one, or one for each lane */
	uint16_t target_count;
};

/* One instance of a stage. */
struct pipeline_stage {
	struct stage base; /* first: a struct stage * of ours is one of these */
	uint8_t row; /* of the topology */
	bool is_initialised;
	struct pipeline_lcore *lcore;
	struct stage_output outputs[STAGE_OUTPUTS_MAX];
	/* BLOCK rings that a packet taken here may reach without leaving the lcore. */
	struct pipeline_link **reach;
	uint16_t reach_count;
	/* Packets that wait for process(): from neighbours on this lcore and from rings. */
	uint16_t inbox_count;
	struct rte_mbuf *inbox[PIPELINE_BURST];
	struct stage_times *times; /* NULL: not wanted */
	struct stage_counters counters;
};

/* What an lcore takes input from: a ring, or a stage's own source (link is NULL). */
struct pipeline_feed {
	struct pipeline_stage *stage;
	struct pipeline_link *link;
};

/* What a producer must do to be heard. */
enum lcore_sleep {
	LCORE_AWAKE,
	LCORE_ASLEEP, /* ring the bell for packets */
	LCORE_ASLEEP_DRY, /* ring the bell for packets and for credit */
};

struct pipeline_lcore {
	/* writer: control, before the start */
	struct pipeline *pipeline;
	unsigned lcore_id; /* DPDK's */
	uint16_t index; /* the placement's */
	uint16_t stage_count, feed_count, out_count, in_count;
	struct pipeline_stage **stages; /* producers before their consumers */
	struct pipeline_feed *feeds;
	struct pipeline_link **out; /* rings that its stages put on */
	struct pipeline_link **in; /* rings that its stages take from */
	int epoll_fd, doorbell_fd;

	/* writer: this lcore */
	CACHE_ALIGNED uint16_t feed_next; /* who is served first in the next turn */
	bool is_polled; /* a source cannot wake us */
	bool was_draining;
	bool has_work; /* in this turn something was taken */
	uint32_t empty_turns;
	uint64_t now_us;
	uint64_t inner_cycles; /* spent in stages called from the one being stamped */
	uint32_t turn_number; /* of those with stamps every stamp_turns-th */
	bool is_stamped; /* this turn is */
	uint64_t window_end_us, window_tsc, window_busy_tsc;

	/* writer: this lcore; readers: control */
	CACHE_ALIGNED uint64_t turns_busy;
	uint64_t turns_idle;
	uint64_t sleeps;
	uint64_t bells; /* rung for others */
	uint64_t busy_tsc;
	uint64_t load_permille;

	/* writers: this lcore, and who rings its bell */
	CACHE_ALIGNED _Atomic uint32_t sleep; /* enum lcore_sleep */
};

struct pipeline {
	const struct topology *topology;
	const struct placement *placement;
	enum idle_policy idle;
	uint32_t stamp_turns; /* a power of two; 0: none is stamped */
	uint64_t sleep_max_us; /* IDLE_SLEEP_MAX_US; tests of lost wake-ups make it endless */
	struct pipeline_pools pools;
	struct pipeline_rcu *rcu;
	struct pipeline_stage **stages; /* by row, then instance */
	struct pipeline_link **links; /* by row, then producer, then consumer */
	struct pipeline_lcore **lcores;
	uint16_t stage_count, link_count, lcore_count;
	uint16_t first_stage[TOPOLOGY_STAGES_MAX]; /* first instance of each row */
	uint16_t first_link[TOPOLOGY_LINKS_MAX]; /* first pair of each row */
	uint16_t row_targets[TOPOLOGY_LINKS_MAX]; /* consumers of each producer */
	bool is_launched;
	unsigned number; /* makes DPDK's object names unique */

	/* writer: control; readers: all lcores, once per turn */
	CACHE_ALIGNED _Atomic bool is_draining;
	_Atomic bool is_leaving;
};

static inline struct pipeline_stage *pipeline_stage_of(struct stage *stage)
{
	return (struct pipeline_stage *)stage;
}

/* memory.c: zeroed, cache aligned, on that NUMA node (or SOCKET_ID_ANY); NULL when there is none. Control
 * threads only. */
void *pipeline_memory_make(size_t bytes, int socket);
void pipeline_memory_free(void *memory); /* NULL is fine */

/* cycle.c */
MUST_CHECK enum result topology_check_cycles(const struct topology *topology,
                                             struct pipeline_error *error);

/* wire.c: makes instances, links and lcores out of the tables. On failure pipeline_unwire() frees what
 * was made. */
MUST_CHECK enum result pipeline_wire(struct pipeline *pipeline, struct pipeline_error *error);
void pipeline_unwire(struct pipeline *pipeline);

/* order.c: what follows from the wiring: reach, order of stages, feeds. */
MUST_CHECK enum result pipeline_order(struct pipeline *pipeline);

/* The ring or pair by which `producer` reaches that instance of the link's consumer. */
struct pipeline_link *pipeline_find_pair(const struct pipeline *pipeline, uint8_t row_index,
                                         uint16_t producer, uint16_t consumer);

/* times.c: what latencies are counted in, if they are wanted; and what a stage did in a turn with stamps. */
MUST_CHECK enum result pipeline_times_make(struct pipeline_stage *stage);
void pipeline_times_free(struct pipeline_stage *stage);
void pipeline_times_work(struct pipeline_stage *stage, uint64_t cycles, uint32_t packets);
void pipeline_times_age(struct pipeline_stage *stage, struct rte_mbuf *first, uint64_t now_tsc,
                        uint32_t packets);

/* stage.c: calls process() for what waits in the inbox. */
void pipeline_stage_run(struct pipeline_stage *stage);

/* run.c: an lcore's whole life (a function for rte_eal_remote_launch) and one turn of it, which returns the
 * amount of work done. */
int pipeline_lcore_run(void *lcore);
uint32_t pipeline_lcore_turn(struct pipeline_lcore *lcore);

/* idle.c */
MUST_CHECK enum result pipeline_idle_open(struct pipeline_lcore *lcore);
void pipeline_idle_close(struct pipeline_lcore *lcore);
/* On the lcore, before its first turn: learns what can wake it. */
void pipeline_idle_watch(struct pipeline_lcore *lcore);
/* After each turn. */
void pipeline_idle_turn(struct pipeline_lcore *lcore, uint32_t work);
/* Wakes the lcore if it sleeps at least that deeply (`least`); the caller has made a full fence since it
 * changed what the lcore looks at before it sleeps. Returns whether it did. */
bool pipeline_doorbell_ring(struct pipeline_lcore *lcore, enum lcore_sleep least);

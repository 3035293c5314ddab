/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* stage -- one step of the pipeline: a function over a burst of packets and a list of named outputs.
 *
 * What:    a stage is one file in lib/stage with one `const struct stage_ops`. It knows neither its lcore
 *          nor its neighbours: it emits packets to numbered outputs or drops them by name; placement
 *          decides whether an output is a direct call or a ring.
 * Threads: each instance (struct stage) belongs to one lcore; only its counters are read by others.
 * Memory:  `state` is made by the pipeline, zeroed, cache aligned, state_size octets, freed by it.
 * Limits:  PIPELINE_BURST packets a call, STAGE_OUTPUTS_MAX outputs.
 * Trust:   packets are untrusted, neighbours are ours.
 * RFC:     none. */
#pragma once

#include <rte_mbuf.h>

#include "base/attr.h"
#include "base/result.h"
#include "pipeline/drop.h"

/* Packets that a stage is given at most at once. DPDK's drivers and its documentation like 32; more
 * delays the first packet of a burst, less spreads the fixed costs over fewer packets. */
#define PIPELINE_BURST 32
#define STAGE_OUTPUTS_MAX 6

struct stage;

struct stage_ops {
	const char *name; /* "DECODER" */
	/* Names of the outputs, NULL-terminated; the index is what stage_emit() takes. */
	const char *const *outputs;
	size_t state_size;
	/* The stage keeps packets beyond process() (RESOLVER, TCP_ACCEPTOR): a packet's credit goes back
	 * when the stage calls stage_release() for it and not when it was taken. */
	bool holds;

	/* Start and end, on a control thread. `settings` is the stage's own struct, made by the application,
	 * which outlives the stage. */
	enum result (*init)(struct stage *stage, const void *settings);
	void (*fini)(struct stage *stage);

	/* Handles a burst: every packet must be emitted, dropped or (holds) kept. NULL for pure sources. */
	void (*process)(struct stage *stage, struct rte_mbuf **burst, uint16_t count);
	/* For stages with a source of their own (ports, sockets, timers): called once per turn of the run
	 * loop; may emit at most `budget` packets. Returns the amount of work done, 0 for none. */
	uint16_t (*poll)(struct stage *stage, uint16_t budget);
	/* Called at the end of each turn: send what is gathered (tx bursts, sendmmsg, epoll writes). */
	void (*flush)(struct stage *stage);
	/* Descriptors that become readable when poll() has work: for the idle policies. Returns how many
	 * it wrote to fds; -1: the source cannot wake anybody and has to be polled. NULL: no source. */
	int (*wake_fds)(struct stage *stage, int *fds, int max);
	/* Monotonic microseconds at which poll() wants to be called next even if nothing arrives, or
	 * UINT64_MAX. NULL: never. */
	uint64_t (*deadline_us)(struct stage *stage);
	/* How many packets the stage holds now (for "in flight"); NULL: none. Any thread. */
	uint32_t (*held)(const struct stage *stage);

	/* process() emits nothing (TCP_ACCEPTOR writes to clients): it is called even while the outputs,
	 * which only poll() uses, have no credit. */
	bool absorbs;
	/* The lcore is about to sleep on wake_fds / has woken up: arm and disarm rx interrupts. arm() returns
	 * false when there is work already. NULL: the descriptors need no arming. */
	bool (*arm)(struct stage *stage);
	void (*disarm)(struct stage *stage);
	/* Answers leave the server here: the stage is given answer_times. */
	bool answers;
};

struct answer_times; /* pipeline/answer_times.h */

/* One lcore writes, anybody reads (relaxed): a lost update is impossible, a late one is fine. */
struct stage_counters {
	uint64_t in; /* packets given to process() */
	uint64_t made; /* packets that came into being here (poll) */
	uint64_t out[STAGE_OUTPUTS_MAX]; /* emitted, by output */
	uint64_t answered; /* left the server (SENDER, TCP_ACCEPTOR) or for the kernel */
	uint64_t drop[DROP_REASON_COUNT]; /* by name, pipeline/drop.def */
	uint64_t bursts; /* calls of process() */
	uint64_t
	    cycles; /* TSC spent in process() and poll(), estimated from the turns with stamps */
	uint64_t event[32]; /* the stage's own counts, named in its header */
} CACHE_ALIGNED;

struct stage_output; /* pipeline/pipeline_int.h */
struct pipeline; /* pipeline/pipeline.h */

struct stage {
	const struct stage_ops *ops;
	void *state;
	struct stage_counters *counters;
	uint16_t instance; /* 0.. of this kind: the lane of the fast-path stages */
	uint16_t lane_count; /* how many instances the fast-path stages have */
	int socket; /* NUMA node */
	uint64_t now_us; /* monotonic time, set by the run loop once per turn */
	bool draining; /* the server stops: poll() makes no new packets; set by the run loop */
	struct answer_times *answer_times; /* of a stage that `answers`; NULL: not wanted */
	struct pipeline *pipeline; /* which it is part of: for METRICS */
	struct stage_output *outputs;
};

/* Hands a packet to an output. Never fails: the run loop gave the stage no more input than BLOCK outputs
 * can take; use stage_output_has_room() first for a SHED output. */
void stage_emit(struct stage *stage, unsigned output, struct rte_mbuf *mbuf);

/* For SHED outputs: whether one more packet can be emitted now. Where it cannot, the stage takes its
 * named fallback. A SHED packet emitted without room is dropped as DROP_LINK_NO_CREDIT. */
MUST_CHECK bool stage_output_has_room(struct stage *stage, unsigned output);

/* Frees a packet and counts why. Also gives its credit back in a holding stage. */
void stage_drop(struct stage *stage, struct rte_mbuf *mbuf, enum drop_reason reason);

/* Who is told of every packet that is dropped, before it is freed; one for the process. Set while no lcore runs.
 * NULL: nobody. */
struct stage_drop_watch {
	void (*dropped)(void *context, struct rte_mbuf *mbuf, enum drop_reason reason);
	void *context;
};
void stage_watch_drops(const struct stage_drop_watch *watch);

/* Frees a packet without a client (pipeline/carrier.h) that has done its work. It is in no sum. */
void stage_retire(struct stage *stage, struct rte_mbuf *mbuf);

/* Holding stages: the packet is about to be emitted or has been answered; its credit goes back. */
void stage_release(struct stage *stage, struct rte_mbuf *mbuf);

/* Counter writes: plain add by the only writer, visible to readers without tearing. */
static ALWAYS_INLINE void stage_count(uint64_t *counter, uint64_t amount)
{
	__atomic_store_n(counter, *counter + amount, __ATOMIC_RELAXED);
}

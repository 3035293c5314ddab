/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* worker -- one lcore that sends queries and checks answers.
 *
 * What:    sends at a rate or with a number in flight, finds the query of each answer, compares, and counts. Several
 *          workers share a port: each has a queue and a range of UDP ports of its own; an answer that arrives on
 *          another one's queue is handed over.
 * Threads: worker_main() on its lcore; the fields under "told" are written by main and read by the worker, those under
 *          "tells" the other way round.
 * Memory:  made by worker_create().
 * Limits:  load/load_limits.h.
 * Trust:   received frames are anything.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>
#include <rte_ring.h>

#include "base/attr.h"
#include "base/histogram.h"
#include "base/result.h"
#include "load/flight.h"
#include "load/pace.h"
#include "load/packet.h"
#include "load/query_file.h"
#include "port/port.h"

#define WORKER_BURST 64
/* Response codes with a count of their own: all of RFC 6895 below 24. */
#define WORKER_RCODES 24

/* Relaxed whole words: main reads them at any time. */
struct worker_counts {
	uint64_t sent;
	uint64_t answered;
	uint64_t lost; /* no answer within the time-out */
	uint64_t unknown; /* answers nobody waited for: late, twice, or not ours */
	uint64_t mismatched; /* another question, or not to where it was asked from */
	uint64_t unexpected; /* another response code than the file says */
	uint64_t other_records; /* other records than the file says */
	uint64_t bad_checksum;
	uint64_t truncated;
	uint64_t other; /* frames that are no answers */
	uint64_t no_buffer; /* nothing could be sent for want of mbufs */
	uint64_t query_octets;
	uint64_t answer_octets;
	uint64_t rcode[WORKER_RCODES];
};

enum worker_phase {
	WORKER_PAUSE, /* receive only: what is in flight comes home or is lost */
	WORKER_SEND,
	WORKER_STOP, /* leave worker_main() */
	WORKER_NO_PHASE,
};

/* What all workers share. */
struct worker_plan {
	struct port *port;
	struct rte_mempool *pool;
	const struct packet_route *route;
	const struct query_file *file;
	struct worker *workers;
	uint16_t worker_count;
	uint16_t ports_each; /* UDP ports of each worker */
	uint16_t first_port;
	bool random_order;
	bool echo;
	bool cookies;
	bool check_sums;
	uint64_t timeout_tsc;
	uint64_t tsc_hz;
};

struct worker {
	const struct worker_plan *plan;
	uint16_t index;
	/* -- told -- */
	uint32_t phase CACHE_ALIGNED; /* enum worker_phase */
	uint32_t generation; /* grows when counts begin anew */
	uint64_t rate; /* a second; 0: closed loop */
	uint32_t in_flight; /* closed loop */
	uint64_t to_send; /* then it pauses by itself; UINT64_MAX: no limit */
	/* -- tells -- */
	/* The phase in which nothing is in flight and nothing is left to send; else WORKER_NO_PHASE. */
	uint32_t rests_in CACHE_ALIGNED;
	uint32_t generation_seen;
	struct worker_counts counts;
	struct histogram latency; /* ns */
	/* -- its own -- */
	struct flight flight CACHE_ALIGNED;
	struct pace pace;
	uint64_t random;
	uint64_t position; /* in the file */
	uint64_t expire_at;
	uint16_t extra_mask; /* UDP ports that tell slots apart, less one */
	struct packet_cookie *cookies; /* for each source */
	struct rte_ring *inbox; /* answers that others have received */
	uint16_t pending;
	uint16_t pending_at;
	struct rte_mbuf *pending_mbuf[WORKER_BURST]; /* written, not yet taken by the device */
};

/* Makes the worker's table for about `slots` queries in flight.
 * Fails: RESULT_NO_MEMORY, RESULT_OUT_OF_RANGE (too many slots for its UDP ports). */
MUST_CHECK enum result worker_create(const struct worker_plan *plan, uint16_t index, uint64_t slots,
                                     struct worker *out);
void worker_destroy(struct worker *worker);

/* For rte_eal_remote_launch(): until WORKER_STOP. */
int worker_main(void *worker);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* fake_stage -- a stage without a pipeline: what it emits and drops is kept for the test to look at.
 *
 * What:    stands in for lib/pipeline/stage.c, carrier.c and mbuf pools, so that a stage's process() can be
 *          called in a test that starts no EAL.
 * Threads: one.
 * Memory:  fake_packet() allocates, fake_reset() frees everything.
 * Limits:  FAKE_PACKETS_MAX packets between two resets.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include "pipeline/query.h"
#include "pipeline/stage.h"

#define FAKE_PACKETS_MAX 4096
#define FAKE_RETIRED (-2)

struct fake_event {
	struct rte_mbuf *mbuf;
	int output; /* -1: dropped, FAKE_RETIRED */
	enum drop_reason reason;
};

struct fake_stage {
	struct stage stage;
	struct stage_counters counters;
	struct fake_event event[FAKE_PACKETS_MAX];
	unsigned event_count;
	bool has_room; /* what stage_output_has_room() says */
};

/* Makes the one fake stage ready with ops and settings. */
struct fake_stage *fake_open(const struct stage_ops *ops, const void *settings);

/* The same for the first instance of `lane_count`. */
struct fake_stage *fake_open_lanes(const struct stage_ops *ops, const void *settings,
                                   uint16_t lane_count);

/* A packet that holds `message` at offset 0 and a query of that source from 192.0.2.1. */
struct rte_mbuf *fake_packet(enum query_source source, const void *message, size_t len);

/* Runs process() over one packet; gives what became of it. */
struct fake_event fake_run(struct rte_mbuf *mbuf);

/* Frees packets and state. */
void fake_close(void);

/* Writes a query message "id 0x1234, RD, one question" and gives its length; `name` is text. */
size_t fake_query(uint8_t *out, size_t size, const char *name, uint16_t type, uint16_t class);

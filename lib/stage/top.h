/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* top -- who asks most, and for what: samples of the packets of two stages.
 *
 * What:    QUERY_DISPATCHER counts clients and names, before any limit takes a packet; ENCODER counts zones and the
 *          names above those that do not exist, when the answer is known. Of few packets each is counted;
 *          of many one in a random number, which counts as so many: TOP_SAMPLES_MAX in a window are never
 *          much exceeded, so that the cost is bounded and most of a burst's packets cost nothing.
 * Threads: the stage's lcore writes, telemetry reads.
 * Memory:  made by the application, one for each lane and stage; TOP_ENTRIES of each kind.
 * Limits:  base/heavy.h, and those below.
 * Trust:   what is counted comes from the wire, parsed. IPv6 clients are counted by their /64: an address of one's
 *          own costs nothing there.
 * RFC:     none. */
#pragma once

#include "base/heavy.h"
#include "pipeline/query.h"
#include "pipeline/stage.h"

/* Entries of each kind and lane: a key that has more than a thousandth of the packets is never missed. Too low:
 * random names push out what is frequent. Too high: memory (names: 300 octets each). */
#define TOP_ENTRIES 1024

/* Counts are of one window and the one before. Too low: hardly any samples at low rates. Too high: the list
 * shows what was hot some time ago. */
#define TOP_WINDOW_US 10000000u

/* Samples of a window from which on a sample stands for more packets. A sample costs some hundred
 * cycles, so that these are a tenth of a percent of a processor. Too low: rare keys disappear. */
#define TOP_SAMPLES_MAX 65536

/* How many packets a sample may stand for. Too high: counts become a matter of luck. */
#define TOP_WEIGHT_MAX 4096

/* Labels of the names above those that do not exist: a flood of random names below one name is seen as that
 * name, however many labels are random. */
#define TOP_SUFFIX_LABELS 3

/* Octets of a client's key: the family and the address or its first half. */
#define TOP_CLIENT_BYTES 9

/* Which packets are counted. */
struct top_sampler {
	uint32_t left; /* packets to be passed over before the next sample */
	uint32_t weight; /* packets that a sample stands for: a power of two */
	uint32_t samples; /* of this window */
	uint64_t random;
	/* writer: the lane; readers: any */
	uint32_t window; /* its number */
	uint64_t packets; /* that this window's samples stand for */
	uint64_t packets_before; /* the same of the window before */
};

/* What a stage counts; QUERY_DISPATCHER and ENCODER have two kinds each. */
enum top_kind {
	TOP_CLIENTS,
	TOP_NAMES,
	TOP_ZONES,
	TOP_NXDOMAIN,
	TOP_KIND_COUNT
};

const char *top_kind_name(enum top_kind kind); /* "clients" */

/* Of one instance of a stage. */
struct top {
	struct top_sampler sampler;
	uint64_t secret; /* for the hashes of clients */
	struct heavy *heavy[TOP_KIND_COUNT]; /* NULL: the stage does not count it */
};

enum top_part {
	TOP_QUESTIONS, /* of QUERY_DISPATCHER: clients and names */
	TOP_ANSWERS, /* of ENCODER: zones and what does not exist */
};

/* `lanes` of them. `secret`: unpredictable. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result top_create(enum top_part part, uint16_t lanes, uint64_t secret,
                                  struct top **out);
void top_destroy(struct top *tops, uint16_t lanes); /* NULL is fine */

/* The number of the window of that time. */
uint32_t top_window(uint64_t now_us);

/* For top_take(): counts the samples in a burst. */
void top_sample(struct top *top, struct rte_mbuf **burst, uint16_t count, uint64_t now_us);

/* Each burst is shown; `top` NULL: nothing is counted. */
static ALWAYS_INLINE void top_take(struct top *top, struct rte_mbuf **burst, uint16_t count,
                                   uint64_t now_us)
{
	if (top == NULL)
		return;
	if (LIKELY(count <= top->sampler.left))
		top->sampler.left -= count;
	else
		top_sample(top, burst, count, now_us);
}

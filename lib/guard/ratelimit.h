/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* ratelimit -- how much a client, its network and everybody together may have.
 *
 * What:    two limits over one meter: queries (per address, per network, in all) before any work is done,
 *          and responses (response rate limiting, RRL: per address and network and kind of answer), of
 *          which every slip-th is sent truncated so that a real client comes back over TCP.
 * Threads: an object belongs to one lane's lcore; settings are divided by the number of lanes, since the
 *          receive queues spread clients over them. Lanes are made and freed by a control thread.
 * Memory:  fixed at creation.
 * Limits:  guard/meter.h. Networks are /24 and /56; responses are also counted for /20 and /48.
 * Trust:   source addresses may be forged: whoever proves his address (a stream, a good cookie) is not
 *          limited by RRL, and nobody is banned.
 * RFC:     5358 §4, 7873 §1; the practice of BIND, NSD and Knot. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"

/* A network may have as many times the rate of the next smaller one before it is limited as a whole. Too
 * low: large offices and carrier NAT suffer for one of theirs. Too high: a flood of forged neighbours
 * passes. */
#define RATELIMIT_NETWORK_FACTOR 8
#define RATELIMIT_V4_NETWORK 24
#define RATELIMIT_V6_ADDRESS 64 /* one host may use a whole /64 */
#define RATELIMIT_V6_NETWORK 56
/* What a provider has: a flood forged from all over it. */
#define RATELIMIT_V4_PROVIDER 20
#define RATELIMIT_V6_PROVIDER 48

struct ratelimit_settings {
	uint32_t global_qps; /* 0: no limit, as in all of these */
	uint32_t address_qps;
	uint32_t network_qps;
	uint32_t response_qps; /* of one kind to one address; larger networks: by the factor */
	uint32_t slip; /* every slip-th limited response is truncated instead of dropped; 0: none */
	uint32_t window_ms; /* over which uses are counted (guard/meter.h); 0: METER_WINDOW_MS */
	uint32_t keys_max; /* clients to keep track of at once */
	uint64_t secret; /* for the keyed hash */
};

enum ratelimit_kind {
	RATELIMIT_POSITIVE,
	RATELIMIT_NODATA, /* and referrals */
	RATELIMIT_NXDOMAIN, /* the flood of random names */
	RATELIMIT_ERROR,
};

enum ratelimit_verdict {
	RATELIMIT_PASS,
	RATELIMIT_SLIP, /* send it truncated and empty */
	RATELIMIT_DROP,
};

struct ratelimit;

/* Makes the settings those of one of `shares` lanes; limits stay at least 1. */
void ratelimit_divide(struct ratelimit_settings *settings, uint32_t shares);

/* Fails: RESULT_OUT_OF_RANGE (keys_max, window_ms), RESULT_NO_MEMORY. */
MUST_CHECK enum result ratelimit_create(const struct ratelimit_settings *settings,
                                        struct ratelimit **out);
void ratelimit_free(struct ratelimit *limit);

/* One limit for each lane, made by a control thread so that it can be replaced whole: the lanes find theirs in
 * a snapshot, and nobody looks at another one's. */
struct ratelimit_lanes;

/* Each lane gets its share of the settings, which are for the whole server. Fails: as ratelimit_create(). */
MUST_CHECK enum result ratelimit_lanes_create(const struct ratelimit_settings *settings,
                                              uint32_t lanes, struct ratelimit_lanes **out);
void ratelimit_lanes_free(void *lanes); /* for a snapshot */
/* That lane's limit; NULL if there are none. */
struct ratelimit *ratelimit_lane(const struct ratelimit_lanes *lanes, uint32_t lane);

/* May this client ask once more? `octets`: 4 or 16 by family. */
bool ratelimit_query(struct ratelimit *limit, uint8_t family, const uint8_t *octets,
                     uint32_t now_ms);

/* May this client have one more answer of this kind? */
enum ratelimit_verdict ratelimit_response(struct ratelimit *limit, uint8_t family,
                                          const uint8_t *octets, enum ratelimit_kind kind,
                                          uint32_t now_ms);

/* How much of its limits a client has used, in permille (1000: the next one is too much); for people. */
struct ratelimit_state {
	bool limits_queries;
	bool limits_responses;
	uint32_t address; /* queries: of the address, of its network, of all */
	uint32_t network;
	uint32_t global;
	uint32_t response; /* of that kind, the fullest of the networks */
};

/* Any thread; it counts nothing. */
void ratelimit_look(const struct ratelimit *limit, uint8_t family, const uint8_t *octets,
                    enum ratelimit_kind kind, uint32_t now_ms, struct ratelimit_state *out);

/* Starts the memory loads of ratelimit_response() for the same client and kind. */
void ratelimit_response_prefetch(const struct ratelimit *limit, uint8_t family,
                                 const uint8_t *octets, enum ratelimit_kind kind);

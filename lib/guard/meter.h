/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* meter -- how much each of very many keys has been used lately, in a fixed piece of memory.
 *
 * What:    a table of cache lines, each with a few counters that decay with time. A key's counter is found
 *          by its keyed hash; a new key takes the place of the least used one of its line and inherits
 *          its load, so that a heavy key cannot hide behind many light ones. What rate limits are
 *          made of.
 * Threads: an object belongs to one lcore.
 * Memory:  its own, fixed at creation: 64 octets for each METER_KEYS keys.
 * Limits:  METER_LINES_MAX lines. A load decays by half every METER_HALF_LIFE_MS; a key that is used at
 *          the constant rate r comes to rest near r times METER_WINDOW_MS.
 * Trust:   keys come from the wire; the caller's hash is keyed, so nobody can choose their line.
 * RFC:     none; the idea is that of the heavy-hitter tables in the literature (space saving, decaying
 *          counters). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"

#define METER_LINES_MAX (1u << 24)
/* Keys in a line: what fits into 64 octets beside the line's time. */
#define METER_KEYS 15
/* The time in which a load halves, and the window whose sum the load then is: half-life / ln 2. Too
 * short: bursts of honest resolvers count as floods. Too long: a victim stays limited after the flood. */
#define METER_HALF_LIFE_MS 1024
#define METER_WINDOW_MS 1477

struct meter;

/* keys_max: for how many keys at once the table is made. Fails: RESULT_OUT_OF_RANGE, RESULT_NO_MEMORY. */
MUST_CHECK enum result meter_create(uint32_t keys_max, struct meter **out);
void meter_free(struct meter *meter);

/* Starts the memory load of the key's line. */
void meter_prefetch(const struct meter *meter, uint64_t hash);

/* Adds one use that weighs `price` (1..65535) to the key. Gives false, and adds nothing, when the load
 * would exceed METER_LOAD_MAX: the key is over its rate. now_ms is monotonic.
 * A limit of L uses a second has the price METER_LOAD_MAX * 1000 / (L * METER_WINDOW_MS). */
bool meter_take(struct meter *meter, uint64_t hash, uint32_t price, uint32_t now_ms);

#define METER_LOAD_MAX 65535u

/* The price of one use for a limit in uses a second, at least 1; limits above what the resolution
 * allows are taken as the highest that it allows. per_second 0 is not allowed. */
uint32_t meter_price(uint32_t per_second) PURE;

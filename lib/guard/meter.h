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
 * Limits:  METER_LINES_MAX lines, windows of METER_WINDOW_MIN_MS..METER_WINDOW_MAX_MS. A load decays by
 *          half in ln 2 times the window; a key that is used at the constant rate r comes to rest near
 *          r times the window.
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
/* The window of a meter is the time that a load is the sum of, by weights that fall with age. Too short:
 * bursts of honest resolvers count as floods. Too long: a victim stays limited after the flood. */
#define METER_WINDOW_MIN_MS 100
#define METER_WINDOW_MAX_MS 3600000
/* Where nobody says another one. */
#define METER_WINDOW_MS 1477

struct meter;

/* keys_max: for how many keys at once the table is made. Fails: RESULT_OUT_OF_RANGE, RESULT_NO_MEMORY. */
MUST_CHECK enum result meter_create(uint32_t keys_max, uint32_t window_ms, struct meter **out);
void meter_free(struct meter *meter);

/* Starts the memory load of the key's line. */
void meter_prefetch(const struct meter *meter, uint64_t hash);

/* Loads have 16 bits; prices have METER_PRICE_BITS bits behind the point, so that a high limit over a long
 * window is still exact in the mean. */
#define METER_LOAD_MAX 65535u
#define METER_PRICE_BITS 16

/* Adds one use that weighs `price` to the key. Gives false, and adds nothing, when the load would exceed
 * METER_LOAD_MAX: the key is over its rate. now_ms is monotonic. */
bool meter_take(struct meter *meter, uint64_t hash, uint32_t price, uint32_t now_ms);

/* How full the key's load is, in permille of what makes meter_take() say no; 0 for a key that is not there. Any
 * thread: what its lcore writes meanwhile makes it a moment older or newer. */
uint32_t meter_look(const struct meter *meter, uint64_t hash, uint32_t now_ms);

/* The price of one use for a limit in uses a second over that window, at least 1; at most the price that
 * lets one use pass at a time. per_second 0 is not allowed. */
uint32_t meter_price(uint32_t per_second, uint32_t window_ms) PURE;

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Decaying counters in cache lines, the least loaded key of a line makes room for a new one. */
#include "guard/meter.h"

#include <stdlib.h>
#include <string.h>

/* Loads decay in steps of this many milliseconds: METER_HALF_LIFE_MS / 16, a power of two. */
#define TICK_MS 64
#define TICKS_PER_HALVING (METER_HALF_LIFE_MS / TICK_MS)

struct line {
	uint32_t tick; /* when the loads were last brought up to date */
	uint16_t tag[METER_KEYS];
	uint16_t load[METER_KEYS];
} CACHE_ALIGNED;

_Static_assert(sizeof(struct line) == CACHE_LINE_BYTES, "a line is one cache line");

struct meter {
	uint64_t mask;
	struct line *lines;
};

/* 65536 * 2^(-i/16): what is left of a load after i ticks. */
static const uint32_t left_after[TICKS_PER_HALVING] = {
    65536, 62757, 60097, 57549, 55109, 52772, 50535, 48393,
    46341, 44376, 42495, 40693, 38968, 37316, 35734, 34219,
};

enum result meter_create(uint32_t keys_max, struct meter **out)
{
	uint64_t lines = 1;
	while (lines * METER_KEYS < keys_max)
		lines *= 2;
	if (keys_max == 0 || lines > METER_LINES_MAX)
		return RESULT_OUT_OF_RANGE;
	struct meter *meter = calloc(1, sizeof(*meter));
	if (meter == NULL)
		return RESULT_NO_MEMORY;
	meter->mask = lines - 1;
	meter->lines = aligned_alloc(CACHE_LINE_BYTES, lines * sizeof(struct line));
	if (meter->lines == NULL) {
		free(meter);
		return RESULT_NO_MEMORY;
	}
	memset(meter->lines, 0, lines * sizeof(struct line));
	*out = meter;
	return RESULT_OK;
}

void meter_free(struct meter *meter)
{
	if (meter == NULL)
		return;
	free(meter->lines);
	free(meter);
}

static struct line *line_of(const struct meter *meter, uint64_t hash)
{
	return &meter->lines[hash & meter->mask];
}

void meter_prefetch(const struct meter *meter, uint64_t hash)
{
	__builtin_prefetch(line_of(meter, hash), 1);
}

static void decay(struct line *line, uint32_t tick)
{
	uint32_t ticks = tick - line->tick;
	line->tick = tick;
	/* After 16 halvings nothing of a 16-bit load is left; neither is anything after a clock step. */
	uint32_t halvings = ticks / TICKS_PER_HALVING;
	uint32_t factor = halvings >= 16 ? 0 : left_after[ticks % TICKS_PER_HALVING] >> halvings;
	for (int i = 0; i < METER_KEYS; i++)
		line->load[i] = (uint16_t)(line->load[i] * factor >> 16);
}

/* The key's place, or the least loaded one, which it takes over with its load. */
static int place_of(struct line *line, uint16_t tag)
{
	int least = 0;
	for (int i = 0; i < METER_KEYS; i++) {
		if (line->tag[i] == tag)
			return i;
		if (line->load[i] < line->load[least])
			least = i;
	}
	line->tag[least] = tag;
	return least;
}

bool meter_take(struct meter *meter, uint64_t hash, uint32_t price, uint32_t now_ms)
{
	struct line *line = line_of(meter, hash);
	uint32_t tick = now_ms / TICK_MS;
	if (tick != line->tick)
		decay(line, tick);
	int place = place_of(line, (uint16_t)(hash >> 48));
	uint32_t load = line->load[place] + price;
	if (load > METER_LOAD_MAX)
		return false;
	line->load[place] = (uint16_t)load;
	return true;
}

uint32_t meter_price(uint32_t per_second)
{
	uint64_t price = (uint64_t)METER_LOAD_MAX * 1000 / ((uint64_t)per_second * METER_WINDOW_MS);
	if (price > METER_LOAD_MAX)
		return METER_LOAD_MAX;
	return price < 1 ? 1 : (uint32_t)price;
}

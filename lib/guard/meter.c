/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Decaying counters in cache lines, the least loaded key of a line makes room for a new one. */
#include "guard/meter.h"

#include <stdlib.h>
#include <string.h>

/* Loads decay in this many steps for each halving. */
#define TICKS_PER_HALVING 16
/* ln 2 in thousandths: the half-life is that part of the window. */
#define LN2_THOUSANDTHS 693
#define PRICE_FRACTION ((1u << METER_PRICE_BITS) - 1)
/* 2^32 / golden ratio: a walk in such steps meets all fractions evenly. */
#define GOLDEN_STEP 2654435769u

struct line {
	uint32_t tick; /* when the loads were last brought up to date */
	uint16_t tag[METER_KEYS];
	uint16_t load[METER_KEYS];
} CACHE_ALIGNED;

_Static_assert(sizeof(struct line) == CACHE_LINE_BYTES, "a line is one cache line");

struct meter {
	uint64_t mask;
	uint32_t tick_ms;
	uint32_t dither; /* which fractions of a price are rounded up: evenly many */
	struct line *lines;
};

/* 65536 * 2^(-i/16): what is left of a load after i ticks. */
static const uint32_t left_after[TICKS_PER_HALVING] = {
    65536, 62757, 60097, 57549, 55109, 52772, 50535, 48393,
    46341, 44376, 42495, 40693, 38968, 37316, 35734, 34219,
};

enum result meter_create(uint32_t keys_max, uint32_t window_ms, struct meter **out)
{
	uint64_t lines = 1;
	while (lines * METER_KEYS < keys_max)
		lines *= 2;
	if (keys_max == 0 || lines > METER_LINES_MAX || window_ms < METER_WINDOW_MIN_MS ||
	    window_ms > METER_WINDOW_MAX_MS)
		return RESULT_OUT_OF_RANGE;
	struct meter *meter = calloc(1, sizeof(*meter));
	if (meter == NULL)
		return RESULT_NO_MEMORY;
	meter->mask = lines - 1;
	meter->tick_ms =
	    (uint32_t)((uint64_t)window_ms * LN2_THOUSANDTHS / 1000 / TICKS_PER_HALVING);
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

static uint32_t decay_factor(uint32_t ticks)
{
	/* After 16 halvings nothing of a 16-bit load is left; neither is anything after a clock step. */
	uint32_t halvings = ticks / TICKS_PER_HALVING;
	return halvings >= 16 ? 0 : left_after[ticks % TICKS_PER_HALVING] >> halvings;
}

static void decay(struct line *line, uint32_t tick)
{
	uint32_t factor = decay_factor(tick - line->tick);
	line->tick = tick;
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

/* The price as a whole number: its fraction is the part of all uses that pay one more. */
static uint32_t whole_price(struct meter *meter, uint32_t price)
{
	meter->dither += GOLDEN_STEP;
	return (uint32_t)(((uint64_t)price + (meter->dither >> (32 - METER_PRICE_BITS))) >>
	                  METER_PRICE_BITS);
}

bool meter_take(struct meter *meter, uint64_t hash, uint32_t price, uint32_t now_ms)
{
	struct line *line = line_of(meter, hash);
	uint32_t tick = now_ms / meter->tick_ms;
	if (tick != line->tick)
		decay(line, tick);
	int place = place_of(line, (uint16_t)(hash >> 48));
	/* A use that happens to be free still needs room for its price: else these would all pass. */
	const uint32_t most = (uint32_t)(((uint64_t)price + PRICE_FRACTION) >> METER_PRICE_BITS);
	if (line->load[place] + most > METER_LOAD_MAX)
		return false;
	line->load[place] = (uint16_t)(line->load[place] + whole_price(meter, price));
	return true;
}

uint32_t meter_look(const struct meter *meter, uint64_t hash, uint32_t now_ms)
{
	const struct line *line = line_of(meter, hash);
	uint32_t tick = __atomic_load_n(&line->tick, __ATOMIC_RELAXED);
	uint64_t factor = decay_factor(now_ms / meter->tick_ms - tick);
	for (int i = 0; i < METER_KEYS; i++) {
		if (__atomic_load_n(&line->tag[i], __ATOMIC_RELAXED) != (uint16_t)(hash >> 48))
			continue;
		uint64_t load = __atomic_load_n(&line->load[i], __ATOMIC_RELAXED);
		return (uint32_t)((load * factor >> 16) * 1000 / METER_LOAD_MAX);
	}
	return 0;
}

uint32_t meter_price(uint32_t per_second, uint32_t window_ms)
{
	const uint64_t most = (uint64_t)METER_LOAD_MAX << METER_PRICE_BITS;
	uint64_t price = most * 1000 / ((uint64_t)per_second * window_ms);
	if (price > most)
		return (uint32_t)most;
	return price < 1 ? 1 : (uint32_t)price;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Making the ring, and giving up its oldest queries. */
#include "load/flight.h"

#include <stdlib.h>
#include <string.h>

#include "load/load_limits.h"

enum result flight_create(unsigned bits, struct flight *out)
{
	memset(out, 0, sizeof(*out));
	if (bits < LOAD_FLIGHT_BITS_MIN || bits > LOAD_FLIGHT_BITS_MAX)
		return RESULT_OUT_OF_RANGE;
	out->slots = calloc((size_t)1 << bits, sizeof(*out->slots));
	out->mask = (1u << bits) - 1;
	return out->slots != NULL ? RESULT_OK : RESULT_NO_MEMORY;
}

void flight_destroy(struct flight *flight)
{
	free(flight->slots);
	memset(flight, 0, sizeof(*flight));
}

uint32_t flight_expire(struct flight *flight, uint64_t before_tsc)
{
	uint32_t lost = 0;
	while (flight->oldest < flight->next) {
		struct flight_slot *slot = &flight->slots[flight->oldest & flight->mask];
		if (slot->waits && slot->sent_tsc >= before_tsc)
			break;
		if (slot->waits) {
			flight_done(flight, slot);
			lost++;
		}
		flight->oldest++;
	}
	return lost;
}

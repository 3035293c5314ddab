/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Makes masks and values of prefixes; the look-up is in the header. */
#include "net/match.h"

/* An address of ones for the first `length` bits and zeros for the others. */
static void write_mask(uint8_t length, uint8_t *octets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t first_bit = i * 8;
		if (length >= first_bit + 8)
			octets[i] = 0xff;
		else if (length > first_bit)
			octets[i] = (uint8_t)(0xff << (8 - (length - first_bit)));
		else
			octets[i] = 0;
	}
}

enum result net_match_add(struct net_match *match, const struct net_prefix *prefix)
{
	const uint8_t *octets = prefix->address.octets;
	uint8_t mask[16];
	write_mask(prefix->length, mask, sizeof(mask));
	if (prefix->address.family == 4) {
		if (match->v4_count == NET_MATCH_MAX)
			return RESULT_TOO_LONG;
		unsigned at = match->v4_count++;
		memcpy(&match->v4[at].mask, mask, sizeof(match->v4[at].mask));
		memcpy(&match->v4[at].value, octets, sizeof(match->v4[at].value));
		match->v4[at].value &= match->v4[at].mask;
		return RESULT_OK;
	}
	if (match->v6_count == NET_MATCH_MAX)
		return RESULT_TOO_LONG;
	unsigned at = match->v6_count++;
	memcpy(match->v6[at].mask, mask, sizeof(match->v6[at].mask));
	memcpy(match->v6[at].value, octets, sizeof(match->v6[at].value));
	match->v6[at].value[0] &= match->v6[at].mask[0];
	match->v6[at].value[1] &= match->v6[at].mask[1];
	return RESULT_OK;
}

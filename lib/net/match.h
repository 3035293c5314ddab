/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* match -- a small set of prefixes, laid out for a quick look-up per packet.
 *
 * What:    answers whether an address lies in any of the prefixes; made once, then only read. Meant for the
 *          few addresses of a port, not for access lists.
 * Threads: any number of readers after the last net_match_add().
 * Memory:  the caller's struct, about 2.5 KiB; the first prefixes share the first cache lines.
 * Limits:  NET_MATCH_MAX prefixes for each IP version, compared one after the other.
 * Trust:   addresses come from the wire: any octets.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"
#include "base/result.h"
#include "net/prefix.h"

/* Too low: many anycast addresses do not fit. Too high: a miss compares with all of them. */
#define NET_MATCH_MAX 64

struct net_match {
	uint16_t v4_count;
	uint16_t v6_count;
	struct {
		uint32_t value; /* memory order, host bits cleared */
		uint32_t mask;
	} v4[NET_MATCH_MAX];
	struct {
		uint64_t value[2];
		uint64_t mask[2];
	} v6[NET_MATCH_MAX];
};

/* Requires: a struct that was zero before the first call.
 * Fails: RESULT_TOO_LONG (NET_MATCH_MAX prefixes of that version are in it). */
MUST_CHECK enum result net_match_add(struct net_match *match, const struct net_prefix *prefix);

/* Whether the address (4 or 16 octets, `version` 4 or 6) lies in one of the prefixes. */
static inline bool net_match_has(const struct net_match *match, uint8_t version,
                                 const uint8_t *octets)
{
	if (version == 4) {
		uint32_t address;
		memcpy(&address, octets, sizeof(address));
		for (unsigned i = 0; i < match->v4_count; i++) {
			if ((address & match->v4[i].mask) == match->v4[i].value)
				return true;
		}
		return false;
	}
	uint64_t address[2];
	memcpy(address, octets, sizeof(address));
	for (unsigned i = 0; i < match->v6_count; i++) {
		if ((address[0] & match->v6[i].mask[0]) == match->v6[i].value[0] &&
		    (address[1] & match->v6[i].mask[1]) == match->v6[i].value[1])
			return true;
	}
	return false;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* checksum -- the Internet checksum of IP headers and UDP datagrams.
 *
 * What:    sums of 16-bit words in memory order, pseudo-headers of both IP versions, and the fold to
 *          the 16 bits of a header field. A value of net_checksum_fold() is in memory order: it is
 *          compared and stored with memcpy, never swapped (the sum does not care about byte order).
 * Threads: any; pure.
 * Memory:  none.
 * Limits:  spans up to 2^32 octets: the 64-bit sum cannot overflow.
 * Trust:   any octets; the caller has checked the lengths.
 * RFC:     1071, 1624, 768, 8200 §8.1. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"

/* The sum of `len` octets, an odd last one padded with zero, added to `sum`. Spans that are summed one
 * after the other must have an even length, but for the last. */
uint64_t net_checksum_add(const void *data, size_t len, uint64_t sum);

/* The pseudo-header of IPv4 (addresses of 4 octets) or IPv6 (16 octets) before a datagram of `len`
 * octets of protocol `protocol`. */
uint64_t net_checksum_pseudo(uint8_t version, const uint8_t *source, const uint8_t *target,
                             uint8_t protocol, uint32_t len);

/* Folds a sum to 16 bits, not complemented: 0xffff means that a header with its checksum is good. */
static inline uint16_t net_checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* The value for the checksum field of a header whose field was zero while it was summed. */
static inline uint16_t net_checksum_finish(uint64_t sum)
{
	return (uint16_t)~net_checksum_fold(sum);
}

/* The same for UDP, where 0 in the field says "no checksum" and so is sent as its twin 0xffff. */
static inline uint16_t net_checksum_finish_udp(uint64_t sum)
{
	uint16_t value = net_checksum_finish(sum);
	return value == 0 ? 0xffff : value;
}

/* A field's value after one 16-bit word of the summed span changed (RFC 1624 §3, equation 3). All
 * three are in memory order. */
static inline uint16_t net_checksum_update(uint16_t field, uint16_t before, uint16_t after)
{
	return net_checksum_finish((uint64_t)(uint16_t)~field + (uint16_t)~before + after);
}

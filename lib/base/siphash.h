/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* siphash -- SipHash-2-4, a short keyed hash that an attacker cannot predict.
 *
 * What:    64 bits from a 128-bit key and any octets, as DNS cookies need them.
 * Threads: any; pure.
 * Memory:  none.
 * Limits:  none.
 * Trust:   the input may come from the wire.
 * RFC:     9018 §4.4; Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

#define SIPHASH_KEY_BYTES 16

/* `out` gets the eight octets in SipHash's own (little-endian) order. */
void siphash24(const uint8_t key[SIPHASH_KEY_BYTES], const void *data, size_t len, uint8_t out[8]);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* nsec3 -- hashed names of a pre-signed zone, and their order.
 *
 * What:    the hash of a name with a zone's parameters, the NSEC3 record at or before a hash, and, when a
 *          zone is sealed, the way from each name to its NSEC3 record, so that an answer hashes only
 *          names that do not exist.
 * Threads: zone_nsec3_link() while the zone is made; the others any.
 * Memory:  none.
 * Limits:  SHA-1, the only algorithm there is; ZONE_NSEC3_ITERATIONS_MAX.
 * Trust:   needs checked names.
 * RFC:     5155 §3 §5 §7, 9276. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "zone/store.h"

/* The octets of a hash as the label that the NSEC3 record's owner begins with. */
struct zone_nsec3_hash {
	uint8_t label[33]; /* length octet, 32 octets of lower-case base32hex */
};

/* `name` is lower case. */
struct zone_nsec3_hash zone_nsec3_hash(const struct zone *zone, const uint8_t *name, size_t len);

/* The node whose hash is the given one or the last before it, round the end (RFC 5155 §7.1); NULL if the zone
 * has no NSEC3 record. */
const struct zone_node *zone_nsec3_before(const struct zone *zone,
                                          const struct zone_nsec3_hash *hash);

/* The NSEC3 node of a name that exists, NULL if there is none. */
const struct zone_node *zone_nsec3_of(const struct zone *zone, const struct zone_node *node);

/* The same by hashing the name, while the zone is made. Gives its reference, 0 if there is none. */
uint32_t zone_nsec3_link(const struct zone *zone, const struct zone_node *node);

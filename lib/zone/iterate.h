/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* iterate -- walks over a zone name by name, in canonical order.
 *
 * What:    zone_cursor_next() gives RRsets as they were read; this gives names in the order of RFC 4034
 *          §6.1, each with all its records in a fixed order: what writing, comparing and counting need.
 * Threads: an object belongs to one thread; it only reads the zone.
 * Memory:  about 56 octets and twice the relative name for each name of the zone, and the records of one
 *          name. The zone must outlive the object.
 * Limits:  none but memory.
 * Trust:   zones are made from checked input only.
 * RFC:     4034 §6 (canonical order and form), 8976 §3.3 (order of types within a name). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "zone/zone.h"

struct zone_iterate;

enum zone_iterate_form {
	/* Names in the case that they were written in; SOA, NS, then types ascending, each followed by
	 * its signatures; records of an RRset in the order in which they were read. */
	ZONE_ITERATE_WRITTEN,
	/* RFC 4034 §6.2 and §6.3: owners and names in rdata in lower case where the RFC says so; SOA,
	 * then types ascending; records of an RRset by their rdata, equal ones once. */
	ZONE_ITERATE_CANONICAL,
};

struct zone_iterate_record {
	uint16_t type;
	uint16_t covers; /* of RRSIG: the type that is signed; else 0 */
	uint32_t ttl;
	uint16_t len;
	const uint8_t *rdata; /* uncompressed wire form */
	uint64_t rank; /* the order within a name */
};

struct zone_iterate_name {
	uint8_t owner[DNS_NAME_MAX + 1]; /* wire */
	const struct zone_iterate_record *record;
	size_t record_count; /* >= 1: empty non-terminals are passed over */
};

/* Puts the zone's names in order. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_iterate_open(const struct zone *zone, enum zone_iterate_form form,
                                         struct zone_iterate **out);

/* Gives the next name; it lives until the next call. Fails: RESULT_NOT_FOUND (there is none left),
 * RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_iterate_next(struct zone_iterate *iterate,
                                         const struct zone_iterate_name **out);

/* Starts again with the first name. */
void zone_iterate_rewind(struct zone_iterate *iterate);

/* Takes NULL. */
void zone_iterate_close(struct zone_iterate *iterate);

/* The order of names that are given one by one: negative, zero or positive (RFC 4034 §6.1). */
int zone_iterate_compare(const struct zone_iterate_name *a, const struct zone_iterate_name *b) PURE;

/* The order of records within a name, by type and canonical rdata. TTLs do not count. */
int zone_iterate_record_compare(const struct zone_iterate_record *a,
                                const struct zone_iterate_record *b) PURE;

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* tally -- counts what is in a zone.
 *
 * What:    one walk in canonical order: names, RRsets and records by type, wildcards, delegations,
 *          signatures.
 * Threads: one.
 * Memory:  about 4 MiB for the table of types; not for the stack.
 * Limits:  none.
 * Trust:   zones are made from checked input only.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "zone/zone.h"

struct tally_type {
	uint64_t rrsets;
	uint64_t records;
	uint64_t octets; /* of rdata */
};

struct tally_rrset {
	uint8_t owner[DNS_NAME_MAX + 1];
	uint16_t type;
	uint64_t records;
	uint64_t octets;
};

struct tally {
	uint64_t owners; /* names with records; NSEC3 hashes are none */
	uint64_t hashes; /* owners of NSEC3 */
	uint64_t rrsets;
	uint64_t octets;
	uint64_t wildcards;
	uint64_t delegations;
	uint64_t signed_delegations; /* with DS */
	uint64_t occluded; /* names below a delegation or DNAME: glue, mostly */
	struct tally_rrset most_records;
	struct tally_rrset most_octets;
	bool has_key; /* DNSKEY at the zone's name */
	uint64_t signatures;
	uint32_t signatures_until; /* the first to expire (RFC 4034 §3.1.5); 0: none */
	struct tally_type type[UINT16_MAX + 1];
};

/* Requires: *out is all zero. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result tally_zone(const struct zone *zone, struct tally *out);

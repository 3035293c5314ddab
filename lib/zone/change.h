/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* change -- the next version of a zone from the one before and a list of changes.
 *
 * What:    what IXFR, dynamic update and an edited file need: records removed and added, in order. Big
 *          zones share all memory between versions but what changed; small ones are made anew.
 * Threads: one control thread at a time for all versions of a zone, zone_free() included. Readers of the
 *          old version see nothing of it.
 * Memory:  a change takes the nodes of the names it touches, the pages that lead to them, and the lists of
 *          pages (13 octets for a thousand names, 29 if signed). When the room that a zone has for changes is
 *          used up, the next version is made anew and compact.
 * Limits:  those of the zone.
 * Trust:   needs checked names and checked, uncompressed rdata; everything else about the records is
 *          checked here as if they had been read from a file.
 * RFC:     1995 §4 (removals and additions in order), 2136 §3.4.2. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "zone/zone.h"

enum zone_change_kind {
	ZONE_CHANGE_REMOVE, /* one record, which must be there; its TTL does not count */
	ZONE_CHANGE_REMOVE_RRSET, /* all records of a type, which need not be there; its signatures stay */
	ZONE_CHANGE_ADD, /* one record; nothing happens if it is there */
};

struct zone_change_record {
	enum zone_change_kind kind;
	const uint8_t *owner; /* wire, in any case */
	uint16_t type;
	uint16_t len; /* of the rdata */
	uint32_t ttl;
	const uint8_t *rdata;
};

struct zone_change {
	const struct zone_change_record *record;
	size_t count;
};

/* Makes the next version. The old one stays as it is, and must live until this returns. Errors name the
 * record's index, counted from 1, as the line of "change".
 * Gives: *out, to be freed with zone_free(), before or after the old one.
 * Fails: RESULT_MALFORMED (what would come out is no zone: *errors tells), RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_change_apply(const struct zone *old, const struct zone_change *change,
                                         struct zone **out, struct zone_errors *errors);

/* Makes the same zone anew, compact, with at least `room_bytes` of addresses for changes.
 * Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_change_compact(const struct zone *old, size_t room_bytes,
                                           struct zone **out);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* write -- zones as text.
 *
 * What:    writes a zone so that reading the text gives the same zone again: in canonical form, one
 *          record a line, made to be compared; or in pretty form, made to be read and edited by people.
 *          Single records and rdata, too, for who prints differences or messages.
 * Threads: an object belongs to one thread.
 * Memory:  zone/iterate.h, and the text of one record.
 * Limits:  rdata whose own text would exceed what the reader takes as one entry (zone/zone_limits.h) is
 *          written in the form of RFC 3597 §5.
 * Trust:   zones are made from checked input only; owners and rdata given one by one must be checked.
 * RFC:     1035 §5.1, 2308 §4 ($TTL), 3597 §5, 4034 §6. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/result.h"
#include "zone/zone.h"

enum zone_write_form {
	/* "owner TTL IN type rdata", names absolute, order and case of ZONE_ITERATE_CANONICAL. Two zones
	 * are equal if and only if these texts are. */
	ZONE_WRITE_CANONICAL,
	/* $ORIGIN, $TTL, names relative to the zone's, columns aligned, each owner written once, the SOA
	 * over several lines, case as it was written. */
	ZONE_WRITE_PRETTY,
};

/* Fails: RESULT_NO_MEMORY, RESULT_IO (errno tells; part of the text may have been written). */
MUST_CHECK enum result zone_write(const struct zone *zone, enum zone_write_form form, FILE *out);

/* Text of rdata that grows as needed: start with all zero, end with zone_write_text_free(). */
struct zone_write_text {
	char *data; /* with a NUL */
	size_t len;
	size_t size;
};

/* Puts the presentation form of rdata into *text, in place of what was there. Names are absolute.
 * Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_write_rdata(struct zone_write_text *text, uint16_t type,
                                        const uint8_t *rdata, uint16_t len);
void zone_write_text_free(struct zone_write_text *text);

/* Writes one record as in canonical form, without an end of line. `text` is for work.
 * Fails: RESULT_NO_MEMORY. Whether `out` took all of it, the caller asks of `out`. */
MUST_CHECK enum result zone_write_record(struct zone_write_text *text, const uint8_t *owner,
                                         uint32_t ttl, uint16_t type, const uint8_t *rdata,
                                         uint16_t len, FILE *out);

/* Writes a name in presentation form: relative to `origin` where it is below it and spelt with the same
 * case ("@" for the origin itself), absolute where not. Gives the length without the NUL.
 * `out` has at least DNS_NAME_TEXT_MAX octets. */
size_t zone_write_name(const uint8_t *name, const struct dns_name *origin, char *out);

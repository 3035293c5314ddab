/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* question -- the one question of a query, taken apart once so that nobody does it again.
 *
 * What:    name, type and class of a question, the name lowercased, with the place and the keyed hash
 *          of every suffix. Zone match, exact match, closest encloser and cache key are table probes
 *          with these hashes.
 * Threads: an object belongs to one thread at a time.
 * Memory:  the caller's (about 1.5 KiB, of which a short name touches three or four lines).
 * Limits:  dns/name.h.
 * Trust:   dns_question_set() needs a checked name; dns_question_parse() takes anything.
 * RFC:     1035 §4.1.2. */
#pragma once

#include <stdint.h>

#include "dns/name.h"

struct dns_question {
	uint16_t type;
	uint16_t class;
	uint8_t name_len; /* octets of the wire name, root included: 1..255 */
	uint8_t label_count; /* labels without the root: 0..127 */
	/* hash[i] is the keyed hash of the suffix that starts at label i (0 is the leftmost: the whole
	 * name); hash[label_count] is the root's. Only 0..label_count are set. */
	uint64_t hash[DNS_LABELS_MAX + 1];
	/* label_at[i] is the offset of that suffix in `name`. Only 0..label_count are set. */
	uint8_t label_at[DNS_LABELS_MAX + 1];
	uint8_t name[DNS_NAME_MAX + 1]; /* lower case, uncompressed */
};

/* Takes a checked uncompressed name in any case. */
void dns_question_set(struct dns_question *out, const uint8_t *name, uint16_t type, uint16_t class);

/* Reads the question at reader->at: an uncompressed name, type, class.
 * Fails: as dns_name_parse_plain(), and RESULT_TOO_SHORT. */
MUST_CHECK enum result dns_question_parse(struct bytes_reader *reader, struct dns_question *out);

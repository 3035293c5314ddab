/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* name -- domain names in wire form: checking, comparing, hashing, text.
 *
 * What:    a name is the octets of RFC 1035 §3.1: length-prefixed labels up to the root's zero octet.
 *          struct dns_name holds one by value, uncompressed, in the case it came in.
 * Threads: any; pure functions (dns_name_hash_seed() once, before threads start).
 * Memory:  the caller's.
 * Limits:  DNS_NAME_MAX octets, DNS_LABEL_MAX octets a label, DNS_LABELS_MAX labels.
 * Trust:   dns_name_parse() and dns_name_from_text() take anything; the others need a checked name.
 * RFC:     1035 §2.3.4 §3.1 §4.1.4 §5.1, 2181 §11, 4343 (case), 4034 §6.1 (canonical order). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/result.h"

/* RFC 1035 §2.3.4. */
#define DNS_NAME_MAX 255
#define DNS_LABEL_MAX 63
/* 127 one-octet labels and the root make 255 octets. */
#define DNS_LABELS_MAX 127
/* Every octet may become \DDD, plus dots and the final NUL. */
#define DNS_NAME_TEXT_MAX 1025

struct dns_name {
	uint8_t len; /* octets in wire, 1..255, the root's octet included */
	uint8_t label_count; /* without the root, 0..127 */
	uint8_t wire[DNS_NAME_MAX + 1];
};

/* Reads one name at reader->at from a message (reader->data is the message's start, so that
 * compression pointers can be followed). Pointers must point backwards, strictly before the place
 * they are read from, and at most DNS_LABELS_MAX are followed.
 * Gives: *out uncompressed in its own case; reader->at behind the name.
 * Fails: RESULT_TOO_SHORT, RESULT_MALFORMED (label type, pointer), RESULT_TOO_LONG (over 255). */
MUST_CHECK enum result dns_name_parse(struct bytes_reader *reader, struct dns_name *out);

/* As above but a compression pointer is RESULT_MALFORMED (questions, DNSSEC rdata …). */
MUST_CHECK enum result dns_name_parse_plain(struct bytes_reader *reader, struct dns_name *out);

/* Moves behind a name without following pointers. */
MUST_CHECK enum result dns_name_skip(struct bytes_reader *reader);

/* Reads presentation form (RFC 1035 §5.1: \DDD, \X). A text without a final dot is relative to
 * `origin`; with origin NULL it is taken as absolute. "@" is the origin. "." is the root.
 * Fails: RESULT_MALFORMED (empty label, bad escape), RESULT_TOO_LONG. */
MUST_CHECK enum result dns_name_from_text(const char *text, size_t len,
                                          const struct dns_name *origin, struct dns_name *out);

/* Writes presentation form with a final dot and a NUL into `out` (at least DNS_NAME_TEXT_MAX).
 * Returns the length without the NUL. `wire` is a checked uncompressed name. */
size_t dns_name_to_text(const uint8_t *wire, char *out);

/* Case-insensitive comparison of two checked uncompressed names. */
bool dns_name_equal(const uint8_t *a, const uint8_t *b) PURE;

/* Canonical order of RFC 4034 §6.1: negative, zero or positive. */
int dns_name_compare(const uint8_t *a, const uint8_t *b) PURE;

/* Whether `name` is `parent` or below it. */
bool dns_name_is_below(const uint8_t *name, const uint8_t *parent) PURE;

/* Octets of a checked uncompressed name, the root's included: 1..255. */
size_t dns_name_len(const uint8_t *wire) PURE;

/* ASCII upper case to lower case, all other octets unchanged (RFC 4343). */
extern const uint8_t dns_name_lower[256];
void dns_name_to_lower(uint8_t *wire, size_t len);

/* Sets the process' secret for all name hashes (so that nobody outside can make collisions).
 * Call once, before any hash is made. */
void dns_name_hash_seed(const uint64_t secret[2]);

/* The keyed hash of a name, case-insensitive. Hashes are made right to left, label by label, so that
 * the hash of every suffix falls out on the way:
 *   hash(root) = dns_name_hash_root();  hash(label + suffix) = dns_name_hash_label(hash(suffix), label)
 * dns_name_hash(wire) is the same function applied over the whole name. */
uint64_t dns_name_hash_root(void) PURE;
/* `label` is the length octet followed by lower-case octets. */
uint64_t dns_name_hash_label(uint64_t suffix_hash, const uint8_t *label) PURE;
uint64_t dns_name_hash(const uint8_t *wire) PURE;

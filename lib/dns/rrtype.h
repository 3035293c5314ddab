/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* rrtype -- the table of resource record types: one row drives reading, writing and compressing.
 *
 * What:    each row (lib/dns/rrtype.def) names a type, its number and the fields of its rdata. From it
 *          come: text to wire, wire to text, check of foreign rdata, decompression, canonical form
 *          (RFC 4034 §6.2), which names may be compressed, which names want additional records.
 * Threads: any; the table is const.
 * Memory:  the caller's buffers.
 * Limits:  rdata has 0..65535 octets.
 * Trust:   dns_rdata_* functions take anything.
 * RFC:     1035 §3.3, 3597 (unknown types), 4034 §6.2, 6895, 9460 and the RFC of each type. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "dns/message.h"
#include "dns/name.h"

enum dns_type {
	DNS_TYPE_A = 1,
	DNS_TYPE_NS = 2,
	DNS_TYPE_CNAME = 5,
	DNS_TYPE_SOA = 6,
	DNS_TYPE_PTR = 12,
	DNS_TYPE_MX = 15,
	DNS_TYPE_TXT = 16,
	DNS_TYPE_SIG = 24,
	DNS_TYPE_KEY = 25,
	DNS_TYPE_AAAA = 28,
	DNS_TYPE_SRV = 33,
	DNS_TYPE_NAPTR = 35,
	DNS_TYPE_DNAME = 39,
	DNS_TYPE_OPT = 41,
	DNS_TYPE_DS = 43,
	DNS_TYPE_RRSIG = 46,
	DNS_TYPE_NSEC = 47,
	DNS_TYPE_DNSKEY = 48,
	DNS_TYPE_NSEC3 = 50,
	DNS_TYPE_NSEC3PARAM = 51,
	DNS_TYPE_CDS = 59,
	DNS_TYPE_CDNSKEY = 60,
	DNS_TYPE_SVCB = 64,
	DNS_TYPE_HTTPS = 65,
	DNS_TYPE_TKEY = 249,
	DNS_TYPE_TSIG = 250,
	DNS_TYPE_IXFR = 251,
	DNS_TYPE_AXFR = 252,
	DNS_TYPE_MAILB = 253,
	DNS_TYPE_MAILA = 254,
	DNS_TYPE_ANY = 255,
};

/* "MX", "TYPE65280" for a number without a name: static or in `buffer`. */
const char *dns_type_text(uint16_t type, char buffer[DNS_NUMBER_TEXT_MAX]);
/* Reads "mx", "TYPE65280" …, any case. */
MUST_CHECK bool dns_type_from_text(const char *text, size_t len, uint16_t *out);
/* Types that cannot be in a zone: OPT, TKEY, TSIG, IXFR … ANY (RFC 6895 §3.1). */
bool dns_type_is_meta(uint16_t type) PURE;

/* Checks rdata that stands in a message (`reader` starts at the message; rdata is `rdata_len` octets
 * at reader->at) and copies it uncompressed to `out`. Names keep their case.
 * Rdata of no octets is malformed for most types: who takes dynamic updates looks at the length first.
 * Gives: *out_len; reader->at behind the rdata.
 * Fails: RESULT_MALFORMED, RESULT_TOO_SHORT, RESULT_NO_SPACE. */
MUST_CHECK enum result dns_rdata_from_message(struct bytes_reader *reader, uint16_t type,
                                              uint16_t rdata_len, uint8_t *out, size_t out_size,
                                              uint16_t *out_len);

/* Makes names in rdata lower case where the canonical form asks for it (RFC 4034 §6.2, 6840 §5.1); the
 * length does not change. Needs checked, uncompressed rdata. */
void dns_rdata_to_canonical(uint16_t type, uint8_t *rdata, uint16_t rdata_len);

/* The name in rdata whose addresses belong into the additional section (NS, MX, SRV, …; may be the
 * root), or NULL. Needs checked, uncompressed rdata. */
const uint8_t *dns_rdata_glue_name(uint16_t type, const uint8_t *rdata, uint16_t rdata_len) PURE;

/* One token of presentation form: what a zone-file reader or a JSON record has split off. */
struct dns_token {
	const char *text; /* escapes still in it */
	size_t len;
	bool quoted;
};

/* Turns the tokens of one record's rdata into wire form, "\# length hex" of RFC 3597 §5 included.
 * `origin` completes relative names. A parameter of SVCB may be one token with its quotes in it
 * (alpn="h2") or two (alpn= and the quoted value). On failure *error_token is the index of the token at
 * fault (count: one was missing) and *expected a static text of what should have been there.
 * Fails: RESULT_MALFORMED, RESULT_OUT_OF_RANGE, RESULT_TOO_LONG, RESULT_NO_SPACE. */
MUST_CHECK enum result dns_rdata_from_tokens(uint16_t type, const struct dns_token *tokens,
                                             size_t count, const struct dns_name *origin,
                                             uint8_t *out, size_t out_size, uint16_t *out_len,
                                             size_t *error_token, const char **expected);

/* Writes presentation form with a NUL; the form of RFC 3597 §5 where a type has none of its own or its
 * own cannot say it. Names are absolute. Fails: RESULT_NO_SPACE, RESULT_MALFORMED. */
MUST_CHECK enum result dns_rdata_to_text(uint16_t type, const uint8_t *rdata, uint16_t rdata_len,
                                         char *out, size_t out_size, size_t *out_len);

/* Where the compressible names of an RFC 1035 rdata are: prefix octets, names, then the rest.
 * count 0: nothing in it may be compressed (RFC 3597 §4). */
struct dns_rdata_shape {
	uint8_t prefix; /* octets before the first name (MX: 2) */
	uint8_t name_count; /* 0..2 */
};
struct dns_rdata_shape dns_rdata_compressible(uint16_t type) PURE;

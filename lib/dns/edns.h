/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* edns -- the OPT record: what a client told us about itself, and what we tell it.
 *
 * What:    parse of the OPT record of a query into struct dns_edns and the list of options we act
 *          upon; writing of ours. Extended DNS error codes (EDE).
 * Threads: any; pure.
 * Memory:  the caller's. Option data are copied into the struct, no pointer into the message stays.
 * Limits:  unknown options are ignored; at most EDNS_OPTIONS_MAX are walked
 *          (CVE-2026-41292: a long option list must not cost more than a short one).
 * Trust:   dns_edns_parse() takes anything.
 * RFC:     6891, 7873, 9018 (cookies), 5001 (NSID), 8914 (EDE), 7830 (padding), 7828 (keepalive),
 *          7871 (client subnet), 7314 (EXPIRE), 9660 (ZONEVERSION). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/result.h"

/* Options walked in one OPT record. Too low: a rare honest client gets FORMERR. Too high: a 64 KiB
 * TCP query of 16,000 empty options becomes work. */
#define EDNS_OPTIONS_MAX 64
#define EDNS_COOKIE_MAX 40
#define EDNS_OPT_FIXED_SIZE 11 /* root owner, type, class, ttl, rdlength */

enum edns_option {
	EDNS_OPTION_NSID = 3,
	EDNS_OPTION_CLIENT_SUBNET = 8,
	EDNS_OPTION_EXPIRE = 9,
	EDNS_OPTION_COOKIE = 10,
	EDNS_OPTION_KEEPALIVE = 11,
	EDNS_OPTION_PADDING = 12,
	EDNS_OPTION_EDE = 15,
	EDNS_OPTION_ZONEVERSION = 19,
};

/* RFC 8914 §5.2 and the IANA registry. EDNS_EDE_NONE is ours: no error to tell. */
enum edns_ede {
	EDNS_EDE_NONE = -1,
	EDNS_EDE_OTHER = 0,
	EDNS_EDE_UNSUPPORTED_DNSKEY_ALGORITHM = 1,
	EDNS_EDE_UNSUPPORTED_DS_DIGEST = 2,
	EDNS_EDE_STALE_ANSWER = 3,
	EDNS_EDE_FORGED_ANSWER = 4,
	EDNS_EDE_DNSSEC_INDETERMINATE = 5,
	EDNS_EDE_DNSSEC_BOGUS = 6,
	EDNS_EDE_SIGNATURE_EXPIRED = 7,
	EDNS_EDE_SIGNATURE_NOT_YET_VALID = 8,
	EDNS_EDE_DNSKEY_MISSING = 9,
	EDNS_EDE_RRSIGS_MISSING = 10,
	EDNS_EDE_NO_ZONE_KEY_BIT = 11,
	EDNS_EDE_NSEC_MISSING = 12,
	EDNS_EDE_CACHED_ERROR = 13,
	EDNS_EDE_NOT_READY = 14,
	EDNS_EDE_BLOCKED = 15,
	EDNS_EDE_CENSORED = 16,
	EDNS_EDE_FILTERED = 17,
	EDNS_EDE_PROHIBITED = 18,
	EDNS_EDE_STALE_NXDOMAIN = 19,
	EDNS_EDE_NOT_AUTHORITATIVE = 20,
	EDNS_EDE_NOT_SUPPORTED = 21,
	EDNS_EDE_NO_REACHABLE_AUTHORITY = 22,
	EDNS_EDE_NETWORK_ERROR = 23,
	EDNS_EDE_INVALID_DATA = 24,
	EDNS_EDE_SIGNATURE_EXPIRED_BEFORE_VALID = 25,
	EDNS_EDE_TOO_EARLY = 26,
	EDNS_EDE_UNSUPPORTED_NSEC3_ITERATIONS = 27,
	EDNS_EDE_POLICY = 28,
	EDNS_EDE_SYNTHESIZED = 29,
	EDNS_EDE_INVALID_QUERY_TYPE = 30,
};

/* What the client's OPT record said. All zero when there was none. */
struct dns_edns {
	bool present;
	bool dnssec_ok; /* DO */
	bool nsid_asked;
	bool keepalive_asked;
	bool padding_asked;
	bool expire_asked;
	bool zoneversion_asked;
	uint8_t version;
	uint8_t extended_rcode;
	uint8_t cookie_len; /* 0, or 8, or 16..40 */
	uint16_t udp_size; /* at least 512: less counts as 512 (RFC 6891 §6.2.3) */
	uint8_t cookie[EDNS_COOKIE_MAX];
	/* Client subnet as sent (RFC 7871 §6): echoed with scope 0 where we do not use it. */
	bool subnet_present;
	uint8_t subnet_family; /* 1 or 2; 0 if the client sent no address (dig +subnet=0) */
	uint8_t subnet_source;
	uint8_t subnet_address[16];
};

/* Reads an OPT record whose owner, type, class, ttl and rdlength are in the reader (it stands at the
 * class field: owner and type have been read).
 * Options of a version other than 0 are not looked at (RFC 6891 §6.1.3: BADVERS). Of several COOKIE
 * or CLIENT-SUBNET options the first counts (RFC 7873 §5.2). A subnet of an unknown family is ignored.
 * Fails: RESULT_TOO_SHORT, RESULT_MALFORMED (option lengths, cookie length, subnet: FORMERR). */
MUST_CHECK enum result dns_edns_parse(struct bytes_reader *reader, struct dns_edns *out);

/* The parts of our own OPT record. */
struct dns_edns_reply {
	uint16_t udp_size; /* what we take */
	uint16_t rcode; /* all 12 bits: the upper 8 go into the OPT record */
	bool dnssec_ok; /* echoed from the query (RFC 3225 §3) */
	enum edns_ede ede; /* or EDNS_EDE_NONE */
	const char *ede_text; /* or NULL; UTF-8, no NUL on the wire */
	const uint8_t *nsid; /* or NULL */
	uint16_t nsid_len;
	const uint8_t *cookie; /* the whole 16..40 octets to send, or NULL */
	uint8_t cookie_len;
	bool keepalive;
	uint16_t keepalive_timeout; /* in units of 100 ms (RFC 7828 §3.1) */
	const struct dns_edns *subnet_echo; /* or NULL: echo that subnet with scope 0 */
	bool expire; /* send EXPIRE (RFC 7314 §2): only where the client asked */
	uint32_t expire_s;
	const uint8_t *zoneversion; /* label count, type, version (RFC 9660 §2), or NULL */
	uint16_t zoneversion_len;
	uint16_t padding_block; /* 0, or pad the message to a multiple of this (RFC 8467: 468) */
};

/* How many octets dns_edns_write() will need, padding left out. */
size_t dns_edns_size(const struct dns_edns_reply *reply);

/* Appends our OPT record to a message that `writer` holds from its first octet on. Padding takes what
 * room there is, when the block does not fit. Fails: writer->overflow. */
void dns_edns_write(struct bytes_writer *writer, const struct dns_edns_reply *reply);

/* The registered meaning of an EDE code ("Stale Answer"), static. */
const char *dns_ede_text(enum edns_ede ede);

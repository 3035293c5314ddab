/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* rrtype_table -- the rows of rrtype.def as data, for the files that read and write rdata.
 *
 * What:    which fields the rdata of a type consists of. Each kind of field is known to three
 *          functions: text to wire (rdata_read*.c), wire to text (rdata_text*.c), check of foreign
 *          wire (rdata_wire.c).
 * Threads: any; const.
 * Memory:  static.
 * Limits:  RRTYPE_FIELDS_MAX fields a type.
 * Trust:   no input.
 * RFC:     those of each type; see docs/rfc.md. */
#pragma once

#include <stdint.h>

#include "dns/rrtype.h"

/* RRSIG has nine fields. */
#define RRTYPE_FIELDS_MAX 9

enum rdata_field {
	FIELD_END,
	FIELD_U8,
	FIELD_U16,
	FIELD_U32,
	FIELD_U64,
	FIELD_TTL, /* 32 bits, text may have units: 1h30m */
	FIELD_TIME, /* 32 bits, YYYYMMDDHHmmSS or seconds (RFC 4034 §3.2) */
	FIELD_TYPE, /* 16 bits, a type's mnemonic */
	FIELD_ALGORITHM, /* 8 bits, number or mnemonic of a DNSSEC algorithm */
	FIELD_CERT_TYPE, /* 16 bits, number or mnemonic (RFC 4398 §2.1) */
	FIELD_DSYNC_SCHEME, /* 8 bits, number or NOTIFY (RFC 9859 §2) */
	FIELD_IPV4,
	FIELD_IPV6,
	FIELD_NODE64, /* 64 bits as hhhh:hhhh:hhhh:hhhh (RFC 6742) */
	FIELD_EUI48,
	FIELD_EUI64,
	FIELD_NAME,
	FIELD_NAME_COMPRESS,
	FIELD_NAME_EXPAND,
	FIELD_NAME_LOWER,
	FIELD_STRING, /* character-string: one octet of length, then 0..255 octets */
	FIELD_STRING_OPTIONAL,
	FIELD_STRINGS, /* one or more to the end */
	FIELD_TAG, /* character-string of letters and digits, at least one (RFC 8659 §4.1) */
	FIELD_TEXT, /* octets to the end, written as one quoted string */
	FIELD_HEX, /* octets to the end, at least one */
	FIELD_BASE64, /* octets to the end, at least one */
	FIELD_BASE64_OPTIONAL, /* octets to the end, or none */
	FIELD_BASE64_DASH, /* octets to the end, "-" if none */
	FIELD_SALT, /* length octet, hex, "-" if none (RFC 5155 §3.3) */
	FIELD_HASH, /* length octet, base32hex without padding (RFC 5155 §3.3) */
	FIELD_BITMAP, /* windows of types (RFC 4034 §4.1.2) */
	FIELD_BITMAP_OLD, /* one bitmap of the types 1..127 (RFC 2535 §5.2) */
	FIELD_SERVICES, /* protocol and bitmap of ports (RFC 1035 §3.4.2) */
	FIELD_NSAP, /* 0x and hex (RFC 1706 §5) */
	FIELD_ATMA, /* format octet, hex or +digits (ATM Name System 2.0) */
	FIELD_LOC, /* all of LOC (RFC 1876) */
	FIELD_APL, /* all of APL (RFC 3123) */
	FIELD_GATEWAY, /* gateway type, algorithm, gateway (RFC 4025 §2) */
	FIELD_RELAY, /* discovery bit, relay type, relay (RFC 8777 §4) */
	FIELD_HIP, /* all of HIP (RFC 8005 §5) */
	FIELD_SVCPARAMS, /* key=value to the end (RFC 9460 §2) */
	FIELD_OPAQUE, /* octets to the end; text only as RFC 3597 §5 has it */
	FIELD_COUNT
};

#define RRTYPE_FLAG_META 1
#define RRTYPE_FLAG_GLUE 2

struct rrtype_row {
	const char *text;
	uint16_t number;
	uint8_t flags;
	struct dns_rdata_shape shape;
	uint8_t field[RRTYPE_FIELDS_MAX + 1]; /* enum rdata_field, FIELD_END behind the last */
};

/* The row of a type; for a number without a name a row of one opaque field. */
const struct rrtype_row *rrtype_row(uint16_t type) PURE;

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* message -- the DNS header, its bits, opcodes and response codes.
 *
 * What:    offsets and accessors for the 12-octet header, the IANA numbers, their names, and the
 *          clock-free walk over the records of a message.
 * Threads: any; pure.
 * Memory:  the caller's.
 * Limits:  a message has 12..65535 octets.
 * Trust:   dns_rr_parse() takes anything; header accessors need 12 octets.
 * RFC:     1035 §4.1.1 §4.1.3, 2535 §6.1 (AD, CD), 6891 §6.1.3 (extended RCODE), 6895. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "dns/name.h"

#define DNS_HEADER_SIZE 12
#define DNS_MESSAGE_MAX 65535
/* RFC 1035 §4.2.1: what a client without EDNS takes over UDP. */
#define DNS_UDP_PLAIN_MAX 512

enum dns_opcode {
	DNS_OPCODE_QUERY = 0,
	DNS_OPCODE_STATUS = 2,
	DNS_OPCODE_NOTIFY = 4,
	DNS_OPCODE_UPDATE = 5,
	DNS_OPCODE_DSO = 6,
};

enum dns_rcode {
	DNS_RCODE_NOERROR = 0,
	DNS_RCODE_FORMERR = 1,
	DNS_RCODE_SERVFAIL = 2,
	DNS_RCODE_NXDOMAIN = 3,
	DNS_RCODE_NOTIMP = 4,
	DNS_RCODE_REFUSED = 5,
	DNS_RCODE_YXDOMAIN = 6,
	DNS_RCODE_YXRRSET = 7,
	DNS_RCODE_NXRRSET = 8,
	DNS_RCODE_NOTAUTH = 9,
	DNS_RCODE_NOTZONE = 10,
	DNS_RCODE_BADVERS = 16, /* extended: needs an OPT record */
	DNS_RCODE_BADCOOKIE = 23,
};

enum dns_class {
	DNS_CLASS_IN = 1,
	DNS_CLASS_CH = 3,
	DNS_CLASS_HS = 4,
	DNS_CLASS_NONE = 254,
	DNS_CLASS_ANY = 255,
};

/* Bits of the second header word (octets 2 and 3, network order). */
#define DNS_FLAG_QR 0x8000u
#define DNS_FLAG_OPCODE 0x7800u
#define DNS_FLAG_AA 0x0400u
#define DNS_FLAG_TC 0x0200u
#define DNS_FLAG_RD 0x0100u
#define DNS_FLAG_RA 0x0080u
#define DNS_FLAG_AD 0x0020u
#define DNS_FLAG_CD 0x0010u
#define DNS_FLAG_RCODE 0x000fu

enum dns_section {
	DNS_SECTION_QUESTION,
	DNS_SECTION_ANSWER,
	DNS_SECTION_AUTHORITY,
	DNS_SECTION_ADDITIONAL,
	DNS_SECTION_COUNT
};

/* `message` has at least DNS_HEADER_SIZE octets. */
static inline uint16_t dns_message_id(const uint8_t *message)
{
	return bytes_load_u16(message);
}

static inline uint16_t dns_message_flags(const uint8_t *message)
{
	return bytes_load_u16(message + 2);
}

static inline enum dns_opcode dns_message_opcode(const uint8_t *message)
{
	return (enum dns_opcode)((dns_message_flags(message) & DNS_FLAG_OPCODE) >> 11);
}

static inline uint16_t dns_message_count(const uint8_t *message, enum dns_section section)
{
	return bytes_load_u16(message + 4 + 2 * (size_t)section);
}

static inline void dns_message_set_count(uint8_t *message, enum dns_section section, uint16_t count)
{
	bytes_store_u16(message + 4 + 2 * (size_t)section, count);
}

/* One resource record as it stands in a message. */
struct dns_rr {
	struct dns_name owner; /* uncompressed copy */
	uint16_t type;
	uint16_t class;
	uint32_t ttl; /* as on the wire; RFC 2181 §8: above 2^31-1 means zero */
	uint16_t rdata_len;
	const uint8_t *rdata; /* inside the message: may hold compressed names */
	size_t rdata_at; /* offset of rdata in the message */
};

/* Reads the record at reader->at (reader->data is the message's start).
 * Fails: RESULT_TOO_SHORT, RESULT_MALFORMED, RESULT_TOO_LONG; the reader does not move then. */
MUST_CHECK enum result dns_rr_parse(struct bytes_reader *reader, struct dns_rr *out);

/* Names of the numbers ("NXDOMAIN", "RCODE11" where there is none), static or in `buffer`. */
#define DNS_NUMBER_TEXT_MAX 16
const char *dns_rcode_text(unsigned rcode, char buffer[DNS_NUMBER_TEXT_MAX]);
const char *dns_opcode_text(unsigned opcode, char buffer[DNS_NUMBER_TEXT_MAX]);
const char *dns_class_text(unsigned class, char buffer[DNS_NUMBER_TEXT_MAX]);
/* Reads "IN", "CH", "CLASS32" …, any case. */
MUST_CHECK bool dns_class_from_text(const char *text, size_t len, uint16_t *out);

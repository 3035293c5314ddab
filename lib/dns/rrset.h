/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* rrset -- the RRsets of a message, one after the other, uncompressed.
 *
 * What:    walks the records behind the question and groups neighbours of one owner, type and class
 *          (and, for RRSIG, type covered) into an RRset with checked, uncompressed rdata: what a
 *          dns_builder takes. Meta records (OPT, TSIG …) are passed over.
 * Threads: an object belongs to one thread.
 * Memory:  the caller's: about 75 KiB, not for the stack. An RRset's data live until the next call.
 * Limits:  DNS_RRSET_RECORDS_MAX records and 64 KiB of uncompressed rdata in one RRset.
 * Trust:   takes anything.
 * RFC:     1035 §4.1, 2181 §5 (one TTL for an RRset: the least), §8 (TTLs above 2^31-1 are 0). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/result.h"
#include "dns/builder.h"
#include "dns/message.h"

/* Too low: the addresses of large services are cut. Too high: answers of thousands of tiny records are
 * work (CVE-2024-1737). */
#define DNS_RRSET_RECORDS_MAX 512u
#define DNS_RRSET_RDATA_BYTES 65536u

struct dns_rrset {
	enum dns_section section; /* answer, authority or additional */
	struct dns_name owner;
	uint16_t type;
	uint16_t class;
	uint16_t covered; /* RRSIG: the type that it signs; else 0 */
	uint16_t count; /* 1.. */
	uint32_t ttl;
	const struct dns_rdata *rdata;
};

struct dns_rrset_reader {
	struct bytes_reader reader;
	unsigned section;
	uint16_t left[DNS_SECTION_COUNT]; /* records that the header promises */
	struct dns_rr rr;
	struct dns_rdata rdata[DNS_RRSET_RECORDS_MAX];
	uint8_t arena[DNS_RRSET_RDATA_BYTES];
};

/* Starts behind the one question of a message.
 * Fails: RESULT_TOO_SHORT, RESULT_MALFORMED (not exactly one question). */
MUST_CHECK enum result dns_rrset_reader_init(struct dns_rrset_reader *reader,
                                             const uint8_t *message, size_t len);

/* The next RRset. RESULT_NOT_FOUND at the end.
 * Fails: RESULT_TOO_SHORT, RESULT_MALFORMED, RESULT_TOO_LONG. */
MUST_CHECK enum result dns_rrset_reader_next(struct dns_rrset_reader *reader,
                                             struct dns_rrset *out);

/* Where a message ends that is cut to fit. */
struct dns_rrset_cut {
	uint32_t end; /* offset behind the last RRset that stays */
	uint16_t count[DNS_SECTION_COUNT]; /* records that stay; question is not used */
	bool
	    truncated; /* something of the answer or authority section is missing: TC (RFC 2181 §9) */
};

/* Finds the last RRset boundary of a message at or before `limit` octets. Uses the reader.
 * Fails: as the reader. */
MUST_CHECK enum result dns_rrset_cut(struct dns_rrset_reader *reader, const uint8_t *message,
                                     size_t len, size_t limit, struct dns_rrset_cut *out);

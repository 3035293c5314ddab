/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* builder -- appends resource records to a message, with compression, never beyond its limit.
 *
 * What:    the one way in which answer sections are written. It stands behind the question of a message
 *          and adds RRsets: a whole RRset fits, or nothing of it is written. Owner names and the
 *          names in rdata of the RFC 1035 types are compressed against the question and against names
 *          written before.
 * Threads: an object belongs to one thread at a time.
 * Memory:  the message is the caller's; the struct is about 600 octets, for the stack.
 * Limits:  compression remembers DNS_BUILDER_TARGETS places, all below offset 0x4000 (RFC 1035 §4.1.4).
 * Trust:   needs checked names and checked rdata.
 * RFC:     1035 §4.1.4, 2181 §9 (truncation of RRsets), 3597 §4 (no compression in newer types). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "dns/message.h"

/* Too low: longer messages. Too high: more comparisons for each name written. */
#define DNS_BUILDER_TARGETS 32

struct dns_builder {
	uint8_t *message; /* from the header on; header and question are there already */
	uint32_t len; /* octets used */
	uint32_t
	    limit; /* octets that may be used: room for OPT and TSIG is left out by the caller */
	uint16_t
	    count[DNS_SECTION_COUNT]; /* records written; the caller puts them into the header */
	uint8_t target_count;
	uint8_t question_target_count; /* those of the question: the first in the table */
	uint8_t qname_len; /* octets of the question's name; 0 without a question */
	uint64_t filter; /* one bit for each hash in the table: most searches end here */
	struct dns_builder_target {
		uint16_t offset; /* where in the message a name starts */
		uint64_t hash; /* of that name (dns/name.h), so that most probes need no compare */
	} target[DNS_BUILDER_TARGETS];
};

/* Starts behind a question that ends at `question_end`.
 * Requires: message holds a header and one uncompressed question (or none: question_end is then
 * DNS_HEADER_SIZE); limit <= DNS_MESSAGE_MAX. Costs a few stores: the table is not touched. */
void dns_builder_init(struct dns_builder *builder, uint8_t *message, uint32_t question_end,
                      uint32_t limit);

/* Rdata of one record: uncompressed wire form, length first. */
struct dns_rdata {
	uint16_t len;
	const uint8_t *data;
};

/* Appends one RRset to a section. Sections are written in order.
 * An owner that is the question's name costs least when given as the pointer to it in the message
 * (message + DNS_HEADER_SIZE); its case is the client's then, as it is anyway by compression.
 * Gives: RESULT_OK, or RESULT_NO_SPACE with the message as it was before. */
MUST_CHECK enum result dns_builder_rrset(struct dns_builder *builder, enum dns_section section,
                                         const uint8_t *owner, uint16_t type, uint16_t class,
                                         uint32_t ttl, const struct dns_rdata *rdata,
                                         uint16_t rdata_count);

/* The same for one record. */
MUST_CHECK enum result dns_builder_rr(struct dns_builder *builder, enum dns_section section,
                                      const uint8_t *owner, uint16_t type, uint16_t class,
                                      uint32_t ttl, const uint8_t *rdata, uint16_t rdata_len);

/* For finished records that need no search for names to compress: room for `size` octets, or NULL; then how much of
 * it was used and for how many records of which section. */
static inline uint8_t *dns_builder_room(const struct dns_builder *builder, uint32_t size)
{
	if (UNLIKELY(builder->len > builder->limit || builder->limit - builder->len < size))
		return NULL;
	return builder->message + builder->len;
}

static inline void dns_builder_used(struct dns_builder *builder, enum dns_section section,
                                    uint32_t size, uint16_t records)
{
	builder->len += size;
	builder->count[section] = (uint16_t)(builder->count[section] + records);
}

/* A mark to come back to when a group of RRsets has to be taken out again. */
struct dns_builder_mark {
	uint32_t len;
	uint16_t count[DNS_SECTION_COUNT];
	uint8_t target_count;
};
struct dns_builder_mark dns_builder_mark(const struct dns_builder *builder);
void dns_builder_rewind(struct dns_builder *builder, const struct dns_builder_mark *mark);

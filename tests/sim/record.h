/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* record -- records of the simulator: from words, from messages, into messages, as text.
 *
 * What:    struct record is one record with its rdata uncompressed; struct draft is a message by its
 *          parts, so that records can be added anywhere before it is written.
 * Threads: one.
 * Memory:  drafts hold their records' rdata themselves.
 * Limits:  DRAFT_*_MAX.
 * Trust:   messages are those of the engine, the cache and the simulator's own servers: what cannot be
 *          read is said, not believed.
 * RFC:     1035 §4.1. */
#pragma once

#include "dns/builder.h"
#include "dns/message.h"
#include "script.h"

#define RECORD_TEXT_MAX 2048
#define DRAFT_RECORDS_MAX 1024
#define DRAFT_BYTES_MAX (128u * 1024)
#define DRAFT_OPT_MAX 64

struct record {
	struct dns_name owner;
	uint16_t type;
	uint16_t class;
	uint32_t ttl;
	bool has_ttl;
	bool any_rdata; /* "*" */
	uint16_t len;
	uint8_t rdata[UINT16_MAX];
};

/* OWNER [TTL] TYPE RDATA…, the rdata "*" for any. */
void record_read(const struct script_line *line, unsigned at, struct record *out);
/* The next record of a message. False: it cannot be read. */
MUST_CHECK bool record_parse(struct bytes_reader *reader, struct record *out);
/* Equal but for case of names; TTL and rdata count where `wanted` has them. */
bool record_is(const struct record *found, const struct record *wanted);
void record_text(const struct record *record, char out[RECORD_TEXT_MAX]);

/* A message by its parts. */
struct draft {
	uint16_t id;
	uint16_t flags; /* and the lower four bits of the rcode */
	struct dns_name name; /* the question, in the case to be sent */
	uint16_t type;
	uint16_t class;
	bool has_question;
	uint8_t opt_len; /* 0: no OPT record */
	uint8_t opt[DRAFT_OPT_MAX];
	unsigned count;
	struct draft_record {
		enum dns_section section;
		struct dns_name owner;
		uint16_t type;
		uint16_t class;
		uint32_t ttl;
		uint16_t len;
		size_t at; /* of the rdata, in bytes */
	} record[DRAFT_RECORDS_MAX];
	size_t bytes_len;
	uint8_t bytes[DRAFT_BYTES_MAX];
};

/* Adds a record behind, or before, all others of its section. */
void draft_add(struct draft *draft, enum dns_section section, const struct record *record,
               bool first);
/* Writes it, records that do not fit left out and TC set. Gives the length. */
size_t draft_write(const struct draft *draft, uint8_t *out, size_t limit);

/* Reads the records of a message behind its question: calls `take` for each. False: it is malformed. */
MUST_CHECK bool message_walk(const uint8_t *message, size_t len,
                             void (*take)(void *context, enum dns_section section,
                                          const struct record *record),
                             void *context);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache_text -- what is kept in the cache, as text that a person can read and the server can read back.
 *
 * What:    a head with the time of writing, then for each answer a line that says what it is the answer to
 *          and what is known of it, and its records as in zone files:
 *
 *              cache 1 saved 1795341600
 *              question www.example. IN A NOERROR left 117 rank auth-answer security unchecked popular
 *              answer www.example. 117 IN A 192.0.2.1
 *
 *          TTLs are what is left; "left" below 0 is for how long it has been stale. The type "*" says that
 *          the name does not exist, for all types. Flags are "dnssec" (asked with DO) and "popular".
 * Threads: one for each object.
 * Memory:  some 300 KiB for each object.
 * Limits:  zone/zone_limits.h (an entry of text), DNS messages.
 * Trust:   what is read is checked as a zone file is; whoever may write the file decides what clients get.
 * RFC:     1035 §5.1, 3597 §5. */
#pragma once

#include <stdio.h>

#include "cache/copy.h"
#include "dns/builder.h"
#include "zone/scan.h"
#include "zone/write.h"

/* The version of the format. */
#define CACHE_TEXT_VERSION 1

struct cache_text_writer {
	FILE *out;
	struct zone_write_text text;
	uint8_t rdata[UINT16_MAX];
};

/* Writes the head. What goes wrong with `out` its caller asks of it. */
void cache_text_start(struct cache_text_writer *writer, FILE *out, uint64_t calendar_s);
/* Writes one answer. Fails: RESULT_UNSUPPORTED (a class that is not IN), RESULT_NO_MEMORY. */
MUST_CHECK enum result cache_text_write(struct cache_text_writer *writer,
                                        const struct cache_copy *copy);
/* Puts one record of a message as text into writer->text. Fails: as dns_rdata_from_message(). */
MUST_CHECK enum result cache_text_rdata(struct cache_text_writer *writer,
                                        struct bytes_reader *message, const struct dns_rr *rr);
void cache_text_end(struct cache_text_writer *writer);

/* The words of enum dns_rank and enum dns_security. */
const char *cache_text_rank(unsigned rank);
const char *cache_text_security(unsigned security);

struct cache_text_reader {
	struct zone_scan scan;
	uint64_t elapsed_s; /* since it was written */
	bool has_line; /* the scanner stands at a line that was not taken yet */
	uint64_t wrong; /* answers that were passed over for an error in them */
	struct cache_item item; /* the last one; it points into this struct */
	struct dns_question question;
	struct dns_builder builder;
	unsigned section;
	uint8_t message[DNS_MESSAGE_MAX];
	uint8_t rdata[UINT16_MAX];
	char problem[512]; /* FILE:LINE: what is wrong and what is allowed */
};

/* Opens a file and reads its head; `file` must live as long.
 * Fails: RESULT_IO (errno tells), RESULT_NO_MEMORY, RESULT_MALFORMED (problem says why). */
MUST_CHECK enum result cache_text_open(struct cache_text_reader *reader, const char *file,
                                       uint64_t calendar_s);
/* The next answer, in reader->item, with what time has taken from its TTLs.
 * Fails: RESULT_NOT_FOUND (the end), RESULT_MALFORMED (problem says why; the next call goes on behind that
 * answer), RESULT_IO, RESULT_NO_MEMORY. */
MUST_CHECK enum result cache_text_next(struct cache_text_reader *reader);
void cache_text_close(struct cache_text_reader *reader);

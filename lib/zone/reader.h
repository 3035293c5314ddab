/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* reader -- reads zone files into a draft: records, directives, included files.
 *
 * What:    the grammar of RFC 1035 §5 over the scanner's entries. What is wrong is collected and reading
 *          goes on; only a file that cannot be read, or ZONE_ERRORS_MAX errors, end it.
 * Threads: an object belongs to one thread.
 * Memory:  64 KiB for one record's rdata, and the scanner's window for each open file.
 * Limits:  zone/zone_limits.h.
 * Trust:   takes anything.
 * RFC:     1035 §5, 2308 §4 ($TTL), 3597 §5. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/result.h"
#include "dns/name.h"
#include "zone/draft.h"
#include "zone/scan.h"

struct zone_reader {
	struct zone_draft *draft;
	struct zone_errors *errors;
	bool soa_seen;
	uint32_t soa_minimum;
	uint32_t default_ttl; /* 0: none was given */
	uint8_t rdata[UINT16_MAX];
};

/* A file that is being read, and what holds from one of its entries to the next. */
struct zone_source {
	const struct zone_source *parent; /* the file that includes it, or NULL */
	unsigned depth;
	dev_t device;
	ino_t inode;
	uint16_t file; /* index in the draft */
	struct zone_scan *scan;

	struct dns_name origin;
	bool ttl_set; /* by $TTL */
	uint32_t ttl;
	bool ttl_seen; /* by a record */
	uint32_t last_ttl;

	bool owner_known;
	struct dns_name owner;
	/* The owner's nodes in the draft, as a name [0] and as an NSEC3 hash [1], or ZONE_DRAFT_NONE. */
	uint32_t node[2];
};

/* Reads one file and those it includes. Fails: RESULT_IO, RESULT_NO_MEMORY, RESULT_MALFORMED: *errors
 * of the reader tells. */
MUST_CHECK enum result zone_reader_file(struct zone_reader *reader, const char *path,
                                        const struct dns_name *origin,
                                        const struct zone_source *parent);

/* Reads the record in the source's scanner. What is wrong goes to the errors.
 * Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_reader_record(struct zone_reader *reader, struct zone_source *source);

/* Reads a $GENERATE (zone/generate.c): its tokens are in the source's scanner. */
MUST_CHECK enum result zone_reader_generate(struct zone_reader *reader, struct zone_source *source);

/* Reads a TTL: digits, or numbers with units s m h d w ("1h30m"). */
MUST_CHECK bool zone_reader_ttl(const char *text, size_t len, uint32_t *out);

/* Says that a token (its index; the count of tokens: one is missing) is not what was expected. */
void zone_reader_wrong(struct zone_reader *reader, const struct zone_source *source, size_t token,
                       const char *expected);

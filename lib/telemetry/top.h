/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* top -- the most frequent clients, names, zones and missing names over all lanes, in order.
 *
 * What:    puts together what the lanes' samples have counted (stage/top.h).
 * Threads: any that is no lcore of the pipeline.
 * Memory:  the list is the caller's to free.
 * Limits:  TOP_ENTRIES for each lane.
 * Trust:   names are what clients sent; dns_name_to_text() escapes them.
 * RFC:     5952 (addresses as text). */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "stage/top.h"

/* Text of a name with all of its octets escaped, and the end. */
#define TELEMETRY_TOP_TEXT_BYTES DNS_NAME_TEXT_MAX

/* Where the lanes count: NULL where they do not. */
struct telemetry_tops {
	const struct top *questions; /* TOP_QUESTIONS */
	const struct top *answers; /* TOP_ANSWERS */
	uint16_t lanes;
};

struct telemetry_top_row {
	uint64_t hash;
	uint64_t count; /* packets in the time of the list */
	uint64_t error; /* so many of them may be another's */
	uint16_t lane; /* where its key can be read */
	uint32_t entry;
};

struct telemetry_top_list {
	enum top_kind kind;
	uint32_t window; /* in which it was made */
	double seconds; /* of which the counts are */
	uint64_t packets; /* all that were counted in that time */
	uint32_t count;
	struct telemetry_top_row *rows; /* the most frequent one first */
};

/* Gives a list that may be empty. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result telemetry_top_list(const struct telemetry_tops *tops, enum top_kind kind,
                                          uint64_t now_us, struct telemetry_top_list *out);
void telemetry_top_free(struct telemetry_top_list *list);

/* The key of a row as text: "192.0.2.1", "2001:db8::/64", "www.example.com.". False: it has just been pushed out. */
MUST_CHECK bool telemetry_top_text(const struct telemetry_tops *tops,
                                   const struct telemetry_top_list *list, uint32_t row,
                                   char text[TELEMETRY_TOP_TEXT_BYTES]);

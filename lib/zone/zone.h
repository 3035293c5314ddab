/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* zone -- authoritative zones: loading, the set of all zones, answering from it.
 *
 * What:    zone_load_file() turns a zone file into an immutable struct zone; zone_set_* groups zones
 *          into the snapshot that ZONE_MANAGER reads; zone_answer() writes the sections for one
 *          question.
 * Threads: loading on a control thread; find and answer on any number of lcores, without locks, on an
 *          immutable set. The owner of the set frees it when no reader is left (pipeline/snapshot.h).
 * Memory:  zones own their memory; zone_memory() reports it. zone_answer() allocates nothing and leaves
 *          no pointer into the zone anywhere.
 * Limits:  zone/zone_limits.h.
 * Trust:   zone files may hold anything: errors are collected, at most ZONE_ERRORS_MAX of them, and a
 *          zone with errors is not made.
 * RFC:     1034 §4.3.2, 1035 §5, 2181, 2308 §2, 4592 (wildcards), 6672 (DNAME), 8482 (ANY). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "dns/answer.h"
#include "dns/builder.h"
#include "dns/question.h"
#include "dns/rrtype.h"

struct zone; /* one version of one zone, immutable once made */
struct zone_set; /* all zones of one view, immutable once made */

/* Reading goes on after an error so that people see more than one; this many are kept. */
#define ZONE_ERRORS_MAX 20

/* One thing that is wrong: "FILE:LINE:COLUMN: OWNER: found X, expected Y". */
struct zone_error {
	bool warning; /* the zone is served all the same */
	uint32_t line;
	uint32_t column;
	char file[256];
	char text[512]; /* owner, what was found, what is allowed */
};

struct zone_errors {
	/* How many there were, warnings included; the first ZONE_ERRORS_MAX are in `error` (an error takes
	 * the place of a warning). */
	uint32_t count;
	uint32_t warning_count; /* how many of them were warnings */
	struct zone_error error[ZONE_ERRORS_MAX];
};

struct zone_load {
	struct dns_name origin;
	const char *file; /* path of the zone file */
	uint32_t
	    default_ttl; /* for records before any $TTL; 0: RFC 1035 says the last one, else SOA */
};

/* Reads and checks a zone file (RFC 1035 §5, $ORIGIN $TTL $INCLUDE $GENERATE, RFC 3597).
 * Gives: *out, to be freed with zone_free(); warnings may be in *errors even then.
 * Fails: RESULT_IO, RESULT_MALFORMED, RESULT_NO_MEMORY: *errors says where and why. */
MUST_CHECK enum result zone_load_file(const struct zone_load *load, struct zone **out,
                                      struct zone_errors *errors);

/* A record given in presentation form outside of a file (configuration "records"). */
struct zone_text_record {
	const char *owner; /* relative to the origin, "@" */
	uint32_t ttl;
	const char *type;
	const char *rdata; /* presentation form */
};

/* The same from records in the configuration; errors name the record's index as the line. */
MUST_CHECK enum result zone_load_records(const struct zone_load *load,
                                         const struct zone_text_record *records, size_t count,
                                         struct zone **out, struct zone_errors *errors);

void zone_free(struct zone *zone);

const struct dns_name *zone_origin(const struct zone *zone);
uint32_t zone_serial(const struct zone *zone);
/* The EXPIRE field of the SOA, in seconds. */
uint32_t zone_expire_s(const struct zone *zone);
uint64_t zone_record_count(const struct zone *zone);
uint64_t zone_name_count(const struct zone *zone);
size_t zone_memory_bytes(const struct zone *zone);

/* One RRset of a zone, for zone transfer and for writing zones. Pointers are into the zone. */
struct zone_rrset_view {
	uint8_t owner[DNS_NAME_MAX + 1]; /* wire, as written */
	uint16_t type;
	uint16_t count;
	uint32_t ttl;
	const uint8_t *data; /* `count` times a 16-bit length in host order, then the rdata */
};

/* Walks over all RRsets of a zone: the apex' first, its SOA where it stands among them, then names in the
 * order in which they were read. The cursor is the caller's; start with all zero. A copy of it goes
 * on from the same place. */
struct zone_cursor {
	size_t walk_at;
	size_t node_at;
	size_t rrset_at;
	uint16_t rrsets_left;
};

/* Gives the next RRset. False: there is none left. */
MUST_CHECK bool zone_cursor_next(const struct zone *zone, struct zone_cursor *cursor,
                                 struct zone_rrset_view *out);

/* Makes a set that refers to (and does not own) the given zones. Fails: RESULT_EXISTS (two zones of the
 * same name), RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_set_create(struct zone *const *zones, size_t count,
                                       struct zone_set **out);
/* The same for a view: what the set itself does not have is looked for in `under`, which must be a set
 * made by zone_set_create() and outlive this one. Of two zones above a name the longer one counts, and at
 * equal names the one of this set. Counting and zone_set_at() are about this set alone. */
MUST_CHECK enum result zone_set_create_over(struct zone *const *zones, size_t count,
                                            const struct zone_set *under, struct zone_set **out);
void zone_set_free(struct zone_set *set);
size_t zone_set_count(const struct zone_set *set);
const struct zone *zone_set_at(const struct zone_set *set, size_t index);

/* Finds the zone of exactly this name in this set alone, without those below it. Gives its index: zones
 * stand in the order in which they were given. False: there is none. */
MUST_CHECK bool zone_set_index(const struct zone_set *set, const struct dns_name *name,
                               size_t *index);

/* The zone with the longest name that is the question's name or above it; NULL if there is none. A
 * question of type DS at a zone's apex belongs to the parent zone where we serve it (RFC 4035
 * §3.1.4.1). */
const struct zone *zone_set_find(const struct zone_set *set, const struct dns_question *question);

/* The same, as a number by which that version of the set gives the zone again; 0: none. */
uint32_t zone_set_find_ref(const struct zone_set *set, const struct dns_question *question);
const struct zone *zone_set_get(const struct zone_set *set, uint32_t ref) PURE;

/* Asks memory for the cache lines that zone_set_find() will read first, where there are many zones. */
void zone_set_prefetch(const struct zone_set *set, const struct dns_question *question);
/* After that, and before zone_set_find(): asks for the zone itself. */
void zone_set_prefetch_zone(const struct zone_set *set, const struct dns_question *question);

/* The lines that zone_answer() will read first: of the table, and, once that one is there, of the name's node
 * and its first records (NULL: nothing has that name). They are given and not asked for, so that those of a
 * burst can be asked for in one go: where a page's address has to be looked up first, a processor finishes
 * nothing behind a prefetch until that is done, but does many of them side by side. */
const void *zone_bucket_line(const struct zone *zone, const struct dns_question *question) PURE;
const void *zone_node_line(const struct zone *zone, const struct dns_question *question) PURE;
/* How many octets of a node to ask for: most have no more. */
#define ZONE_NODE_AHEAD_BYTES 128

struct zone_answer_request {
	const struct dns_question *question;
	bool dnssec_ok; /* DO */
	bool stream; /* TCP and friends: ANY may be complete (RFC 8482 §4.4) */
	uint32_t rotation; /* which record of an RRset comes first: 0 for none */
};

/* Answers from `zone` (found by zone_set_find(); CNAMEs are followed into the set's other zones).
 * Sections go to `builder`, the rest to *out. Never fails: what cannot be answered is a SERVFAIL. */
void zone_answer(const struct zone_set *set, const struct zone *zone,
                 const struct zone_answer_request *request, struct dns_builder *builder,
                 struct dns_answer *out);

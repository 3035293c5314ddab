/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* draft -- a zone that is being read: names and records in the order in which they come.
 *
 * What:    readers add records here; zone_seal() checks the whole and makes an immutable struct zone of
 *          it. A name's missing ancestors are made with it (empty non-terminals), so a parent's index
 *          is always less than its children's.
 * Threads: an object belongs to one thread.
 * Memory:  growing arrays, freed by zone_draft_fini(): about 40 octets and the prefix a name, 20 octets
 *          and the rdata a record.
 * Limits:  2^32 names, 16 GiB of records.
 * Trust:   needs checked names and checked rdata.
 * RFC:     4592 §2.2.2, 5155 §7.2.8. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "dns/name.h"
#include "dns/question.h"
#include "zone/errors.h"
#include "zone/store.h"

/* What no index or reference is. */
#define ZONE_DRAFT_NONE UINT32_MAX

struct zone_draft_node {
	uint64_t hash;
	uint32_t parent; /* ZONE_DRAFT_NONE at the apex */
	uint32_t first; /* record references, ZONE_DRAFT_NONE if there are none */
	union {
		uint32_t last; /* while records are added */
		uint32_t children; /* once measured: as `below` */
	};
	uint32_t name; /* where in `names` the prefix is */
	union {
		uint32_t below; /* while names are added: how many nodes are one label below */
		uint32_t sealed; /* once measured: the node's reference in the sealed zone */
	};
	uint16_t flags; /* enum zone_node_flag */
	uint8_t prefix_len;
	uint8_t label_count; /* of the prefix */
};

/* References of records are offsets in units of four octets. */
struct zone_draft_record {
	uint32_t next;
	uint32_t ttl;
	uint32_t line;
	uint16_t file; /* index into `files` */
	uint16_t type;
	uint16_t covers; /* of RRSIG: the type that is signed */
	uint16_t len;
	uint8_t rdata[];
};

/* Bytes that grow by doubling. */
struct zone_bytes {
	uint8_t *data;
	size_t len;
	size_t size;
};

struct zone_draft {
	struct dns_name origin;
	uint8_t lower_origin[DNS_NAME_MAX + 1];
	uint64_t apex_hash;
	struct name_table table; /* node index + 1 */
	struct zone_draft_node *node;
	uint32_t node_count;
	uint32_t node_size;
	struct zone_bytes names; /* lower-case prefix; then, if MIXED_CASE, as written */
	struct zone_bytes records;
	uint64_t record_count;
	char **files;
	uint16_t file_count;
	struct zone_errors *errors;
	size_t room_bytes; /* for changes, beyond what the zone's size earns it */
};

/* Starts a draft. `expected_names` is a guess that saves growing. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_draft_init(struct zone_draft *draft, const struct dns_name *origin,
                                       size_t expected_names, struct zone_errors *errors);
void zone_draft_fini(struct zone_draft *draft);

/* Lets go of the table of names: no name can be found or added any more. */
void zone_draft_drop_table(struct zone_draft *draft);

/* Remembers a file's name for later messages. Gives its index. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_draft_file(struct zone_draft *draft, const char *file, uint16_t *out);

/* Asks memory for what zone_draft_node() will look at first. */
void zone_draft_prefetch(const struct zone_draft *draft, const struct dns_name *name);

/* The index of a name's node, made if it is not there. `nsec3`: the node of a hash, which is no name of the
 * zone. Fails: RESULT_OUT_OF_RANGE (not in this zone), RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_draft_node(struct zone_draft *draft, const struct dns_name *name,
                                       bool nsec3, uint32_t *out);

/* The index of what the table knows, ZONE_DRAFT_NONE if it is not there. */
uint32_t zone_draft_find(const struct zone_draft *draft, uint64_t hash, const uint8_t *prefix,
                         size_t len, bool nsec3) PURE;

/* Adds a record to a node. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_draft_add(struct zone_draft *draft, uint32_t node,
                                      const struct zone_draft_record *record, const uint8_t *rdata);

static inline struct zone_draft_record *zone_draft_record_at(const struct zone_draft *draft,
                                                             uint32_t ref)
{
	return (struct zone_draft_record *)(void *)(draft->records.data + (size_t)ref * 4);
}

/* What the table knows a name, or an NSEC3 hash' name, by. */
uint64_t zone_draft_hash(const uint8_t *name, bool nsec3) PURE;

/* The node's whole name in presentation form. */
void zone_draft_name_text(const struct zone_draft *draft, const struct zone_draft_node *node,
                          char out[DNS_NAME_TEXT_MAX]);

/* Checks the whole zone and makes it immutable (zone/seal.c). The draft is spent either way.
 * Fails: RESULT_MALFORMED (errors were collected), RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_seal(struct zone_draft *draft, struct zone **out);

/* How many octets a checked node takes once sealed. `children` and flags are final. */
size_t zone_seal_bytes(const struct zone_draft *draft, const struct zone_draft_node *node);

/* Writes a node to its place, which is zero; references to other nodes are not yet filled in. */
void zone_seal_node(const struct zone_draft *draft, const struct zone_draft_node *node,
                    uint8_t *at);

/* Takes from the apex what the version's head knows of it. */
void zone_seal_apex(struct zone *zone);

/* Whether a node has a record of the type. */
bool zone_draft_has(const struct zone_draft *draft, const struct zone_draft_node *node,
                    uint16_t type) PURE;

/* Checks one node's records, puts them in order and drops duplicates (zone/check.c).
 * Fails: RESULT_NO_MEMORY; what is wrong with the records goes to the draft's errors. */
MUST_CHECK enum result zone_check_node(struct zone_draft *draft, struct zone_draft_node *node);

/* Whether a record is the one that is given: names of the types of RFC 1035 compare without case. */
bool zone_check_same(const struct zone_draft_record *record, uint16_t type, const uint8_t *rdata,
                     uint16_t len) PURE;

/* What can only be said about the whole zone. */
void zone_check_zone(struct zone_draft *draft);

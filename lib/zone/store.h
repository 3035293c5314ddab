/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* store -- how one version of a zone lies in memory.
 *
 * What:    one block: struct zone, the hash table, then nodes. A node is one owner name with all its
 *          RRsets behind it, so that an exact hit costs two cache misses: the bucket and the node.
 *          Places in the block are 32-bit references in units of ZONE_UNIT octets. Names are stored
 *          without the zone's own name (the prefix); an empty non-terminal is a node without RRsets.
 *          The table is reached through a list of its pages, so that a later version (zone/change.h)
 *          shares with the one before all pages and nodes but those that changed.
 * Threads: immutable once sealed (zone/seal.c) or changed; any number of readers.
 * Memory:  one block a zone, freed as a whole. A node takes 12 octets and its prefix, an RRset 16
 *          octets and its rdata, a name in the table about 13 octets. Versions share one arena
 *          (zone/arena.h), which goes with the last of them.
 * Limits:  a block has at most 2^32 units (32 GiB).
 * Trust:   made from checked input only.
 * RFC:     1034 §4.3.2, 4592 §2.2.2 (empty non-terminals), 5155 §7.2.8 (NSEC3 names are not names of the
 *          zone). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "dns/name.h"
#include "dns/question.h"
#include "zone/arena.h"
#include "dns/name_table.h"

#define ZONE_UNIT 8u

enum zone_node_flag {
	ZONE_NODE_APEX = 1u << 0,
	ZONE_NODE_CUT = 1u << 1, /* has NS and is not the apex */
	ZONE_NODE_DNAME = 1u << 2, /* names below are redirected */
	ZONE_NODE_OCCLUDED = 1u << 3, /* below a cut or a DNAME: not the zone's to answer from */
	ZONE_NODE_WILD_CHILD = 1u << 4, /* "*" below it exists */
	ZONE_NODE_CNAME = 1u << 5,
	ZONE_NODE_MIXED_CASE = 1u << 6, /* the prefix as written follows the lower-case one */
	ZONE_NODE_NSEC3 = 1u << 7, /* a hash's node: found by NSEC3 proofs only */
	ZONE_NODE_PARENT = 1u << 8, /* names below it exist: behind the RRsets, how many */
};

/* What hides the names below. */
#define ZONE_NODE_COVERS (ZONE_NODE_CUT | ZONE_NODE_DNAME | ZONE_NODE_OCCLUDED)

/* Of the name of an NSEC3 record without the zone's own: 32 digits and their length. */
#define ZONE_NSEC3_PREFIX_LEN 33u

/* The flags without which an exact match is answered at once. */
#define ZONE_NODE_SPECIAL (ZONE_NODE_CUT | ZONE_NODE_OCCLUDED | ZONE_NODE_CNAME)

struct zone_node {
	uint32_t nsec3; /* the NSEC3 node of this name, 0 if none */
	uint16_t flags;
	uint16_t rrset_count; /* RRSIG sets count of their own */
	uint8_t prefix_len; /* octets of the name without the zone's name: 0 at the apex */
	uint8_t label_count; /* labels in the prefix */
	uint8_t prefix[]; /* lower case; then, if MIXED_CASE, as written; padded to 4; then RRsets;
	               * then, if PARENT, in 32 bits how many nodes are one label below */
};

/* No name is as long: the node that stands where a name was removed from the table. */
#define ZONE_NODE_TOMB_LEN UINT8_MAX

enum zone_rrset_flag {
	ZONE_RRSET_SIGNED = 1u << 0, /* the next RRset holds its signatures */
	ZONE_RRSET_TARGETS = 1u << 1, /* behind the rdata: one node reference a record, 0 if none */
	ZONE_RRSET_PLAIN = 1u << 2, /* no name in the rdata may be compressed */
};

/* An RRset: this header, then `count` times a 16-bit length (host order) and the rdata, padded to 4. */
struct zone_rrset {
	uint32_t ttl;
	uint32_t size; /* octets of lengths and rdata, without padding */
	uint16_t type;
	uint16_t covers; /* of RRSIG sets: the type that is signed */
	uint16_t count; /* records */
	uint16_t flags;
};

/* A page of the chain (zone/chain.h). */
struct zone_chain_page {
	uint32_t at; /* reference */
	uint32_t count;
};

/* Buckets of the table that one page has. */
#define ZONE_PAGE_BUCKETS (ZONE_PAGE_BYTES / CACHE_LINE_BYTES)

/* Marks of nodes that later versions replaced: too few cost look-ups of names that did not change, too
 * many are octets that each version copies. */
#define ZONE_MARKS_BITS 32768u

/* Everything that a look-up needs is in the first cache line. */
struct zone {
	uint8_t *base; /* what references count from; written while a version is made only */
	const uint32_t *page; /* references of the table's pages */
	uint32_t bucket_count; /* >= 1 */
	uint8_t origin_len; /* octets, root included */
	uint8_t origin_labels;
	bool nsec; /* signed with NSEC (RFC 4034 §4) */
	bool nsec3; /* signed with NSEC3 (RFC 5155) */
	uint32_t apex; /* reference of the apex' node */
	uint32_t negative_ttl; /* min(SOA's TTL, SOA's minimum): RFC 2308 §3 */
	uint32_t serial;
	uint32_t name_count;
	uint64_t record_count;
	size_t block_bytes;
	uint64_t apex_hash;

	/* Of a changed version: marks of references (zone_is_marked()); NULL: nothing changed since it was
	 * sealed. */
	const uint64_t *marks;
	struct zone_arena *arena; /* NULL: the zone is one block that has no room for changes */
	size_t version_bytes; /* of a changed version: what it has for itself */
	uint32_t slots_used; /* of the table */

	uint32_t soa; /* octets from the apex' node to its SOA set */
	/* Of the two names in the SOA: the octets to write, and whether the zone's name follows them. */
	struct zone_soa_name {
		uint8_t len;
		bool relative;
	} soa_name[2];
	/* NSEC: references of the nodes that own one, in canonical order. NSEC3: of the hashes' nodes, in
	 * hash order. */
	const struct zone_chain_page *chain;
	uint32_t chain_pages;
	uint16_t nsec3_iterations;
	uint8_t nsec3_salt_len;
	const uint8_t *nsec3_salt; /* in the block */
	size_t
	    nodes_at; /* octets from the block's start to its first node; they stand in order of reading */
	size_t nodes_end;
	size_t
	    appended_at; /* the same for nodes of changed versions; not all of them are of this one */
	size_t appended_end;
	struct dns_name origin; /* as written */
};

static inline const struct zone_node *zone_node_at(const struct zone *zone, uint32_t ref)
{
	return (const struct zone_node *)(const void *)(zone->base + (size_t)ref * ZONE_UNIT);
}

static inline uint32_t zone_node_ref(const struct zone *zone, const struct zone_node *node)
{
	return (uint32_t)((size_t)((const uint8_t *)node - zone->base) / ZONE_UNIT);
}

static inline uint32_t zone_mark_of(uint32_t ref)
{
	/* Neighbours get different bits. */
	return (ref ^ ref >> 15) % ZONE_MARKS_BITS;
}

/* Whether a later version may have replaced or removed the node of a reference that was found in a record.
 * False is certain; after true the node is to be found by its name. */
static inline bool zone_is_marked(const struct zone *zone, uint32_t ref)
{
	if (LIKELY(zone->marks == NULL))
		return false;
	const uint32_t bit = zone_mark_of(ref);
	return (zone->marks[bit / 64] >> (bit % 64) & 1) != 0;
}

static inline struct name_table_bucket *zone_bucket(const struct zone *zone, uint32_t at)
{
	uint8_t *page = zone->base + (size_t)zone->page[at / ZONE_PAGE_BUCKETS] * ZONE_UNIT;
	return (struct name_table_bucket *)(void *)page + at % ZONE_PAGE_BUCKETS;
}

/* A probe of the zone's table, as name_table_probe() and name_table_next(). */
static inline struct name_table_probe zone_probe(const struct zone *zone, uint64_t hash)
{
	const uint32_t start = name_table_place(zone->bucket_count, hash);
	return name_table_probe_at(zone_bucket(zone, start), start, hash);
}

static inline uint32_t zone_probe_next(const struct zone *zone, struct name_table_probe *probe)
{
	while (true) {
		if (probe->found != 0)
			return name_table_give(probe);
		if (LIKELY(probe->last))
			return 0;
		probe->at = probe->at + 1 == zone->bucket_count ? 0 : probe->at + 1;
		probe->bucket = zone_bucket(zone, probe->at);
		probe->found = name_table_match(probe->bucket, probe->tag, &probe->last);
	}
}

static inline const struct zone_node *zone_apex(const struct zone *zone)
{
	return zone_node_at(zone, zone->apex);
}

static inline size_t zone_pad(size_t size, size_t unit)
{
	return (size + unit - 1) & ~(unit - 1);
}

static inline const struct zone_rrset *zone_node_rrsets(const struct zone_node *node)
{
	const size_t name = (size_t)node->prefix_len << ((node->flags & ZONE_NODE_MIXED_CASE) != 0);
	const size_t at = zone_pad(offsetof(struct zone_node, prefix) + name, 4);
	return (const struct zone_rrset *)(const void *)((const uint8_t *)node + at);
}

static inline const uint8_t *zone_rrset_data(const struct zone_rrset *rrset)
{
	return (const uint8_t *)(rrset + 1);
}

/* One node reference for each record, with ZONE_RRSET_TARGETS only. */
static inline const uint32_t *zone_rrset_targets(const struct zone_rrset *rrset)
{
	return (const uint32_t *)(const void *)(zone_rrset_data(rrset) + zone_pad(rrset->size, 4));
}

static inline size_t zone_rrset_bytes(const struct zone_rrset *rrset)
{
	const size_t targets =
	    (rrset->flags & ZONE_RRSET_TARGETS) != 0 ? rrset->count * sizeof(uint32_t) : 0;
	return sizeof(*rrset) + zone_pad(rrset->size, 4) + targets;
}

static inline const struct zone_rrset *zone_rrset_next(const struct zone_rrset *rrset)
{
	return (const struct zone_rrset *)(const void *)((const uint8_t *)rrset +
	                                                 zone_rrset_bytes(rrset));
}

static inline uint16_t zone_rdata_len(const uint8_t *entry)
{
	uint16_t len;
	memcpy(&len, entry, sizeof(len));
	return len;
}

/* The RRset of a type at a node, or NULL. RRSIG is found by what it covers, not here. */
const struct zone_rrset *zone_node_find(const struct zone_node *node, uint16_t type) PURE;

/* The signatures of an RRset, or NULL. */
static inline const struct zone_rrset *zone_rrset_signatures(const struct zone_rrset *rrset)
{
	return (rrset->flags & ZONE_RRSET_SIGNED) != 0 ? zone_rrset_next(rrset) : NULL;
}

/* Whether the node's name is `prefix` (lower case). */
static inline bool zone_node_is(const struct zone_node *node, const uint8_t *prefix, size_t len)
{
	return node->prefix_len == len && memcmp(node->prefix, prefix, len) == 0;
}

/* The node of the question's suffix that starts at `label` (0: the whole name), or NULL.
 * Requires: the suffix is the zone's name or below it. */
const struct zone_node *zone_find_suffix(const struct zone *zone,
                                         const struct dns_question *question, uint8_t label);

/* The closest encloser: the longest suffix, from `label` on, that exists; the apex always does.
 * Gives its label in *found. */
const struct zone_node *zone_find_encloser(const struct zone *zone,
                                           const struct dns_question *question, uint8_t label,
                                           uint8_t *found);

/* The "*" below an encloser (RFC 4592 §2.1.1), or NULL. `label` is the encloser's in the question. */
const struct zone_node *zone_find_wildcard(const struct zone *zone,
                                           const struct dns_question *question,
                                           const struct zone_node *encloser, uint8_t label);

/* Octets that a node takes in the block. */
size_t zone_node_bytes(const struct zone_node *node) PURE;

/* How many nodes are one label below a node; those of NSEC3 hashes do not count. */
uint32_t zone_node_children(const struct zone_node *node) PURE;

/* The node of a name, or of an NSEC3 hash, by what the table knows of it; NULL if it is not there. */
const struct zone_node *zone_find_prefix(const struct zone *zone, uint64_t hash,
                                         const uint8_t *prefix, size_t len, bool nsec3);

/* Walks over all nodes of a version, the apex first. Start with all zero. */
struct zone_walk {
	size_t at;
};
/* The next node; NULL: there is none left. */
const struct zone_node *zone_walk_next(const struct zone *zone, struct zone_walk *walk);

/* The node of any name (checked, in any case), or NULL if it is not in the zone. */
const struct zone_node *zone_find_name(const struct zone *zone, const uint8_t *name);

/* The owner's whole name, in the case it was written in. Gives its length. */
size_t zone_node_name(const struct zone *zone, const struct zone_node *node,
                      uint8_t out[DNS_NAME_MAX + 1]);

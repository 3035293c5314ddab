/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* reply -- the state of one answer while it is made, shared by the files that make it.
 *
 * What:    answer.c walks the steps (find, hit, alias, referral, negative, authority, additional);
 *          proof.c adds what DNSSEC wants; additional.c addresses; reply.c and put.c put RRsets into the message.
 * Threads: an object lives on the stack of one call of zone_answer().
 * Memory:  about 4 KiB of stack, most of it untouched unless aliases are followed.
 * Limits:  zone/zone_limits.h.
 * Trust:   needs a checked question.
 * RFC:     1034 §4.3.2. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "dns/rrtype.h"
#include "zone/store.h"
#include "zone/zone.h"
#include "zone/zone_limits.h"

/* The steps of an answer. Each step names the next. */
enum reply_state {
	REPLY_FIND, /* where in the zone is the name? */
	REPLY_HIT, /* at a node, its own or a wildcard's */
	REPLY_REDIRECT, /* below a DNAME */
	REPLY_REFERRAL, /* at or below a zone cut */
	REPLY_NO_DATA, /* the name is there, the type is not */
	REPLY_NO_NAME, /* neither */
	REPLY_AUTHORITY, /* write what was collected for the authority section */
	REPLY_ADDITIONAL, /* the same for the additional section */
	REPLY_DONE
};

/* NSEC or NSEC3 records that prove something; at most three a step (RFC 5155 §7.2). */
#define REPLY_PROOFS_MAX (3 + ZONE_CHAIN_MAX)

struct reply {
	const struct zone_set *set;
	const struct zone *zone;
	const struct zone_answer_request *request;
	struct dns_builder *builder;
	struct dns_answer *out;

	/* The name that is looked for now: the client's, then each alias' target. */
	const struct dns_question *question;
	const uint8_t *owner; /* the same in the case to answer in, for records of that name */

	/* What find() found. */
	const struct zone_node
	    *node; /* to answer from; the cut or DNAME of a redirect or referral */
	const struct zone_node
	    *encloser; /* the closest encloser where the name itself is not there */
	uint8_t label; /* of `node` (cut, DNAME) or `encloser` in the question */
	bool wildcard; /* node is a "*" from which the answer is made */
	bool secure; /* DO, and the zone is signed */

	const struct zone_rrset *referral; /* the NS set whose glue is wanted, or NULL */
	bool negative; /* the authority section holds the SOA */
	uint8_t chain_len;
	uint8_t dname_count;
	uint8_t proof_count;
	uint8_t additional_count;
	uint8_t seen_count;

	uint64_t chain[ZONE_CHAIN_MAX]; /* hashes of the names that were looked for: finds loops */
	const struct zone_rrset *dname[ZONE_CHAIN_MAX]; /* those that are in the answer section */
	struct reply_proof {
		const struct zone *zone;
		const struct zone_node *node;
	} proof[REPLY_PROOFS_MAX];
	struct reply_additional {
		const struct zone *zone;
		const uint8_t *owner; /* of the RRset that wants them */
		const struct zone_rrset *rrset;
	} additional[ZONE_ADDITIONAL_MAX];
	struct reply_seen { /* whose addresses are in the message */
		const struct zone_node *node;
		const uint8_t *name;
	} seen[ZONE_ADDITIONAL_MAX];
	uint8_t alias[DNS_NAME_MAX + 1]; /* what `owner` is after an alias */
	struct dns_question chased; /* what `question` is after an alias */
};

/* Writes an RRset, and its signatures if the client wants them. False: no room, nothing written.
 * `ttl_max` caps the TTLs. */
MUST_CHECK bool reply_put(const struct reply *reply, enum dns_section section, const uint8_t *owner,
                          const struct zone_rrset *rrset, uint32_t ttl_max);

/* The same for a set that must be there: TC if it is not. Gives the state to go on with. */
enum reply_state reply_must(struct reply *reply, enum dns_section section, const uint8_t *owner,
                            const struct zone_rrset *rrset, enum reply_state then);

/* The same for the set of a node under its own name. */
MUST_CHECK bool reply_put_node(const struct reply *reply, enum dns_section section,
                               const struct zone *zone, const struct zone_node *node,
                               const struct zone_rrset *rrset);
/* The SOA of a negative answer. */
MUST_CHECK bool reply_put_negative(const struct reply *reply, const struct zone_rrset *soa);

/* put.c: an owner that is written as some octets and a pointer into the question. */
struct reply_owner {
	const uint8_t *octets;
	uint8_t len;
	uint16_t pointer;
};

/* Writes a set with ZONE_RRSET_PLAIN, not its signatures. Afterwards the owner is the pointer to what was
 * written. False: no room, nothing written. */
MUST_CHECK bool reply_put_plain(const struct reply *reply, enum dns_section section,
                                struct reply_owner *owner, const struct zone_rrset *rrset,
                                uint32_t ttl);
/* The owner of a node's records. False: it is not to be had so. */
MUST_CHECK bool reply_owner_of(const struct reply *reply, const struct zone_node *node,
                               struct reply_owner *out);
/* The zone's SOA, not its signatures. False: not in this way. */
MUST_CHECK bool reply_put_soa(const struct reply *reply, const struct zone_rrset *soa,
                              uint32_t ttl);

/* Remembers that the targets of an RRset want addresses in the additional section. */
void reply_want_additional(struct reply *reply, const uint8_t *owner,
                           const struct zone_rrset *rrset);
/* Writes them: additional.c. */
void reply_additional(struct reply *reply);
/* Writes a referral's addresses. False: a required one did not fit (RFC 9471 §3.1). */
MUST_CHECK bool reply_glue(struct reply *reply, const struct zone_rrset *ns);

/* proof.c: each adds to `proof` what a validator needs, if reply->secure.
 * The node has no such type; or (wildcard) the wildcard has not. */
void reply_prove_no_data(struct reply *reply);
/* The name is not there, and no wildcard covers it. */
void reply_prove_no_name(struct reply *reply);
/* The name itself is not there, so that the wildcard's records hold. */
void reply_prove_wildcard(struct reply *reply);
/* The cut has no DS. */
void reply_prove_no_ds(struct reply *reply);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* resolver_chain -- where a message leads, and what of it goes on.
 *
 * What:    the chain of aliases in an answer, read and then written anew with what belongs to it.
 * Threads: one.
 * Memory:  struct resolver has one chain and one result.
 * Limits:  resolver/resolver_limits.h.
 * Trust:   messages went through check.c.
 * RFC:     1034 §3.6.2, 6672. */
#pragma once

#include "dns/builder.h"
#include "dns/name.h"
#include "dns/question.h"
#include "resolver/resolver_limits.h"

struct resolver;
struct resolver_task;

/* The names that an answer leads through, and what leads there. */
struct resolver_link {
	bool is_dname; /* for all names below the owner */
	uint32_t ttl;
	struct dns_name owner;
	struct dns_name target;
};

struct resolver_chain {
	unsigned link_count;
	unsigned name_count;
	bool has_zone;
	bool has_soa;
	bool has_data; /* records of the asked type at the last name */
	bool has_loop;
	bool has_cut;
	bool is_too_long; /* a DNAME made a name that cannot be */
	struct resolver_link link[RESOLVER_LINKS_MAX]; /* of the answer section */
	struct dns_name name[RESOLVER_CHAIN_MAX + 2]; /* the question, then the targets in order */
	/* For each name the DNAME that led to the next one; NULL: a CNAME. */
	const struct resolver_link *dname[RESOLVER_CHAIN_MAX + 1];
	struct dns_name zone; /* that the last name is in, where the message shows it */
	struct dns_name cut; /* whose NS records the authority section has, below the zone asked */
};

/* -- chain.c -- */
/* Reads where an answer leads, and what it has to say there, into resolver->chain. Records outside of the
 * zone asked do not count.
 * Fails: RESULT_MALFORMED, RESULT_TOO_SHORT, RESULT_TOO_LONG. */
MUST_CHECK enum result resolver_chain_read(struct resolver *resolver,
                                           const struct resolver_task *task, const uint8_t *message,
                                           size_t len);
bool resolver_chain_has(const struct resolver_chain *chain, const uint8_t *name);
/* Whether what leads on from a name is made from a DNAME. */
bool resolver_chain_is_made(const struct resolver_chain *chain, const uint8_t *name);
const struct dns_name *resolver_chain_last(const struct resolver_chain *chain);

/* -- scrub.c -- */
/* A message in `out` (DNS_MESSAGE_MAX octets) that has no more than a question in lower case, and the
 * builder behind it; then its header, when the builder is done. */
void resolver_scrub_start(const struct dns_question *question, uint8_t *out,
                          struct dns_builder *builder);
void resolver_scrub_finish(const struct dns_builder *builder, unsigned rcode);
/* Writes the chain that led to the task's target, and what of the message belongs to the target, into
 * resolver->result. Calls resolver_chain_read() before.
 * Fails: RESULT_MALFORMED, RESULT_TOO_SHORT, RESULT_TOO_LONG. */
MUST_CHECK enum result resolver_scrub_answer(struct resolver *resolver,
                                             const struct resolver_task *task,
                                             const uint8_t *message, size_t len);

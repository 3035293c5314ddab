/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* translate -- DNS64 in the stages: answers to other questions become those of packets.
 *
 * What:    memory for a message beside the packet, and what brings policy/dns64.h and packets together.
 *          QUERY_DISPATCHER finds the way, CACHE_LOOKUP and RESOLVER ask the other question when the
 *          client's own has no useful answer.
 * Threads: one object for each stage instance.
 * Memory:  about 140 KiB, touched only when it is used.
 * Limits:  dns/message.h.
 * Trust:   messages of the cache and the resolver.
 * RFC:     6147 §5. */
#pragma once

#include "base/attr.h"
#include "pipeline/query.h"
#include "pipeline/snapshot.h"
#include "policy/dns64.h"

struct translate;

/* NULL: no memory. */
MUST_CHECK struct translate *translate_create(void);
void translate_destroy(struct translate *translate);

/* The DNS64 of this turn, or NULL. */
static inline const struct dns64 *translate_load(const struct snapshot *snapshot)
{
	return snapshot == NULL ? NULL : snapshot_load(snapshot);
}

/* Starts a message beside the packet: the builder stands behind the question. */
void translate_start(struct translate *translate, const struct dns_question *question,
                     struct dns_builder *builder);

/* What the answer in the packet (its sections and query->answer) is worth to an AAAA question. Where A is to be
 * asked instead query->dns64_ttl_s is set. */
enum dns64_worth translate_judge(struct translate *translate, const struct dns64 *dns64,
                                 struct rte_mbuf *mbuf);
/* The same of a message. */
enum dns64_worth translate_judge_message(struct translate *translate, const struct dns64 *dns64,
                                         struct query *query, const uint8_t *message, size_t len);

/* Takes the addresses that do not count out of the answer in the packet. */
void translate_filter(struct translate *translate, const struct dns64 *dns64,
                      struct rte_mbuf *mbuf);
/* The same from a message. */
void translate_filter_message(struct translate *translate, const struct dns64 *dns64,
                              struct rte_mbuf *mbuf, const uint8_t *message, size_t len);

/* Makes the packet's answer of the one beside it, by query->dns64: `asked` is the question of that, `answer` what
 * was said of it. */
void translate_put(struct translate *translate, const struct dns64 *dns64, struct rte_mbuf *mbuf,
                   const struct dns_question *asked, const struct dns_answer *answer);
/* The same of a message with a header of its own. */
void translate_put_message(struct translate *translate, const struct dns64 *dns64,
                           struct rte_mbuf *mbuf, const struct dns_question *asked,
                           const uint8_t *message, size_t len);

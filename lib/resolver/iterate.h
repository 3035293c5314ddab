/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* iterate -- what the files of iteration offer to each other and to the machine.
 *
 * What:    tables and what is learned into them; the states of iteration; what servers' messages mean.
 * Threads: one.
 * Memory:  as resolver_int.h.
 * Limits:  resolver/resolver_limits.h.
 * Trust:   messages went through check.c.
 * RFC:     1034 §5.3.3, 9156. */
#pragma once

#include "resolver/resolver_int.h"

/* -- table.c -- */
MUST_CHECK enum result resolver_table_create(struct resolver_table *table, uint32_t entries,
                                             size_t slot_bytes);
void resolver_table_destroy(struct resolver_table *table);
/* The entry of a name, or NULL. */
void *resolver_table_find(const struct resolver_table *table, uint64_t hash, const uint8_t *name);
/* The entry of a name, if need be a new one, all zero behind the name. */
void *resolver_table_take(struct resolver_table *table, uint64_t hash, const uint8_t *name,
                          uint64_t now_ms);

/* -- known.c: servers found by iteration -- */
MUST_CHECK enum result resolver_known_create(struct resolver *resolver);
/* The server at an address, found or with nothing known of it yet; RESOLVER_NONE: no place. */
uint32_t resolver_known_take(struct resolver *resolver, const struct net_endpoint *endpoint,
                             uint64_t now_ms);
/* The same without making one. */
uint32_t resolver_known_find(const struct resolver *resolver, const struct net_endpoint *endpoint);
/* Which of the zone's servers is asked next; false: none is left. */
bool resolver_known_choose(const struct resolver_turn *turn, struct resolver_task *task,
                           const struct resolver_delegation *delegation);
/* Whether a server can be at an address. */
bool resolver_known_is_usable(const struct resolver *resolver, const struct net_address *address);
bool resolver_known_is_loopback(const struct net_address *address) PURE;

/* -- host.c -- */
/* Reads the addresses in resolver->result, which answers a task that others wait for. */
void resolver_host_learn(const struct resolver_turn *turn, const struct resolver_task *task);
/* Notes that there is no answer. */
void resolver_host_failed(const struct resolver_turn *turn, const struct resolver_task *task);
/* What is known of a server's name, or NULL. */
const struct resolver_host *resolver_host_find(const struct resolver *resolver,
                                               const uint8_t *name);

/* -- delegation.c -- */
MUST_CHECK enum result resolver_delegation_create(struct resolver *resolver);
/* A stub zone with the servers of a route; NULL: no memory. */
struct resolver_delegation *resolver_delegation_stub(const struct resolver *resolver,
                                                     const struct resolver_route *route);
/* The lowest zone at or above the target that is known; sets task->cut. */
const struct resolver_delegation *resolver_delegation_locate(struct resolver *resolver,
                                                             struct resolver_task *task,
                                                             uint64_t now_ms);
/* The zone that the task asks; NULL: not known any more. */
struct resolver_delegation *resolver_delegation_of(struct resolver *resolver,
                                                   const struct resolver_task *task,
                                                   uint64_t now_ms);
/* Takes a referral from the servers of the task's zone to resolver->chain.cut; false: it is of no use. */
MUST_CHECK bool resolver_delegation_learn(const struct resolver_turn *turn,
                                          const struct resolver_task *task, const uint8_t *message,
                                          size_t len);
/* Takes the root's own NS records from the answer of a root server (RFC 8109 §3). */
void resolver_delegation_learn_root(const struct resolver_turn *turn,
                                    const struct resolver_task *task, const uint8_t *message,
                                    size_t len);
void resolver_delegation_mark_lame(const struct resolver_turn *turn,
                                   const struct resolver_task *task, uint32_t server);
bool resolver_delegation_is_lame(const struct resolver_delegation *delegation, uint32_t server,
                                 uint64_t now_ms);

/* -- iterate.c: the states of iteration -- */
enum resolver_state resolver_iterate_start(const struct resolver_turn *turn,
                                           struct resolver_task *task);
enum resolver_state resolver_iterate_locate(const struct resolver_turn *turn,
                                            struct resolver_task *task);
enum resolver_state resolver_iterate_select(const struct resolver_turn *turn,
                                            struct resolver_task *task);
enum resolver_state resolver_iterate_address(const struct resolver_turn *turn,
                                             struct resolver_task *task);
/* The part of the target that is asked from now on: from that label. What was sent before is forgotten. */
void resolver_iterate_set_asked(const struct resolver_turn *turn, struct resolver_task *task,
                                unsigned from);
/* Asks for the whole name from now on; what was sent before is forgotten. */
enum resolver_state resolver_iterate_whole(const struct resolver_turn *turn,
                                           struct resolver_task *task);
/* Another round over the servers that did not answer. */
enum resolver_state resolver_iterate_again(struct resolver_task *task);
/* Shows one label more of the name, or some. */
enum resolver_state resolver_iterate_longer(const struct resolver_turn *turn,
                                            struct resolver_task *task);

/* -- judge.c -- */
/* What the message of a zone's server means for the task. */
enum resolver_state resolver_judge_answer(const struct resolver_turn *turn,
                                          struct resolver_task *task,
                                          struct resolver_attempt *attempt, const uint8_t *message,
                                          size_t len);
/* Keeps the chain in resolver->result and goes on with the name to which it leads. */
enum resolver_state resolver_judge_follow(const struct resolver_turn *turn,
                                          struct resolver_task *task);
/* A server of the zone said SERVFAIL, REFUSED or the like. */
enum resolver_state resolver_judge_failure(const struct resolver_turn *turn,
                                           struct resolver_task *task,
                                           struct resolver_attempt *attempt, unsigned rcode);

/* -- lookup.c -- */
/* Whether the target is known here, and then the state that follows. */
MUST_CHECK bool resolver_lookup(const struct resolver_turn *turn, struct resolver_task *task,
                                enum resolver_state *next);

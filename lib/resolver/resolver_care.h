/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* resolver_care -- what answers must not have, who guesses ids, how much one zone may take, and what is tried last.
 *
 * What:    private addresses (rebinding), wrong ids in a server's name, questions that wait for servers of one zone,
 *          servers that may only have disliked how they were asked.
 * Threads: one.
 * Memory:  struct resolver's.
 * Limits:  resolver/resolver_limits.h.
 * Trust:   messages that have been checked; datagrams of anybody.
 * RFC:     5452 §9.3. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "dns/builder.h"
#include "dns/rrset.h"
#include "net/prefix.h"

struct resolver;
struct resolver_attempt;
struct resolver_server;
struct resolver_task;
struct resolver_turn;

/* -- private.c: addresses that do not belong into answers -- */
MUST_CHECK enum result resolver_private_create(struct resolver *resolver);
void resolver_private_destroy(struct resolver *resolver);
/* Takes them out of an RRset of addresses: `room` (DNS_RRSET_RECORDS_MAX) gets what stays. Returns how many were
 * taken out. */
uint16_t resolver_private_filter(struct resolver *resolver, struct dns_rrset *rrset,
                                 struct dns_rdata *room);
/* Says with a SOA record of our making for how long there is nothing at the name. */
MUST_CHECK enum result resolver_private_put_soa(struct dns_builder *builder, const uint8_t *name);

/* -- resort.c: what is tried when all servers have failed -- */
/* Whether a server is to be asked in another way: task->server and how are set then. */
MUST_CHECK bool resolver_resort_take(struct resolver_task *task);
/* Notes why a message could not be read. */
void resolver_resort_note_damage(struct resolver_attempt *attempt, enum result result);

/* -- guess.c: whoever guesses ids -- */
/* Notes a datagram that fits no question; the tasks that wait for the server in whose name it came go on over
 * TCP when there are too many. */
void resolver_guess_stray(const struct resolver_turn *turn, const struct net_endpoint *from);
/* Notes that an answer fitted. */
void resolver_guess_answered(struct resolver_server *server);
/* Notes that a question to the server is forgotten before it was answered. */
void resolver_guess_forgotten(const struct resolver_turn *turn, struct resolver_server *server);

/* -- budget.c: questions that wait for servers of one zone -- */
/* The counter of the zone that the task asks; RESOLVER_ZONE_COUNTERS: none. */
uint16_t resolver_budget_zone(const struct resolver_task *task);
/* Whether one more may wait. */
bool resolver_budget_has_room(const struct resolver *resolver, const struct resolver_task *task);

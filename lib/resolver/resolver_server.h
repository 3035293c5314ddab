/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* resolver_server -- what is remembered of a server, and the choice among those of a route.
 *
 * What:    one entry for each server of the groups, and for each that iteration has found.
 * Threads: one.
 * Memory:  an array made by resolver_create().
 * Limits:  resolver/resolver_limits.h.
 * Trust:   counts and times of our own.
 * RFC:     6298 §2, 6891 §6.2.2, 7873 §5. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "dns/edns.h"
#include "net/prefix.h"
#include "resolver/resolver_limits.h"

struct resolver;
struct resolver_task;
struct resolver_turn;

struct resolver_server {
	struct net_endpoint endpoint;
	uint32_t group; /* RESOLVER_NONE: found by iteration */
	uint32_t rtt_us; /* smoothed, RFC 6298 §2 with weight 1/8; 0: not known */
	uint32_t rtt_deviation_us; /* RFC 6298 §2.3, weight 1/4 */
	uint32_t pins; /* attempts that refer to it: it keeps its place */
	uint64_t used_ms;
	uint32_t fails; /* time-outs in a row */
	uint64_t backoff_until_ms;
	/* What it cannot stand, until when it is believed. */
	uint64_t plain_until_ms; /* EDNS */
	uint64_t small_until_ms; /* datagrams of the usual size: they do not get here */
	uint64_t bare_until_ms; /* cookies */
	uint64_t fold_until_ms; /* letters of both cases: it answers in lower case */
	uint64_t edns_until_ms; /* it has sent an OPT record: so long it is known to know EDNS */
	uint8_t strays; /* datagrams in its name that fitted no question, less those that did */
	uint16_t
	    orphans; /* questions that nobody waits for any more: their answers are no guesses */
	uint64_t orphans_until_ms; /* not any more */
	uint64_t tcp_until_ms; /* somebody guesses ids: no UDP */
	uint8_t cookie_len; /* of its own part, 0: none yet */
	uint64_t cookie_until_ms; /* when our part is renewed; 0: there is none */
	uint8_t cookie[EDNS_COOKIE_MAX]; /* ours, then its own */
	uint64_t sent;
	uint64_t answered;
	uint64_t timed_out;
};

/* -- server.c -- */
/* The next server of the task's route, by policy and health; false when another round makes no sense. */
bool resolver_server_choose(const struct resolver_turn *turn, struct resolver_task *task);
/* Another server that wants to be looked at while the chosen one answers, or RESOLVER_NONE. */
uint32_t resolver_server_probe(const struct resolver_turn *turn, const struct resolver_task *task);
void resolver_server_answered(struct resolver *resolver, struct resolver_server *server,
                              uint64_t rtt_ms);
/* How long to wait for it: as its group says, or by its round-trip time. */
uint32_t resolver_server_timeout_ms(const struct resolver *resolver,
                                    const struct resolver_server *server);
void resolver_server_timed_out(struct resolver *resolver, struct resolver_server *server,
                               uint64_t now_ms);

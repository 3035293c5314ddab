/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* resolver_desk -- where an operator puts questions to the running RESOLVER and reads what it does for them.
 *
 * What:    a few places. One holds a question of the operator's, which goes the way of a client's, or a name
 *          whose questions are watched. The steps (resolver/resolver_trace.h) come back through a ring,
 *          the answer beside it.
 * Threads: the functions of the first part on one control thread, those of the second on RESOLVER's lcore.
 *          Each place has one writer for each of its fields; its state is handed over with release and
 *          acquire.
 * Memory:  some 600 KiB, taken at create, touched when used.
 * Limits:  RESOLVER_DESK_PLACES at a time, RESOLVER_DESK_STEPS steps that wait to be read; what does not fit
 *          is counted.
 * Trust:   the operator; names and messages in steps are from the wire.
 * RFC:     none. */
#pragma once

#include <assert.h>

#include "dns/message.h"
#include "resolver/resolver.h"

/* Too low: two operators are in each other's way. Too high: memory. */
#define RESOLVER_DESK_PLACES 4
/* Steps between two looks of the control thread (some 20 ms). Too low: steps of a busy name are lost. Too
 * high: memory. A power of two. */
#define RESOLVER_DESK_STEPS 256u

static_assert(RESOLVER_DESK_PLACES <= RESOLVER_WATCHERS_MAX, "a bit for each place");

struct resolver_desk;

struct resolver_desk_step {
	struct resolver_trace_step step; /* name: NULL or into this struct */
	uint8_t name[DNS_NAME_MAX + 1];
};

struct resolver_desk_answer {
	uint16_t rcode;
	int16_t ede;
	uint8_t rank; /* enum dns_rank */
	uint8_t security; /* enum dns_security */
	size_t len; /* 0: no message */
	uint8_t message[DNS_MESSAGE_MAX]; /* header, question, sections */
};

MUST_CHECK enum result resolver_desk_create(struct resolver_desk **out);
void resolver_desk_destroy(struct resolver_desk *desk); /* NULL is fine; RESOLVER has ended */

/* Puts a question. Gives the place. Fails: RESULT_BUSY. */
MUST_CHECK enum result resolver_desk_ask(struct resolver_desk *desk,
                                         const struct dns_question *question, bool dnssec_ok,
                                         unsigned *place);
/* Watches clients' questions for a name and those below it. Fails: RESULT_BUSY. */
MUST_CHECK enum result resolver_desk_watch(struct resolver_desk *desk, const struct dns_name *name,
                                           unsigned *place);
/* The next step; false: none yet. */
MUST_CHECK bool resolver_desk_next(struct resolver_desk *desk, unsigned place,
                                   struct resolver_desk_step *out);
/* The answer to a question; NULL: not yet. Valid until the place is closed. */
const struct resolver_desk_answer *resolver_desk_answer(struct resolver_desk *desk, unsigned place);
/* Steps that found no room. */
uint64_t resolver_desk_lost(const struct resolver_desk *desk, unsigned place);
/* Ends a watch. RESOLVER may still read the name: before the place is closed it must have passed a turn. */
void resolver_desk_unwatch(struct resolver_desk *desk, unsigned place);
void resolver_desk_close(struct resolver_desk *desk, unsigned place);

/* -- RESOLVER -- */

/* Whether there are new questions; NULL is fine. */
bool resolver_desk_has_news(const struct resolver_desk *desk);
/* The next new question as an event of the engine. */
MUST_CHECK bool resolver_desk_next_question(struct resolver_desk *desk,
                                            struct resolver_event *event);
/* Who watches a client's question; NULL is fine. */
uint8_t resolver_desk_watchers(const struct resolver_desk *desk,
                               const struct dns_question *question);
/* Whether a client of the engine is one of ours. */
bool resolver_desk_has(const struct resolver_desk *desk, const void *client);
const struct dns_question *resolver_desk_question(const void *client);
bool resolver_desk_dnssec_ok(const void *client);
/* Takes the answer. */
void resolver_desk_take(void *client, const struct resolver_action *action);
/* Takes a step for all who watch. */
void resolver_desk_tell(struct resolver_desk *desk, const struct resolver_trace_step *step);

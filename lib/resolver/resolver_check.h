/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* resolver_check -- whether a message is an answer to what we asked, and what we say besides the question.
 *
 * What:    the OPT records to and from servers, and the checks that come before a message is read.
 * Threads: one.
 * Memory:  none.
 * Limits:  resolver/resolver_limits.h.
 * Trust:   takes anything.
 * RFC:     5452 §9, 6891, 7873. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct resolver;
struct resolver_attempt;
struct resolver_task;
struct resolver_turn;

/* What a message is to the attempt that waits for it. */
enum resolver_verdict {
	RESOLVER_VERDICT_FOREIGN, /* not an answer to what we asked */
	RESOLVER_VERDICT_TRUNCATED, /* TC over UDP */
	RESOLVER_VERDICT_OTHER_CASE, /* our question, but not in the case in which we sent it */
	RESOLVER_VERDICT_NO_COOKIE, /* the server had a cookie and sends none now */
	RESOLVER_VERDICT_BAD_COOKIE, /* it wants the cookie that came with this */
	RESOLVER_VERDICT_NO_EDNS, /* the server does not want our OPT record */
	RESOLVER_VERDICT_FAILS_EDNS, /* SERVFAIL of a server that may not know EDNS */
	RESOLVER_VERDICT_FAILURE, /* SERVFAIL, REFUSED …: somebody else may know */
	RESOLVER_VERDICT_ANSWER,
};

/* -- edns.c: OPT records to and from servers -- */
/* What an attempt says besides the question, by what is known of the server and what got lost before. */
void resolver_edns_choose(const struct resolver_turn *turn, const struct resolver_task *task,
                          struct resolver_attempt *attempt);
void resolver_edns_write(const struct resolver *resolver, const struct resolver_task *task,
                         const struct resolver_attempt *attempt, struct bytes_writer *writer);
/* Reads the OPT record of a response into resolver->edns; without one, or with a broken one, that is empty. */
void resolver_edns_read(struct resolver *resolver, const uint8_t *message, size_t len);
/* Takes along what a response with a matching question says of the server. */
void resolver_edns_learn(const struct resolver_turn *turn, const struct resolver_task *task,
                         const struct resolver_attempt *attempt, enum resolver_verdict verdict);
/* What a server that complains about our OPT record is spared from now on. */
void resolver_edns_refused(const struct resolver_turn *turn,
                           const struct resolver_attempt *attempt);

/* -- check.c -- */
/* Needs resolver_edns_read() before. */
enum resolver_verdict resolver_check_response(const struct resolver *resolver,
                                              const struct resolver_task *task,
                                              const struct resolver_attempt *attempt,
                                              const uint8_t *message, size_t len);
/* The name that the attempt has sent. */
const uint8_t *resolver_check_sent_name(const struct resolver_task *task,
                                        const struct resolver_attempt *attempt);
/* The response code, all 12 bits. */
unsigned resolver_check_rcode(const struct resolver *resolver, const uint8_t *message);

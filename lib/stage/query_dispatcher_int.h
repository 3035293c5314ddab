/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* query_dispatcher_int -- the inside of the QUERY_DISPATCHER stage, for its two sources.
 *
 * What:    query_dispatcher.c finds out who answers, query_dispatcher_names.c answers for names of policies.
 * Threads: the stage's lcore.
 * Memory:  the stage's state.
 * Limits:  stage/query_dispatcher.h.
 * Trust:   as stage/query_dispatcher.h.
 * RFC:     6147 §5. */
#pragma once

#include "guard/policy.h"
#include "pipeline/query.h"
#include "policy/policy.h"
#include "stage/query_dispatcher.h"
#include "stage/translate.h"

struct query_dispatcher {
	const struct stage_query_dispatcher_settings *settings;
	struct ratelimit *ratelimit; /* of this lane, for the burst at hand; NULL: none */
	struct top *top; /* of this lane; NULL: none */
	struct translate *translate;
};

/* What a burst is judged by. */
struct query_dispatcher_rules {
	const struct guard_policy *guard;
	const struct policy *names;
	const struct dns64 *dns64;
	const struct outside *outside;
};

/* -- query_dispatcher_names.c -- */

/* Whether the packet is answered here: by a policy, or since the name is DNS64's own. It is sent on then, or
 * dropped. Else query->dns64 says what DNS64 has to do with it. */
bool query_dispatcher_names(struct stage *stage, struct rte_mbuf *mbuf,
                            const struct query_dispatcher_rules *rules);

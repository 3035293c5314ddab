/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* query_dispatcher -- the QUERY_DISPATCHER stage: who answers this question?
 *
 * What:    checks who asks (access lists, cookies, query rate limits) and what is asked (class, type,
 *          opcode), and sends the query to ZONE_MANAGER, to CACHE_LOOKUP or, with a response code,
 *          straight to ENCODER. Class CH questions about the server itself are answered here, and so
 *          are names of policies (local zones, denied names, special names) where recursion would be
 *          next: our own zones are never touched by them.
 * Threads: one instance for each lane, on its lcore.
 * Memory:  the rate limits' table besides the packet.
 * Limits:  guard/policy.h, policy/policy_limits.h.
 * Trust:   queries are parsed and still untrusted in what they ask for.
 * RFC:     1035 §4.1.1 (REFUSED, NOTIMP), 4892 (CH TXT), 5358, 6303, 6761, 8914, 6895. */
#pragma once

#include "guard/ratelimit.h"
#include "pipeline/snapshot.h"
#include "pipeline/stage.h"
#include "stage/outside.h"
#include "stage/top.h"

enum query_dispatcher_output {
	QUERY_DISPATCHER_TO_ZONE_MANAGER,
	QUERY_DISPATCHER_TO_CACHE_LOOKUP,
	QUERY_DISPATCHER_TO_ENCODER,
};

/* Indices of stage_counters.event. */
enum query_dispatcher_event {
	QUERY_DISPATCHER_EVENT_ACL, /* refused by an access list */
	QUERY_DISPATCHER_EVENT_NO_ZONE, /* refused: not our zone and no recursion for this client */
	QUERY_DISPATCHER_EVENT_CHAOS,
	QUERY_DISPATCHER_EVENT_LOCAL, /* answered from, or held back by, a local zone */
	QUERY_DISPATCHER_EVENT_SPECIAL, /* a name that the RFCs keep from the outside */
	QUERY_DISPATCHER_EVENT_DENIED, /* a denied name or one of a block list */
};

/* RFC 4892 §3: a TXT string has at most 255 octets. */
#define QUERY_DISPATCHER_TEXT_MAX 255

struct stage_query_dispatcher_settings {
	const struct snapshot *zones; /* of struct views: zones, by view of the client */
	const struct snapshot *policy; /* of struct guard_policy */
	const struct snapshot *names; /* of struct policy: names treated in a way of their own */
	const struct snapshot *dns64; /* of struct dns64; NULL, or empty: none */
	/* Answers to CH TXT version.bind (version.server) and hostname.bind (id.server); NULL: REFUSED. */
	const char *version;
	const char *identity;
	const struct snapshot *cookie_keys; /* of struct cookie_keys; NULL: cookies are ignored */
	const struct snapshot *ratelimit; /* of struct ratelimit_lanes; NULL, or empty: no limit */
	const struct snapshot
	    *outside; /* of struct outside: names in our zones that are not ours; NULL: none */
	struct top *top; /* TOP_QUESTIONS, one for each lane; NULL: not counted */
};

extern const struct stage_ops stage_query_dispatcher_ops;

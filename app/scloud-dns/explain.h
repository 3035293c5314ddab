/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* explain -- the whole decision for one question, as the server would take it now.
 *
 * What:    the question becomes a packet like a client's and goes through the very stages of the lanes
 *          (pipeline/solo.h), beside them: DECODER, QUERY_DISPATCHER, ZONE_MANAGER or CACHE_LOOKUP, ENCODER.
 *          What each decided becomes a row. A question that nobody here can answer goes to the running RESOLVER
 *          (stage/resolver_desk.h) and its steps become rows too. Rate limits are looked at and not charged.
 * Threads: main.
 * Memory:  struct explain with a packet of the stream pool, while it lasts.
 * Limits:  RESOLVER_DESK_PLACES at a time.
 * Trust:   the operator.
 * RFC:     8914 (the reasons that clients are told). */
#pragma once

#include "commands.h"
#include "cache_text.h"
#include "pipeline/query.h"
#include "pipeline/solo.h"
#include "stage/resolver_desk.h"

#define EXPLAIN_NO_PLACE UINT32_MAX
#define EXPLAIN_DETAIL_BYTES 768

enum explain_transport {
	EXPLAIN_UDP,
	EXPLAIN_TCP,
	EXPLAIN_TLS,
	EXPLAIN_HTTPS,
	EXPLAIN_TRANSPORT_COUNT
};

struct explain {
	struct server *server;
	struct dns_name name;
	uint16_t type;
	enum explain_transport transport;
	struct net_endpoint client;
	struct net_endpoint local;
	bool dnssec_ok;
	bool recursion_desired;
	bool may_ask; /* other servers */

	struct rte_mbuf *packet; /* NULL: dropped */
	struct json_object *decision; /* rows */
	struct json_object *steps; /* rows of RESOLVER */
	const char *answered_by;
	unsigned place; /* at the desk, or EXPLAIN_NO_PLACE */
	uint64_t begun_us;
	uint64_t first_ms; /* of the steps */
	bool has_steps;
	struct cache_text_writer writer; /* for rdata */
	struct cache_copy copy;
};

/* A row of the decision; `detail` is a format. */
void explain_row(struct explain *explain, const char *step, const char *result, const char *detail,
                 ...) PRINTF_LIKE(4, 5);

/* -- explain_way.c -- */
/* Makes the packet and sends it through the stages. Gives true when RESOLVER has to find the answer. Fails: an
 * error was given. */
MUST_CHECK bool explain_start(struct explain *explain, struct control_reply *reply,
                              bool *wants_resolver);
/* RESOLVER's answer goes into the packet as if it came from there. */
void explain_take_answer(struct explain *explain, const struct resolver_desk_answer *answer);
/* The packet becomes a message. */
void explain_encode(struct explain *explain);

/* -- explain_rows.c -- */
/* Who may ask what, before any stage runs: listener, access, view, rate limits. */
void explain_access(struct explain *explain);
void explain_zone(struct explain *explain);
void explain_cache(struct explain *explain);
/* The first step that RESOLVER told, and the others. */
struct json_object *explain_step(const struct resolver_desk_step *step, uint64_t first_ms);
/* The whole result. */
struct json_object *explain_result(struct explain *explain);

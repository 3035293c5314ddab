/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* tap -- copies of what passes, for whoever wants to watch: dnstap, the query log, captures.
 *
 * What:    a lane asks for the plan once a burst; without a plan nothing more happens. With one, what some
 *          sink's filter wants is copied into a ring of the lcore, and a thread gives it to the sinks. A copy that
 *          finds no room is counted and left out: nobody waits.
 * Threads: tap_plan() and tap_*() of the first part on any lcore; attach and detach on one control thread;
 *          take() and flush() of a sink on the tap's own thread, or in detach on the caller's.
 * Memory:  a ring of TAP_RING_BYTES for each lcore that has something to tell, while there is a sink.
 * Limits:  tap/tap_limits.h.
 * Trust:   messages are copied as they are: sinks must not believe them.
 * RFC:     none. */
#pragma once

#include <stdatomic.h>
#include <stdio.h>

#include "net/prefix.h"
#include "pipeline/drop.h"
#include "pipeline/query.h"
#include "pipeline/snapshot.h"
#include "tap/tap_limits.h"

enum tap_kind {
	TAP_QUERY, /* of a client */
	TAP_RESPONSE, /* to a client */
	TAP_DROP, /* a packet that ends without an answer */
	TAP_UPSTREAM_QUERY, /* of ours to another server */
	TAP_UPSTREAM_RESPONSE,
	TAP_KIND_COUNT
};

enum tap_transport {
	TAP_UDP,
	TAP_TCP,
	TAP_TLS,
	TAP_HTTPS,
	TAP_TRANSPORT_COUNT
};

/* One copy. */
struct tap_record {
	uint32_t size; /* with what follows, a multiple of 8 */
	uint8_t kind; /* enum tap_kind */
	uint8_t sinks; /* bits of those who want it */
	uint8_t transport; /* enum tap_transport */
	uint8_t verdict; /* enum query_verdict */
	uint8_t drop; /* DROP: enum drop_reason */
	bool is_frame; /* the data are a frame from its Ethernet header on, not a message */
	uint8_t view;
	uint8_t is_forward; /* UPSTREAM: the server is asked to recurse */
	uint16_t rcode; /* RESPONSE: 12 bits */
	int16_t ede; /* RESPONSE: EDNS_EDE_NONE if none */
	uint16_t lcore;
	uint32_t message_len; /* of the whole message or frame */
	uint32_t data_len; /* of those, copied */
	uint64_t tsc; /* when it was copied */
	uint64_t arrival_tsc; /* of the client's query; 0: not known */
	struct query_address client; /* UPSTREAM: the server. family 0: not known */
	struct query_address local;
	uint8_t data[]; /* header, question … */
};

struct tap_filter {
	uint32_t kinds; /* bits of enum tap_kind */
	uint32_t sample; /* one in so many; 0 and 1: all */
	uint32_t snap; /* octets of a message at most; 0: TAP_SNAP_DEFAULT */
	bool has_client;
	bool has_name;
	bool has_type;
	bool has_rcode;
	bool only_drops_of; /* DROP records: only those of `drops` */
	struct net_prefix client;
	struct dns_name name; /* lower case; this name and those below */
	uint16_t type;
	uint16_t rcode;
	uint64_t drops; /* bits of enum drop_reason */
};

struct tap_plan {
	uint32_t kinds; /* of all sinks */
	uint8_t sinks; /* bits of those in use */
	struct tap_filter filter[TAP_SINKS_MAX];
};

struct tap;

/* -- lcores -- */

/* What is wanted now, or NULL: nothing. Once a burst. NULL is fine. */
static inline const struct tap_plan *tap_plan(const struct tap *tap)
{
	const struct snapshot *snapshot = (const struct snapshot *)tap; /* its first member */
	return tap != NULL ? snapshot_load(snapshot) : NULL;
}

static inline bool tap_wants(const struct tap_plan *plan, enum tap_kind kind)
{
	return UNLIKELY(plan != NULL) && (plan->kinds >> kind & 1) != 0;
}

/* A query that was parsed, before anything is written into its packet. */
void tap_query(struct tap *tap, const struct tap_plan *plan, struct rte_mbuf *mbuf);
/* A message that is finished. */
void tap_response(struct tap *tap, const struct tap_plan *plan, struct rte_mbuf *mbuf);
/* What is known of a packet that is dropped for a reason. */
enum tap_known {
	TAP_KNOWN_FRAME, /* nothing but the frame */
	TAP_KNOWN_CLIENT,
	TAP_KNOWN_QUESTION, /* and the client */
};
enum tap_known tap_known(enum drop_reason reason);

/* A packet that is about to be freed. */
void tap_drop(struct tap *tap, const struct tap_plan *plan, struct rte_mbuf *mbuf,
              enum drop_reason reason);
/* A message to or from another server. */
void tap_upstream(struct tap *tap, const struct tap_plan *plan, enum tap_kind kind,
                  enum tap_transport transport, const struct net_endpoint *server,
                  const uint8_t *message, size_t len);

/* -- control -- */

struct tap_sink {
	const char *name;
	struct tap_filter filter;
	void (*take)(void *context, const struct tap_record *record);
	void (*flush)(void *context); /* nothing more comes for now; may be NULL */
	void *context;
};

struct pipeline_rcu;

MUST_CHECK enum result tap_create(struct tap **out);
void tap_destroy(struct tap *tap); /* NULL is fine; sinks are detached, lcores have stopped */

/* From the next burst on copies come. `rcu`: as in snapshot_publish(). Gives a number for tap_detach().
 * Fails: RESULT_BUSY (TAP_SINKS_MAX sinks), RESULT_NO_MEMORY. */
MUST_CHECK enum result tap_attach(struct tap *tap, const struct tap_sink *sink,
                                  struct pipeline_rcu *rcu, unsigned *number);
/* When it returns the sink has had everything that was copied for it, and nothing more comes. */
void tap_detach(struct tap *tap, unsigned number, struct pipeline_rcu *rcu);

struct tap_stats {
	uint64_t copied; /* records, all lcores */
	uint64_t lost; /* found no room */
};
void tap_stats(const struct tap *tap, struct tap_stats *out);

/* Nanoseconds since 1970 of a TSC value of a record. Sinks, in take(). */
uint64_t tap_time_ns(const struct tap *tap, uint64_t tsc);
/* How long an answer took, in microseconds; 0 where it is not known. */
uint64_t tap_took_us(const struct tap_record *record);

/* -- words for people -- */

const char *tap_transport_text(unsigned transport);
const char *tap_verdict_text(unsigned verdict);
/* The question in the record's data. False: there is none. `name` is DNS_NAME_TEXT_MAX octets. */
MUST_CHECK bool tap_question(const struct tap_record *record, char *name, uint16_t *type,
                             uint16_t *class);

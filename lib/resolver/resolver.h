/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* resolver -- finds answers at other servers; pure: events in, actions out.
 *
 * What:    resolver_step() takes one event (a question, a response, an error, the time) and gives actions
 *          (send this, forget that, answer this client) to a function of the caller. It knows no socket,
 *          no clock and no random source. Each question in flight is a task in a named state; equal
 *          questions share a task. Names of a zone in the settings go to the servers of its groups; all
 *          others are followed from the root down, if root hints are given.
 * Threads: an object belongs to one lcore; no globals.
 * Memory:  all of it at resolver_create(); nothing is allocated afterwards.
 * Limits:  resolver/resolver_limits.h.
 * Trust:   responses are anything: they are matched by port, address, id and question, then scrubbed, so
 *          that only records that belong to the question go on.
 * RFC:     1034 §5.3.3 (iteration), 1035 §7, 2181 §5.4.1 (trust), 2308, 5452 (matching), 6891 §6.2.2
 *          (fall-back), 7766 (TCP), 7873 (cookies), 8109 (priming), 8767 §5 (stale answers), 8914 (EDE), 9156
 *          (minimisation), 9520. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "dns/answer.h"
#include "dns/builder.h"
#include "dns/question.h"
#include "dns/trust.h"
#include "net/prefix.h"
#include "resolver/resolver_trace.h"

struct resolver;

enum resolver_policy {
	RESOLVER_POLICY_FIRST, /* in the order given; the next one when one fails */
	RESOLVER_POLICY_ROUND_ROBIN,
	RESOLVER_POLICY_FASTEST, /* by smoothed round-trip time; others are tried now and then */
};

/* Which addresses are asked first, where a zone's servers have both. */
enum resolver_prefer {
	RESOLVER_PREFER_ANY, /* the faster ones */
	RESOLVER_PREFER_IPV4,
	RESOLVER_PREFER_IPV6,
};

/* Servers that are asked alike. */
struct resolver_group {
	const char *name;
	const struct net_endpoint *servers;
	uint32_t server_count; /* 1.. */
	enum resolver_policy policy;
	uint32_t timeout_ms; /* for one attempt; 0: default */
	bool use_tcp_on_retry;
	bool edns;
	bool randomise_case;
	uint16_t
	    tls; /* over TLS alone: a number of the caller's, which comes back with SEND_TCP; 0: not */
};

/* Names at and below `name` are asked for at these groups, the first one first; the longest name wins.
 * The root's zone is what all other names go to. */
struct resolver_zone {
	struct dns_name name;
	const uint32_t *groups; /* indices of settings.groups */
	uint32_t group_count;
	/* The servers are the zone's own: they are asked without recursion, and what they delegate is
	 * followed. */
	bool is_stub;
	/* When the servers fail names are looked up from the root, if there are hints. */
	bool falls_back;
};

/* An address of a root server. */
struct resolver_hint {
	struct dns_name name;
	struct net_address address;
};

/* The root servers as this was made. Returns their number. */
size_t resolver_hints_builtin(const struct resolver_hint **out);

/* A question to whoever keeps answers here: the cache, then zones of our own. */
struct resolver_lookup {
	const struct dns_question *question;
	bool dnssec_ok;
	/* What is asked for is to replace what is kept: only zones of our own count. */
	bool is_refresh;
	uint64_t now_ms;
	/* To be filled: the sections behind the question, and what is said of them, as cache_find() does.
	 * A failure that is remembered (RFC 9520) is an answer: rcode SERVFAIL, no records, its EDE. */
	struct dns_builder *builder;
	struct dns_answer answer;
	enum dns_rank rank;
	enum dns_security security;
};

struct resolver_settings {
	const struct resolver_group *groups;
	uint32_t group_count;
	const struct resolver_zone *zones;
	uint32_t zone_count;
	/* Where iteration starts: questions of no zone fail without, but for those below a stub zone. */
	const struct resolver_hint *hints;
	uint32_t hint_count; /* 0..RESOLVER_HINTS_MAX */
	uint16_t iteration_port; /* of all servers found by iteration; 0: 53 */
	uint32_t tasks_max; /* different questions in flight: 1..RESOLVER_TASKS_MAX */
	uint32_t clients_max; /* clients that wait for them */
	uint32_t deadline_ms; /* for a question in all; 0: default */
	/* Least time after which a server that did not answer is asked the same again; 0: its time-out. */
	uint32_t retry_ms;
	uint16_t udp_bytes; /* what we take over UDP; 0: default */
	uint16_t port_slots; /* local sockets to choose from: 1.. */
	bool randomise_case; /* "0x20", for servers found by iteration */
	bool cookies; /* with EDNS, RFC 7873 */
	enum resolver_prefer prefer; /* of servers found by iteration */
	/* TTLs of answers, as the cache has them: 0: no cap, no floor. Negative ones by the SOA record. */
	uint32_t ttl_max_s;
	uint32_t ttl_min_s;
	uint32_t negative_ttl_max_s;
	/* Addresses that answers must not have (DNS rebinding), but for names at or below private_domains and those
	 * of zones but the root's. What is taken out leaves EDE 15 (Blocked) where nothing else is there.
	 * Copied. */
	const struct net_prefix *private_addresses;
	uint32_t private_address_count; /* 0: all are fine */
	const struct dns_name *private_domains;
	uint32_t private_domain_count;
	/* The host has no way to such addresses: they count as broken at first. */
	bool no_ipv4;
	bool no_ipv6;
	/* RFC 8767 §5, client response timer: after so long a client that has a stale answer gets it. 0: not
	 * before resolution has failed. RESOLVER_STALE_AFTER_MS_DEFAULT is what the RFC recommends. */
	uint32_t stale_after_ms;
	/* NULL, or what is asked before other servers are, for each name that a chain leads to and for the
	 * addresses of servers. False: nothing is known, or only stale answers. Must not call back. */
	bool (*lookup)(void *context, struct resolver_lookup *lookup);
	void *lookup_context;
	/* Unpredictable bits. RFC 5452 §9.2: ids and ports are only as good as this. */
	uint64_t (*random)(void *context);
	void *random_context;
	/* NULL, or what steps of watched questions are told to (resolver_trace.h). Must not call back. */
	void (*trace)(void *context, const struct resolver_trace_step *step);
	void *trace_context;
};

enum resolver_event_kind {
	/* question, dnssec_ok, client, has_stale. No client: nobody waits, the answer is for the cache
	 * (prefetch); then, where there is no place, nothing happens. */
	RESOLVER_EVENT_QUERY,
	RESOLVER_EVENT_UDP_RESPONSE, /* port_slot, from, message, len */
	RESOLVER_EVENT_UDP_ERROR, /* port_slot, from (whom we asked), message, len (what we sent) */
	RESOLVER_EVENT_TCP_RESPONSE, /* attempt, message, len */
	RESOLVER_EVENT_TCP_ERROR, /* attempt */
	RESOLVER_EVENT_TICK, /* nothing but the time: see resolver_due_ms() */
};

struct resolver_event {
	enum resolver_event_kind kind;
	uint16_t port_slot;
	bool dnssec_ok;
	bool has_stale; /* there is a stale answer for this client (RFC 8767) */
	uint8_t watchers; /* QUERY: bits of who is told its steps; 0: nobody */
	uint64_t attempt;
	const struct dns_question *question;
	void *client;
	struct net_endpoint from;
	const uint8_t *message;
	size_t len;
};

enum resolver_action_kind {
	RESOLVER_ACTION_SEND_UDP, /* port_slot, to, message, len */
	RESOLVER_ACTION_SEND_TCP, /* attempt, to, tls, message, len (without the length prefix) */
	RESOLVER_ACTION_FORGET_TCP, /* attempt: close it */
	/* client, message or NULL, len, rcode, ede, first, late, rank, security */
	RESOLVER_ACTION_ANSWER,
	/* question, dnssec_ok, message or NULL, len, rcode, ede, rank, security: something for the cache that
	 * no client waits for. Answers to questions without a client, or whose clients all had stale answers;
	 * the parts of chains as answers of their own. Without a message: that it could not be resolved. */
	RESOLVER_ACTION_KEEP,
};

struct resolver_action {
	enum resolver_action_kind kind;
	uint16_t port_slot;
	uint16_t tls; /* of the server's group */
	/* ANSWER: the first client of a question: who keeps answers keeps this one. */
	bool first;
	/* ANSWER: no message, and no failure either: the client's stale answer is to be given now. The question
	 * goes on without that client. */
	bool late;
	bool dnssec_ok; /* KEEP */
	uint16_t rcode;
	int16_t ede; /* enum edns_ede */
	uint64_t attempt;
	void *client;
	const struct dns_question *question; /* KEEP */
	enum dns_rank rank; /* ANSWER, KEEP: the least of what the message has */
	enum dns_security security;
	struct net_endpoint to;
	/* ANSWER and KEEP: header (rcode, counts), the question in lower case and the scrubbed sections, so that they
	 * can be copied behind the client's own question. NULL: only rcode and ede. */
	const uint8_t *message;
	size_t len;
};

/* Where actions go, in order; what they point to lives only during the call. Must not call back. */
struct resolver_sink {
	void (*act)(void *context, const struct resolver_action *action);
	void *context;
};

/* The settings are copied.
 * Fails: RESULT_OUT_OF_RANGE (a number, an index of a group), RESULT_TOO_LONG (a route of more than
 * RESOLVER_ROUTE_MAX servers), RESULT_EXISTS (two zones of a name), RESULT_NO_MEMORY. */
MUST_CHECK enum result resolver_create(const struct resolver_settings *settings,
                                       struct resolver **out);
void resolver_destroy(struct resolver *resolver);

/* Gives `resolver`, which has taken no step yet, the random source, lookup, trace, port slots and counts of another
 * one that it is to stand in for. */
void resolver_take_over(struct resolver *resolver, const struct resolver *former);

/* Takes one event. now_ms: monotonic. Every client that came with RESOLVER_EVENT_QUERY gets exactly one
 * RESOLVER_ACTION_ANSWER (perhaps a late one), in this step or a later one, at the latest when the deadline
 * has passed and a step is taken. */
void resolver_step(struct resolver *resolver, const struct resolver_event *event, uint64_t now_ms,
                   const struct resolver_sink *sink);

/* When a RESOLVER_EVENT_TICK is wanted; UINT64_MAX: not at all. */
uint64_t resolver_due_ms(const struct resolver *resolver);

/* Ends everything: each waiting client gets SERVFAIL (EDE 14, not ready). */
void resolver_stop(struct resolver *resolver, const struct resolver_sink *sink);

struct resolver_stats {
	uint64_t queries; /* clients that came */
	uint64_t coalesced; /* of those, joined a question in flight */
	uint64_t refused; /* of those, no place was left */
	uint64_t refreshes; /* questions without a client that were taken */
	uint64_t late; /* clients that were told to take their stale answer */
	uint64_t found; /* names of chains and of servers that were known here */
	uint64_t kept; /* KEEP actions */
	uint64_t fell_back; /* questions whose forwarders failed, looked up from the root */
	uint64_t probes; /* questions of our own to servers that did not answer before */
	uint64_t blocked; /* private addresses that were taken out of answers */
	uint64_t
	    guessed; /* times that a server was asked over TCP alone: too many wrong ids in its name */
	uint64_t
	    zone_full; /* questions that found too many others waiting for servers of the zone */
	uint64_t sent_udp;
	uint64_t sent_tcp;
	uint64_t responses; /* that belonged to a question */
	uint64_t timeouts;
	uint64_t mismatched; /* dropped: nobody asked, or not like this */
	uint64_t answered; /* tasks that ended well */
	uint64_t failed; /* tasks that ended as SERVFAIL */
	uint32_t tasks; /* in flight now */
};
void resolver_stats(const struct resolver *resolver, struct resolver_stats *out);

/* One server as the resolver sees it now. */
struct resolver_server_stats {
	struct net_endpoint endpoint;
	const char *group;
	uint32_t rtt_us; /* smoothed; 0: not known */
	uint32_t fails; /* time-outs in a row */
	bool backed_off;
	uint64_t sent;
	uint64_t answered;
	uint64_t timed_out;
};
/* Fails: RESULT_NOT_FOUND behind the last one. */
MUST_CHECK enum result resolver_server_at(const struct resolver *resolver, uint32_t index,
                                          uint64_t now_ms, struct resolver_server_stats *out);

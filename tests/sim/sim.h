/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* sim -- a small Internet around the resolver engine and the cache: servers, a network, clients and a clock,
 * none of them real.
 *
 * What:    sim_reset() makes an empty world. net.c carries messages, server.c and reply.c answer them, host.c
 *          is what the stages are around engine and cache; play.c runs the statements of scenarios on it
 *          (docs/simulator.md).
 * Threads: one; there is one world at a time.
 * Memory:  static, but for messages under way, zones, engine and cache.
 * Limits:  SIM_*_MAX.
 * Trust:   scenarios are ours; what the engine sends and the cache gives is looked at.
 * RFC:     none. */
#pragma once

#include "cache/cache.h"
#include "dns/edns.h"
#include "record.h"
#include "resolver/resolver.h"
#include "resolver/resolver_limits.h"

#define SIM_SITES_MAX 128
#define SIM_ZONES_MAX 512
#define SIM_RULES_MAX 2048
#define SIM_REPLIES_MAX 256
#define SIM_MAIL_MAX 4096
#define SIM_SENT_MAX 40000
#define SIM_CLIENTS_MAX 2048
#define SIM_GROUPS_MAX 16
#define SIM_GROUP_SERVERS_MAX 16
#define SIM_ROUTES_MAX 16
#define SIM_HINTS_MAX 16
#define SIM_MESSAGE_MAX DNS_MESSAGE_MAX
#define SIM_START_MS 1000000u

/* Habits of servers, to be combined. */
enum sim_habit {
	SIM_SILENT = 1u << 0,
	SIM_SILENT_UDP = 1u << 1,
	SIM_SILENT_TCP = 1u << 2,
	SIM_RESETS = 1u << 3, /* ICMP unreachable, TCP reset */
	SIM_REFUSES = 1u << 4,
	SIM_FAILS = 1u << 5, /* SERVFAIL */
	SIM_NO_EDNS = 1u << 6, /* FORMERR to an OPT record */
	SIM_IGNORES_EDNS = 1u << 7, /* no OPT record in answers */
	SIM_DROPS_EDNS = 1u << 8, /* silent to an OPT record */
	SIM_TRUNCATES = 1u << 9, /* nothing but TC over UDP */
	SIM_NO_AUTHORITY = 1u << 10, /* never AA: as if from a cache */
	SIM_DENIES_EMPTY = 1u << 11, /* NXDOMAIN for a name that only has names below it */
	SIM_FAILS_EMPTY = 1u << 12, /* the same with SERVFAIL */
	SIM_UPWARDS = 1u << 13, /* refers to the root */
	SIM_GUESSED = 1u << 14, /* a spoofer sends something before, with wrong ids */
	SIM_WRONG_ID = 1u << 15,
	SIM_WRONG_QUESTION = 1u << 16,
	SIM_WRONG_CASE = 1u << 17, /* the name in lower case */
	SIM_WRONG_ADDRESS = 1u << 18, /* answers from somewhere else */
	SIM_WRONG_PORT = 1u << 19, /* answers to another port of ours */
	SIM_NO_GLUE = 1u << 20, /* nothing in the additional section */
	SIM_COOKIES = 1u << 21, /* RFC 7873 */
	SIM_WANTS_COOKIE = 1u << 22, /* BADCOOKIE without the right one */
	SIM_GARBAGE = 1u << 23, /* random octets behind the header */
	SIM_RECURSES = 1u << 24, /* answers as a forwarder does: RA, no AA, whatever the zone */
};
extern const struct sim_habit_name {
	const char *name;
	unsigned habit;
} sim_habit_names[];
extern const unsigned sim_habit_count;

/* How servers of a prefix behave; the last rule that says something counts. */
struct sim_rule {
	struct net_prefix prefix;
	bool has_habits;
	bool has_delay;
	bool has_jitter;
	bool has_loss;
	bool has_duplicate;
	unsigned habits;
	unsigned delay_ms;
	unsigned jitter_ms;
	unsigned loss_percent;
	unsigned duplicate_percent;
	const struct script_statement *extra; /* records that it adds to all answers, or NULL */
};

/* A question as a server got it. */
struct sim_sent {
	struct net_endpoint to;
	bool tcp;
	bool edns;
	bool rd;
	bool cookie; /* ours; whether the server's was there as well */
	bool server_cookie;
	bool dnssec_ok;
	bool mixed_case;
	uint16_t type;
	uint16_t udp_size;
	uint64_t at_ms;
	struct dns_name name;
};

enum sim_source {
	SIM_SOURCE_NONE,
	SIM_SOURCE_CACHE,
	SIM_SOURCE_STALE,
	SIM_SOURCE_UPSTREAM,
};

struct sim_client {
	const char *label; /* or NULL */
	struct dns_question question;
	bool dnssec_ok;
	unsigned answers;
	enum sim_source source;
	uint64_t asked_ms;
	uint64_t answered_ms;
	unsigned sent_before; /* questions that had been sent when it came */
	unsigned sent_then; /* and when it was answered */
	struct dns_answer answer;
	/* The whole of answer.end octets; or NULL. While it waits: its stale answer. */
	uint8_t *message;
};

struct sim_settings {
	struct resolver_settings engine;
	struct cache_settings cache;
	uint32_t failure_ms;
	bool use_cache;
	bool iterates;
	bool has_roots; /* other root servers than the default */
	unsigned hint_count;
	struct resolver_hint hint[SIM_HINTS_MAX];
	unsigned group_count;
	struct resolver_group group[SIM_GROUPS_MAX];
	struct net_endpoint group_server[SIM_GROUPS_MAX][SIM_GROUP_SERVERS_MAX];
	unsigned route_count;
	struct resolver_zone route[SIM_ROUTES_MAX];
	uint32_t route_group[SIM_ROUTES_MAX][SIM_GROUPS_MAX];
};

struct sim {
	struct sim_settings settings;
	uint64_t now_ms;
	uint64_t random;
	struct resolver *engine;
	struct cache *cache;
	struct cache_reader *reader; /* of it */
	unsigned rule_count;
	struct sim_rule rule[SIM_RULES_MAX];
	unsigned sent_count;
	unsigned sent_mark;
	struct sim_sent sent[SIM_SENT_MAX];
	unsigned client_count;
	struct sim_client client[SIM_CLIENTS_MAX];
	bool verbose;
	unsigned failures; /* of this case */
	uint64_t kept; /* messages that were put into the cache */
	unsigned refreshes; /* questions without a client */
	bool inside; /* engine or cache are at work */
	unsigned allocations; /* that they made after their start */
	/* Whoever wants to look at what goes into the cache. */
	void (*on_keep)(const struct dns_question *question, bool dnssec_ok, const uint8_t *message,
	                size_t len);
};
extern struct sim sim;

/* -- sim.c -- */
/* Once, before all else. */
void sim_start(void);
void sim_reset(uint64_t seed);
void sim_close(void);
uint64_t sim_random(void *context);
unsigned sim_draw(unsigned below);
/* A line of the transcript, with the time before it. */
void sim_say(const char *format, ...) PRINTF_LIKE(1, 2);
/* The same for what is not as expected. */
void sim_fail(struct script_place place, const char *format, ...) PRINTF_LIKE(2, 3);
/* Prints a message for the transcript, in indented lines. */
void sim_say_message(const uint8_t *message, size_t len);

/* -- net.c: what the engine sends, and what comes back, in time -- */
void net_reset(void);
/* Takes what the engine sends. */
void net_send(const struct resolver_action *action);
void net_forget_tcp(uint64_t attempt);
/* When the next message arrives; UINT64_MAX: nothing is under way. */
uint64_t net_due_ms(void);
/* Gives it to the engine. */
void net_deliver(void);
/* Puts a message of a server on its way to the engine. */
struct net_letter {
	const struct resolver_action *to; /* whose answer it is */
	struct net_endpoint from;
	bool is_error;
	bool wrong_port;
	uint64_t at_ms;
	const uint8_t *message;
	size_t len;
};
void net_post(const struct net_letter *letter);
/* The rules for an address, in one. */
struct sim_rule net_rule(const struct net_address *address);

/* -- server.c: what servers answer -- */
/* One question under way to a server, read. */
struct server_question {
	const struct resolver_action *action;
	struct dns_question question;
	struct dns_name name; /* in the case in which it came */
	struct dns_edns edns;
	uint16_t flags;
	bool tcp;
	struct sim_rule rule;
};
void server_reset(void);
/* Makes a zone from the lines of a statement, and serves it there instead of what was served. */
void server_add_zone(const struct script_statement *statement, const struct dns_name *name,
                     const struct net_address *addresses, unsigned count, uint32_t ttl);
void server_drop_zone(const struct dns_name *name, const struct net_address *addresses,
                      unsigned count);
/* Fills a draft with what the server at action->to knows; false: it has no zone for this. */
bool server_look_up(const struct server_question *question, struct draft *draft);
/* Starts a draft: id, question, EDNS. */
void server_start(const struct server_question *question, struct draft *draft);
/* Answers, by the server's habits. */
void server_answer(const struct server_question *question, uint64_t at_ms);
/* Adds "SECTION RECORD" lines; false: the line says something else. */
bool server_add_line(const struct script_line *line, struct draft *draft, bool first);
/* All zones, the latest of each name: the truth. */
struct zone_set;
const struct zone_set *server_truth(void);

/* -- reply.c: scripted answers -- */
void reply_reset(void);
void reply_add(const struct script_statement *statement);
void reply_forget(void);
/* True: the reply says it all; else the server answers as well. */
bool reply_answer(const struct server_question *question, uint64_t at_ms);

/* -- host.c: engine and cache as the stages use them -- */
/* Makes engine and cache from the settings, unless they are there. */
void host_open(void);
void host_close(void);
struct sim_client *host_ask(const struct dns_name *name, uint16_t type, bool dnssec_ok);
/* Asks the engine without a client, as for a prefetch. */
void host_refresh(const struct dns_name *name, uint16_t type, bool dnssec_ok);
void host_step(const struct resolver_event *event);
/* Lets time pass until then; UINT64_MAX: until nothing is left to happen. */
void host_run(uint64_t end_ms);
/* The same until the client has its answer, or nothing is left to happen. */
void host_wait(const struct sim_client *client);
/* Looks into the cache alone; the answer is in *client. */
enum cache_hit host_peek(const struct dns_name *name, uint16_t type, bool dnssec_ok,
                         struct sim_client *client);
void host_forget(struct sim_client *client);

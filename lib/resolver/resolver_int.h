/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* resolver_int -- the inside of the resolver, for the files of lib/resolver.
 *
 * What:    a task for each different question in flight, found by question (coalescing), by port and id
 *          (responses) and by time (heap). state.c holds the machine, one function for each state;
 *          those of iteration are in iterate.c, and judge.c says what servers of zones mean. Tasks
 *          for the addresses of servers are like any other: tasks wait for them as clients do.
 * Threads: one.
 * Memory:  arrays made by resolver_create().
 * Limits:  resolver/resolver_limits.h.
 * Trust:   messages go through check.c, then scrub.c.
 * RFC:     none. */
#pragma once

#include "dns/builder.h"
#include "dns/edns.h"
#include "dns/message.h"
#include "dns/rrset.h"
#include "dns/rrtype.h"
#include "resolver/resolver.h"
#include "resolver/resolver_chain.h"
#include "resolver/resolver_check.h"
#include "resolver/resolver_care.h"
#include "resolver/resolver_known.h"
#include "resolver/resolver_limits.h"
#include "resolver/resolver_server.h"

/* The servers of a zone's groups, one group after the other. */
struct resolver_route {
	struct dns_name name;
	uint64_t hash; /* of the name */
	uint32_t count;
	bool falls_back;
	struct resolver_delegation *stub; /* NULL: forwarders */
	uint32_t server[RESOLVER_ROUTE_MAX];
};

enum attempt_kind {
	ATTEMPT_NONE,
	ATTEMPT_UDP,
	ATTEMPT_TCP,
};

/* How a server that has failed may be asked once more. */
enum attempt_resort {
	ATTEMPT_RESORT_NONE,
	ATTEMPT_RESORT_PLAIN, /* it may not know EDNS */
	ATTEMPT_RESORT_TCP, /* its datagram may have been damaged on the way */
};

/* One message to one server, expected until its task ends: late answers are welcome. */
struct resolver_attempt {
	uint8_t kind; /* enum attempt_kind */
	bool edns;
	bool small; /* announces RESOLVER_UDP_BYTES_SMALL */
	bool cookie; /* has our cookie */
	bool folded; /* the name in lower case, not as in task->name */
	bool probe; /* only to see whether and how fast the server answers */
	bool done; /* an answer, an error or a time-out came */
	bool answered; /* of those, an answer */
	bool refused; /* the server said that it cannot tell: it is not asked again for this */
	uint8_t resort; /* enum attempt_resort */
	uint16_t zone; /* counter of the zone that was asked; RESOLVER_ZONE_COUNTERS: none */
	uint16_t id;
	uint16_t port_slot;
	uint32_t server;
	uint32_t next; /* in the table of ports and ids */
	uint64_t sent_ms;
};

enum resolver_state {
	RESOLVER_STATE_FREE,
	RESOLVER_STATE_START, /* a name to find, by forwarding or by iteration */
	RESOLVER_STATE_LOCATE, /* which zone to start from, and how much of the name to show */
	RESOLVER_STATE_SELECT, /* which of the zone's servers to ask next */
	RESOLVER_STATE_ADDRESS, /* none is left: which server's name to look up */
	RESOLVER_STATE_WAIT_ADDRESS, /* for other tasks that do */
	RESOLVER_STATE_CHOOSE, /* which of the forwarders to ask next */
	RESOLVER_STATE_ASK, /* send to `server` */
	RESOLVER_STATE_PAUSE, /* it was asked a moment ago: not yet */
	RESOLVER_STATE_WAIT, /* for an answer or the timer */
	RESOLVER_STATE_VALIDATE, /* an answer is in the resolver's result: can it be believed */
	RESOLVER_STATE_ANSWERED, /* a good answer is in the resolver's result */
	RESOLVER_STATE_FAILED, /* `ede` says why */
	RESOLVER_STATE_LINGER, /* clients are answered, a probe of another server is still out */
	RESOLVER_STATE_COUNT
};

struct resolver_task {
	uint8_t state; /* enum resolver_state */
	uint8_t attempt_count;
	uint8_t near_misses;
	uint8_t current; /* the attempt that the timer is for */
	bool dnssec_ok;
	bool use_tcp; /* for the next attempt */
	/* In this round a server did not answer, so that another round makes sense. */
	bool soft_failure;
	bool takes_lame; /* nobody else is left */
	bool iterative; /* from zone to zone, not by a route */
	bool minimise; /* RFC 9156, until a server cannot stand it */
	bool is_over_budget;
	bool is_queued; /* will be run before the step ends */
	bool is_health; /* asked by ourselves, only to hear from the server */
	bool has_fallen_back; /* forwarders failed: by iteration, whatever the route says */
	bool bad_cookie; /* a server wanted another cookie and has got it */
	bool is_refresh; /* begun without a client: what is kept of it is no answer */
	bool is_late; /* clients with stale answers have got them, and who comes gets it at once */
	bool has_found; /* a part of the answer was known here */
	uint8_t watchers; /* bits of who is told its steps (resolver_trace.h) */
	uint32_t without_edns; /* 1 + the server that failed when it was asked with EDNS */
	uint8_t rank; /* enum dns_rank: the least of all parts */
	uint8_t security; /* enum dns_security */
	uint8_t minimised; /* questions asked for a part of the name */
	uint8_t cut; /* the zone asked: target from this label on */
	uint8_t asked_from; /* the name asked: target from this label on */
	uint8_t round_at; /* the first attempt of this round */
	uint8_t links; /* of the chain that led to the target */
	uint8_t depth; /* 0: a client's question; else for the address of a server */
	uint8_t children; /* tasks waited for */
	uint8_t fanout; /* names of servers looked up for this client */
	uint8_t relocations; /* times that a zone's delegation was thought outdated */
	int16_t ede;
	uint16_t asked_type;
	uint16_t queries; /* sent for it and its children */
	uint16_t chain_len; /* octets in resolver->chains */
	uint32_t serial; /* tells it from others that had this place */
	uint16_t generation; /* of its attempts; never begins anew */
	uint32_t root; /* whose budget is used: a task, and its serial */
	uint32_t root_serial;
	uint32_t asked_ns; /* bit for each NS of the zone whose address was asked for */
	uint32_t route;
	uint32_t server; /* whom to ask next */
	uint32_t clients; /* list */
	uint32_t waiters; /* list: tasks that wait for this one */
	uint32_t next; /* same hash, or next free */
	uint32_t run_next; /* in the queue */
	uint32_t heap_at;
	uint64_t tried; /* bit for each place in the route, this round */
	uint64_t key;
	uint64_t due_ms; /* the earlier one of the next two */
	uint64_t timer_ms; /* of the state */
	uint64_t late_ms; /* when clients get their stale answers; UINT64_MAX: none has one */
	uint64_t deadline_ms;
	uint64_t begun_ms;
	struct resolver_attempt attempt[RESOLVER_ATTEMPTS_MAX];
	uint8_t name[DNS_NAME_MAX + 1]; /* as it is sent: perhaps in random case */
	struct dns_question question;
	struct dns_question target; /* the question, or where its chain leads */
};

/* Somebody who waits for a task: a client, or another task. */
struct resolver_client {
	void *client;
	bool has_stale;
	uint32_t next;
	uint32_t parent;
	uint32_t parent_serial;
};

struct resolver {
	struct resolver_settings settings;
	struct resolver_group *groups; /* own copies */
	uint32_t *rotor; /* round robin, one for each group */
	struct resolver_server *servers; /* of the groups; behind them those found by iteration */
	uint32_t server_count; /* of the groups */
	uint32_t known_mask; /* sets of servers found by iteration */
	struct resolver_route *routes;
	uint32_t *route_table; /* hash of zone name to route */
	uint32_t route_mask;

	struct resolver_task *tasks;
	uint32_t task_free;
	uint32_t task_count;
	struct resolver_client *clients;
	uint32_t client_free;
	uint32_t waiter_free;
	uint32_t task_size; /* tasks there are: some more than clients may start */
	uint32_t serial;
	uint32_t run_first; /* tasks that will be run before the step ends */
	uint32_t run_last;
	bool is_stopping;
	bool iterates; /* from the hints, or below a stub zone */
	bool has_dead; /* some server of a group does not answer */
	uint64_t health_ms; /* when dead ones are looked at; UINT64_MAX: not at all */
	uint64_t forwarded_ms; /* the last question of a client to a group */
	bool has_begun; /* a step was taken */
	bool wants_case; /* some servers get names in random case */
	bool takes_loopback; /* a root server is on this host: a private tree */
	uint8_t family_fails[RESOLVER_FAMILIES]; /* errors in a row, none answered between */
	uint64_t family_retry_ms[RESOLVER_FAMILIES]; /* when a broken one may be tried */
	uint64_t prime_ms; /* not before */
	uint16_t zone_pending[RESOLVER_ZONE_COUNTERS]; /* attempts, by hash of the zone */
	struct resolver_table delegations;
	struct resolver_table hosts;
	struct resolver_delegation hints; /* the root, as the settings say */
	struct resolver_delegation draft; /* while a message is read */
	uint8_t *chains; /* RESOLVER_CHAIN_BYTES for each task */
	uint32_t *question_table; /* heads of chains over tasks */
	uint32_t *attempt_table; /* heads of chains over attempts */
	uint32_t table_mask;
	uint32_t *heap; /* tasks by due_ms */
	uint32_t heap_count;

	struct resolver_stats stats;
	uint8_t query[RESOLVER_QUERY_BYTES_MAX];
	size_t result_len;
	bool is_blocked; /* addresses were taken out of it, and none is left */
	struct net_prefix *private_addresses; /* own copies */
	struct dns_name *private_domains;
	uint8_t result[DNS_MESSAGE_MAX];
	uint8_t found[DNS_MESSAGE_MAX]; /* a message of the lookup, or for a KEEP action */
	struct resolver_chain chain;
	struct dns_edns edns; /* of the response that is looked at */
	const char *judgement; /* what that response means, for traces; static, or NULL */
	struct dns_rrset_reader reader;
};

/* What one step carries through the files. */
struct resolver_turn {
	struct resolver *resolver;
	uint64_t now_ms;
	const struct resolver_sink *sink;
};

static inline void resolver_act(const struct resolver_turn *turn,
                                const struct resolver_action *action)
{
	turn->sink->act(turn->sink->context, action);
}

static inline uint64_t resolver_random(const struct resolver *resolver)
{
	return resolver->settings.random(resolver->settings.random_context);
}

static inline uint32_t resolver_task_index(const struct resolver *resolver,
                                           const struct resolver_task *task)
{
	return (uint32_t)(task - resolver->tasks);
}

/* The zone that is asked; for forwarders, who may speak of any name, the root. */
static inline const uint8_t *resolver_task_zone(const struct resolver_task *task)
{
	static const uint8_t root[] = {0};
	return task->iterative ? task->target.name + task->target.label_at[task->cut] : root;
}

static inline const uint8_t *resolver_task_asked(const struct resolver_task *task)
{
	return task->target.name + task->target.label_at[task->asked_from];
}

static inline size_t resolver_task_asked_len(const struct resolver_task *task)
{
	return (size_t)task->target.name_len - task->target.label_at[task->asked_from];
}

/* The parts of an answer are believed no more than the least of them. */
static inline void resolver_task_lower_rank(struct resolver_task *task, enum dns_rank rank)
{
	if (task->rank > rank)
		task->rank = (uint8_t)rank;
}

static inline uint8_t *resolver_task_chain(const struct resolver *resolver,
                                           const struct resolver_task *task)
{
	return resolver->chains +
	       (size_t)resolver_task_index(resolver, task) * RESOLVER_CHAIN_BYTES;
}

/* Whether nothing works with a family of addresses, as far as is known. */
static inline bool resolver_family_is_broken(const struct resolver *resolver,
                                             enum resolver_family family, uint64_t now_ms)
{
	return resolver->family_fails[family] >= RESOLVER_FAMILY_FAILS_MAX &&
	       now_ms < resolver->family_retry_ms[family];
}

static inline enum resolver_family resolver_family_of(const struct net_address *address)
{
	return address->family == 4 ? RESOLVER_FAMILY_4 : RESOLVER_FAMILY_6;
}

/* -- route.c -- */
MUST_CHECK enum result resolver_route_create(struct resolver *resolver);
void resolver_route_destroy(struct resolver *resolver);
/* The route of a zone's name, or RESOLVER_NONE. */
uint32_t resolver_route_at(const struct resolver *resolver, uint64_t hash, const uint8_t *name);
/* The route of the longest zone at or above the question; RESOLVER_NONE if there is none. */
uint32_t resolver_route_find(const struct resolver *resolver, const struct dns_question *question);

/* -- task.c -- */
MUST_CHECK enum result resolver_task_create(struct resolver *resolver);
void resolver_task_destroy(struct resolver *resolver);
/* The task of a question, new (state START) or in flight, with the client added; NULL: no place. */
struct resolver_task *resolver_task_join(const struct resolver_turn *turn,
                                         const struct resolver_event *event, bool *is_new);
/* Makes a task wait for another one, which is started if nobody looks for the same yet. False: no place,
 * or the other one waits for this one. */
MUST_CHECK bool resolver_task_wait_for(const struct resolver_turn *turn,
                                       struct resolver_task *parent,
                                       const struct dns_question *question);
/* Starts a task of our own, that will be run before the step ends; NULL: no place. */
struct resolver_task *resolver_task_begin(const struct resolver_turn *turn,
                                          const struct dns_question *question, uint64_t key);
/* Starts a task that nobody waits for, unless there is one. */
void resolver_task_background(const struct resolver_turn *turn,
                              const struct dns_question *question);
/* Whose budget a task uses: that of a client's task; NULL: nobody wants to know any more. */
struct resolver_task *resolver_task_root(struct resolver *resolver, struct resolver_task *task);
/* Has a task run before the step ends. */
void resolver_task_queue(struct resolver *resolver, struct resolver_task *task);
/* Runs what was woken or started in this step. */
void resolver_task_run_queued(const struct resolver_turn *turn);
/* Gives the answer to all clients. Nobody joins the task any more. */
void resolver_task_answer(const struct resolver_turn *turn, struct resolver_task *task,
                          const struct resolver_action *answer);
void resolver_task_free(const struct resolver_turn *turn, struct resolver_task *task);

/* -- attempt.c -- */
/* Sends the task's question to a server and notes that an answer is expected. */
void resolver_attempt_send(const struct resolver_turn *turn, struct resolver_task *task,
                           uint32_t server, enum attempt_kind kind, bool probe);
/* The attempt that a datagram can belong to by port, id and address; NULL if none. */
struct resolver_attempt *resolver_attempt_of_udp(struct resolver *resolver,
                                                 const struct resolver_event *event,
                                                 struct resolver_task **task);
struct resolver_attempt *resolver_attempt_of_tcp(struct resolver *resolver, uint64_t handle,
                                                 struct resolver_task **task);
/* Forgets all attempts of a task. */
void resolver_attempt_forget(const struct resolver_turn *turn, struct resolver_task *task);

/* -- health.c: servers of groups that did not answer -- */
/* Notes that a client's question goes to a group. */
void resolver_health_asked(const struct resolver_turn *turn);
/* Notes that a server is dead until a time. */
void resolver_health_died(struct resolver *resolver, const struct resolver_server *server);
/* Asks those whose time is up. */
void resolver_health_check(const struct resolver_turn *turn);

/* -- stale.c: RFC 8767 §5 -- */
/* Notes that a client of the task has a stale answer; gives it at once where others have waited enough. */
void resolver_stale_join(const struct resolver_turn *turn, struct resolver_task *task);
/* Tells all clients that have one to take it. */
void resolver_stale_give(const struct resolver_turn *turn, struct resolver_task *task);

/* -- end.c: the last states of a task -- */
enum resolver_state resolver_end_validate(const struct resolver_turn *turn,
                                          struct resolver_task *task);
enum resolver_state resolver_end_answered(const struct resolver_turn *turn,
                                          struct resolver_task *task);
enum resolver_state resolver_end_failed(const struct resolver_turn *turn,
                                        struct resolver_task *task);
/* The attempt that only looks whether a server answers, if it is still out; or NULL. */
struct resolver_attempt *resolver_end_probe(struct resolver_task *task);

/* -- keep.c: actions for the cache -- */
/* What the task has found out, where no client was there to take it along. */
void resolver_keep_answer(const struct resolver_turn *turn, const struct resolver_task *task,
                          const struct resolver_action *answer);
void resolver_keep_failure(const struct resolver_turn *turn, const struct resolver_task *task);
/* The parts of the chain in resolver->result. */
void resolver_keep_links(const struct resolver_turn *turn, const struct resolver_task *task);

/* -- timer.c -- */
/* When the task's state wants to be looked at. */
void resolver_timer_set(struct resolver *resolver, struct resolver_task *task, uint64_t timer_ms);
/* When its clients want to be looked at. */
void resolver_timer_set_late(struct resolver *resolver, struct resolver_task *task,
                             uint64_t late_ms);
void resolver_timer_remove(struct resolver *resolver, struct resolver_task *task);

/* -- state.c -- */
/* Runs the task's machine until it waits or ends. */
void resolver_state_run(const struct resolver_turn *turn, struct resolver_task *task);
void resolver_state_response(const struct resolver_turn *turn, struct resolver_task *task,
                             struct resolver_attempt *attempt, const uint8_t *message, size_t len);
void resolver_state_error(const struct resolver_turn *turn, struct resolver_task *task,
                          struct resolver_attempt *attempt);
void resolver_state_timer(const struct resolver_turn *turn, struct resolver_task *task);
/* Whether the timer is for this attempt. */
bool resolver_state_is_current(const struct resolver_task *task,
                               const struct resolver_attempt *attempt);

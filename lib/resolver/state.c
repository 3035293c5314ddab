/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The machine of a task: one function for each state gives the next one; WAIT and LINGER stay until an
 * event comes. Those of forwarding and those common to all are here, those of iteration in iterate.c. */
#include "resolver/iterate.h"
#include "resolver/trace.h"

static struct resolver_server *server_of(const struct resolver_turn *turn,
                                         const struct resolver_attempt *attempt)
{
	return &turn->resolver->servers[attempt->server];
}

static uint32_t timeout_ms(const struct resolver_turn *turn, const struct resolver_attempt *attempt)
{
	return resolver_server_timeout_ms(turn->resolver, server_of(turn, attempt));
}

/* The forwarders have failed: from the root, where that is allowed. */
static enum resolver_state fall_back(const struct resolver_turn *turn, struct resolver_task *task)
{
	if (task->route == RESOLVER_NONE || !turn->resolver->routes[task->route].falls_back)
		return RESOLVER_STATE_FAILED;
	turn->resolver->stats.fell_back++;
	task->has_fallen_back = true;
	return RESOLVER_STATE_START;
}

/* Whom to ask, and how. */
static enum resolver_state choose(const struct resolver_turn *turn, struct resolver_task *task)
{
	if (!resolver_server_choose(turn, task))
		return resolver_resort_take(task) ? RESOLVER_STATE_ASK : fall_back(turn, task);
	const struct resolver_server *server = &turn->resolver->servers[task->server];
	const struct resolver_group *group = &turn->resolver->groups[server->group];
	task->use_tcp = task->near_misses > RESOLVER_NEAR_MISSES_MAX || group->tls != 0 ||
	                (task->attempt_count > 0 && group->use_tcp_on_retry);
	return RESOLVER_STATE_ASK;
}

static void probe_another(const struct resolver_turn *turn, struct resolver_task *task)
{
	if (task->attempt_count >= RESOLVER_ATTEMPTS_MAX || task->route == RESOLVER_NONE)
		return;
	uint32_t server = resolver_server_probe(turn, task);
	if (server != RESOLVER_NONE)
		resolver_attempt_send(turn, task, server, ATTEMPT_UDP, true);
}

/* RFC 9520 §3.1, NXNSAttack: what one client may cost others has an end. */
static bool is_paid(const struct resolver_turn *turn, struct resolver_task *task)
{
	struct resolver_task *root = resolver_task_root(turn->resolver, task);
	if (root == NULL || root->queries >= RESOLVER_QUERIES_MAX ||
	    task->queries >= RESOLVER_QUERIES_MAX) {
		task->is_over_budget = true;
		task->ede = EDNS_EDE_OTHER;
		return false;
	}
	task->queries++;
	if (root != task)
		root->queries++;
	return true;
}

/* One zone must not take all places. */
static bool has_room(const struct resolver_turn *turn, struct resolver_task *task)
{
	if (resolver_budget_has_room(turn->resolver, task))
		return true;
	turn->resolver->stats.zone_full++;
	task->is_over_budget = true;
	task->ede = EDNS_EDE_OTHER;
	return false;
}

static void set_timer(const struct resolver_turn *turn, struct resolver_task *task, uint64_t due_ms)
{
	resolver_timer_set(turn->resolver, task,
	                   due_ms < task->deadline_ms ? due_ms : task->deadline_ms);
}

/* Until when the task's server is left alone: it was asked the same in the same way and has not answered.
 * What an answer asks for (TCP, no EDNS) is done at once. */
static uint64_t paused_until_ms(const struct resolver_turn *turn, const struct resolver_task *task)
{
	uint8_t kind = task->use_tcp ? ATTEMPT_TCP : ATTEMPT_UDP;
	uint64_t until_ms = 0;
	for (unsigned i = 0; i < task->attempt_count; i++) {
		const struct resolver_attempt *attempt = &task->attempt[i];
		uint64_t ms = attempt->sent_ms + turn->resolver->settings.retry_ms;
		if (attempt->server == task->server && attempt->kind == kind &&
		    !attempt->answered && ms > until_ms)
			until_ms = ms;
	}
	return until_ms;
}

static enum resolver_state ask(const struct resolver_turn *turn, struct resolver_task *task)
{
	uint64_t pause_ms = paused_until_ms(turn, task);
	if (pause_ms > turn->now_ms) {
		set_timer(turn, task, pause_ms);
		return RESOLVER_STATE_PAUSE;
	}
	if (task->attempt_count >= RESOLVER_ATTEMPTS_MAX || !has_room(turn, task) ||
	    !is_paid(turn, task))
		return RESOLVER_STATE_FAILED;
	bool is_first = task->attempt_count == 0;
	task->current = task->attempt_count;
	resolver_attempt_send(turn, task, task->server, task->use_tcp ? ATTEMPT_TCP : ATTEMPT_UDP,
	                      false);
	if (is_first)
		probe_another(turn, task);
	set_timer(turn, task, turn->now_ms + timeout_ms(turn, &task->attempt[task->current]));
	return RESOLVER_STATE_WAIT;
}

typedef enum resolver_state (*state_function)(const struct resolver_turn *turn,
                                              struct resolver_task *task);

void resolver_state_run(const struct resolver_turn *turn, struct resolver_task *task)
{
	static const state_function functions[RESOLVER_STATE_COUNT] = {
	    [RESOLVER_STATE_START] = resolver_iterate_start,
	    [RESOLVER_STATE_LOCATE] = resolver_iterate_locate,
	    [RESOLVER_STATE_SELECT] = resolver_iterate_select,
	    [RESOLVER_STATE_ADDRESS] = resolver_iterate_address,
	    [RESOLVER_STATE_CHOOSE] = choose,
	    [RESOLVER_STATE_ASK] = ask,
	    [RESOLVER_STATE_VALIDATE] = resolver_end_validate,
	    [RESOLVER_STATE_ANSWERED] = resolver_end_answered,
	    [RESOLVER_STATE_FAILED] = resolver_end_failed,
	};
	while (task->state != RESOLVER_STATE_FREE && functions[task->state] != NULL) {
		enum resolver_state before = (enum resolver_state)task->state;
		task->state = (uint8_t)functions[before](turn, task);
		resolver_trace_state(turn, task, before);
	}
	if (task->state == RESOLVER_STATE_FREE)
		resolver_task_free(turn, task);
}

bool resolver_state_is_current(const struct resolver_task *task,
                               const struct resolver_attempt *attempt)
{
	return task->state == RESOLVER_STATE_WAIT && attempt == &task->attempt[task->current];
}

static enum resolver_state next_server(const struct resolver_task *task)
{
	return task->iterative ? RESOLVER_STATE_SELECT : RESOLVER_STATE_CHOOSE;
}

/* An answer that only says that this server will not do. */
static enum resolver_state turned_down(struct resolver_task *task,
                                       const struct resolver_attempt *attempt, int16_t ede)
{
	if (!resolver_state_is_current(task, attempt))
		return (enum resolver_state)task->state;
	task->ede = ede;
	return next_server(task);
}

/* RFC 5452 §9.3: whoever sends wrong answers with right ids may be guessing: leave UDP. */
static enum resolver_state near_miss(const struct resolver_turn *turn, struct resolver_task *task,
                                     const struct resolver_attempt *attempt)
{
	turn->resolver->stats.mismatched++;
	if (attempt->kind == ATTEMPT_TCP)
		return turned_down(task, attempt, EDNS_EDE_INVALID_DATA);
	if (task->near_misses < UINT8_MAX)
		task->near_misses++;
	if (task->near_misses <= RESOLVER_NEAR_MISSES_MAX ||
	    !resolver_state_is_current(task, attempt))
		return (enum resolver_state)task->state;
	task->use_tcp = true;
	return RESOLVER_STATE_ASK;
}

/* The same server again, over TCP or without EDNS. */
static enum resolver_state again(struct resolver_task *task, const struct resolver_attempt *attempt,
                                 bool use_tcp)
{
	if (!resolver_state_is_current(task, attempt))
		return (enum resolver_state)task->state;
	task->server = attempt->server;
	task->use_tcp = use_tcp;
	return RESOLVER_STATE_ASK;
}

static enum resolver_state take_answer(const struct resolver_turn *turn, struct resolver_task *task,
                                       struct resolver_attempt *attempt, const uint8_t *message,
                                       size_t len)
{
	if (task->state != RESOLVER_STATE_WAIT && task->state != RESOLVER_STATE_WAIT_ADDRESS &&
	    task->state != RESOLVER_STATE_PAUSE)
		return (enum resolver_state)task->state;
	if (task->iterative)
		return resolver_judge_answer(turn, task, attempt, message, len);
	enum result result = resolver_scrub_answer(turn->resolver, task, message, len);
	resolver_resort_note_damage(attempt, result);
	if (result != RESULT_OK)
		return turned_down(task, attempt, EDNS_EDE_INVALID_DATA);
	/* RFC 1034 §5.2.2: an alias in a circle is an error, whoever says it. */
	if (turn->resolver->chain.has_loop) {
		task->ede = EDNS_EDE_OTHER;
		return RESOLVER_STATE_FAILED;
	}
	resolver_task_lower_rank(task, DNS_RANK_ANSWER);
	return RESOLVER_STATE_VALIDATE;
}

/* RFC 7873 §5.3: once more with the cookie that the server wants; then where nobody can guess. */
static enum resolver_state bad_cookie(struct resolver_task *task,
                                      const struct resolver_attempt *attempt)
{
	if (attempt->kind == ATTEMPT_TCP)
		return turned_down(task, attempt, EDNS_EDE_INVALID_DATA);
	bool is_second = task->bad_cookie;
	task->bad_cookie = true;
	return again(task, attempt, is_second);
}

static void take_note(const struct resolver_turn *turn, const struct resolver_task *task,
                      struct resolver_attempt *attempt, enum resolver_verdict verdict,
                      const uint8_t *message)
{
	struct resolver_server *server = server_of(turn, attempt);
	if (!attempt->done) {
		turn->resolver->stats.responses++;
		resolver_server_answered(turn->resolver, server, turn->now_ms - attempt->sent_ms);
	}
	attempt->done = true;
	attempt->answered = true;
	resolver_guess_answered(server);
	if (verdict == RESOLVER_VERDICT_OTHER_CASE || verdict == RESOLVER_VERDICT_NO_COOKIE)
		return; /* nobody knows who said that */
	resolver_edns_learn(turn, task, attempt, verdict);
	/* Over TCP it can only be the server that does not keep the case. */
	if (attempt->kind == ATTEMPT_TCP && dns_message_count(message, DNS_SECTION_QUESTION) == 1 &&
	    memcmp(message + DNS_HEADER_SIZE, resolver_check_sent_name(task, attempt),
	           resolver_task_asked_len(task)) != 0)
		server->fold_until_ms = turn->now_ms + RESOLVER_PLAIN_MS;
}

/* For traces. */
static const char *const verdict_text[] = {
    [RESOLVER_VERDICT_FOREIGN] = "not an answer to what was asked",
    [RESOLVER_VERDICT_OTHER_CASE] = "the name in other letters: again over TCP",
    [RESOLVER_VERDICT_NO_COOKIE] = "without the cookie: again over TCP",
    [RESOLVER_VERDICT_TRUNCATED] = "truncated: again over TCP",
    [RESOLVER_VERDICT_BAD_COOKIE] = "wants another cookie",
    [RESOLVER_VERDICT_NO_EDNS] = "does not know EDNS: again without",
    [RESOLVER_VERDICT_FAILS_EDNS] = "fails, perhaps for want of EDNS",
    [RESOLVER_VERDICT_FAILURE] = "the server will not do: another one",
    [RESOLVER_VERDICT_ANSWER] = "an answer",
};

/* What a response means for the task. */
static enum resolver_state judge(const struct resolver_turn *turn, struct resolver_task *task,
                                 struct resolver_attempt *attempt, const uint8_t *message,
                                 size_t len)
{
	resolver_edns_read(turn->resolver, message, len);
	enum resolver_verdict verdict =
	    resolver_check_response(turn->resolver, task, attempt, message, len);
	resolver_trace_judge(turn, verdict_text[verdict]);
	if (verdict == RESOLVER_VERDICT_FOREIGN)
		return near_miss(turn, task, attempt);
	take_note(turn, task, attempt, verdict, message);
	switch (verdict) {
	case RESOLVER_VERDICT_FOREIGN:
		break;
	case RESOLVER_VERDICT_OTHER_CASE: /* a guess, or a server that does not keep case: ask where
	                                     nobody can guess */
	case RESOLVER_VERDICT_NO_COOKIE: /* the same for a server that has forgotten its cookie */
	case RESOLVER_VERDICT_TRUNCATED:
		return again(task, attempt, true);
	case RESOLVER_VERDICT_BAD_COOKIE:
		return bad_cookie(task, attempt);
	case RESOLVER_VERDICT_NO_EDNS:
		resolver_edns_refused(turn, attempt);
		return again(task, attempt, attempt->kind == ATTEMPT_TCP);
	case RESOLVER_VERDICT_FAILS_EDNS:
		attempt->resort = ATTEMPT_RESORT_PLAIN;
		__attribute__((fallthrough));
	case RESOLVER_VERDICT_FAILURE:
		if (task->iterative && resolver_state_is_current(task, attempt))
			return resolver_judge_failure(
			    turn, task, attempt, resolver_check_rcode(turn->resolver, message));
		return turned_down(task, attempt, EDNS_EDE_NO_REACHABLE_AUTHORITY);
	case RESOLVER_VERDICT_ANSWER:
		return take_answer(turn, task, attempt, message, len);
	}
	return (enum resolver_state)task->state;
}

/* After an event: a task that only lingered for its probe may go. */
static void go_on(const struct resolver_turn *turn, struct resolver_task *task,
                  enum resolver_state next)
{
	enum resolver_state before = (enum resolver_state)task->state;
	if (next == RESOLVER_STATE_LINGER && resolver_end_probe(task) == NULL)
		next = RESOLVER_STATE_FREE;
	task->state = (uint8_t)next;
	if (next != before)
		resolver_trace_state(turn, task, before);
	resolver_state_run(turn, task);
}

void resolver_state_response(const struct resolver_turn *turn, struct resolver_task *task,
                             struct resolver_attempt *attempt, const uint8_t *message, size_t len)
{
	struct resolver_trace_step step = {.kind = RESOLVER_TRACE_RESPONSE};
	const bool is_watched = UNLIKELY(task->watchers != 0);
	resolver_trace_judge(turn, NULL);
	if (is_watched)
		step = resolver_trace_tell_response(turn, attempt, message, len);
	enum resolver_state next = judge(turn, task, attempt, message, len);
	if (is_watched)
		resolver_trace_tell_judged(turn, task, &step);
	go_on(turn, task, next);
}

void resolver_state_error(const struct resolver_turn *turn, struct resolver_task *task,
                          struct resolver_attempt *attempt)
{
	if (attempt->done)
		return;
	attempt->done = true;
	resolver_trace_lost(turn, task, attempt, true);
	enum resolver_family family =
	    resolver_family_of(&server_of(turn, attempt)->endpoint.address);
	uint8_t *family_fails = &turn->resolver->family_fails[family];
	if (*family_fails < UINT8_MAX)
		++*family_fails;
	turn->resolver->family_retry_ms[family] = turn->now_ms + RESOLVER_FAMILY_RETRY_MS;
	resolver_server_timed_out(turn->resolver, server_of(turn, attempt), turn->now_ms);
	go_on(turn, task, turned_down(task, attempt, EDNS_EDE_NETWORK_ERROR));
}

static void time_out(const struct resolver_turn *turn, struct resolver_attempt *attempt)
{
	turn->resolver->stats.timeouts++;
	resolver_server_timed_out(turn->resolver, server_of(turn, attempt), turn->now_ms);
}

static void probe_timer(const struct resolver_turn *turn, struct resolver_task *task)
{
	struct resolver_attempt *probe = resolver_end_probe(task);
	time_out(turn, probe);
	probe->done = true;
	go_on(turn, task, RESOLVER_STATE_LINGER);
}

static enum resolver_state attempt_timer(const struct resolver_turn *turn,
                                         struct resolver_task *task)
{
	struct resolver_attempt *attempt = &task->attempt[task->current];
	uint64_t late_ms = attempt->sent_ms + timeout_ms(turn, attempt);
	if (turn->now_ms >= late_ms && !attempt->done) {
		time_out(turn, attempt); /* a late answer is still taken: not done */
		resolver_trace_lost(turn, task, attempt, false);
	}
	task->soft_failure = true;
	task->ede = EDNS_EDE_NO_REACHABLE_AUTHORITY;
	if (task->iterative && task->asked_from > 0 &&
	    task->attempt_count >= RESOLVER_MINIMISE_ATTEMPTS_MAX)
		return resolver_iterate_whole(turn, task);
	return next_server(task);
}

void resolver_state_timer(const struct resolver_turn *turn, struct resolver_task *task)
{
	enum resolver_state next = RESOLVER_STATE_FAILED;
	if (task->late_ms <= turn->now_ms)
		resolver_stale_give(turn, task);
	if (task->timer_ms > turn->now_ms)
		return;
	if (task->state == RESOLVER_STATE_LINGER) {
		probe_timer(turn, task);
		return;
	}
	if (task->state == RESOLVER_STATE_WAIT)
		next = attempt_timer(turn, task);
	else if (task->state == RESOLVER_STATE_WAIT_ADDRESS)
		next = resolver_iterate_again(task);
	else if (task->state == RESOLVER_STATE_PAUSE)
		next = RESOLVER_STATE_ASK;
	if (turn->now_ms >= task->deadline_ms)
		next = RESOLVER_STATE_FAILED;
	go_on(turn, task, next);
}

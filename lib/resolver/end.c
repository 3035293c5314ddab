/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* How a task ends: its result is judged, given to the clients and to the cache. */
#include "resolver/iterate.h"

struct resolver_attempt *resolver_end_probe(struct resolver_task *task)
{
	for (unsigned i = 0; i < task->attempt_count; i++) {
		if (task->attempt[i].probe && !task->attempt[i].done)
			return &task->attempt[i];
	}
	return NULL;
}

/* The clients have their answer; a probe may still be out. */
static enum resolver_state end(const struct resolver_turn *turn, struct resolver_task *task)
{
	const struct resolver_attempt *probe = resolver_end_probe(task);
	if (probe == NULL)
		return RESOLVER_STATE_FREE;
	const struct resolver_server *server = &turn->resolver->servers[probe->server];
	resolver_timer_set(turn->resolver, task,
	                   probe->sent_ms + resolver_server_timeout_ms(turn->resolver, server));
	return RESOLVER_STATE_LINGER;
}

/* The step between an answer and whoever gets it (RFC 4035 §4.3). Signatures are kept but not checked: what
 * is not checked is UNCHECKED, and nobody is told that it is authentic. */
enum resolver_state resolver_end_validate(const struct resolver_turn *turn,
                                          struct resolver_task *task)
{
	(void)turn;
	task->security = DNS_SECURITY_UNCHECKED;
	return RESOLVER_STATE_ANSWERED;
}

enum resolver_state resolver_end_answered(const struct resolver_turn *turn,
                                          struct resolver_task *task)
{
	struct resolver *resolver = turn->resolver;
	struct resolver_action answer = {
	    .rcode = dns_message_flags(resolver->result) & DNS_FLAG_RCODE,
	    /* The forwarders that should have answered did not. */
	    .ede = resolver->is_blocked    ? EDNS_EDE_BLOCKED
	           : task->has_fallen_back ? EDNS_EDE_NETWORK_ERROR
	                                   : EDNS_EDE_NONE,
	    .rank = (enum dns_rank)task->rank,
	    .security = (enum dns_security)task->security,
	    .message = resolver->result,
	    .len = resolver->result_len,
	};
	if (task->is_health)
		return RESOLVER_STATE_FAILED;
	resolver->stats.answered++;
	if (task->waiters != RESOLVER_NONE)
		resolver_host_learn(turn, task);
	/* An address of a server that was found here is kept already. */
	if (task->clients == RESOLVER_NONE && (task->links > 0 || !task->has_found))
		resolver_keep_answer(turn, task, &answer);
	resolver_task_answer(turn, task, &answer);
	resolver_keep_links(turn, task);
	return end(turn, task);
}

enum resolver_state resolver_end_failed(const struct resolver_turn *turn,
                                        struct resolver_task *task)
{
	struct resolver_action answer = {.rcode = DNS_RCODE_SERVFAIL, .ede = task->ede};
	turn->resolver->stats.failed += !task->is_health;
	/* Who has run out of budget or time has not found out anything. */
	if (task->waiters != RESOLVER_NONE && !task->is_over_budget &&
	    turn->now_ms < task->deadline_ms)
		resolver_host_failed(turn, task);
	if (task->clients == RESOLVER_NONE && (task->is_refresh || task->is_late))
		resolver_keep_failure(turn, task);
	resolver_task_answer(turn, task, &answer);
	return end(turn, task);
}

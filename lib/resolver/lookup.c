/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What is known here need not be asked of others: the names that chains lead to, and the addresses of
 * servers, may be in the cache or in a zone of our own. A client's own question has been looked for before
 * it came here. */
#include "resolver/iterate.h"

/* Whether something is known of a type at the target; then it is a message in resolver->found. */
static bool ask(const struct resolver_turn *turn, const struct resolver_task *task, uint16_t type,
                struct resolver_lookup *lookup)
{
	struct resolver *resolver = turn->resolver;
	struct dns_question question = task->target;
	struct dns_builder *builder = lookup->builder;
	question.type = type;
	resolver_scrub_start(&question, resolver->found, builder);
	*lookup = (struct resolver_lookup){
	    .question = &question,
	    .dnssec_ok = task->dnssec_ok,
	    .is_refresh = task->is_refresh,
	    .now_ms = turn->now_ms,
	    .builder = builder,
	};
	if (!resolver->settings.lookup(resolver->settings.lookup_context, lookup) ||
	    lookup->answer.truncated)
		return false;
	resolver_scrub_finish(builder, lookup->answer.rcode & DNS_FLAG_RCODE);
	return true;
}

static enum resolver_state take(const struct resolver_turn *turn, struct resolver_task *task,
                                const struct resolver_lookup *lookup, bool is_end)
{
	turn->resolver->stats.found++;
	resolver_task_lower_rank(task, lookup->rank);
	if (!is_end)
		return resolver_judge_follow(turn, task);
	task->has_found = true;
	return RESOLVER_STATE_VALIDATE;
}

/* Makes the message the task's result, if it says something of the target. With `only_alias`: if it leads on
 * from it. */
static bool use(const struct resolver_turn *turn, struct resolver_task *task,
                const struct resolver_lookup *lookup, bool only_alias, enum resolver_state *next)
{
	struct resolver *resolver = turn->resolver;
	const struct resolver_chain *chain = &resolver->chain;
	unsigned rcode = lookup->answer.rcode;
	if (rcode == DNS_RCODE_SERVFAIL && !only_alias) {
		/* RFC 9520 §3.2: what has failed a moment ago is not asked for again. */
		task->ede = EDNS_EDE_CACHED_ERROR;
		*next = RESOLVER_STATE_FAILED;
		return true;
	}
	task->iterative = false;
	resolver_iterate_set_asked(turn, task, 0);
	if (resolver_scrub_answer(resolver, task, resolver->found, lookup->builder->len) !=
	    RESULT_OK)
		return false;
	resolver->is_blocked = lookup->answer.ede == EDNS_EDE_BLOCKED;
	bool is_alias = chain->name_count > 1 || chain->has_loop;
	bool is_end = chain->has_data || chain->has_soa || rcode != DNS_RCODE_NOERROR;
	if (!is_alias && (only_alias || !is_end))
		return false;
	*next = take(turn, task, lookup, is_end);
	return true;
}

bool resolver_lookup(const struct resolver_turn *turn, struct resolver_task *task,
                     enum resolver_state *next)
{
	struct dns_builder builder;
	struct resolver_lookup lookup = {.builder = &builder};
	uint16_t type = task->target.type;
	bool is_link = task->links > 0;
	if (turn->resolver->settings.lookup == NULL || (!is_link && task->depth == 0))
		return false;
	if (ask(turn, task, type, &lookup) && use(turn, task, &lookup, false, next))
		return true;
	/* Where the data are not known it may be known that they are somewhere else. */
	return is_link && ask(turn, task, DNS_TYPE_CNAME, &lookup) &&
	       use(turn, task, &lookup, true, next);
}

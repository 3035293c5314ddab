/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What the response of a zone's server means: the answer, an alias to follow, a referral downwards, or that
 * the server is of no use for the zone (RFC 1034 §5.3.3 step 4, RFC 2308 §2). */
#include "resolver/iterate.h"
#include "resolver/trace.h"

enum meaning {
	MEANING_DATA,
	MEANING_NONE, /* no such name, no such data */
	MEANING_ALIAS, /* the chain leads to a name about which nothing is said */
	MEANING_REFERRAL,
	MEANING_LAME,
};

/* For traces. */
static const char *const meaning_text[] = {
    [MEANING_DATA] = "the answer",
    [MEANING_NONE] = "no such name, or no such data",
    [MEANING_ALIAS] = "an alias: on to the next name",
    [MEANING_REFERRAL] = "a referral to the zone below",
    [MEANING_LAME] = "lame: it does not serve the zone",
};

static enum meaning meaning_of(const struct resolver_task *task, const struct resolver_chain *chain,
                               uint16_t flags)
{
	unsigned rcode = flags & DNS_FLAG_RCODE;
	const uint8_t *last = resolver_chain_last(chain)->wire;
	bool is_inside = dns_name_is_below(last, resolver_task_zone(task));
	bool is_negative = rcode != DNS_RCODE_NOERROR || chain->has_soa;
	if (chain->has_cut && !chain->has_soa && !chain->has_data && chain->name_count == 1 &&
	    rcode == DNS_RCODE_NOERROR)
		return MEANING_REFERRAL;
	/* RFC 2181 §5.4.1: who does not speak with authority repeats what others said. */
	if ((flags & DNS_FLAG_AA) == 0)
		return MEANING_LAME;
	if (chain->has_data)
		return MEANING_DATA;
	if (chain->has_loop || (chain->name_count > 1 && !(is_inside && is_negative)))
		return MEANING_ALIAS;
	return MEANING_NONE;
}

static enum resolver_state fail(struct resolver_task *task, int16_t ede)
{
	task->ede = ede;
	return RESOLVER_STATE_FAILED;
}

/* The server will not do: another one, once the timer is not for a newer attempt. */
static enum resolver_state next_server(struct resolver_task *task, struct resolver_attempt *attempt,
                                       int16_t ede)
{
	attempt->refused = true;
	if (!resolver_state_is_current(task, attempt))
		return (enum resolver_state)task->state;
	task->ede = ede;
	return RESOLVER_STATE_SELECT;
}

static enum resolver_state lame(const struct resolver_turn *turn, struct resolver_task *task,
                                struct resolver_attempt *attempt)
{
	if (task->asked_from > 0)
		return resolver_iterate_whole(turn, task);
	resolver_delegation_mark_lame(turn, task, attempt->server);
	return next_server(task, attempt, EDNS_EDE_NO_REACHABLE_AUTHORITY);
}

/* Whether the chain comes back to a name that it has left. */
static bool is_loop(const struct resolver *resolver, const struct resolver_task *task,
                    const uint8_t *name)
{
	const uint8_t *message = resolver_task_chain(resolver, task);
	struct bytes_reader reader = bytes_reader_of(message, task->chain_len);
	struct dns_rr rr;
	if (resolver->chain.has_loop)
		return true;
	if (task->chain_len == 0)
		return false;
	reader.at = DNS_HEADER_SIZE + task->question.name_len + 4u;
	for (unsigned i = dns_message_count(message, DNS_SECTION_ANSWER);
	     i > 0 && dns_rr_parse(&reader, &rr) == RESULT_OK; i--) {
		if (rr.type == DNS_TYPE_CNAME && dns_name_equal(rr.owner.wire, name))
			return true;
	}
	return false;
}

enum resolver_state resolver_judge_follow(const struct resolver_turn *turn,
                                          struct resolver_task *task)
{
	struct resolver *resolver = turn->resolver;
	const struct resolver_chain *chain = &resolver->chain;
	unsigned links = task->links + chain->name_count - 1;
	struct dns_name last = *resolver_chain_last(chain);
	if (links > RESOLVER_CHAIN_MAX || is_loop(resolver, task, last.wire) ||
	    resolver->result_len > RESOLVER_CHAIN_BYTES)
		return fail(task, EDNS_EDE_OTHER);
	memcpy(resolver_task_chain(resolver, task), resolver->result, resolver->result_len);
	task->chain_len = (uint16_t)resolver->result_len;
	task->links = (uint8_t)links;
	dns_question_set(&task->target, last.wire, task->target.type, task->target.class);
	return RESOLVER_STATE_START;
}

/* A partial name: whatever is said of it but "no such name", there is more to ask. */
static enum resolver_state judge_partial(const struct resolver_turn *turn,
                                         struct resolver_task *task, unsigned rcode)
{
	/* RFC 9156 §3: servers that deny names which have others below them are not obeyed. */
	if (rcode != DNS_RCODE_NOERROR)
		return resolver_iterate_whole(turn, task);
	return resolver_iterate_longer(turn, task);
}

static enum resolver_state refer(const struct resolver_turn *turn, struct resolver_task *task,
                                 struct resolver_attempt *attempt, const uint8_t *message,
                                 size_t len)
{
	if (!resolver_delegation_learn(turn, task, message, len))
		return next_server(task, attempt, EDNS_EDE_INVALID_DATA);
	return RESOLVER_STATE_LOCATE;
}

static enum resolver_state take(const struct resolver_turn *turn, struct resolver_task *task,
                                struct resolver_attempt *attempt, enum meaning meaning,
                                const uint8_t *message, size_t len)
{
	/* All links count, wherever they came from: those of this answer too. */
	if (task->links + turn->resolver->chain.name_count - 1 > RESOLVER_CHAIN_MAX)
		return fail(task, EDNS_EDE_OTHER);
	enum result result = resolver_scrub_answer(turn->resolver, task, message, len);
	resolver_resort_note_damage(attempt, result);
	if (result != RESULT_OK)
		return next_server(task, attempt, EDNS_EDE_INVALID_DATA);
	resolver_task_lower_rank(task, DNS_RANK_AUTH_ANSWER);
	if (meaning == MEANING_ALIAS)
		return resolver_judge_follow(turn, task);
	if (task->target.label_count == 0 && task->target.type == DNS_TYPE_NS)
		resolver_delegation_learn_root(turn, task, message, len);
	return RESOLVER_STATE_VALIDATE;
}

enum resolver_state resolver_judge_answer(const struct resolver_turn *turn,
                                          struct resolver_task *task,
                                          struct resolver_attempt *attempt, const uint8_t *message,
                                          size_t len)
{
	uint16_t flags = dns_message_flags(message);
	enum result result = resolver_chain_read(turn->resolver, task, message, len);
	resolver_resort_note_damage(attempt, result);
	if (result != RESULT_OK)
		return next_server(task, attempt, EDNS_EDE_INVALID_DATA);
	enum meaning meaning = meaning_of(task, &turn->resolver->chain, flags);
	resolver_trace_judge(turn, meaning_text[meaning]);
	switch (meaning) {
	case MEANING_REFERRAL:
		return refer(turn, task, attempt, message, len);
	case MEANING_LAME:
		return lame(turn, task, attempt);
	case MEANING_DATA:
	case MEANING_NONE:
	case MEANING_ALIAS:
		break;
	}
	if (task->asked_from > 0)
		return judge_partial(turn, task, flags & DNS_FLAG_RCODE);
	return take(turn, task, attempt, meaning, message, len);
}

enum resolver_state resolver_judge_failure(const struct resolver_turn *turn,
                                           struct resolver_task *task,
                                           struct resolver_attempt *attempt, unsigned rcode)
{
	if (rcode == DNS_RCODE_REFUSED || rcode == DNS_RCODE_NOTAUTH)
		return lame(turn, task, attempt);
	if (task->asked_from > 0)
		return resolver_iterate_whole(turn, task);
	return next_server(task, attempt, EDNS_EDE_NO_REACHABLE_AUTHORITY);
}

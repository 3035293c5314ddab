/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Steps of watched questions, told to who watches. */
#include "resolver/trace.h"

static void tell(const struct resolver_turn *turn, const struct resolver_task *task,
                 struct resolver_trace_step *step)
{
	const struct resolver_settings *settings = &turn->resolver->settings;
	if (settings->trace == NULL)
		return;
	step->watchers = task->watchers;
	step->depth = task->depth;
	step->question = task->serial;
	step->now_ms = turn->now_ms;
	settings->trace(settings->trace_context, step);
}

/* What every step about a server says. */
static struct resolver_trace_step about(const struct resolver_turn *turn,
                                        const struct resolver_attempt *attempt,
                                        enum resolver_trace_kind kind)
{
	const struct resolver *resolver = turn->resolver;
	const struct resolver_server *server = &resolver->servers[attempt->server];
	return (struct resolver_trace_step){
	    .kind = (uint8_t)kind,
	    .over_tcp = attempt->kind == ATTEMPT_TCP,
	    .over_tls = server->group != RESOLVER_NONE && resolver->groups[server->group].tls != 0,
	    .rtt_us = server->rtt_us,
	    .took_ms = turn->now_ms - attempt->sent_ms,
	    .server = server->endpoint,
	};
}

void resolver_trace_tell_sent(const struct resolver_turn *turn, const struct resolver_task *task,
                              const struct resolver_attempt *attempt, size_t len)
{
	struct resolver_trace_step step = about(turn, attempt, RESOLVER_TRACE_SEND);
	step.name = resolver_task_asked(task);
	step.type = task->asked_type;
	step.len = (uint32_t)len;
	step.text = attempt->probe ? "a probe: is it faster" : NULL;
	tell(turn, task, &step);
}

struct resolver_trace_step resolver_trace_tell_response(const struct resolver_turn *turn,
                                                        const struct resolver_attempt *attempt,
                                                        const uint8_t *message, size_t len)
{
	struct resolver_trace_step step = about(turn, attempt, RESOLVER_TRACE_RESPONSE);
	step.len = (uint32_t)len;
	if (len < DNS_HEADER_SIZE)
		return step;
	step.authoritative = (dns_message_flags(message) & DNS_FLAG_AA) != 0;
	step.rcode = dns_message_flags(message) & DNS_FLAG_RCODE;
	for (unsigned i = 0; i < ARRAY_COUNT(step.count); i++)
		step.count[i] =
		    dns_message_count(message, (enum dns_section)(DNS_SECTION_ANSWER + i));
	return step;
}

void resolver_trace_tell_judged(const struct resolver_turn *turn, const struct resolver_task *task,
                                struct resolver_trace_step *step)
{
	step->text = turn->resolver->judgement;
	tell(turn, task, step);
}

void resolver_trace_tell_lost(const struct resolver_turn *turn, const struct resolver_task *task,
                              const struct resolver_attempt *attempt, bool is_error)
{
	struct resolver_trace_step step =
	    about(turn, attempt, is_error ? RESOLVER_TRACE_ERROR : RESOLVER_TRACE_TIMEOUT);
	tell(turn, task, &step);
}

/* What a state that is about to run, or has begun to wait, means to a person; most mean nothing. */
void resolver_trace_tell_state(const struct resolver_turn *turn, const struct resolver_task *task,
                               enum resolver_state before)
{
	struct resolver_trace_step step = {.name = task->target.name, .type = task->target.type};
	const uint32_t route = task->route;
	if (before == RESOLVER_STATE_START && task->state == RESOLVER_STATE_VALIDATE) {
		step.kind = RESOLVER_TRACE_KNOWN;
	} else if (before == RESOLVER_STATE_LOCATE && task->state == RESOLVER_STATE_SELECT) {
		step.kind = RESOLVER_TRACE_ZONE;
		step.name = resolver_task_zone(task);
		step.type = 0;
	} else if (before == RESOLVER_STATE_START && task->state == RESOLVER_STATE_CHOOSE &&
	           route != RESOLVER_NONE) {
		step.kind = RESOLVER_TRACE_FORWARD;
		step.name = turn->resolver->routes[route].name.wire;
	} else if (task->state == RESOLVER_STATE_WAIT_ADDRESS) {
		step.kind = RESOLVER_TRACE_ADDRESSES;
		step.name = resolver_task_zone(task);
	} else if (task->state == RESOLVER_STATE_START) {
		step.kind = RESOLVER_TRACE_ALIAS;
		step.text = task->has_fallen_back ? "the forwarders failed: from the root" : NULL;
	} else {
		return;
	}
	tell(turn, task, &step);
}

void resolver_trace_tell_begin(const struct resolver_turn *turn, const struct resolver_task *task,
                               bool is_new)
{
	struct resolver_trace_step step = {
	    .kind = RESOLVER_TRACE_BEGIN,
	    .name = task->question.name,
	    .type = task->question.type,
	    .text =
	        is_new ? NULL : "the same question is in flight: its answer counts for this one",
	};
	tell(turn, task, &step);
}

void resolver_trace_tell_end(const struct resolver_turn *turn, const struct resolver_task *task,
                             const struct resolver_action *answer)
{
	struct resolver_trace_step step = {
	    .kind = answer->message != NULL ? RESOLVER_TRACE_ANSWER : RESOLVER_TRACE_FAILED,
	    .name = task->question.name,
	    .type = task->question.type,
	    .rcode = answer->rcode,
	    .ede = answer->ede,
	    .len = (uint32_t)answer->len,
	    .took_ms = turn->now_ms - task->begun_ms,
	};
	for (unsigned i = 0; i < ARRAY_COUNT(step.count) && answer->message != NULL; i++)
		step.count[i] =
		    dns_message_count(answer->message, (enum dns_section)(DNS_SECTION_ANSWER + i));
	tell(turn, task, &step);
}

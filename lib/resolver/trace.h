/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* trace -- where the machine tells its steps to who watches a question.
 *
 * What:    inline functions for the machine, which do nothing but a comparison for questions that nobody
 *          watches; trace.c makes steps of resolver_trace.h.
 * Threads: one.
 * Memory:  none.
 * Limits:  resolver_trace.h.
 * Trust:   as resolver_trace.h.
 * RFC:     none. */
#pragma once

#include "resolver/resolver_int.h"

void resolver_trace_tell_sent(const struct resolver_turn *turn, const struct resolver_task *task,
                              const struct resolver_attempt *attempt, size_t len);
/* What is known before the message is judged, for resolver_trace_tell_judged() behind that. */
struct resolver_trace_step resolver_trace_tell_response(const struct resolver_turn *turn,
                                                        const struct resolver_attempt *attempt,
                                                        const uint8_t *message, size_t len);
void resolver_trace_tell_judged(const struct resolver_turn *turn, const struct resolver_task *task,
                                struct resolver_trace_step *step);
void resolver_trace_tell_lost(const struct resolver_turn *turn, const struct resolver_task *task,
                              const struct resolver_attempt *attempt, bool is_error);
void resolver_trace_tell_state(const struct resolver_turn *turn, const struct resolver_task *task,
                               enum resolver_state before);
void resolver_trace_tell_begin(const struct resolver_turn *turn, const struct resolver_task *task,
                               bool is_new);
void resolver_trace_tell_end(const struct resolver_turn *turn, const struct resolver_task *task,
                             const struct resolver_action *answer);

static ALWAYS_INLINE void resolver_trace_sent(const struct resolver_turn *turn,
                                              const struct resolver_task *task,
                                              const struct resolver_attempt *attempt, size_t len)
{
	if (UNLIKELY(task->watchers != 0))
		resolver_trace_tell_sent(turn, task, attempt, len);
}

static ALWAYS_INLINE void resolver_trace_lost(const struct resolver_turn *turn,
                                              const struct resolver_task *task,
                                              const struct resolver_attempt *attempt, bool is_error)
{
	if (UNLIKELY(task->watchers != 0))
		resolver_trace_tell_lost(turn, task, attempt, is_error);
}

static ALWAYS_INLINE void resolver_trace_state(const struct resolver_turn *turn,
                                               const struct resolver_task *task,
                                               enum resolver_state before)
{
	if (UNLIKELY(task->watchers != 0))
		resolver_trace_tell_state(turn, task, before);
}

static ALWAYS_INLINE void resolver_trace_end(const struct resolver_turn *turn,
                                             const struct resolver_task *task,
                                             const struct resolver_action *answer)
{
	if (UNLIKELY(task->watchers != 0))
		resolver_trace_tell_end(turn, task, answer);
}

/* What a response means, in words, for the step that tells of it. */
static ALWAYS_INLINE void resolver_trace_judge(const struct resolver_turn *turn, const char *text)
{
	turn->resolver->judgement = text;
}

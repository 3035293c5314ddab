/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Places with a state that goes round: free, asked, in the engine, answered; or watching. */
#include "stage/resolver_desk.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum place_state {
	PLACE_FREE,
	PLACE_ASKED, /* control has put a question; RESOLVER takes it */
	PLACE_ASKING, /* the engine has it */
	PLACE_LEFT, /* the same, and nobody waits any more */
	PLACE_ANSWERED,
	PLACE_WATCHING,
};

struct place {
	_Atomic uint32_t state; /* enum place_state */
	struct dns_question question; /* writer: control */
	bool dnssec_ok;
	struct resolver_desk_answer answer; /* writer: RESOLVER */
	_Atomic uint32_t head; /* writer: RESOLVER */
	_Atomic uint32_t tail; /* writer: control */
	_Atomic uint64_t lost; /* writer: RESOLVER */
	struct resolver_desk_step steps[RESOLVER_DESK_STEPS];
};

struct resolver_desk {
	_Atomic uint32_t news; /* questions that were put so far; writer: control */
	_Atomic uint32_t watching; /* places that watch; writer: control */
	uint32_t taken; /* of the news; RESOLVER's own */
	unsigned turn; /* which place is looked at first; control's own */
	struct place place[RESOLVER_DESK_PLACES];
};

enum result resolver_desk_create(struct resolver_desk **out)
{
	*out = calloc(1, sizeof(**out));
	return *out == NULL ? RESULT_NO_MEMORY : RESULT_OK;
}

void resolver_desk_destroy(struct resolver_desk *desk)
{
	free(desk);
}

/* -- control -- */

/* The place that was free for the longest, empty. Steps of its former question may still be on their way. */
static struct place *take_place(struct resolver_desk *desk, unsigned *index)
{
	for (unsigned i = 0; i < RESOLVER_DESK_PLACES; i++) {
		*index = (desk->turn + i) % RESOLVER_DESK_PLACES;
		struct place *place = &desk->place[*index];
		if (atomic_load_explicit(&place->state, memory_order_acquire) != PLACE_FREE)
			continue;
		desk->turn = *index + 1;
		atomic_store_explicit(&place->tail, atomic_load(&place->head),
		                      memory_order_release);
		atomic_store_explicit(&place->lost, 0, memory_order_relaxed);
		return place;
	}
	return NULL;
}

enum result resolver_desk_ask(struct resolver_desk *desk, const struct dns_question *question,
                              bool dnssec_ok, unsigned *place)
{
	struct place *taken = take_place(desk, place);
	if (taken == NULL)
		return RESULT_BUSY;
	taken->question = *question;
	taken->dnssec_ok = dnssec_ok;
	atomic_store_explicit(&taken->state, PLACE_ASKED, memory_order_release);
	atomic_fetch_add_explicit(&desk->news, 1, memory_order_release);
	return RESULT_OK;
}

enum result resolver_desk_watch(struct resolver_desk *desk, const struct dns_name *name,
                                unsigned *place)
{
	struct place *taken = take_place(desk, place);
	if (taken == NULL)
		return RESULT_BUSY;
	dns_question_set(&taken->question, name->wire, 0, 0);
	atomic_store_explicit(&taken->state, PLACE_WATCHING, memory_order_release);
	atomic_fetch_or_explicit(&desk->watching, 1u << *place, memory_order_release);
	return RESULT_OK;
}

bool resolver_desk_next(struct resolver_desk *desk, unsigned index, struct resolver_desk_step *out)
{
	struct place *place = &desk->place[index];
	uint32_t tail = atomic_load_explicit(&place->tail, memory_order_relaxed);
	if (tail == atomic_load_explicit(&place->head, memory_order_acquire))
		return false;
	*out = place->steps[tail % RESOLVER_DESK_STEPS];
	if (out->step.name != NULL)
		out->step.name = out->name;
	atomic_store_explicit(&place->tail, tail + 1, memory_order_release);
	return true;
}

const struct resolver_desk_answer *resolver_desk_answer(struct resolver_desk *desk, unsigned index)
{
	struct place *place = &desk->place[index];
	uint32_t state = atomic_load_explicit(&place->state, memory_order_acquire);
	return state == PLACE_ANSWERED ? &place->answer : NULL;
}

uint64_t resolver_desk_lost(const struct resolver_desk *desk, unsigned index)
{
	return atomic_load_explicit(&desk->place[index].lost, memory_order_relaxed);
}

void resolver_desk_unwatch(struct resolver_desk *desk, unsigned index)
{
	atomic_fetch_and_explicit(&desk->watching, ~(1u << index), memory_order_release);
}

void resolver_desk_close(struct resolver_desk *desk, unsigned index)
{
	struct place *place = &desk->place[index];
	uint32_t asked = PLACE_ASKED;
	uint32_t asking = PLACE_ASKING;
	/* RESOLVER may take the question, or answer it, at this very moment. */
	if (atomic_compare_exchange_strong(&place->state, &asked, PLACE_FREE) ||
	    atomic_compare_exchange_strong(&place->state, &asking, PLACE_LEFT))
		return;
	atomic_store_explicit(&place->state, PLACE_FREE, memory_order_release);
}

/* -- RESOLVER -- */

bool resolver_desk_has_news(const struct resolver_desk *desk)
{
	return desk != NULL &&
	       atomic_load_explicit(&desk->news, memory_order_relaxed) != desk->taken;
}

bool resolver_desk_next_question(struct resolver_desk *desk, struct resolver_event *event)
{
	uint32_t news = atomic_load_explicit(&desk->news, memory_order_acquire);
	for (unsigned i = 0; i < RESOLVER_DESK_PLACES; i++) {
		struct place *place = &desk->place[i];
		uint32_t asked = PLACE_ASKED;
		if (!atomic_compare_exchange_strong(&place->state, &asked, PLACE_ASKING))
			continue;
		*event = (struct resolver_event){
		    .kind = RESOLVER_EVENT_QUERY,
		    .question = &place->question,
		    .dnssec_ok = place->dnssec_ok,
		    .client = place,
		    .watchers = (uint8_t)(1u << i),
		};
		return true;
	}
	desk->taken = news;
	return false;
}

uint8_t resolver_desk_watchers(const struct resolver_desk *desk,
                               const struct dns_question *question)
{
	if (desk == NULL)
		return 0;
	uint32_t watching = atomic_load_explicit(&desk->watching, memory_order_acquire);
	uint8_t found = 0;
	for (unsigned i = 0; UNLIKELY(watching != 0); i++, watching >>= 1) {
		if ((watching & 1) != 0 &&
		    dns_name_is_below(question->name, desk->place[i].question.name))
			found |= (uint8_t)(1u << i);
	}
	return found;
}

bool resolver_desk_has(const struct resolver_desk *desk, const void *client)
{
	const struct place *place = client;
	return desk != NULL && place >= desk->place && place < desk->place + RESOLVER_DESK_PLACES;
}

const struct dns_question *resolver_desk_question(const void *client)
{
	const struct place *place = client;
	return &place->question;
}

bool resolver_desk_dnssec_ok(const void *client)
{
	const struct place *place = client;
	return place->dnssec_ok;
}

void resolver_desk_take(void *client, const struct resolver_action *action)
{
	struct place *place = client;
	struct resolver_desk_answer *answer = &place->answer;
	answer->rcode = action->rcode;
	answer->ede = action->ede;
	answer->rank = (uint8_t)action->rank;
	answer->security = (uint8_t)action->security;
	answer->len = 0;
	if (action->message != NULL && action->len <= sizeof(answer->message)) {
		memcpy(answer->message, action->message, action->len);
		answer->len = action->len;
	}
	uint32_t asking = PLACE_ASKING;
	if (!atomic_compare_exchange_strong(&place->state, &asking, PLACE_ANSWERED))
		atomic_store_explicit(&place->state, PLACE_FREE, memory_order_release);
}

static void put_step(struct place *place, const struct resolver_trace_step *step)
{
	uint32_t head = atomic_load_explicit(&place->head, memory_order_relaxed);
	uint32_t tail = atomic_load_explicit(&place->tail, memory_order_acquire);
	if (head - tail == RESOLVER_DESK_STEPS) {
		atomic_fetch_add_explicit(&place->lost, 1, memory_order_relaxed);
		return;
	}
	struct resolver_desk_step *to = &place->steps[head % RESOLVER_DESK_STEPS];
	to->step = *step;
	if (step->name != NULL)
		memcpy(to->name, step->name, dns_name_len(step->name));
	atomic_store_explicit(&place->head, head + 1, memory_order_release);
}

void resolver_desk_tell(struct resolver_desk *desk, const struct resolver_trace_step *step)
{
	for (unsigned i = 0; i < RESOLVER_DESK_PLACES; i++) {
		uint32_t state = atomic_load_explicit(&desk->place[i].state, memory_order_relaxed);
		if ((step->watchers >> i & 1) != 0 && state != PLACE_FREE)
			put_step(&desk->place[i], step);
	}
}

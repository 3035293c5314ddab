/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Places at the desk: taken, asked, answered, left, watched. */
#include "stage/resolver_desk.h"

#include <string.h>

#include "../cache/dns_make.h"
#include "unit.h"

static struct resolver_desk *desk;

static void open_desk(void)
{
	CU_ASSERT_FATAL(resolver_desk_create(&desk) == RESULT_OK);
}

static void close_desk(void)
{
	resolver_desk_destroy(desk);
	desk = NULL;
}

static unsigned ask(const char *name)
{
	const struct dns_question question = made_question(name, DNS_TYPE_A);
	unsigned place = 99;
	CU_ASSERT_FATAL(resolver_desk_ask(desk, &question, true, &place) == RESULT_OK);
	return place;
}

static void answer(void *client, const char *text)
{
	const struct resolver_action action = {
	    .rcode = DNS_RCODE_NXDOMAIN,
	    .ede = EDNS_EDE_NONE,
	    .message = (const uint8_t *)text,
	    .len = strlen(text),
	};
	resolver_desk_take(client, &action);
}

static void a_question_goes_there_and_back(void)
{
	struct resolver_event event;
	open_desk();
	CU_ASSERT_FALSE(resolver_desk_has_news(desk));
	CU_ASSERT_FALSE(resolver_desk_has_news(NULL));
	unsigned place = ask("www.example.");
	CU_ASSERT_TRUE(resolver_desk_has_news(desk));
	CU_ASSERT_TRUE_FATAL(resolver_desk_next_question(desk, &event));
	CU_ASSERT_TRUE(resolver_desk_has(desk, event.client));
	CU_ASSERT_FALSE(resolver_desk_has(desk, &event));
	CU_ASSERT_TRUE(resolver_desk_dnssec_ok(event.client));
	CU_ASSERT_EQUAL(event.watchers, 1u << place);
	CU_ASSERT_EQUAL(event.question->name_len, 13);
	CU_ASSERT_FALSE(resolver_desk_next_question(desk, &event));
	CU_ASSERT_FALSE(resolver_desk_has_news(desk));
	CU_ASSERT_PTR_NULL(resolver_desk_answer(desk, place));
	answer(event.client, "the answer");
	const struct resolver_desk_answer *got = resolver_desk_answer(desk, place);
	CU_ASSERT_PTR_NOT_NULL_FATAL(got);
	CU_ASSERT_EQUAL(got->rcode, DNS_RCODE_NXDOMAIN);
	CU_ASSERT_EQUAL(got->len, 10);
	resolver_desk_close(desk, place);
	CU_ASSERT_PTR_NULL(resolver_desk_answer(desk, place));
	close_desk();
}

/* A place whose client went away is free again only when the engine has let go of it. */
static void a_place_that_was_left_stays_taken(void)
{
	struct resolver_event event;
	const struct dns_question question = made_question("www.example.", DNS_TYPE_A);
	unsigned place;
	open_desk();
	unsigned left = ask("www.example.");
	CU_ASSERT_TRUE_FATAL(resolver_desk_next_question(desk, &event));
	resolver_desk_close(desk, left);
	for (unsigned i = 1; i < RESOLVER_DESK_PLACES; i++)
		CU_ASSERT_NOT_EQUAL(ask("other.example."), left);
	CU_ASSERT_EQUAL(resolver_desk_ask(desk, &question, false, &place), RESULT_BUSY);
	answer(event.client, "late");
	CU_ASSERT_EQUAL(ask("third.example."), left);
	close_desk();
}

static void steps_come_in_order_and_the_rest_is_counted(void)
{
	const struct dns_name name = made_name("www.example.");
	struct resolver_trace_step step = {.kind = RESOLVER_TRACE_SEND, .name = name.wire};
	struct resolver_desk_step got;
	open_desk();
	unsigned place = ask("www.example.");
	step.watchers = (uint8_t)(1u << place);
	for (unsigned i = 0; i < RESOLVER_DESK_STEPS + 3; i++) {
		step.question = i;
		resolver_desk_tell(desk, &step);
	}
	CU_ASSERT_EQUAL(resolver_desk_lost(desk, place), 3);
	for (unsigned i = 0; i < RESOLVER_DESK_STEPS; i++) {
		CU_ASSERT_TRUE_FATAL(resolver_desk_next(desk, place, &got));
		CU_ASSERT_EQUAL(got.step.question, i);
		CU_ASSERT(dns_name_equal(got.step.name, name.wire));
		CU_ASSERT_PTR_EQUAL(got.step.name, got.name);
	}
	CU_ASSERT_FALSE(resolver_desk_next(desk, place, &got));
	close_desk();
}

static void a_watch_is_for_a_name_and_below(void)
{
	const struct dns_name name = made_name("example.");
	struct dns_question question = made_question("www.example.", DNS_TYPE_A);
	unsigned place;
	open_desk();
	CU_ASSERT_EQUAL(resolver_desk_watchers(NULL, &question), 0);
	CU_ASSERT_EQUAL(resolver_desk_watchers(desk, &question), 0);
	CU_ASSERT_EQUAL(resolver_desk_watch(desk, &name, &place), RESULT_OK);
	CU_ASSERT_EQUAL(resolver_desk_watchers(desk, &question), 1u << place);
	question = made_question("www.example.net.", DNS_TYPE_A);
	CU_ASSERT_EQUAL(resolver_desk_watchers(desk, &question), 0);
	question = made_question("www.example.", DNS_TYPE_A);
	resolver_desk_unwatch(desk, place);
	resolver_desk_close(desk, place);
	CU_ASSERT_EQUAL(resolver_desk_watchers(desk, &question), 0);
	close_desk();
}

static const struct unit_case cases[] = {
    {"a_question_goes_there_and_back", a_question_goes_there_and_back},
    {"a_place_that_was_left_stays_taken", a_place_that_was_left_stays_taken},
    {"steps_come_in_order_and_the_rest_is_counted", steps_come_in_order_and_the_rest_is_counted},
    {"a_watch_is_for_a_name_and_below", a_watch_is_for_a_name_and_below},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "stage/resolver_desk", cases, ARRAY_COUNT(cases));
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A network in which everything goes wrong at random: lost, late, doubled, damaged, refused. From the same
 * seeds each time. Whatever happens, every client gets exactly one answer, within the deadline, and nothing
 * is left behind. */
#include <stdlib.h>

#include "fake_network.h"

#define SEEDS 1000
#define STEPS 120
#define NAMES 6
#define CLIENTS_MAX 256

static unsigned seed;
static unsigned client_count;
static uint64_t asked_ms[CLIENTS_MAX];
static bool has_answer[CLIENTS_MAX];
static unsigned answers_seen;

static unsigned draw(unsigned below)
{
	return (unsigned)rand_r(&seed) % below;
}

static void name_of(char out[32], unsigned number)
{
	snprintf(out, 32, "n%u.example.", number);
}

/* Looks at the answers that came since the last look. */
static void see_answers(void)
{
	for (; answers_seen < answer_count; answers_seen++) {
		uintptr_t client = answers[answers_seen].client - 1; /* 0 is nobody */
		CU_ASSERT_FATAL(client < client_count && !has_answer[client]);
		has_answer[client] = true;
		CU_ASSERT_FATAL(answers[answers_seen].at_ms <= asked_ms[client] + 4500);
	}
}

static void ask_something(void)
{
	char name[32];
	if (client_count == CLIENTS_MAX)
		return;
	name_of(name, draw(NAMES));
	asked_ms[client_count] = now_ms;
	has_answer[client_count] = false;
	fake_ask(++client_count, name, DNS_TYPE_A, draw(2) != 0);
}

/* A chain, its end, a negative, and things that do not belong. */
static void make_something(const char *name)
{
	static const unsigned rcodes[] = {0, 0, 0, 0, 1, 2, 3, 3, 4, 5, 6, 9};
	make_start(&made, name, DNS_TYPE_A, rcodes[draw(ARRAY_COUNT(rcodes))]);
	if (draw(3) == 0)
		make_target(&made, DNS_SECTION_ANSWER, name, DNS_TYPE_CNAME, 60, "x.test.");
	for (unsigned i = draw(4); i > 0; i--)
		make_a(&made, DNS_SECTION_ANSWER, draw(2) != 0 ? name : "x.test.", 60, i);
	if (draw(2) == 0)
		make_soa(&made, "test.", 60, 60);
	if (draw(4) == 0)
		made.octets[2] |= DNS_FLAG_TC >> 8;
}

static void damage(void)
{
	for (unsigned i = draw(6); i > 0; i--)
		made.octets[draw((unsigned)made.writer.len)] = (uint8_t)draw(256);
	if (draw(8) == 0)
		made.writer.len = draw((unsigned)made.writer.len + 1);
}

/* A server says something to one of the questions that it got, perhaps long ago. */
static void respond_somehow(void)
{
	char name[32];
	if (sent_count == 0)
		return;
	const struct fake_sent *to = &sent[draw(sent_count)];
	struct dns_question question;
	struct bytes_reader reader = bytes_reader_of(to->message, to->len);
	reader.at = DNS_HEADER_SIZE;
	CU_ASSERT_FATAL(dns_question_parse(&reader, &question) == RESULT_OK);
	CU_ASSERT_FATAL(dns_name_to_text(question.name, name) < sizeof(name));
	make_something(name);
	fake_aim(to);
	if (draw(3) == 0)
		damage();
	fake_inject(to, to->port_slot, to->to);
}

static void step(void)
{
	switch (draw(6)) {
	case 0:
	case 1:
		ask_something();
		break;
	case 2:
	case 3:
		respond_somehow();
		break;
	case 4:
		if (sent_count > 0)
			fake_refuse(&sent[draw(sent_count)]);
		break;
	default:
		fake_wait(draw(700));
		break;
	}
	see_answers();
}

static void every_client_gets_one_answer(void)
{
	for (unsigned run = 0; run < SEEDS; run++) {
		struct resolver_stats stats;
		fake_open(3, (enum resolver_policy)(run % 3));
		seed = run;
		client_count = 0;
		answers_seen = 0;
		for (unsigned i = 0; i < STEPS && sent_count < FAKE_SENT_MAX - 64; i++)
			step();
		fake_wait(RESOLVER_HEALTH_MS + 20000);
		see_answers();
		for (unsigned i = 0; i < client_count; i++)
			CU_ASSERT_FATAL(has_answer[i]);
		resolver_stats(engine, &stats);
		CU_ASSERT_EQUAL_FATAL(stats.tasks, 0);
		CU_ASSERT_EQUAL(stats.queries, client_count);
		/* The budget holds on average over coalesced clients, too. */
		CU_ASSERT(stats.sent_udp + stats.sent_tcp - stats.probes <=
		          (uint64_t)RESOLVER_ATTEMPTS_MAX * client_count);
		CU_ASSERT_EQUAL(resolver_due_ms(engine), UINT64_MAX);
		fake_close();
	}
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"every_client_gets_one_answer", every_client_gets_one_answer}};
	return fake_main(argc, argv, "chaos", cases, ARRAY_COUNT(cases));
}

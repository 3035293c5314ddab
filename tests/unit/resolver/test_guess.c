/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Datagrams in a server's name that fit no question: guesses (RFC 5452 §9.3), or answers that come too late. */
#include "fake_network.h"

#define LATE 40u

static uint64_t guessed(void)
{
	struct resolver_stats stats;
	resolver_stats(engine, &stats);
	return stats.guessed;
}

static void guessed_ids_lead_to_tcp(void)
{
	fake_open(1, RESOLVER_POLICY_FIRST);
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	for (unsigned i = 0; i <= RESOLVER_STRAYS_MAX; i++) {
		CU_ASSERT_EQUAL(sent_count, 1);
		fake_make_a("www.example.");
		fake_aim(&sent[0]);
		made.octets[0] ^= (uint8_t)(i + 1);
		fake_inject(&sent[0], sent[0].port_slot, sent[0].to);
	}
	CU_ASSERT_EQUAL(guessed(), 1);
	CU_ASSERT_EQUAL_FATAL(sent_count, 2);
	CU_ASSERT(sent[1].tcp);
	fake_close();
}

/* A busy server that has become slow: what it sends after all have given up is no attack. */
static void late_answers_are_no_guesses(void)
{
	static struct fake_sent late[LATE];
	char name[32];
	fake_open(1, RESOLVER_POLICY_FIRST);
	for (unsigned i = 0; i < LATE; i++) {
		snprintf(name, sizeof(name), "n%u.example.", i);
		fake_ask(i + 1, name, DNS_TYPE_A, false);
		late[i] = sent[i];
	}
	fake_wait(5000);
	CU_ASSERT_EQUAL(answer_count, LATE);
	fake_clear();
	fake_ask(1, "www.example.", DNS_TYPE_A, false);
	CU_ASSERT_FATAL(sent_count >= 1 && !sent[0].tcp);
	for (unsigned i = 0; i < LATE; i++) {
		snprintf(name, sizeof(name), "n%u.example.", i);
		fake_make_a(name);
		fake_respond(&late[i]);
	}
	CU_ASSERT_EQUAL(guessed(), 0);
	CU_ASSERT_EQUAL(sent_count, 1);
	fake_make_a("www.example.");
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_NOERROR);
	fake_close();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"guessed_ids_lead_to_tcp", guessed_ids_lead_to_tcp},
	    {"late_answers_are_no_guesses", late_answers_are_no_guesses},
	};
	return fake_main(argc, argv, "guess", cases, ARRAY_COUNT(cases));
}

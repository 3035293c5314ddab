/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* fake_network -- what the resolver engine sends is kept for the test, which plays servers and clients.
 *
 * What:    one engine, a clock that only the test moves, a random source with a fixed seed, and lists of
 *          what was sent, forgotten and answered.
 * Threads: one.
 * Memory:  static.
 * Limits:  FAKE_SENT_MAX messages, FAKE_ANSWERS_MAX answers between two fake_clear().
 * Trust:   texts of the tests.
 * RFC:     none. */
#pragma once

#include <stdio.h>

#include "dns/edns.h"
#include "resolver/resolver.h"
#include "resolver/resolver_limits.h"

#include "../cache/dns_make.h"
#include "unit.h"

#define FAKE_SENT_MAX 512
#define FAKE_ANSWERS_MAX 512
#define FAKE_PORTS 64

struct fake_sent {
	bool tcp;
	uint16_t tls;
	uint16_t port_slot;
	uint64_t attempt;
	struct net_endpoint to;
	size_t len;
	uint8_t message[RESOLVER_QUERY_BYTES_MAX];
};

struct fake_answer {
	uintptr_t client;
	uint64_t at_ms;
	bool first;
	bool late;
	enum dns_rank rank;
	uint16_t rcode;
	int16_t ede;
	size_t len; /* 0: failure */
	uint8_t message[4096];
};

struct fake_kept {
	char name[256];
	uint16_t type;
	bool dnssec_ok;
	uint16_t rcode;
	int16_t ede;
	enum dns_rank rank;
	unsigned answers; /* records */
	size_t len; /* 0: failure */
};

static struct resolver *engine;
static uint64_t now_ms;
static uint64_t random_state;
static struct fake_sent sent[FAKE_SENT_MAX];
static unsigned sent_count;
static struct fake_answer answers[FAKE_ANSWERS_MAX];
static unsigned answer_count;
static unsigned forgotten_count;
static struct fake_kept kept[FAKE_ANSWERS_MAX];
static unsigned kept_count;
static struct made made;

static inline uint64_t fake_random(void *context)
{
	(void)context;
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state * 0x2545f4914f6cdd1du;
}

static inline void fake_keep_sent(const struct resolver_action *action)
{
	CU_ASSERT_FATAL(sent_count < FAKE_SENT_MAX && action->len <= sizeof(sent[0].message));
	struct fake_sent *to = &sent[sent_count++];
	to->tcp = action->kind == RESOLVER_ACTION_SEND_TCP;
	to->tls = action->tls;
	to->port_slot = action->port_slot;
	to->attempt = action->attempt;
	to->to = action->to;
	to->len = action->len;
	memcpy(to->message, action->message, action->len);
}

static inline void fake_keep_kept(const struct resolver_action *action)
{
	CU_ASSERT_FATAL(kept_count < FAKE_ANSWERS_MAX && action->question != NULL);
	struct fake_kept *to = &kept[kept_count++];
	*to = (struct fake_kept){
	    .type = action->question->type,
	    .dnssec_ok = action->dnssec_ok,
	    .rcode = action->rcode,
	    .ede = action->ede,
	    .rank = action->rank,
	    .len = action->message != NULL ? action->len : 0,
	};
	dns_name_to_text(action->question->name, to->name);
	CU_ASSERT_EQUAL(action->security, DNS_SECURITY_UNCHECKED);
	if (action->message == NULL)
		return;
	to->answers = dns_message_count(action->message, DNS_SECTION_ANSWER);
	CU_ASSERT_EQUAL(memcmp(action->message + DNS_HEADER_SIZE, action->question->name,
	                       action->question->name_len),
	                0);
}

static inline void fake_act(void *context, const struct resolver_action *action)
{
	(void)context;
	switch (action->kind) {
	case RESOLVER_ACTION_SEND_UDP:
	case RESOLVER_ACTION_SEND_TCP:
		fake_keep_sent(action);
		return;
	case RESOLVER_ACTION_FORGET_TCP:
		forgotten_count++;
		return;
	case RESOLVER_ACTION_KEEP:
		fake_keep_kept(action);
		return;
	case RESOLVER_ACTION_ANSWER:
		break;
	}
	CU_ASSERT_FATAL(answer_count < FAKE_ANSWERS_MAX);
	struct fake_answer *to = &answers[answer_count++];
	to->client = (uintptr_t)action->client;
	to->at_ms = now_ms;
	to->first = action->first;
	to->late = action->late;
	to->rank = action->rank;
	to->rcode = action->rcode;
	to->ede = action->ede;
	to->len = action->message != NULL ? action->len : 0;
	CU_ASSERT_FATAL(to->len <= sizeof(to->message));
	if (action->message != NULL)
		memcpy(to->message, action->message, action->len);
}

static const struct resolver_sink fake_sink = {fake_act, NULL};

static inline void fake_clear(void)
{
	sent_count = 0;
	answer_count = 0;
	kept_count = 0;
	forgotten_count = 0;
}

/* 192.0.2.<last>:53 */
static inline struct net_endpoint fake_endpoint(uint8_t last)
{
	return (struct net_endpoint){
	    .address = {.family = 4, .octets = {192, 0, 2, last}},
	    .port = 53,
	};
}

/* Settings that most tests take: `groups` for the root. */
struct fake_setup {
	struct resolver_group groups[4];
	unsigned group_count;
	struct resolver_zone zones[4];
	unsigned zone_count;
	uint32_t tasks_max;
	uint32_t clients_max;
	bool cookies;
	uint32_t stale_after_ms;
	uint32_t retry_ms;
	const struct resolver_hint *hint; /* a root server, or NULL */
};

static inline enum result fake_create(const struct fake_setup *setup)
{
	static const uint32_t all_groups[] = {0, 1, 2, 3};
	struct resolver_zone zones[5];
	struct resolver_settings settings = {
	    .groups = setup->groups,
	    .group_count = setup->group_count,
	    .zones = zones,
	    .zone_count = setup->zone_count,
	    .tasks_max = setup->tasks_max != 0 ? setup->tasks_max : 64,
	    .clients_max = setup->clients_max != 0 ? setup->clients_max : 256,
	    .deadline_ms = 4500,
	    .port_slots = FAKE_PORTS,
	    .cookies = setup->cookies,
	    .stale_after_ms = setup->stale_after_ms,
	    .retry_ms = setup->retry_ms,
	    .hints = setup->hint,
	    .hint_count = setup->hint != NULL,
	    .random = fake_random,
	};
	memcpy(zones, setup->zones, sizeof(setup->zones));
	if (setup->zone_count == 0) {
		zones[0] = (struct resolver_zone){made_name("."), all_groups, setup->group_count};
		settings.zone_count = 1;
	}
	now_ms = 1000000;
	random_state = 88172645463325252u;
	fake_clear();
	return resolver_create(&settings, &engine);
}

/* One group of `count` servers 192.0.2.1 and so on. */
static inline void fake_open(unsigned count, enum resolver_policy policy)
{
	static struct net_endpoint servers[8];
	for (unsigned i = 0; i < count; i++)
		servers[i] = fake_endpoint((uint8_t)(i + 1));
	struct fake_setup setup = {
	    .groups = {{.name = "test",
	                .servers = servers,
	                .server_count = count,
	                .policy = policy,
	                .timeout_ms = 1000,
	                .edns = true}},
	    .group_count = 1,
	};
	CU_ASSERT_FATAL(fake_create(&setup) == RESULT_OK);
}

/* Client 0 is nobody: the question is asked for the cache. */
static inline void fake_ask_with(uintptr_t client, const char *name, uint16_t type, bool dnssec_ok,
                                 bool has_stale)
{
	struct dns_question question = made_question(name, type);
	const struct resolver_event event = {
	    .kind = RESOLVER_EVENT_QUERY,
	    .question = &question,
	    .dnssec_ok = dnssec_ok,
	    .has_stale = has_stale,
	    .client = (void *)client,
	};
	resolver_step(engine, &event, now_ms, &fake_sink);
}

static inline void fake_ask(uintptr_t client, const char *name, uint16_t type, bool dnssec_ok)
{
	fake_ask_with(client, name, type, dnssec_ok, false);
}

/* Moves the clock, stopping whenever the engine wants to be called. */
static inline void fake_wait(uint64_t ms)
{
	const struct resolver_event tick = {.kind = RESOLVER_EVENT_TICK};
	uint64_t end_ms = now_ms + ms;
	while (resolver_due_ms(engine) <= end_ms) {
		now_ms = resolver_due_ms(engine) > now_ms ? resolver_due_ms(engine) : now_ms;
		resolver_step(engine, &tick, now_ms, &fake_sink);
	}
	now_ms = end_ms;
}

/* Makes `made` answer what was sent: its id and its question to the letter. */
static inline void fake_aim(const struct fake_sent *to)
{
	memcpy(made.octets, to->message, 2);
	memcpy(made.octets + DNS_HEADER_SIZE, to->message + DNS_HEADER_SIZE,
	       made.question.name_len);
}

/* Sends `made` as it is, from `from` to a local port. */
static inline void fake_inject(const struct fake_sent *to, uint16_t port_slot,
                               struct net_endpoint from)
{
	const struct resolver_event event = {
	    .kind = to->tcp ? RESOLVER_EVENT_TCP_RESPONSE : RESOLVER_EVENT_UDP_RESPONSE,
	    .port_slot = port_slot,
	    .attempt = to->attempt,
	    .from = from,
	    .message = made.octets,
	    .len = made.writer.len,
	};
	resolver_step(engine, &event, now_ms, &fake_sink);
}

/* The server that was asked sends `made`. */
static inline void fake_respond(const struct fake_sent *to)
{
	fake_aim(to);
	fake_inject(to, to->port_slot, to->to);
}

/* The server says "port unreachable" or resets the connection. */
static inline void fake_refuse(const struct fake_sent *to)
{
	const struct resolver_event event = {
	    .kind = to->tcp ? RESOLVER_EVENT_TCP_ERROR : RESOLVER_EVENT_UDP_ERROR,
	    .port_slot = to->port_slot,
	    .attempt = to->attempt,
	    .from = to->to,
	    .message = to->message,
	    .len = to->len,
	};
	resolver_step(engine, &event, now_ms, &fake_sink);
}

/* The usual answer: one address. */
static inline void fake_make_a(const char *name)
{
	make_start(&made, name, DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, name, 300, 0x0a000001);
}

/* Records in a section of an answer. */
static inline unsigned fake_count(unsigned answer, enum dns_section section)
{
	return answers[answer].len == 0 ? 0 : dns_message_count(answers[answer].message, section);
}

static inline uint8_t fake_server(unsigned index)
{
	return sent[index].to.address.octets[3];
}

static inline void fake_close(void)
{
	resolver_destroy(engine);
	engine = NULL;
}

static inline int fake_main(int argc, char **argv, const char *suite, const struct unit_case *cases,
                            size_t count)
{
	static const uint64_t secret[2] = {3, 4};
	dns_name_hash_seed(secret);
	return unit_main(argc, argv, suite, cases, count);
}

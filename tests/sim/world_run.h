/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* world_run -- the network and the clients of tests/sim/world.h.
 *
 * What:    world_open(), world_ask(), world_run(), and questions about what happened.
 * Threads: one.
 * Memory:  static.
 * Limits:  as world.h.
 * Trust:   texts of the tests.
 * RFC:     none. */
#pragma once

#include "world.h"

/* Puts the message in world.made on its way back to the engine. */
static inline void world_send(const struct resolver_action *action, bool is_error, uint64_t at_ms)
{
	static const enum resolver_event_kind kinds[2][2] = {
	    {RESOLVER_EVENT_UDP_RESPONSE, RESOLVER_EVENT_UDP_ERROR},
	    {RESOLVER_EVENT_TCP_RESPONSE, RESOLVER_EVENT_TCP_ERROR},
	};
	bool tcp = action->kind == RESOLVER_ACTION_SEND_TCP;
	struct world_mail *mail = world.mail;
	while (mail->used)
		CU_ASSERT_FATAL(++mail < world.mail + WORLD_MAIL_MAX);
	CU_ASSERT_FATAL(world.made.writer.len <= sizeof(mail->octets));
	memcpy(mail->octets, world.made.octets, world.made.writer.len);
	mail->used = true;
	mail->at_ms = at_ms;
	mail->event = (struct resolver_event){
	    .kind = kinds[tcp][is_error],
	    .port_slot = action->port_slot,
	    .attempt = action->attempt,
	    .from = action->to,
	    .message = mail->octets,
	    .len = world.made.writer.len,
	};
}

/* The server's answer with the question's own id and case. */
static inline void world_respond(const struct resolver_action *action, unsigned server,
                                 const char *name, uint16_t type, bool edns)
{
	unsigned habits = world.habits[server];
	bool tcp = action->kind == RESOLVER_ACTION_SEND_TCP;
	bool cuts = (habits & WORLD_TRUNCATES) != 0 && !tcp;
	if ((habits & (WORLD_REFUSES | WORLD_FAILS)) != 0 || cuts ||
	    ((habits & WORLD_NO_EDNS) != 0 && edns)) {
		make_start(&world.made, name, type, DNS_RCODE_NOERROR);
		world_set_flags((habits & WORLD_REFUSES) != 0 ? DNS_RCODE_REFUSED
		                : (habits & WORLD_FAILS) != 0 ? DNS_RCODE_SERVFAIL
		                : cuts                        ? DNS_FLAG_TC
		                                              : DNS_RCODE_FORMERR);
	} else if ((habits & WORLD_UPWARDS) != 0) {
		make_start(&world.made, name, type, DNS_RCODE_NOERROR);
		make_target(&world.made, DNS_SECTION_AUTHORITY, ".", DNS_TYPE_NS, 300, "a.root.");
	} else {
		world_answer(server, name, type);
		if ((habits & WORLD_LIES) != 0)
			world_put_lies();
	}
	memcpy(world.made.octets, action->message, 2);
	if ((habits & WORLD_FOLDS) != 0)
		return;
	memcpy(world.made.octets + DNS_HEADER_SIZE, action->message + DNS_HEADER_SIZE,
	       dns_name_len(action->message + DNS_HEADER_SIZE));
}

static inline void world_guess(const struct resolver_action *action, const char *name)
{
	make_start(&world.made, name, DNS_TYPE_A, 0);
	make_a(&world.made, DNS_SECTION_ANSWER, name, 9999, 0x06060606);
	bytes_store_u16(world.made.octets, (uint16_t)(bytes_load_u16(action->message) + 1));
	world_send(action, false, world.now_ms);
}

/* A server gets a question. */
static inline void world_deliver(const struct resolver_action *action)
{
	struct dns_question question;
	struct bytes_reader reader = bytes_reader_of(action->message, action->len);
	unsigned server = action->to.address.octets[action->to.address.family == 4 ? 3 : 15];
	struct world_asked *asked = &world.asked[world.asked_count++];
	CU_ASSERT_FATAL(world.asked_count < WORLD_ASKED_MAX);
	reader.at = DNS_HEADER_SIZE;
	CU_ASSERT_FATAL(dns_question_parse(&reader, &question) == RESULT_OK);
	dns_name_to_text(question.name, asked->name);
	asked->server = (uint8_t)server;
	asked->tcp = action->kind == RESOLVER_ACTION_SEND_TCP;
	asked->edns = dns_message_count(action->message, DNS_SECTION_ADDITIONAL) > 0;
	asked->rd = (dns_message_flags(action->message) & DNS_FLAG_RD) != 0;
	asked->type = question.type;
	asked->at_ms = world.now_ms;
	unsigned habits = world.habits[server];
	uint64_t at_ms = world.now_ms + world.delay_ms;
	if (world.jitter_ms > 0)
		at_ms += world_draw(world.jitter_ms);
	if (world_draw(100) < world.loss_percent || (habits & WORLD_SILENT) != 0)
		return;
	if ((habits & WORLD_GUESSES) != 0 && !asked->tcp)
		world_guess(action, asked->name);
	world_respond(action, server, asked->name, question.type, asked->edns);
	if ((habits & WORLD_RESETS) != 0) {
		memcpy(world.made.octets, action->message, action->len);
		world.made.writer.len = action->len;
	}
	world_send(action, (habits & WORLD_RESETS) != 0, at_ms);
}

static inline void world_keep(const struct resolver_action *action)
{
	struct world_kept *kept = &world.kept[world.kept_count++ % WORLD_KEPT_MAX];
	*kept = (struct world_kept){
	    .type = action->question->type,
	    .rcode = action->rcode,
	    .rank = action->rank,
	};
	dns_name_to_text(action->question->name, kept->name);
	if (action->message != NULL)
		kept->answers = dns_message_count(action->message, DNS_SECTION_ANSWER);
}

/* Whether something of a name and type went to the cache: how many records of the answer section; -1: no. */
static inline int world_kept_answers(const char *name, const char *type)
{
	for (unsigned i = 0; i < world.kept_count && i < WORLD_KEPT_MAX; i++) {
		const struct world_kept *kept = &world.kept[i];
		if (strcasecmp(kept->name, name) == 0 && kept->type == world_type(type))
			return (int)kept->answers;
	}
	return -1;
}

static inline void world_act(void *context, const struct resolver_action *action)
{
	(void)context;
	if (action->kind == RESOLVER_ACTION_FORGET_TCP) {
		for (unsigned i = 0; i < WORLD_MAIL_MAX; i++) {
			struct world_mail *mail = &world.mail[i];
			if (mail->used && mail->event.attempt == action->attempt &&
			    (mail->event.kind == RESOLVER_EVENT_TCP_RESPONSE ||
			     mail->event.kind == RESOLVER_EVENT_TCP_ERROR))
				mail->used = false;
		}
		return;
	}
	if (action->kind == RESOLVER_ACTION_KEEP) {
		world_keep(action);
		return;
	}
	if (action->kind != RESOLVER_ACTION_ANSWER) {
		world_deliver(action);
		return;
	}
	struct world_client *client = action->client;
	client->answers++;
	client->answered_ms = world.now_ms;
	client->rcode = action->rcode;
	client->rank = action->rank;
	client->ede = action->ede;
	client->len = action->message != NULL ? action->len : 0;
	CU_ASSERT_FATAL(client->len <= sizeof(client->message));
	if (action->message != NULL)
		memcpy(client->message, action->message, action->len);
}

static const struct resolver_sink world_sink = {world_act, NULL};

static inline void world_close(void)
{
	resolver_destroy(world.engine);
	world.engine = NULL;
}

/* `hints`: "1 2" are 10.0.0.1 and 10.0.0.2, root servers. */
static inline void world_open(const struct world_zone *zones, unsigned count,
                              const struct resolver_settings *more)
{
	static const struct resolver_hint hint = {
	    .name = {.len = 8, .label_count = 2, .wire = "\1a\4root"},
	    .address = {.family = 4, .octets = {10, 0, 0, 1}},
	};
	struct resolver_settings settings = more != NULL ? *more : (struct resolver_settings){0};
	world_close();
	memset(&world, 0, sizeof(world));
	settings.hints = &hint;
	settings.hint_count = 1;
	settings.tasks_max = settings.tasks_max != 0 ? settings.tasks_max : 256;
	settings.clients_max = WORLD_CLIENTS_MAX;
	settings.deadline_ms = WORLD_DEADLINE_MS;
	settings.port_slots = 64;
	settings.random = world_random;
	world.now_ms = 1000000;
	world.random = 88172645463325252u;
	world.delay_ms = 10;
	world.ttl = 3600;
	for (unsigned i = 0; i < count; i++)
		world_add_zone(&zones[i]);
	CU_ASSERT_FATAL(resolver_create(&settings, &world.engine) == RESULT_OK);
}

static inline unsigned world_ask(const char *name, const char *type)
{
	CU_ASSERT_FATAL(world.client_count < WORLD_CLIENTS_MAX);
	struct dns_question question = made_question(name, world_type(type));
	struct world_client *client = &world.client[world.client_count];
	const struct resolver_event event = {
	    .kind = RESOLVER_EVENT_QUERY,
	    .question = &question,
	    .client = client,
	};
	client->asked_ms = world.now_ms;
	resolver_step(world.engine, &event, world.now_ms, &world_sink);
	return world.client_count++;
}

static inline struct world_mail *world_next_mail(void)
{
	struct world_mail *next = NULL;
	for (struct world_mail *mail = world.mail; mail < world.mail + WORLD_MAIL_MAX; mail++) {
		if (mail->used && (next == NULL || mail->at_ms < next->at_ms))
			next = mail;
	}
	return next;
}

/* Lets the time pass, at most until `end_ms`. */
static inline void world_run(uint64_t end_ms)
{
	static const struct resolver_event tick = {.kind = RESOLVER_EVENT_TICK};
	for (;;) {
		struct world_mail *mail = world_next_mail();
		uint64_t due_ms = resolver_due_ms(world.engine);
		bool is_mail = mail != NULL && mail->at_ms <= due_ms;
		uint64_t at_ms = is_mail ? mail->at_ms : due_ms;
		if (at_ms > end_ms)
			break;
		world.now_ms = at_ms > world.now_ms ? at_ms : world.now_ms;
		if (is_mail)
			mail->used = false;
		resolver_step(world.engine, is_mail ? &mail->event : &tick, world.now_ms,
		              &world_sink);
	}
	if (end_ms != UINT64_MAX - 1)
		world.now_ms = end_ms;
}

/* Until nothing is left to happen. */
static inline void world_settle(void)
{
	world_run(UINT64_MAX - 1);
}

/* Asks, waits, and gives the client. */
static inline const struct world_client *world_resolve(const char *name, const char *type)
{
	const struct world_client *client = &world.client[world_ask(name, type)];
	world_settle();
	CU_ASSERT_EQUAL(client->answers, 1);
	CU_ASSERT(client->answered_ms <= client->asked_ms + WORLD_DEADLINE_MS);
	return client;
}

/* The address that the answer section ends with; "" if there is none. */
static inline const char *world_address(const struct world_client *client)
{
	static char text[NET_TEXT_BYTES];
	struct bytes_reader reader = bytes_reader_of(client->message, client->len);
	struct dns_rr rr;
	text[0] = '\0';
	if (client->len == 0)
		return text;
	reader.at = DNS_HEADER_SIZE + dns_name_len(client->message + DNS_HEADER_SIZE) + 4;
	for (unsigned i = dns_message_count(client->message, DNS_SECTION_ANSWER);
	     i > 0 && dns_rr_parse(&reader, &rr) == RESULT_OK; i--) {
		struct net_address address = {.family = rr.type == DNS_TYPE_A ? 4 : 6};
		if (rr.type != DNS_TYPE_A && rr.type != DNS_TYPE_AAAA)
			continue;
		memcpy(address.octets, rr.rdata, rr.rdata_len);
		net_address_format(&address, text);
	}
	return text;
}

/* How often a server was asked (0: all), for a name (NULL: any), of a type (NULL: any). */
static inline unsigned world_count(unsigned server, const char *name, const char *type)
{
	unsigned count = 0;
	for (unsigned i = 0; i < world.asked_count; i++) {
		const struct world_asked *asked = &world.asked[i];
		count += (server == 0 || asked->server == server) &&
		         (name == NULL || strcasecmp(asked->name, name) == 0) &&
		         (type == NULL || asked->type == world_type(type));
	}
	return count;
}

#define WORLD_EXPECT(name_, type_, rcode_, address_)                                               \
	do {                                                                                       \
		const struct world_client *client_ = world_resolve(name_, type_);                  \
		CU_ASSERT_EQUAL(client_->rcode, rcode_);                                           \
		CU_ASSERT_STRING_EQUAL(world_address(client_), address_);                          \
	} while (0)

#define WORLD_FAILS_WITH(name_, ede_)                                                              \
	do {                                                                                       \
		const struct world_client *client_ = world_resolve(name_, "A");                    \
		CU_ASSERT_EQUAL(client_->rcode, DNS_RCODE_SERVFAIL);                               \
		CU_ASSERT_EQUAL(client_->ede, ede_);                                               \
	} while (0)

static inline int world_main(int argc, char **argv, const char *suite,
                             const struct unit_case *cases, size_t count)
{
	static const uint64_t secret[2] = {3, 4};
	dns_name_hash_seed(secret);
	int status = unit_main(argc, argv, suite, cases, count);
	world_close();
	return status;
}

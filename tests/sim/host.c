/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Engine and cache as CACHE_LOOKUP, RESOLVER and CACHE_WRITER put them together: what is fresh is given at once,
 * what is stale when nobody answers, and results are kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "dns/rrtype.h"
#include "sim.h"

static void fail(const char *text)
{
	sim_fail((struct script_place){"host", 0}, "%s", text);
}

/* Room for an answer behind its question. */
struct room {
	struct dns_builder builder;
	uint32_t question_end;
	uint8_t message[DNS_MESSAGE_MAX];
};

static void start(struct room *room, const struct dns_question *question)
{
	memset(room->message, 0, DNS_HEADER_SIZE);
	dns_message_set_count(room->message, DNS_SECTION_QUESTION, 1);
	memcpy(room->message + DNS_HEADER_SIZE, question->name, question->name_len);
	uint8_t *behind = room->message + DNS_HEADER_SIZE + question->name_len;
	bytes_store_u16(behind, question->type);
	bytes_store_u16(behind + 2, question->class);
	room->question_end = DNS_HEADER_SIZE + question->name_len + 4u;
	dns_builder_init(&room->builder, room->message, room->question_end, sizeof(room->message));
}

/* -- clients -- */

static void say_answer(const struct sim_client *client)
{
	static const char *const sources[] = {"nowhere", "cache", "stale", "servers"};
	char name[DNS_NAME_TEXT_MAX];
	char type[DNS_NUMBER_TEXT_MAX];
	char rcode[DNS_NUMBER_TEXT_MAX];
	if (!sim.verbose)
		return;
	dns_name_to_text(client->question.name, name);
	sim_say("client gets %s %s: %s%s from %s%s%s", name,
	        dns_type_text(client->question.type, type),
	        dns_rcode_text(client->answer.rcode, rcode), client->answer.truncated ? " tc" : "",
	        sources[client->source], client->answer.ede >= 0 ? ", " : "",
	        client->answer.ede >= 0 ? dns_ede_text((enum edns_ede)client->answer.ede) : "");
	if (client->message != NULL)
		sim_say_message(client->message, client->answer.end);
}

/* Copies an answer to where the client's is. */
static void put(struct sim_client *client, const struct dns_answer *answer, const uint8_t *message)
{
	free(client->message);
	client->message = malloc(answer->end);
	CHECK(client->message != NULL);
	memcpy(client->message, message, answer->end);
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		dns_message_set_count(client->message, (enum dns_section)i, answer->count[i]);
	client->answer = *answer;
}

static void give(struct sim_client *client, enum sim_source source, const struct dns_answer *answer,
                 const uint8_t *message)
{
	if (client->answers++ > 0)
		fail("a client was answered twice");
	put(client, answer, message);
	client->source = source;
	client->answered_ms = sim.now_ms;
	client->sent_then = sim.sent_count;
	say_answer(client);
}

/* What the cache has, or what follows from it. */
static enum cache_hit find(struct sim_client *client, struct room *room, struct dns_answer *answer)
{
	const struct dns_question *question = &client->question;
	start(room, question);
	if (sim.cache == NULL)
		return CACHE_MISS;
	enum cache_hit hit =
	    cache_find(sim.cache, question, client->dnssec_ok, sim.now_ms, &room->builder, answer);
	if (hit != CACHE_MISS && hit != CACHE_STALE)
		return hit;
	start(room, question);
	if (cache_infer(sim.reader, question, client->dnssec_ok, sim.now_ms, &room->builder,
	                answer) != CACHE_MISS)
		return CACHE_FRESH;
	if (hit == CACHE_MISS)
		return CACHE_MISS;
	/* The stale answer has been written over. */
	start(room, question);
	return cache_find(sim.cache, question, client->dnssec_ok, sim.now_ms, &room->builder,
	                  answer);
}

enum cache_hit host_peek(const struct dns_name *name, uint16_t type, bool dnssec_ok,
                         struct sim_client *client)
{
	static struct room room;
	struct dns_answer answer;
	*client = (struct sim_client){.dnssec_ok = dnssec_ok};
	dns_question_set(&client->question, name->wire, type, DNS_CLASS_IN);
	enum cache_hit hit = find(client, &room, &answer);
	if (hit != CACHE_MISS)
		give(client, hit == CACHE_STALE ? SIM_SOURCE_STALE : SIM_SOURCE_CACHE, &answer,
		     room.message);
	return hit;
}

void host_forget(struct sim_client *client)
{
	free(client->message);
	client->message = NULL;
}

/* -- results -- */

static void keep(const struct dns_question *question, bool dnssec_ok,
                 const struct resolver_action *action)
{
	const struct cache_item item = {
	    .question = question,
	    .dnssec_ok = dnssec_ok,
	    .rank = (uint8_t)action->rank,
	    .security = (uint8_t)action->security,
	    .message = action->message,
	    .len = action->len,
	};
	if (sim.on_keep != NULL)
		sim.on_keep(question, dnssec_ok, action->message, action->len);
	sim.kept++;
	if (sim.cache == NULL)
		return;
	sim.inside = true;
	(void)!cache_insert(sim.cache, &item, sim.now_ms);
	sim.inside = false;
}

static void keep_failure(const struct dns_question *question, bool dnssec_ok)
{
	if (sim.cache != NULL)
		cache_insert_failure(sim.cache, question, dnssec_ok, sim.settings.failure_ms,
		                     sim.now_ms);
}

static void give_message(struct sim_client *client, const struct resolver_action *action)
{
	struct dns_answer answer = {
	    .rcode = action->rcode,
	    .ede = action->ede,
	    .end = (uint32_t)action->len,
	};
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		answer.count[i] = dns_message_count(action->message, (enum dns_section)i);
	give(client, SIM_SOURCE_UPSTREAM, &answer, action->message);
	if (action->first)
		keep(&client->question, client->dnssec_ok, action);
}

static void give_failure(struct sim_client *client, const struct resolver_action *action)
{
	static struct room room;
	uint8_t *stale = client->message;
	/* It has waited in the client's packet since the cache was looked into. */
	if (stale != NULL) {
		const struct dns_answer answer = client->answer;
		client->message = NULL;
		give(client, SIM_SOURCE_STALE, &answer, stale);
		free(stale);
	} else {
		const struct dns_answer answer = {
		    .rcode = action->rcode,
		    .ede = action->ede,
		    .end = DNS_HEADER_SIZE + client->question.name_len + 4u,
		};
		start(&room, &client->question);
		give(client, SIM_SOURCE_UPSTREAM, &answer, room.message);
	}
	if (action->late && sim.cache != NULL)
		(void)cache_hold(sim.cache, &client->question, client->dnssec_ok,
		                 sim.settings.failure_ms, sim.now_ms);
	else if (action->first)
		keep_failure(&client->question, client->dnssec_ok);
}

/* What no client waits for. */
static void keep_action(const struct resolver_action *action)
{
	if (action->message != NULL)
		keep(action->question, action->dnssec_ok, action);
	else
		keep_failure(action->question, action->dnssec_ok);
}

/* RFC 2181 §5.4.1: what goes on as an answer came as one. */
static void look_at_rank(const struct resolver_action *action)
{
	if (action->message != NULL && action->rank < DNS_RANK_ANSWER)
		fail("an answer is of no rank");
}

static void act_outside(const struct resolver_action *action)
{
	switch (action->kind) {
	case RESOLVER_ACTION_SEND_UDP:
	case RESOLVER_ACTION_SEND_TCP:
		net_send(action);
		return;
	case RESOLVER_ACTION_FORGET_TCP:
		net_forget_tcp(action->attempt);
		return;
	case RESOLVER_ACTION_KEEP:
		look_at_rank(action);
		keep_action(action);
		return;
	case RESOLVER_ACTION_ANSWER:
		break;
	}
	look_at_rank(action);
	if (action->message != NULL)
		give_message(action->client, action);
	else
		give_failure(action->client, action);
}

static void act(void *context, const struct resolver_action *action)
{
	(void)context;
	sim.inside = false;
	act_outside(action);
	sim.inside = true;
}

static const struct resolver_sink sink = {act, NULL};

void host_step(const struct resolver_event *event)
{
	sim.inside = true;
	resolver_step(sim.engine, event, sim.now_ms, &sink);
	sim.inside = false;
}

/* -- questions -- */

/* What the engine asks before it asks others: is it known here? */
static bool look_up(void *context, struct resolver_lookup *lookup)
{
	struct dns_builder *builder = lookup->builder;
	(void)context;
	if (sim.cache == NULL || lookup->is_refresh)
		return false;
	enum cache_hit hit = cache_find(sim.cache, lookup->question, lookup->dnssec_ok,
	                                lookup->now_ms, builder, &lookup->answer);
	if (hit == CACHE_STALE) {
		dns_builder_init(builder, builder->message,
		                 DNS_HEADER_SIZE + lookup->question->name_len + 4u, builder->limit);
		hit = CACHE_MISS;
	}
	if (hit == CACHE_MISS)
		hit = cache_infer(sim.reader, lookup->question, lookup->dnssec_ok, lookup->now_ms,
		                  builder, &lookup->answer);
	if (hit == CACHE_MISS || lookup->answer.ede == EDNS_EDE_STALE_ANSWER ||
	    lookup->answer.ede == EDNS_EDE_STALE_NXDOMAIN)
		return false;
	lookup->rank = (enum dns_rank)lookup->answer.rank;
	lookup->security = (enum dns_security)lookup->answer.security;
	return true;
}

static void open_cache(void)
{
	static struct dns_name apexes[SIM_ROUTES_MAX];
	struct cache_settings *settings = &sim.settings.cache;
	for (unsigned i = 0; i < sim.settings.route_count; i++)
		apexes[i] = sim.settings.route[i].name;
	settings->apexes = apexes;
	settings->apex_count = sim.settings.route_count;
	CHECK(cache_create(settings, &sim.cache) == RESULT_OK);
	CHECK(cache_reader_create(sim.cache, &sim.reader) == RESULT_OK);
}

void host_open(void)
{
	struct sim_settings *settings = &sim.settings;
	struct resolver_settings *engine = &settings->engine;
	if (sim.engine != NULL)
		return;
	engine->groups = settings->group;
	engine->group_count = settings->group_count;
	engine->zones = settings->route;
	engine->zone_count = settings->route_count;
	engine->hints = settings->hint;
	engine->hint_count = settings->iterates ? settings->hint_count : 0;
	engine->lookup = look_up;
	CHECK(resolver_create(engine, &sim.engine) == RESULT_OK);
	if (settings->use_cache)
		open_cache();
}

void host_close(void)
{
	resolver_destroy(sim.engine);
	cache_reader_destroy(sim.reader);
	cache_destroy(sim.cache);
	sim.engine = NULL;
	sim.reader = NULL;
	sim.cache = NULL;
}

void host_refresh(const struct dns_name *name, uint16_t type, bool dnssec_ok)
{
	struct dns_question question;
	char text[DNS_NAME_TEXT_MAX];
	host_open();
	dns_question_set(&question, name->wire, type, DNS_CLASS_IN);
	const struct resolver_event event = {
	    .kind = RESOLVER_EVENT_QUERY, .question = &question, .dnssec_ok = dnssec_ok};
	dns_name_to_text(name->wire, text);
	sim_say("%s is to be refreshed", text);
	sim.refreshes++;
	host_step(&event);
}

struct sim_client *host_ask(const struct dns_name *name, uint16_t type, bool dnssec_ok)
{
	static struct room room;
	struct dns_answer answer;
	char text[DNS_NAME_TEXT_MAX];
	char number[DNS_NUMBER_TEXT_MAX];
	host_open();
	CHECK(sim.client_count < SIM_CLIENTS_MAX);
	struct sim_client *client = &sim.client[sim.client_count++];
	*client = (struct sim_client){
	    .dnssec_ok = dnssec_ok, .asked_ms = sim.now_ms, .sent_before = sim.sent_count};
	dns_question_set(&client->question, name->wire, type, DNS_CLASS_IN);
	dns_name_to_text(name->wire, text);
	sim_say("client asks %s %s%s", text, dns_type_text(type, number), dnssec_ok ? " do" : "");
	enum cache_hit hit = find(client, &room, &answer);
	if (hit == CACHE_FRESH || hit == CACHE_REFRESH) {
		give(client, SIM_SOURCE_CACHE, &answer, room.message);
		if (hit == CACHE_REFRESH)
			host_refresh(name, type, dnssec_ok);
		return client;
	}
	if (hit == CACHE_STALE)
		put(client, &answer, room.message);
	const struct resolver_event event = {
	    .kind = RESOLVER_EVENT_QUERY,
	    .question = &client->question,
	    .dnssec_ok = dnssec_ok,
	    .client = client,
	    .has_stale = hit == CACHE_STALE,
	};
	host_step(&event);
	return client;
}

/* The next thing that happens, if it does until then. */
static bool happen(uint64_t end_ms)
{
	static const struct resolver_event tick = {.kind = RESOLVER_EVENT_TICK};
	uint64_t mail_ms = net_due_ms();
	uint64_t due_ms = resolver_due_ms(sim.engine);
	uint64_t at_ms = mail_ms <= due_ms ? mail_ms : due_ms;
	if (at_ms == UINT64_MAX || at_ms > end_ms)
		return false;
	sim.now_ms = at_ms > sim.now_ms ? at_ms : sim.now_ms;
	if (mail_ms <= due_ms)
		net_deliver();
	else
		host_step(&tick);
	return true;
}

void host_run(uint64_t end_ms)
{
	host_open();
	while (happen(end_ms))
		;
	if (end_ms != UINT64_MAX)
		sim.now_ms = end_ms;
}

void host_wait(const struct sim_client *client)
{
	while (client->answers == 0 && happen(UINT64_MAX))
		;
}

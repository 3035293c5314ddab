/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The network: messages take their time, get lost, overtake each other and come twice, as the rules say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "dns/rrtype.h"
#include "sim.h"

/* A message on its way to the engine. */
struct mail {
	uint64_t at_ms;
	uint64_t serial; /* of two for the same time the one that was sent first */
	bool dead; /* its connection is closed */
	struct resolver_event event;
	uint8_t octets[];
};

/* A heap: the next one is in front. */
static struct {
	unsigned count;
	uint64_t serial;
	struct mail *mail[SIM_MAIL_MAX];
} box;

static bool is_before(const struct mail *a, const struct mail *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->serial < b->serial;
}

static void swap(unsigned a, unsigned b)
{
	struct mail *mail = box.mail[a];
	box.mail[a] = box.mail[b];
	box.mail[b] = mail;
}

static void put(struct mail *mail)
{
	CHECK(box.count < SIM_MAIL_MAX);
	unsigned at = box.count++;
	box.mail[at] = mail;
	for (; at > 0 && is_before(box.mail[at], box.mail[(at - 1) / 2]); at = (at - 1) / 2)
		swap(at, (at - 1) / 2);
}

static struct mail *take(void)
{
	struct mail *first = box.mail[0];
	box.mail[0] = box.mail[--box.count];
	for (unsigned at = 0;;) {
		unsigned least = at;
		for (unsigned child = 2 * at + 1; child <= 2 * at + 2 && child < box.count; child++)
			least = is_before(box.mail[child], box.mail[least]) ? child : least;
		if (least == at)
			return first;
		swap(at, least);
		at = least;
	}
}

void net_reset(void)
{
	for (unsigned i = 0; i < box.count; i++)
		free(box.mail[i]);
	box.count = 0;
	box.serial = 0;
}

uint64_t net_due_ms(void)
{
	while (box.count > 0 && box.mail[0]->dead)
		free(take());
	return box.count > 0 ? box.mail[0]->at_ms : UINT64_MAX;
}

static void say_arrival(const struct mail *mail)
{
	char from[NET_TEXT_BYTES];
	char rcode[DNS_NUMBER_TEXT_MAX];
	const struct resolver_event *event = &mail->event;
	if (!sim.verbose)
		return;
	net_address_format(&event->from.address, from);
	if (event->kind == RESOLVER_EVENT_UDP_ERROR || event->kind == RESOLVER_EVENT_TCP_ERROR) {
		sim_say("<- %s: unreachable", from);
		return;
	}
	if (event->len < DNS_HEADER_SIZE) {
		sim_say("<- %s: %zu octets", from, event->len);
		return;
	}
	uint16_t flags = dns_message_flags(event->message);
	sim_say("<- %s%s: %s%s%s", from, event->kind == RESOLVER_EVENT_TCP_RESPONSE ? " tcp" : "",
	        dns_rcode_text(flags & DNS_FLAG_RCODE, rcode),
	        (flags & DNS_FLAG_AA) != 0 ? " aa" : "", (flags & DNS_FLAG_TC) != 0 ? " tc" : "");
	sim_say_message(event->message, event->len);
}

void net_deliver(void)
{
	struct mail *mail = take();
	CHECK(!mail->dead);
	say_arrival(mail);
	host_step(&mail->event);
	free(mail);
}

void net_forget_tcp(uint64_t attempt)
{
	for (unsigned i = 0; i < box.count; i++) {
		struct mail *mail = box.mail[i];
		if (mail->event.attempt == attempt &&
		    (mail->event.kind == RESOLVER_EVENT_TCP_RESPONSE ||
		     mail->event.kind == RESOLVER_EVENT_TCP_ERROR))
			mail->dead = true;
	}
}

void net_post(const struct net_letter *letter)
{
	static const enum resolver_event_kind kinds[2][2] = {
	    {RESOLVER_EVENT_UDP_RESPONSE, RESOLVER_EVENT_UDP_ERROR},
	    {RESOLVER_EVENT_TCP_RESPONSE, RESOLVER_EVENT_TCP_ERROR},
	};
	const struct resolver_action *to = letter->to;
	struct mail *mail = malloc(sizeof(*mail) + letter->len);
	CHECK(mail != NULL);
	memcpy(mail->octets, letter->message, letter->len);
	mail->at_ms = letter->at_ms;
	mail->serial = box.serial++;
	mail->dead = false;
	mail->event = (struct resolver_event){
	    .kind = kinds[to->kind == RESOLVER_ACTION_SEND_TCP][letter->is_error],
	    .port_slot = to->port_slot,
	    .attempt = to->attempt,
	    .from = letter->from,
	    .message = mail->octets,
	    .len = letter->len,
	};
	if (letter->wrong_port)
		mail->event.port_slot =
		    (uint16_t)((to->port_slot + 1u) % sim.settings.engine.port_slots);
	put(mail);
}

struct sim_rule net_rule(const struct net_address *address)
{
	struct sim_rule all = {.delay_ms = 10};
	for (unsigned i = 0; i < sim.rule_count; i++) {
		const struct sim_rule *rule = &sim.rule[i];
		if (!net_prefix_contains(&rule->prefix, address->family, address->octets))
			continue;
		if (rule->has_habits) {
			all.habits = rule->habits;
			all.extra = rule->extra;
		}
		all.delay_ms = rule->has_delay ? rule->delay_ms : all.delay_ms;
		all.jitter_ms = rule->has_jitter ? rule->jitter_ms : all.jitter_ms;
		all.loss_percent = rule->has_loss ? rule->loss_percent : all.loss_percent;
		all.duplicate_percent =
		    rule->has_duplicate ? rule->duplicate_percent : all.duplicate_percent;
	}
	return all;
}

/* Reads what the engine sends: it has to be a proper question. */
static void read_question(const struct resolver_action *action, struct server_question *out)
{
	struct bytes_reader reader = bytes_reader_of(action->message, action->len);
	struct dns_rr opt;
	*out = (struct server_question){.action = action};
	CHECK(action->len >= DNS_HEADER_SIZE);
	out->flags = dns_message_flags(action->message);
	out->tcp = action->kind == RESOLVER_ACTION_SEND_TCP;
	reader.at = DNS_HEADER_SIZE;
	CHECK(dns_message_count(action->message, DNS_SECTION_QUESTION) == 1);
	CHECK(dns_name_parse_plain(&reader, &out->name) == RESULT_OK);
	reader.at = DNS_HEADER_SIZE;
	CHECK(dns_question_parse(&reader, &out->question) == RESULT_OK);
	if (dns_message_count(action->message, DNS_SECTION_ADDITIONAL) > 0) {
		struct bytes_reader edns = reader;
		edns.at += 3; /* owner and type */
		CHECK(dns_edns_parse(&edns, &out->edns) == RESULT_OK);
		CHECK(dns_rr_parse(&reader, &opt) == RESULT_OK && opt.type == 41);
	}
	CHECK(bytes_left(&reader) == 0);
	out->rule = net_rule(&action->to.address);
}

static void note(const struct server_question *question)
{
	CHECK(sim.sent_count < SIM_SENT_MAX);
	struct sim_sent *sent = &sim.sent[sim.sent_count++];
	*sent = (struct sim_sent){
	    .to = question->action->to,
	    .tcp = question->tcp,
	    .edns = question->edns.present,
	    .rd = (question->flags & DNS_FLAG_RD) != 0,
	    .cookie = question->edns.cookie_len > 0,
	    .server_cookie = question->edns.cookie_len > 8,
	    .dnssec_ok = question->edns.dnssec_ok,
	    .mixed_case =
	        memcmp(question->name.wire, question->question.name, question->name.len) != 0,
	    .type = question->question.type,
	    .udp_size = question->edns.udp_size,
	    .at_ms = sim.now_ms,
	    .name = question->name,
	};
	if (!sim.verbose)
		return;
	char to[NET_TEXT_BYTES];
	char name[DNS_NAME_TEXT_MAX];
	char type[DNS_NUMBER_TEXT_MAX];
	dns_name_to_text(sent->name.wire, name);
	sim_say("-> %s: %s %s%s%s%s%s", net_endpoint_format(&sent->to, to), name,
	        dns_type_text(sent->type, type), sent->tcp ? " tcp" : "",
	        sent->edns ? "" : " plain", sent->rd ? " rd" : "",
	        sent->server_cookie ? " server-cookie"
	        : sent->cookie      ? " cookie"
	                            : "");
}

void net_send(const struct resolver_action *action)
{
	static struct server_question question;
	read_question(action, &question);
	note(&question);
	const struct sim_rule *rule = &question.rule;
	unsigned copies = sim_draw(100) < rule->duplicate_percent ? 2 : 1;
	if (sim_draw(100) < rule->loss_percent) {
		sim_say("   (lost)");
		return;
	}
	for (; copies > 0; copies--) {
		uint64_t at_ms = sim.now_ms + rule->delay_ms;
		if (rule->jitter_ms > 0)
			at_ms += sim_draw(rule->jitter_ms);
		if (!reply_answer(&question, at_ms))
			server_answer(&question, at_ms);
	}
}

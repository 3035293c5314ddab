/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From what a server knows to the message that it sends, good habits and bad. */
#include <string.h>

#include "base/check.h"
#include "dns/rrtype.h"
#include "sim.h"

#define SERVER_COOKIE_LEN 16u
#define CLIENT_COOKIE_LEN 8u
#define UDP_SIZE 1232u

/* A server's part of a cookie (RFC 7873 §6): of the client's part and the server's address. */
static void make_cookie(const struct server_question *question, uint8_t out[EDNS_COOKIE_MAX])
{
	memcpy(out, question->edns.cookie, CLIENT_COOKIE_LEN);
	for (unsigned i = 0; i < SERVER_COOKIE_LEN; i++)
		out[CLIENT_COOKIE_LEN + i] =
		    (uint8_t)(question->edns.cookie[i % CLIENT_COOKIE_LEN] * 31u +
		              question->action->to.address.octets[i] + i);
}

static bool has_right_cookie(const struct server_question *question)
{
	uint8_t cookie[EDNS_COOKIE_MAX];
	make_cookie(question, cookie);
	return question->edns.cookie_len == CLIENT_COOKIE_LEN + SERVER_COOKIE_LEN &&
	       memcmp(cookie, question->edns.cookie, question->edns.cookie_len) == 0;
}

static void add_opt(const struct server_question *question, unsigned rcode, struct draft *draft)
{
	uint8_t cookie[EDNS_COOKIE_MAX];
	uint8_t opt[DNS_HEADER_SIZE + DRAFT_OPT_MAX] = {0};
	struct bytes_writer writer = bytes_writer_of(opt, sizeof(opt));
	struct dns_edns_reply reply = {
	    .udp_size = UDP_SIZE,
	    .rcode = (uint16_t)rcode,
	    .dnssec_ok = question->edns.dnssec_ok,
	    .ede = EDNS_EDE_NONE,
	};
	if ((question->rule.habits & SIM_COOKIES) != 0 && question->edns.cookie_len > 0) {
		make_cookie(question, cookie);
		reply.cookie = cookie;
		reply.cookie_len = CLIENT_COOKIE_LEN + SERVER_COOKIE_LEN;
	}
	bytes_put_space(&writer, DNS_HEADER_SIZE);
	dns_edns_write(&writer, &reply);
	CHECK(!writer.overflow);
	draft->opt_len = (uint8_t)(writer.len - DNS_HEADER_SIZE);
	memcpy(draft->opt, opt + DNS_HEADER_SIZE, draft->opt_len);
}

void server_start(const struct server_question *question, struct draft *draft)
{
	draft->id = dns_message_id(question->action->message);
	draft->flags = (uint16_t)(DNS_FLAG_QR | (question->flags & DNS_FLAG_RD));
	draft->name = question->name;
	draft->type = question->question.type;
	draft->class = question->question.class;
	draft->has_question = true;
	draft->opt_len = 0;
	draft->count = 0;
	draft->bytes_len = 0;
	if (question->edns.present && (question->rule.habits & SIM_IGNORES_EDNS) == 0)
		add_opt(question, DNS_RCODE_NOERROR, draft);
}

bool server_add_line(const struct script_line *line, struct draft *draft, bool first)
{
	static const struct {
		const char *name;
		enum dns_section section;
	} sections[] = {{"answer", DNS_SECTION_ANSWER},
	                {"authority", DNS_SECTION_AUTHORITY},
	                {"additional", DNS_SECTION_ADDITIONAL}};
	static struct record record;
	for (unsigned i = 0; i < ARRAY_COUNT(sections); i++) {
		if (strcmp(line->word[0], sections[i].name) != 0)
			continue;
		record_read(line, 1, &record);
		if (record.any_rdata)
			script_wrong(line->place, "found \"*\", expected rdata");
		if (!record.has_ttl)
			record.ttl = 3600;
		draft_add(draft, sections[i].section, &record, first);
		return true;
	}
	return false;
}

/* What it says without looking into a zone; false: it does look. */
static bool answer_without_zone(const struct server_question *question, struct draft *draft)
{
	static struct record up = {.type = DNS_TYPE_NS, .class = DNS_CLASS_IN, .ttl = 300};
	static const uint8_t target[] = "\1a\4root";
	unsigned habits = question->rule.habits;
	if ((habits & SIM_REFUSES) != 0) {
		draft->flags |= DNS_RCODE_REFUSED;
	} else if ((habits & SIM_FAILS) != 0) {
		draft->flags |= DNS_RCODE_SERVFAIL;
	} else if ((habits & SIM_TRUNCATES) != 0 && !question->tcp) {
		draft->flags |= DNS_FLAG_TC;
	} else if ((habits & SIM_NO_EDNS) != 0 && question->edns.present) {
		draft->flags |= DNS_RCODE_FORMERR;
		draft->opt_len = 0;
	} else if ((habits & SIM_WANTS_COOKIE) != 0 && !question->tcp &&
	           question->edns.cookie_len > 0 && !has_right_cookie(question)) {
		draft->flags |= DNS_RCODE_BADCOOKIE & DNS_FLAG_RCODE;
		add_opt(question, DNS_RCODE_BADCOOKIE, draft);
	} else if ((habits & SIM_UPWARDS) != 0) {
		up.owner = (struct dns_name){.len = 1};
		up.len = sizeof(target);
		memcpy(up.rdata, target, sizeof(target));
		draft_add(draft, DNS_SECTION_AUTHORITY, &up, false);
	} else {
		return false;
	}
	return true;
}

static void add_extra(const struct server_question *question, struct draft *draft)
{
	const struct script_statement *extra = question->rule.extra;
	/* The first line shall be the first record. */
	for (unsigned i = extra != NULL ? extra->count : 0; i > 0; i--)
		(void)server_add_line(extra->line[i - 1], draft, true);
}

static void spoil(const struct server_question *question, struct draft *draft)
{
	unsigned habits = question->rule.habits;
	if ((habits & SIM_WRONG_ID) != 0)
		draft->id++;
	if ((habits & SIM_WRONG_QUESTION) != 0)
		draft->type ^= 1;
	if ((habits & SIM_WRONG_CASE) != 0)
		dns_name_to_lower(draft->name.wire, draft->name.len);
}

static void post(const struct server_question *question, const struct draft *draft, uint64_t at_ms)
{
	static uint8_t message[DNS_MESSAGE_MAX];
	unsigned habits = question->rule.habits;
	size_t limit = question->edns.present ? question->edns.udp_size : DNS_UDP_PLAIN_MAX;
	struct net_letter letter = {
	    .to = question->action,
	    .from = question->action->to,
	    .wrong_port = (habits & SIM_WRONG_PORT) != 0,
	    .at_ms = at_ms,
	    .message = message,
	    .len = draft_write(draft, message, question->tcp ? sizeof(message) : limit),
	};
	if ((habits & SIM_WRONG_ADDRESS) != 0)
		letter.from.address.octets[3] ^= 0x80;
	for (size_t i = DNS_HEADER_SIZE; (habits & SIM_GARBAGE) != 0 && i < letter.len; i++)
		message[i] = sim_draw(4) == 0 ? (uint8_t)sim_draw(256) : message[i];
	net_post(&letter);
}

/* A spoofer that does not see our questions tries its luck before the server answers. */
static void guess(const struct server_question *question, struct draft *draft)
{
	static struct record forged = {.type = DNS_TYPE_A, .class = DNS_CLASS_IN, .ttl = 9999};
	if (question->tcp)
		return;
	server_start(question, draft);
	forged.owner = question->name;
	forged.len = 4;
	memcpy(forged.rdata, "\6\6\6\6", 4);
	draft->flags |= DNS_FLAG_AA;
	draft_add(draft, DNS_SECTION_ANSWER, &forged, false);
	draft->id = (uint16_t)(draft->id + 1 + sim_draw(100));
	post(question, draft, sim.now_ms);
}

void server_answer(const struct server_question *question, uint64_t at_ms)
{
	static struct draft draft;
	unsigned habits = question->rule.habits;
	if ((habits & SIM_RESETS) != 0) {
		const struct net_letter error = {
		    .to = question->action,
		    .from = question->action->to,
		    .is_error = true,
		    .at_ms = at_ms,
		    .message = question->action->message,
		    .len = question->action->len,
		};
		net_post(&error);
		return;
	}
	if ((habits & SIM_SILENT) != 0 ||
	    (habits & (question->tcp ? SIM_SILENT_TCP : SIM_SILENT_UDP)) ||
	    ((habits & SIM_DROPS_EDNS) != 0 && question->edns.present)) {
		sim_say("   (silent)");
		return;
	}
	if ((habits & SIM_GUESSED) != 0)
		guess(question, &draft);
	server_start(question, &draft);
	if (!answer_without_zone(question, &draft)) {
		if (!server_look_up(question, &draft))
			draft.flags |= DNS_RCODE_REFUSED;
		add_extra(question, &draft);
	}
	spoil(question, &draft);
	post(question, &draft, at_ms);
}

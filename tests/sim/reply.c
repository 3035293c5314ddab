/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Scripted answers: which questions they are for, and line by line what is sent instead of, or besides, what the
 * server knows. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "dns/rrtype.h"
#include "sim.h"

enum transport {
	TRANSPORT_ANY,
	TRANSPORT_UDP,
	TRANSPORT_TCP,
};

/* reply at PREFIX to NAME|*|*.NAME TYPE|* [udp|tcp] [times N] [after TIME] [also] */
struct reply {
	const struct script_statement *statement;
	bool any_address;
	struct net_prefix prefix;
	bool any_name;
	bool below; /* names below this one */
	struct dns_name name;
	bool any_type;
	uint16_t type;
	enum transport transport;
	bool limited;
	uint64_t left; /* times */
	bool has_delay;
	uint64_t delay_ms;
	bool also;
};

static struct {
	unsigned count;
	struct reply reply[SIM_REPLIES_MAX];
} replies;

/* What the lines of a reply come to. */
struct making {
	const struct server_question *question;
	struct draft draft;
	struct net_letter letter;
	bool silent;
	size_t cut; /* 0: nothing is cut off */
};

/* -- lines -- */

static void set_rcode(struct making *making, const struct script_line *line)
{
	unsigned rcode = script_rcode(line->place, script_last(line, 1, "an rcode"));
	making->draft.flags = (uint16_t)((making->draft.flags & ~DNS_FLAG_RCODE) | (rcode & 15));
	if (making->draft.opt_len > 0)
		making->draft.opt[5] = (uint8_t)(rcode >> 4); /* behind owner, type and class */
}

static void set_flags(struct making *making, const struct script_line *line)
{
	static const struct {
		const char *name;
		uint16_t bits;
	} flags[] = {{"none", 0},         {"qr", DNS_FLAG_QR}, {"aa", DNS_FLAG_AA},
	             {"tc", DNS_FLAG_TC}, {"rd", DNS_FLAG_RD}, {"ra", DNS_FLAG_RA},
	             {"ad", DNS_FLAG_AD}, {"cd", DNS_FLAG_CD}, {"notify", 0x2000}};
	making->draft.flags &= DNS_FLAG_RCODE;
	script_word(line, 1, "flags");
	for (unsigned i = 1; i < line->count; i++)
		making->draft.flags |= flags[SCRIPT_PICK(line->place, line->word[i], flags)].bits;
}

static void set_question(struct making *making, const struct script_line *line)
{
	if (script_has(line, 1, "none")) {
		making->draft.has_question = false;
		return;
	}
	making->draft.name = script_name(line->place, script_word(line, 1, "a name or none"));
	making->draft.type = script_type(line->place, script_last(line, 2, "a type"));
}

static void set_id(struct making *making, const struct script_line *line)
{
	(void)line;
	making->draft.id++;
}

static void set_case(struct making *making, const struct script_line *line)
{
	uint8_t *wire = making->draft.name.wire;
	(void)line;
	for (unsigned i = 0; i < making->draft.name.len; i++) {
		if ((wire[i] | 32) >= 'a' && (wire[i] | 32) <= 'z')
			wire[i] ^= 32;
	}
}

static void set_from(struct making *making, const struct script_line *line)
{
	making->letter.from = script_endpoint(line->place, script_last(line, 1, "an address"));
}

static void set_port(struct making *making, const struct script_line *line)
{
	(void)line;
	making->letter.wrong_port = true;
}

static void set_edns(struct making *making, const struct script_line *line)
{
	if (strcmp(script_last(line, 1, "none"), "none") != 0)
		script_wrong(line->place, "found \"%s\", allowed: none", line->word[1]);
	making->draft.opt_len = 0;
}

static void set_silence(struct making *making, const struct script_line *line)
{
	(void)line;
	making->silent = true;
}

static void set_reset(struct making *making, const struct script_line *line)
{
	(void)line;
	making->letter.is_error = true;
}

static void set_zone(struct making *making, const struct script_line *line)
{
	(void)line;
	making->draft.flags &= (uint16_t)~DNS_FLAG_AA;
	if (!server_look_up(making->question, &making->draft))
		making->draft.flags |= DNS_RCODE_REFUSED;
}

static void set_cut(struct making *making, const struct script_line *line)
{
	making->cut = script_number(line->place, script_last(line, 1, "octets"), UINT16_MAX);
}

static void add_record(struct making *making, const struct script_line *line)
{
	(void)server_add_line(line, &making->draft, false);
}

static const struct {
	const char *name;
	void (*make)(struct making *making, const struct script_line *line);
} makers[] = {
    {"rcode", set_rcode},     {"flags", set_flags},      {"question", set_question},
    {"wrong-id", set_id},     {"wrong-case", set_case},  {"from", set_from},
    {"wrong-port", set_port}, {"edns", set_edns},        {"silence", set_silence},
    {"reset", set_reset},     {"zone", set_zone},        {"cut", set_cut},
    {"answer", add_record},   {"authority", add_record}, {"additional", add_record},
};

static void make(struct making *making, const struct reply *reply)
{
	const struct script_statement *statement = reply->statement;
	making->silent = false;
	making->cut = 0;
	server_start(making->question, &making->draft);
	making->draft.flags |= DNS_FLAG_AA;
	for (unsigned i = 0; i < statement->count; i++) {
		const struct script_line *line = statement->line[i];
		makers[SCRIPT_PICK(line->place, line->word[0], makers)].make(making, line);
	}
}

/* -- reading -- */

static void read_options(struct reply *reply, const struct script_line *line, unsigned at)
{
	static const struct {
		const char *name;
	} options[] = {{"udp"}, {"tcp"}, {"times"}, {"after"}, {"also"}};
	for (; at < line->count; at++) {
		switch (SCRIPT_PICK(line->place, line->word[at], options)) {
		case 0:
			reply->transport = TRANSPORT_UDP;
			break;
		case 1:
			reply->transport = TRANSPORT_TCP;
			break;
		case 2:
			reply->limited = true;
			reply->left = script_number(
			    line->place, script_word(line, ++at, "a number"), UINT32_MAX);
			break;
		case 3:
			reply->has_delay = true;
			reply->delay_ms = script_ms(line->place, script_word(line, ++at, "a time"));
			break;
		default:
			reply->also = true;
			break;
		}
	}
}

static void expect(const struct script_line *line, unsigned at, const char *word)
{
	if (strcmp(script_word(line, at, word), word) != 0)
		script_wrong(line->place, "found \"%s\", expected %s", line->word[at], word);
}

/* Makes each reply once, so that what is wrong with its lines is found even where nobody asks. */
static void try_out(const struct reply *reply)
{
	static struct making making;
	static struct server_question question;
	uint8_t message[DNS_HEADER_SIZE + DNS_NAME_MAX + 4] = {0};
	const struct resolver_action action = {.message = message, .len = sizeof(message)};
	uint64_t random = sim.random;
	question = (struct server_question){.action = &action};
	question.name = (struct dns_name){.len = 1};
	dns_question_set(&question.question, question.name.wire, DNS_TYPE_A, DNS_CLASS_IN);
	making.question = &question;
	make(&making, reply);
	sim.random = random;
}

void reply_add(const struct script_statement *statement)
{
	const struct script_line *line = statement->head;
	if (replies.count == SIM_REPLIES_MAX)
		script_wrong(line->place, "found more than %d replies", SIM_REPLIES_MAX);
	struct reply *reply = &replies.reply[replies.count++];
	*reply = (struct reply){.statement = statement};
	expect(line, 1, "at");
	reply->any_address = script_has(line, 2, "*");
	if (!reply->any_address)
		reply->prefix = script_prefix(line->place, script_word(line, 2, "an address"));
	expect(line, 3, "to");
	const char *name = script_word(line, 4, "a name");
	reply->any_name = strcmp(name, "*") == 0;
	reply->below = strncmp(name, "*.", 2) == 0;
	if (!reply->any_name)
		reply->name = script_name(line->place, name + 2 * reply->below);
	reply->any_type = script_has(line, 5, "*");
	if (!reply->any_type)
		reply->type = script_type(line->place, script_word(line, 5, "a type or *"));
	read_options(reply, line, 6);
	try_out(reply);
}

void reply_forget(void)
{
	replies.count = 0;
}

void reply_reset(void)
{
	replies.count = 0;
}

/* -- answering -- */

static bool is_for(const struct reply *reply, const struct server_question *question)
{
	const struct net_address *to = &question->action->to.address;
	const uint8_t *name = question->question.name;
	if (reply->limited && reply->left == 0)
		return false;
	if (!reply->any_address && !net_prefix_contains(&reply->prefix, to->family, to->octets))
		return false;
	if (reply->transport != TRANSPORT_ANY &&
	    question->tcp != (reply->transport == TRANSPORT_TCP))
		return false;
	if (!reply->any_type && reply->type != question->question.type)
		return false;
	if (reply->below)
		return dns_name_is_below(name, reply->name.wire) &&
		       !dns_name_equal(name, reply->name.wire);
	return reply->any_name || dns_name_equal(name, reply->name.wire);
}

static void answer(const struct reply *reply, const struct server_question *question,
                   uint64_t at_ms)
{
	static struct making making;
	static uint8_t message[DNS_MESSAGE_MAX];
	making.question = question;
	making.letter = (struct net_letter){
	    .to = question->action,
	    .from = question->action->to,
	    .at_ms = reply->has_delay ? sim.now_ms + reply->delay_ms : at_ms,
	    .message = message,
	};
	make(&making, reply);
	if (making.silent) {
		sim_say("   (silent)");
		return;
	}
	making.letter.len = draft_write(&making.draft, message, sizeof(message));
	if (making.cut > 0 && making.cut < making.letter.len)
		making.letter.len = making.cut;
	if (making.letter.is_error) {
		making.letter.message = question->action->message;
		making.letter.len = question->action->len;
	}
	net_post(&making.letter);
}

bool reply_answer(const struct server_question *question, uint64_t at_ms)
{
	/* The newest counts; those that say "also" all come. */
	for (unsigned i = replies.count; i > 0; i--) {
		struct reply *reply = &replies.reply[i - 1];
		if (!is_for(reply, question))
			continue;
		if (reply->limited)
			reply->left--;
		answer(reply, question, at_ms);
		if (!reply->also)
			return true;
	}
	return false;
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Statements about what servers were asked, and about the engine's books. */
#include <inttypes.h>
#include <stdio.h>
#include <stddef.h>
#include <string.h>

#include "dns/rrtype.h"
#include "expect.h"
#include "play.h"

/* What a question has to be like to count. */
struct pattern {
	bool has_to;
	struct net_prefix to;
	bool has_name;
	bool below;
	struct dns_name name;
	bool has_type;
	uint16_t type;
	unsigned wanted; /* properties, as bits of the table below */
};

static bool is_tcp(const struct sim_sent *sent)
{
	return sent->tcp;
}
static bool is_udp(const struct sim_sent *sent)
{
	return !sent->tcp;
}
static bool is_edns(const struct sim_sent *sent)
{
	return sent->edns;
}
static bool is_plain(const struct sim_sent *sent)
{
	return !sent->edns;
}
static bool is_rd(const struct sim_sent *sent)
{
	return sent->rd;
}
static bool is_not_rd(const struct sim_sent *sent)
{
	return !sent->rd;
}
static bool has_do(const struct sim_sent *sent)
{
	return sent->dnssec_ok;
}
static bool has_cookie(const struct sim_sent *sent)
{
	return sent->cookie;
}
static bool has_server_cookie(const struct sim_sent *sent)
{
	return sent->server_cookie;
}
static bool is_mixed(const struct sim_sent *sent)
{
	return sent->mixed_case;
}
static bool is_6(const struct sim_sent *sent)
{
	return sent->to.address.family == 6;
}

static const struct property {
	const char *name;
	bool (*holds)(const struct sim_sent *sent);
} properties[] = {
    {"tcp", is_tcp},          {"udp", is_udp},        {"edns", is_edns},
    {"plain", is_plain},      {"rd", is_rd},          {"no-rd", is_not_rd},
    {"do", has_do},           {"cookie", has_cookie}, {"server-cookie", has_server_cookie},
    {"mixed-case", is_mixed}, {"ipv6", is_6},
};

static bool is_property(const char *word, unsigned *out)
{
	for (unsigned i = 0; i < ARRAY_COUNT(properties); i++) {
		if (strcmp(properties[i].name, word) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}

/* Reads up to an operator or the end of the line; gives where. */
static unsigned read_pattern(const struct script_line *line, unsigned at, struct pattern *out)
{
	*out = (struct pattern){.wanted = 0};
	for (; at < line->count; at++) {
		const char *word = line->word[at];
		unsigned property;
		if (strchr("=<>", word[0]) != NULL)
			break;
		if (strcmp(word, "to") == 0) {
			out->has_to = true;
			out->to = script_prefix(line->place, script_word(line, ++at, "an address"));
		} else if (word[strlen(word) - 1] == '.') {
			out->has_name = true;
			out->below = strncmp(word, "*.", 2) == 0;
			out->name = script_name(line->place, word + 2 * out->below);
		} else if (is_property(word, &property)) {
			out->wanted |= 1u << property;
		} else {
			out->has_type = true;
			out->type = script_type(line->place, word);
		}
	}
	return at;
}

static bool is_like(const struct sim_sent *sent, const struct pattern *pattern)
{
	if (pattern->has_to &&
	    !net_prefix_contains(&pattern->to, sent->to.address.family, sent->to.address.octets))
		return false;
	if (pattern->has_name &&
	    !(pattern->below ? dns_name_is_below(sent->name.wire, pattern->name.wire)
	                     : dns_name_equal(sent->name.wire, pattern->name.wire)))
		return false;
	if (pattern->has_type && sent->type != pattern->type)
		return false;
	for (unsigned i = 0; i < ARRAY_COUNT(properties); i++) {
		if ((pattern->wanted >> i & 1) != 0 && !properties[i].holds(sent))
			return false;
	}
	return true;
}

static void say_sent(struct script_place place)
{
	char name[DNS_NAME_TEXT_MAX];
	char to[NET_TEXT_BYTES];
	char type[DNS_NUMBER_TEXT_MAX];
	for (unsigned i = sim.sent_mark; i < sim.sent_count && i < sim.sent_mark + 64; i++) {
		const struct sim_sent *sent = &sim.sent[i];
		dns_name_to_text(sent->name.wire, name);
		printf("%s:%u:   %s %s %s%s\n", place.file, place.line,
		       net_address_format(&sent->to.address, to), name,
		       dns_type_text(sent->type, type), sent->tcp ? " tcp" : "");
	}
}

/* "sent list": these, in this order. "sent set": these, in any order. */
static void compare(const struct script_statement *statement, bool ordered)
{
	unsigned count = sim.sent_count - sim.sent_mark;
	bool taken[SCRIPT_WORDS_MAX * 4] = {false};
	bool equal = count == statement->count && count <= ARRAY_COUNT(taken);
	for (unsigned i = 0; i < statement->count && equal; i++) {
		const struct script_line *line = statement->line[i];
		struct pattern pattern;
		read_pattern(line, 0, &pattern);
		bool found = false;
		for (unsigned j = ordered ? i : 0; j < (ordered ? i + 1 : count) && !found; j++) {
			found = !taken[j] && is_like(&sim.sent[sim.sent_mark + j], &pattern);
			taken[j] |= found;
		}
		equal = found;
	}
	if (equal)
		return;
	sim_fail(statement->head->place, "servers were asked other questions than these:");
	say_sent(statement->head->place);
}

/* sent [to PREFIX] [NAME|*.NAME] [TYPE] [PROPERTY...] = N, or a list in lines: since the last mark */
static void run_sent(const struct script_statement *statement)
{
	const struct script_line *line = statement->head;
	struct pattern pattern;
	unsigned found = 0;
	if (script_has(line, 1, "list") || script_has(line, 1, "set")) {
		compare(statement, script_has(line, 1, "list"));
		return;
	}
	if (statement->count > 0)
		script_wrong(statement->line[0]->place,
		             "found a line below sent, expected \"sent list\" or \"sent set\"");
	unsigned at = read_pattern(line, 1, &pattern);
	for (unsigned i = sim.sent_mark; i < sim.sent_count; i++)
		found += is_like(&sim.sent[i], &pattern);
	if (expect_count(line, at, found))
		return;
	sim_fail(line->place,
	         "expected %s %s such questions to servers, found %u of:", line->word[at],
	         line->word[at + 1], found);
	say_sent(line->place);
}

static void run_mark(const struct script_statement *statement)
{
	(void)statement;
	sim.sent_mark = sim.sent_count;
}

#define STAT(name, field)                                                                          \
	{                                                                                          \
		name, offsetof(struct resolver_stats, field)                                       \
	}

/* stats NAME = N */
static void run_stats(const struct script_statement *statement)
{
	static const struct {
		const char *name;
		size_t at;
	} rows[] = {
	    STAT("queries", queries),   STAT("coalesced", coalesced),
	    STAT("refused", refused),   STAT("refreshes", refreshes),
	    STAT("late", late),         STAT("found", found),
	    STAT("kept", kept),         STAT("sent-udp", sent_udp),
	    STAT("sent-tcp", sent_tcp), STAT("responses", responses),
	    STAT("timeouts", timeouts), STAT("mismatched", mismatched),
	    STAT("answered", answered), STAT("failed", failed),
	};
	const struct script_line *line = statement->head;
	struct resolver_stats stats;
	uint64_t value;
	host_open();
	unsigned row = SCRIPT_PICK(line->place, script_word(line, 1, "a count"), rows);
	resolver_stats(sim.engine, &stats);
	memcpy(&value, (const char *)&stats + rows[row].at, sizeof(value));
	if (!expect_count(line, 2, value))
		sim_fail(line->place, "expected %s %s %s, found %" PRIu64, line->word[1],
		         line->word[2], line->word[3], value);
}

const struct play_command play_sent_commands[] = {
    {"sent", run_sent, true},
    {"mark", run_mark, false},
    {"stats", run_stats, false},
};
const unsigned play_sent_command_count = ARRAY_COUNT(play_sent_commands);

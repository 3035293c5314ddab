/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What a client got against what a scenario expects. */
#include "expect.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dns/rrtype.h"

#define EDE_MAX 32
#define EDE_TEXT_MAX 64

static const struct {
	const char *name;
} section_names[] = {{"question"}, {"answer"}, {"authority"}, {"additional"}};

static const struct {
	const char *name;
	enum sim_source source;
} source_names[] = {
    {"cache", SIM_SOURCE_CACHE}, {"stale", SIM_SOURCE_STALE}, {"servers", SIM_SOURCE_UPSTREAM}};

bool expect_count(const struct script_line *line, unsigned at, uint64_t found)
{
	static const struct {
		const char *name;
	} relations[] = {{"="}, {"<="}, {">="}};
	const char *word = script_word(line, at, "=, <= or >=");
	unsigned relation = SCRIPT_PICK(line->place, word, relations);
	uint64_t wanted =
	    script_number(line->place, script_last(line, at + 1, "a number"), UINT32_MAX);
	return relation == 0 ? found == wanted : relation == 1 ? found <= wanted : found >= wanted;
}

/* -- EDE -- */

/* "Stale Answer" as "stale-answer". */
static void ede_name(int code, char out[EDE_TEXT_MAX])
{
	size_t len = 0;
	const char *text = code >= 0 ? dns_ede_text((enum edns_ede)code) : "none";
	for (; *text != '\0' && len < EDE_TEXT_MAX - 1; text++)
		out[len++] =
		    isalnum((unsigned char)*text) ? (char)tolower((unsigned char)*text) : '-';
	out[len] = '\0';
}

static void expect_ede(const struct script_line *line, unsigned at, const struct sim_client *client)
{
	static char names[EDE_MAX][EDE_TEXT_MAX];
	struct {
		const char *name;
	} rows[EDE_MAX];
	for (int i = 0; i < EDE_MAX; i++) {
		ede_name(i - 1, names[i]);
		rows[i].name = names[i];
	}
	int wanted =
	    (int)SCRIPT_PICK(line->place, script_last(line, at, "an EDE or none"), rows) - 1;
	if (client->answer.ede != wanted)
		sim_fail(line->place, "expected EDE %s, found %s", line->word[at],
		         names[client->answer.ede + 1]);
}

static void expect_rcode(const struct script_line *line, unsigned at,
                         const struct sim_client *client)
{
	char buffer[DNS_NUMBER_TEXT_MAX];
	char name[DNS_NAME_TEXT_MAX];
	unsigned wanted = script_rcode(line->place, script_word(line, at, "an rcode"));
	dns_name_to_text(client->question.name, name);
	if (client->answer.rcode != wanted)
		sim_fail(line->place, "expected %s for %s, found %s", line->word[at], name,
		         dns_rcode_text(client->answer.rcode, buffer));
}

/* -- records -- */

/* Looks for records in the client's message. */
struct search {
	enum dns_section section;
	struct record *wanted; /* NULL: all are counted */
	bool any_owner;
	uint16_t type; /* if not 0: only these are counted */
	unsigned found;
	char first[RECORD_TEXT_MAX]; /* one of those that were counted */
};

static void take(void *context, enum dns_section section, const struct record *record)
{
	struct search *search = context;
	if (section != search->section || (search->type != 0 && record->type != search->type))
		return;
	if (search->any_owner)
		search->wanted->owner = record->owner;
	if (search->wanted != NULL && !record_is(record, search->wanted))
		return;
	record_text(record, search->first);
	search->found++;
}

static unsigned count_records(const struct sim_client *client, struct search *search,
                              struct script_place place)
{
	if (!message_walk(client->message, client->answer.end, take, search))
		sim_fail(place, "the client got a message that cannot be read");
	return search->found;
}

static void expect_record(const struct script_line *line, unsigned at,
                          const struct sim_client *client, bool wanted)
{
	static struct record record;
	struct search search = {.wanted = &record};
	search.section = (enum dns_section)SCRIPT_PICK(
	    line->place, script_word(line, at, "a section"), section_names);
	record_read(line, at + 1, &record);
	unsigned found = count_records(client, &search, line->place);
	if (wanted != (found > 0)) {
		char text[RECORD_TEXT_MAX];
		record_text(&record, text);
		sim_fail(line->place, "expected %s in the %s section: %s",
		         wanted ? "this" : "not this", line->word[at], text);
	}
}

/* How many records of a section the lines name. */
static unsigned named(const struct script_statement *statement, const char *section)
{
	unsigned count = 0;
	for (unsigned i = 0; i < statement->count; i++)
		count += strcmp(statement->line[i]->word[0], section) == 0 &&
		         !script_has(statement->line[i], 1, "none");
	return count;
}

/* A line "answer RECORD", "answer none" or "answer = 3". The lines of a section name all that is in it. */
static void expect_section(const struct script_statement *statement, const struct script_line *line,
                           const struct sim_client *client)
{
	struct search all = {
	    .section = (enum dns_section)SCRIPT_PICK(line->place, line->word[0], section_names)};
	unsigned count = count_records(client, &all, line->place);
	if (script_has(line, 1, "=") || script_has(line, 1, "<=") || script_has(line, 1, ">=")) {
		if (!expect_count(line, 1, count))
			sim_fail(line->place, "expected %s %s %s, found %u", line->word[0],
			         line->word[1], line->word[2], count);
		return;
	}
	unsigned wanted = named(statement, line->word[0]);
	if (count != wanted)
		sim_fail(line->place, "expected %u records in the %s section, found %u%s%s", wanted,
		         line->word[0], count, count > 0 ? ", one of them: " : "", all.first);
	if (!script_has(line, 1, "none"))
		expect_record(line, 0, client, true);
}

/* -- the rest -- */

static void expect_source(const struct script_line *line, const struct sim_client *client)
{
	unsigned wanted =
	    SCRIPT_PICK(line->place, script_last(line, 1, "where from"), source_names);
	if (client->source != source_names[wanted].source)
		sim_fail(line->place, "expected the answer from %s, found it from %s",
		         line->word[1], source_names[client->source - SIM_SOURCE_CACHE].name);
}

static void expect_time(const struct script_line *line, const struct sim_client *client)
{
	uint64_t ms = script_ms(line->place, script_last(line, 1, "a time"));
	uint64_t found = client->answered_ms - client->asked_ms;
	bool within = strcmp(line->word[0], "within") == 0;
	if (within ? found > ms : found < ms)
		sim_fail(line->place, "expected an answer %s %s, found it after %" PRIu64 " ms",
		         line->word[0], line->word[1], found);
}

static void expect_flags(const struct script_line *line, const struct sim_client *client)
{
	static const struct {
		const char *name;
	} names[] = {{"none"}, {"tc"}, {"aa"}, {"ad"}};
	unsigned wanted = 0;
	unsigned found = 2u * client->answer.truncated | 4u * client->answer.authoritative |
	                 8u * client->answer.authenticated;
	script_word(line, 1, "none, tc, aa or ad");
	for (unsigned i = 1; i < line->count; i++)
		wanted |= 1u << SCRIPT_PICK(line->place, line->word[i], names);
	if ((wanted & ~1u) != found)
		sim_fail(line->place, "expected other flags, found%s%s%s",
		         (found & 2) != 0 ? " tc" : "", (found & 4) != 0 ? " aa" : "",
		         (found & 8) != 0 ? " ad" : "");
}

static void expect_line(const struct script_statement *statement, const struct script_line *line,
                        const struct sim_client *client)
{
	static const struct {
		const char *name;
	} kinds[] = {{"rcode"}, {"ede"},  {"answer"}, {"authority"}, {"additional"}, {"has"},
	             {"lacks"}, {"from"}, {"within"}, {"after"},     {"flags"},      {"asked"}};
	switch (SCRIPT_PICK(line->place, line->word[0], kinds)) {
	case 0:
		expect_rcode(line, 1, client);
		break;
	case 1:
		expect_ede(line, 1, client);
		break;
	case 2:
	case 3:
	case 4:
		expect_section(statement, line, client);
		break;
	case 5:
		expect_record(line, 1, client, true);
		break;
	case 6:
		expect_record(line, 1, client, false);
		break;
	case 7:
		expect_source(line, client);
		break;
	case 8:
	case 9:
		expect_time(line, client);
		break;
	case 10:
		expect_flags(line, client);
		break;
	default:
		if (!expect_count(line, 1, client->sent_then - client->sent_before))
			sim_fail(
			    line->place, "expected that servers were asked %s %s times, found %u",
			    line->word[1], line->word[2], client->sent_then - client->sent_before);
	}
}

static bool is_answered(struct script_place place, const struct sim_client *client)
{
	if (client->answers == 0)
		sim_fail(place, "the client has got no answer");
	return client->answers > 0;
}

void expect_lines(const struct script_statement *statement, const struct sim_client *client)
{
	if (!is_answered(statement->head->place, client))
		return;
	for (unsigned i = 0; i < statement->count; i++)
		expect_line(statement, statement->line[i], client);
}

void expect_short(const struct script_line *line, unsigned at, const struct sim_client *client)
{
	static struct record record;
	struct search all = {.section = DNS_SECTION_ANSWER, .type = client->question.type};
	if (!is_answered(line->place, client))
		return;
	expect_rcode(line, at, client);
	if (strcmp(line->word[at], "SERVFAIL") == 0) {
		if (at + 1 < line->count)
			expect_ede(line, at + 1, client);
		return;
	}
	unsigned count = count_records(client, &all, line->place);
	if (count != line->count - at - 1)
		sim_fail(line->place, "expected %u records, found %u%s%s", line->count - at - 1,
		         count, count > 0 ? ", one of them: " : "", all.first);
	for (unsigned i = at + 1; i < line->count; i++) {
		struct dns_token token = {line->word[i], strlen(line->word[i]), false};
		size_t wrong;
		const char *expected;
		record.type = client->question.type;
		record.has_ttl = false;
		record.any_rdata = false;
		if (dns_rdata_from_tokens(record.type, &token, 1, NULL, record.rdata,
		                          sizeof(record.rdata), &record.len, &wrong,
		                          &expected) != RESULT_OK)
			script_wrong(line->place, "found \"%s\", expected %s", line->word[i],
			             expected);
		/* Whoever owns it: the last name of a chain. */
		struct search one = {
		    .section = DNS_SECTION_ANSWER, .wanted = &record, .any_owner = true};
		if (count_records(client, &one, line->place) == 0)
			sim_fail(line->place, "expected %s, found %s", line->word[i],
			         count > 0 ? all.first : "nothing");
	}
}

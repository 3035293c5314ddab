/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Statements of clients, of time and of the cache. */
#include <stdio.h>
#include <string.h>

#include "expect.h"
#include "play.h"

/* NAME TYPE [do] [as LABEL] [times N] [-> RCODE ...] */
struct asking {
	struct dns_name name;
	uint16_t type;
	bool dnssec_ok;
	const char *label;
	uint64_t times;
	unsigned expected_at; /* 0: nothing is expected in this line */
};

static void read_asking(const struct script_line *line, struct asking *out)
{
	static const struct {
		const char *name;
	} options[] = {{"do"}, {"as"}, {"times"}, {"->"}};
	*out = (struct asking){
	    .name = script_name(line->place, script_word(line, 1, "a name")),
	    .type = script_type(line->place, script_word(line, 2, "a type")),
	    .times = 1,
	};
	for (unsigned at = 3; at < line->count && out->expected_at == 0; at++) {
		switch (SCRIPT_PICK(line->place, line->word[at], options)) {
		case 0:
			out->dnssec_ok = true;
			break;
		case 1:
			out->label = script_word(line, ++at, "a label");
			break;
		case 2:
			out->times = script_number(line->place, script_word(line, ++at, "a number"),
			                           SIM_CLIENTS_MAX);
			break;
		default:
			out->expected_at = at + 1;
			break;
		}
	}
}

static void no_expectation(const struct script_line *line, const struct asking *asking)
{
	if (asking->expected_at != 0)
		script_wrong(line->place, "found \"->\", expected nothing: say it with await");
}

static struct sim_client *ask(const struct script_line *line, const struct asking *asking)
{
	if (sim.client_count == SIM_CLIENTS_MAX)
		script_wrong(line->place, "found more than %d clients", SIM_CLIENTS_MAX);
	struct sim_client *client = host_ask(&asking->name, asking->type, asking->dnssec_ok);
	client->label = asking->label;
	return client;
}

static void run_ask(const struct script_statement *statement)
{
	struct asking asking;
	read_asking(statement->head, &asking);
	no_expectation(statement->head, &asking);
	for (uint64_t i = 0; i < asking.times; i++)
		ask(statement->head, &asking);
}

static void run_query(const struct script_statement *statement)
{
	struct asking asking;
	read_asking(statement->head, &asking);
	for (uint64_t i = 0; i < asking.times; i++) {
		const struct sim_client *client = ask(statement->head, &asking);
		host_wait(client);
		if (asking.expected_at != 0)
			expect_short(statement->head, asking.expected_at, client);
		expect_lines(statement, client);
	}
}

/* await LABEL|all [-> RCODE ...] */
static void run_await(const struct script_statement *statement)
{
	const struct script_line *line = statement->head;
	const char *label = script_word(line, 1, "a label or all");
	unsigned found = 0;
	if (line->count > 2 && !script_has(line, 2, "->"))
		script_wrong(line->place, "found \"%s\", expected ->", line->word[2]);
	for (unsigned i = 0; i < sim.client_count; i++) {
		const struct sim_client *client = &sim.client[i];
		if (strcmp(label, "all") != 0 &&
		    (client->label == NULL || strcmp(client->label, label) != 0))
			continue;
		found++;
		host_wait(client);
		if (line->count > 2)
			expect_short(line, 3, client);
		expect_lines(statement, client);
	}
	if (found == 0)
		script_wrong(line->place, "found \"%s\", but nobody asked under this label", label);
}

/* waiting LABEL: it has no answer yet */
static void run_waiting(const struct script_statement *statement)
{
	const char *label = script_last(statement->head, 1, "a label");
	for (unsigned i = 0; i < sim.client_count; i++) {
		const struct sim_client *client = &sim.client[i];
		if (client->label != NULL && strcmp(client->label, label) == 0 &&
		    client->answers > 0)
			sim_fail(statement->head->place, "expected %s to wait, found it answered",
			         label);
	}
}

/* refresh NAME TYPE [do]: a question that nobody waits for */
static void run_refresh(const struct script_statement *statement)
{
	struct asking asking;
	read_asking(statement->head, &asking);
	no_expectation(statement->head, &asking);
	host_refresh(&asking.name, asking.type, asking.dnssec_ok);
}

/* peek NAME TYPE [do] -> fresh|stale|none, and lines */
static void run_peek(const struct script_statement *statement)
{
	static const struct {
		const char *name;
	} states[] = {{"none"}, {"fresh"}, {"stale"}};
	const struct script_line *line = statement->head;
	struct asking asking;
	struct sim_client client;
	read_asking(line, &asking);
	host_open();
	enum cache_hit hit = host_peek(&asking.name, asking.type, asking.dnssec_ok, &client);
	unsigned found = hit == CACHE_MISS ? 0 : hit == CACHE_STALE ? 2 : 1;
	unsigned wanted = SCRIPT_PICK(
	    line->place, script_last(line, asking.expected_at, "-> and fresh, stale or none"),
	    states);
	if (found != wanted)
		sim_fail(line->place, "expected %s in the cache, found %s", states[wanted].name,
		         states[found].name);
	if (statement->count > 0)
		expect_lines(statement, &client);
	host_forget(&client);
}

/* flush all|NAME [below] [TYPE] */
static void run_flush(const struct script_statement *statement)
{
	const struct script_line *line = statement->head;
	host_open();
	if (strcmp(script_word(line, 1, "all or a name"), "all") == 0) {
		cache_flush_all(sim.cache);
		return;
	}
	struct cache_flush flush = {.name = script_name(line->place, line->word[1])};
	for (unsigned at = 2; at < line->count; at++) {
		if (strcmp(line->word[at], "below") == 0)
			flush.subtree = true;
		else
			flush.type = script_type(line->place, line->word[at]);
	}
	if (cache_flush_request(sim.cache, &flush) != RESULT_OK)
		sim_fail(line->place, "the cache does not take the flush");
	while (!cache_flush_is_done(sim.cache, NULL))
		cache_drain(sim.cache, 64, sim.now_ms);
}

static void run_advance(const struct script_statement *statement)
{
	const struct script_line *line = statement->head;
	host_run(sim.now_ms + script_ms(line->place, script_last(line, 1, "a time")));
}

static void run_settle(const struct script_statement *statement)
{
	(void)statement;
	host_run(UINT64_MAX);
}

const struct play_command play_client_commands[] = {
    {"ask", run_ask, false},         {"query", run_query, true},      {"await", run_await, true},
    {"waiting", run_waiting, false}, {"refresh", run_refresh, false}, {"peek", run_peek, true},
    {"flush", run_flush, false},     {"advance", run_advance, false}, {"settle", run_settle, false},
};
const unsigned play_client_command_count = ARRAY_COUNT(play_client_commands);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Cases and statements. */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMANDS_MAX 64

/* All statements there are, "case" and "seeds" included: those are not run but looked at. */
static unsigned list_commands(struct play_command out[COMMANDS_MAX])
{
	static const struct play_command own[] = {{"case", NULL, false}, {"seeds", NULL, false}};
	const struct {
		const struct play_command *command;
		unsigned count;
	} tables[] = {
	    {own, ARRAY_COUNT(own)},
	    {play_world_commands, play_world_command_count},
	    {play_client_commands, play_client_command_count},
	    {play_sent_commands, play_sent_command_count},
	};
	unsigned count = 0;
	for (unsigned i = 0; i < ARRAY_COUNT(tables); i++) {
		memcpy(out + count, tables[i].command, tables[i].count * sizeof(out[0]));
		count += tables[i].count;
	}
	return count;
}

/* What the scenario does, for the transcript. */
static void say_statement(const struct script_line *head)
{
	char text[256] = "";
	size_t len = 0;
	for (unsigned i = 0; i < head->count && len < sizeof(text) - 1; i++) {
		int more = snprintf(text + len, sizeof(text) - len, " %s", head->word[i]);
		len += more > 0 ? (size_t)more : 0;
	}
	sim_say("%u:%s", head->place.line, text);
}

void play_statement(const struct script_statement *statement)
{
	static struct play_command commands[COMMANDS_MAX];
	static unsigned count;
	const struct script_line *head = statement->head;
	if (count == 0)
		count = list_commands(commands);
	const struct play_command *command = &commands[script_pick(
	    head->place, head->word[0], commands, sizeof(commands[0]), count)];
	if (statement->count > 0 && !command->has_lines)
		script_wrong(statement->line[0]->place, "found a line below \"%s\", which has none",
		             command->name);
	if (sim.verbose)
		say_statement(head);
	if (command->run != NULL)
		command->run(statement);
}

static bool is_case(const struct script_statement *statement)
{
	return strcmp(statement->head->word[0], "case") == 0;
}

/* Where the next case begins, from a statement on. */
static unsigned next_case(const struct script *script, unsigned from)
{
	while (from < script->count && !is_case(&script->statement[from]))
		from++;
	return from;
}

/* What holds at the end of each case: nobody was forgotten. */
static void look_at_end(const struct script_statement *last)
{
	for (unsigned i = 0; i < sim.client_count; i++) {
		if (sim.client[i].answers != 1)
			sim_fail(last->head->place, "client %u has got %u answers", i + 1,
			         sim.client[i].answers);
	}
	if (sim.engine == NULL)
		return;
	struct resolver_stats stats;
	resolver_stats(sim.engine, &stats);
	if (stats.tasks != 0)
		sim_fail(last->head->place, "%u questions are left in flight", stats.tasks);
}

static unsigned run_once(const struct script *script, unsigned from, unsigned to, uint64_t seed)
{
	unsigned prelude = next_case(script, 0);
	sim_reset(seed);
	for (unsigned i = 0; i < prelude; i++)
		play_statement(&script->statement[i]);
	for (unsigned i = from; i < to; i++)
		play_statement(&script->statement[i]);
	if (sim.engine != NULL)
		host_run(UINT64_MAX);
	look_at_end(&script->statement[to - 1]);
	return sim.failures;
}

/* "seeds N" of the case: how many worlds that differ by chance. */
static uint64_t seeds_of(const struct script *script, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		const struct script_line *head = script->statement[i].head;
		if (strcmp(head->word[0], "seeds") == 0)
			return script_number(head->place, script_last(head, 1, "a number"), 100000);
	}
	return 1;
}

static void run_case(const struct script *script, unsigned from, unsigned to, const char *name,
                     const struct play_options *options, struct play_counts *counts)
{
	uint64_t first = options->seed != 0 ? options->seed : 1;
	uint64_t last = options->seed != 0 ? options->seed : seeds_of(script, from, to);
	const char *file = script->statement[from].head->place.file;
	sim.verbose = options->verbose;
	for (uint64_t seed = first; seed <= last; seed++) {
		if (run_once(script, from, to, seed) == 0)
			continue;
		printf("FAILED %s %s\n       sim-run -v --seed %llu --case %s %s\n", file, name,
		       (unsigned long long)seed, name, file);
		counts->failed++;
		return;
	}
	printf("ok     %s %s\n", file, name);
	counts->passed++;
}

void play_text(const char *file, const char *text, const struct play_options *options,
               struct play_counts *counts)
{
	static struct script script;
	bool found = false;
	script_read(file, text, &script);
	if (script.count == 0)
		script_wrong((struct script_place){file, 1}, "found no statement");
	unsigned from = next_case(&script, 0);
	if (from == script.count) /* one case, without a name */
		run_case(&script, 0, script.count, "all", options, counts);
	while (from < script.count) {
		const struct script_line *head = script.statement[from].head;
		const char *name = script_last(head, 1, "a name for the case");
		unsigned to = next_case(&script, from + 1);
		if (options->only == NULL || strcmp(options->only, name) == 0) {
			run_case(&script, from, to, name, options, counts);
			found = true;
		}
		from = to;
	}
	if (options->only != NULL && !found)
		script_wrong((struct script_place){file, 1}, "there is no case \"%s\"",
		             options->only);
	sim_close();
	script_free(&script);
}

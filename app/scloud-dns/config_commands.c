/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* config check, diff, apply. */
#include <stdio.h>

#include "commands.h"
#include "reload.h"

static void reply_problem(struct control_reply *reply, const char *file,
                          const struct config_problem *problem, const char *word)
{
	char text[CONFIG_PATH_BYTES + CONFIG_PROBLEM_BYTES + 64];
	if (problem->line != 0)
		snprintf(text, sizeof(text), "%s:%u:%u: %s: %s", file, problem->line,
		         problem->column, word, problem->text);
	else
		snprintf(text, sizeof(text), "%s: %s: %s", file, word, problem->text);
	control_reply_item(reply, json_object_new_string(text));
}

/* Each problem is an item: the same lines that --check prints. */
static void reply_problems(struct control_reply *reply, const struct config_problems *problems)
{
	for (uint32_t i = 0; i < problems->error_count && i < CONFIG_ERRORS_MAX; i++)
		reply_problem(reply, problems->file, &problems->error[i], "error");
	for (uint32_t i = 0; i < problems->warning_count && i < CONFIG_WARNINGS_MAX; i++)
		reply_problem(reply, problems->file, &problems->warning[i], "warning");
}

/* Reads the file of the request, or the server's. False after a reply of what is wrong. */
static bool read_candidate(const struct server *server, const struct control_request *request,
                           struct control_reply *reply, struct reload_candidate *out)
{
	if (reload_read(server, control_text(request, "file"), out) != RESULT_OK) {
		control_reply_error(reply, "out of memory");
		return false;
	}
	reply_problems(reply, out->problems);
	if (out->config != NULL)
		return true;
	control_reply_error(reply, "%s is wrong: %u errors", out->problems->file,
	                    out->problems->error_count);
	reload_free(out);
	return false;
}

static struct json_object *describe(const struct config_change *change)
{
	static const char *const words[] = {
	    [CONFIG_CHANGED] = "changed", [CONFIG_ADDED] = "added", [CONFIG_REMOVED] = "removed"};
	struct json_object *row = json_object_new_object();
	commands_add_text(row, "key", change->key);
	commands_add_text(row, "change", words[change->kind]);
	commands_add_text(row, "from", change->from);
	commands_add_text(row, "to", change->to);
	commands_add_text(row, "takes_effect", change->live ? "at once" : "at a restart");
	return row;
}

static struct json_object *list_changes(const struct config_changes *changes)
{
	struct json_object *rows = json_object_new_array();
	for (uint32_t i = 0; i < changes->count && rows != NULL; i++)
		(void)json_object_array_add(rows, describe(&changes->change[i]));
	return rows;
}

static struct json_object *summarise(const struct config_changes *changes)
{
	struct json_object *result = json_object_new_object();
	commands_add_number(result, "changes", changes->count);
	commands_add_number(result, "need_a_restart", changes->restart_count);
	if (changes->count > 0)
		commands_add(result, "list", list_changes(changes));
	return result;
}

static void check(void *context, const struct control_request *request, struct control_reply *reply)
{
	struct reload_candidate candidate;
	if (!read_candidate(context, request, reply, &candidate))
		return;
	struct json_object *result = json_object_new_object();
	commands_add_text(result, "file", candidate.problems->file);
	commands_add_number(result, "warnings", candidate.problems->warning_count);
	control_reply_result(reply, result);
	reload_free(&candidate);
}

static void diff(void *context, const struct control_request *request, struct control_reply *reply)
{
	struct reload_candidate candidate;
	if (!read_candidate(context, request, reply, &candidate))
		return;
	control_reply_result(reply, summarise(&candidate.changes));
	reload_free(&candidate);
}

static void apply(void *context, const struct control_request *request, struct control_reply *reply)
{
	struct reload_candidate candidate;
	char reason[RELOAD_REASON_BYTES];
	if (!read_candidate(context, request, reply, &candidate))
		return;
	if (reload_apply(context, &candidate, ZONES_READ_NEW, reason))
		control_reply_result(reply, summarise(&candidate.changes));
	else
		control_reply_error(reply, "everything stays as it was: %s", reason);
	reload_free(&candidate);
}

static const struct control_command rows[] = {
    {.name = "config check",
     .arguments = {{"file", CONTROL_TEXT, CONTROL_OPTIONAL}},
     .help = "Says what is wrong with FILE or the configuration file as it is now. Zones are not "
             "read.",
     .run = check},
    {.name = "config diff",
     .arguments = {{"file", CONTROL_TEXT, CONTROL_OPTIONAL}},
     .help = "Shows what would change if FILE or the configuration file as it is now were taken "
             "over.",
     .run = diff},
    {.name = "config apply",
     .help = "Takes the configuration file over as it is now, new zones included. What needs a "
             "restart stays as it was; where something is wrong everything does.",
     .run = apply},
};

void config_commands_register(struct server *server)
{
	control_register(server->control, rows, ARRAY_COUNT(rows), server);
}

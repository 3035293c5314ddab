/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache dump, cache load: a piece at a time, so that other commands run in between. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cache_file.h"
#include "commands.h"

#define US_PER_MS 1000u

static const char *reason(enum result result)
{
	return result == RESULT_IO ? strerror(errno) : result_text(result);
}

struct dump_state {
	struct cache_dump *dump;
	char *path;
};

static enum control_stream dump_on(void *context, struct control_reply *reply)
{
	struct dump_state *state = context;
	uint64_t entries;
	if (cache_dump_piece(state->dump, clock_now_us() / US_PER_MS))
		return CONTROL_MORE;
	enum result result = cache_dump_close(state->dump, true, &entries);
	state->dump = NULL;
	if (result != RESULT_OK) {
		control_reply_error(reply, "cannot write %s: %s", state->path, reason(result));
		return CONTROL_DONE;
	}
	struct json_object *answer = json_object_new_object();
	commands_add_text(answer, "file", state->path);
	commands_add_number(answer, "answers", entries);
	control_reply_result(reply, answer);
	return CONTROL_DONE;
}

static void release_dump(void *context)
{
	struct dump_state *state = context;
	uint64_t entries;
	if (state->dump != NULL)
		(void)!cache_dump_close(state->dump, false, &entries);
	free(state->path);
	free(state);
}

static void run_dump(void *context, const struct control_request *request,
                     struct control_reply *reply)
{
	const struct server *server = context;
	struct dump_state *state = calloc(1, sizeof(*state));
	if (state == NULL || (state->path = strdup(control_text(request, "file"))) == NULL) {
		free(state);
		control_reply_error(reply, "no memory");
		return;
	}
	enum result result =
	    cache_dump_open(server->settings.cache, state->path, clock_calendar_s(), &state->dump);
	if (result != RESULT_OK) {
		control_reply_error(reply, "cannot write %s: %s", state->path, reason(result));
		release_dump(state);
		return;
	}
	control_reply_stream(reply, dump_on, release_dump, state);
}

/* -- cache load -- */

struct load_state {
	struct server *server;
	struct cache_load *load;
};

static enum control_stream load_on(void *context, struct control_reply *reply)
{
	struct load_state *state = context;
	struct cache_file_sums sums;
	if (cache_load_piece(state->load))
		return cache_load_is_idle(state->load) ? CONTROL_MORE : CONTROL_LATER;
	cache_load_sums(state->load, &sums);
	struct json_object *result = json_object_new_object();
	commands_add_number(result, "read", sums.read);
	commands_add_number(result, "kept", sums.kept);
	commands_add_number(result, "wrong", sums.wrong);
	control_reply_result(reply, result);
	return CONTROL_DONE;
}

/* What the writer may still read waits for the next load or the end: there is only one batch at a time. */
static void release_load(void *context)
{
	struct load_state *state = context;
	if (cache_load_is_idle(state->load))
		cache_load_close(state->load);
	else
		state->server->abandoned = state->load;
	free(state);
}

void cache_file_commands_end(struct server *server)
{
	if (server->abandoned != NULL)
		cache_load_close(server->abandoned);
	server->abandoned = NULL;
}

static void run_load(void *context, const struct control_request *request,
                     struct control_reply *reply)
{
	struct server *server = context;
	const char *path = control_text(request, "file");
	if (server->abandoned != NULL && !cache_load_is_idle(server->abandoned)) {
		control_reply_error(reply, "another load is under way");
		return;
	}
	cache_file_commands_end(server);
	struct load_state *state = calloc(1, sizeof(*state));
	if (state == NULL) {
		control_reply_error(reply, "no memory");
		return;
	}
	state->server = server;
	enum result result =
	    cache_load_open(server->settings.cache, path, clock_calendar_s(), &state->load);
	if (result != RESULT_OK) {
		control_reply_error(reply, "cannot read %s: %s", path,
		                    result == RESULT_MALFORMED ? "no cache file, see the log"
		                                               : reason(result));
		free(state);
		return;
	}
	control_reply_stream(reply, load_on, release_load, state);
}

static const struct control_command rows[] = {
    {.name = "cache dump",
     .arguments = {{"file", CONTROL_TEXT, CONTROL_REQUIRED}},
     .help = "Writes the cache to a file on the server's machine, as text.",
     .run = run_dump},
    {.name = "cache load",
     .arguments = {{"file", CONTROL_TEXT, CONTROL_REQUIRED}},
     .help = "Reads such a file into the cache; time has taken its part of the TTLs.",
     .run = run_load},
};

void cache_file_commands_register(struct server *server)
{
	control_register(server->control, rows, ARRAY_COUNT(rows), server);
}

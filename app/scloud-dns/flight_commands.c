/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* flight show, save, trigger: the last answers and drops of each lcore. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_cycles.h>

#include "commands.h"
#include "dns/rrtype.h"
#include "tap/flight.h"

#define NS_IN_SECOND UINT64_C(1000000000)
#define COUNT_DEFAULT 100u
#define COUNT_MAX 1000000u

/* Records being shown, from the recorder or from a file. */
struct show {
	struct flight_file file;
	size_t at;
};

/* -- rows -- */

static void write_time(const struct flight_file *file, uint64_t tsc, char out[40])
{
	const double ns =
	    (double)(int64_t)(tsc - file->tsc_base) * (double)NS_IN_SECOND / (double)file->tsc_hz;
	const uint64_t at = file->ns_base + (uint64_t)(int64_t)ns;
	const time_t seconds = (time_t)(at / NS_IN_SECOND);
	struct tm utc;
	gmtime_r(&seconds, &utc);
	size_t len = strftime(out, 24, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(out + len, 40 - len, ".%06uZ", (unsigned)(at % NS_IN_SECOND / 1000));
}

/* The name, as far as it was kept: "..." stands for the rest. */
static void write_name(const struct flight_record *record, char out[DNS_NAME_TEXT_MAX + 4])
{
	uint8_t wire[FLIGHT_NAME_BYTES + 1];
	size_t at = 0;
	if (record->name_len == 0) {
		out[0] = '\0';
		return;
	}
	/* Whole labels only, and then the root. */
	while (at < FLIGHT_NAME_BYTES && record->name[at] != 0 &&
	       record->name[at] <= DNS_LABEL_MAX && at + 1u + record->name[at] < FLIGHT_NAME_BYTES)
		at += 1u + record->name[at];
	memcpy(wire, record->name, at);
	wire[at] = 0;
	size_t len = dns_name_to_text(wire, out);
	if (at + 1 < record->name_len)
		memcpy(out + len, "...", 4);
}

static const char *source_word(unsigned source)
{
	static const char *const words[] = {[QUERY_SOURCE_PORT] = "port",
	                                    [QUERY_SOURCE_SOCKET] = "socket",
	                                    [QUERY_SOURCE_STREAM] = "stream"};
	return source < ARRAY_COUNT(words) ? words[source] : "";
}

static struct json_object *describe(const struct flight_file *file,
                                    const struct flight_record *record)
{
	struct json_object *row = json_object_new_object();
	struct net_endpoint client = {.address = {.family = record->family},
	                              .port = record->client_port};
	char text[DNS_NAME_TEXT_MAX + 4];
	char number[DNS_NUMBER_TEXT_MAX];
	memcpy(client.address.octets, record->client, sizeof(client.address.octets));
	write_time(file, record->tsc, text);
	commands_add_text(row, "time", text);
	commands_add_text(row, "client",
	                  record->family != 0 ? net_endpoint_format(&client, text) : "");
	commands_add_text(row, "over", record->family != 0 ? source_word(record->source) : "");
	write_name(record, text);
	commands_add_text(row, "name", text);
	commands_add_text(row, "type",
	                  record->type != 0 ? dns_type_text(record->type, number) : "");
	commands_add_text(row, "outcome",
	                  record->kind == FLIGHT_DROP ? drop_name((enum drop_reason)record->drop)
	                                              : dns_rcode_text(record->rcode, number));
	commands_add_text(row, "from",
	                  record->kind == FLIGHT_ANSWER ? tap_verdict_text(record->verdict) : "");
	commands_add_number(row, "octets", record->len);
	commands_add_number(row, "us",
	                    file->tsc_hz > 0 ? record->took_tsc * 1000000 / file->tsc_hz : 0);
	return row;
}

static enum control_stream show_on(void *state, struct control_reply *reply)
{
	struct show *show = state;
	const struct flight_file *file = &show->file;
	struct json_object *rows = json_object_new_array();
	size_t end = show->at + COMMANDS_ROWS_PER_ITEM;
	if (end > file->count)
		end = file->count;
	for (; show->at < end; show->at++)
		(void)json_object_array_add(rows, describe(file, &file->records[show->at]));
	if (json_object_array_length(rows) > 0)
		control_reply_item(reply, rows);
	else
		json_object_put(rows);
	if (show->at < file->count)
		return CONTROL_MORE;
	struct json_object *result = json_object_new_object();
	commands_add_number(result, "records", file->count);
	if (file->reason[0] != '\0')
		commands_add_text(result, "saved_for", file->reason);
	control_reply_result(reply, result);
	return CONTROL_DONE;
}

static void release_show(void *state)
{
	struct show *show = state;
	flight_file_free(&show->file);
	free(show);
}

/* -- where they come from -- */

/* Nobody writes while they are copied. */
static enum result collect(struct server *server, size_t max, struct flight_file *out)
{
	struct timespec now;
	flight_freeze(server->settings.flight);
	(void)pipeline_pass_turn(server->pipeline, 200000);
	enum result result =
	    flight_collect(server->settings.flight, 0, max, &out->records, &out->count);
	flight_thaw(server->settings.flight);
	clock_gettime(CLOCK_REALTIME, &now);
	out->tsc_hz = rte_get_tsc_hz();
	out->tsc_base = rte_rdtsc();
	out->ns_base = (uint64_t)now.tv_sec * NS_IN_SECOND + (uint64_t)now.tv_nsec;
	return result;
}

static bool read_file(const char *path, size_t max, struct control_reply *reply,
                      struct flight_file *out)
{
	enum result result = flight_read(path, out);
	if (result != RESULT_OK) {
		control_reply_error(reply, "%s: %s", path,
		                    result == RESULT_IO ? strerror(errno)
		                    : result == RESULT_MALFORMED
		                        ? "it is no file of a flight recorder"
		                        : result_text(result));
		return false;
	}
	if (out->count > max) {
		memmove(out->records, out->records + (out->count - max),
		        max * sizeof(*out->records));
		out->count = max;
	}
	return true;
}

static bool has_recorder(const struct server *server, struct control_reply *reply)
{
	if (server->settings.flight != NULL)
		return true;
	control_reply_error(reply, "the flight recorder is off: flight_recorder.enabled");
	return false;
}

static void run_show(void *context, const struct control_request *request,
                     struct control_reply *reply)
{
	struct server *server = context;
	const char *path = control_text(request, "file");
	const uint64_t max = control_number(request, "count", COUNT_DEFAULT);
	if (max == 0 || max > COUNT_MAX) {
		control_reply_wrong(reply, "count is from 1 to %u", COUNT_MAX);
		return;
	}
	if (path == NULL && !has_recorder(server, reply))
		return;
	struct show *show = calloc(1, sizeof(*show));
	if (show == NULL) {
		control_reply_error(reply, "no memory");
		return;
	}
	if (path != NULL && !read_file(path, max, reply, &show->file)) {
		free(show);
		return;
	}
	if (path == NULL && collect(server, max, &show->file) != RESULT_OK) {
		control_reply_error(reply, "no memory");
		free(show);
		return;
	}
	control_reply_stream(reply, show_on, release_show, show);
}

static void run_save(void *context, const struct control_request *request,
                     struct control_reply *reply)
{
	struct server *server = context;
	const char *directory = control_text(request, "directory");
	char path[WATCHERS_PATH_BYTES];
	if (directory == NULL)
		directory = server->config->flight_recorder.directory;
	if (directory[0] == '\0') {
		control_reply_wrong(reply,
		                    "a directory is needed: flight_recorder.directory is empty");
		return;
	}
	if (!has_recorder(server, reply))
		return;
	if (watchers_save(&server->watchers, directory, "command", path) != RESULT_OK) {
		control_reply_error(reply, "%s: %s", path, strerror(errno));
		return;
	}
	struct json_object *result = json_object_new_object();
	commands_add_text(result, "file", path);
	control_reply_result(reply, result);
}

/* -- triggers -- */

static void run_trigger(void *context, const struct control_request *request,
                        struct control_reply *reply)
{
	const struct server *server = context;
	const struct config_flight_recorder *settings = &server->config->flight_recorder;
	struct json_object *result = json_object_new_object();
	struct flight_second second;
	(void)request;
	if (!has_recorder(server, reply)) {
		json_object_put(result);
		return;
	}
	flight_second(server->settings.flight, rte_rdtsc(), &second);
	commands_add_text(result, "directory", settings->directory);
	commands_add_number(result, "servfail_percent", settings->servfail_percent);
	commands_add_number(result, "drop_percent", settings->drop_percent);
	commands_add_number(result, "p99_us", settings->p99_us);
	commands_add_number(result, "files", server->watchers.saved);
	commands_add_number(result, "files_max", settings->files_max);
	commands_add_number(result, "last_second_answers", second.answers);
	commands_add_number(result, "last_second_servfail", second.failures);
	commands_add_number(result, "last_second_drops", second.drops);
	commands_add_number(result, "last_second_p99_us", second.p99_us);
	control_reply_result(reply, result);
}

static const struct control_command rows[] = {
    {.name = "flight show",
     .arguments = {{"file", CONTROL_TEXT, CONTROL_OPTIONAL},
                   {"count", CONTROL_NUMBER, CONTROL_OPTION}},
     .help = "Shows the last --count (100) answers and drops of all lcores, or of a FILE that was "
             "saved.",
     .run = run_show},
    {.name = "flight save",
     .arguments = {{"directory", CONTROL_TEXT, CONTROL_OPTIONAL}},
     .help = "Writes everything that the flight recorder has to a new file in DIRECTORY, or in "
             "flight_recorder.directory.",
     .run = run_save},
    {.name = "flight trigger",
     .help = "Shows what makes the flight recorder save itself, and how far the last second was "
             "from it.",
     .run = run_trigger},
};

void flight_commands_register(struct server *server)
{
	control_register(server->control, rows, ARRAY_COUNT(rows), server);
}

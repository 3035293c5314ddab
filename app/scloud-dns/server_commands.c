/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* status, stop: the server as a whole. */
#include <unistd.h>

#include "base/clock.h"
#include "commands.h"

static void add_totals(const struct server *server, struct json_object *result)
{
	struct pipeline_totals totals;
	pipeline_get_totals(server->pipeline, &totals);
	commands_add_number(result, "in", totals.in);
	commands_add_number(result, "answered", totals.answered);
	commands_add_number(result, "dropped", totals.dropped);
	commands_add_number(result, "in_flight", totals.in_flight);
}

static void status(void *context, const struct control_request *request,
                   struct control_reply *reply)
{
	const struct server *server = context;
	struct json_object *result = json_object_new_object();
	(void)request;
	commands_add_text(result, "version", SCLOUD_VERSION);
	commands_add_text(result, "name", server->config->server.name);
	commands_add_number(result, "pid", (uint64_t)getpid());
	commands_add_number(result, "uptime_seconds",
	                    (clock_steady_us() - server->start_us) / 1000000);
	commands_add_text(result, "state", server->is_withdrawn ? "drained" : "answering");
	commands_add_text(result, "configuration", server->config->file);
	commands_add_text(result, "socket", control_path(server->control));
	commands_add_text(result, "placement", placement_kind_name(server->plan.placement.kind));
	commands_add_number(result, "lanes", server->plan.placement.lanes);
	commands_add_number(result, "lcores", server->plan.placement.lcore_count);
	commands_add_number(result, "changes_that_need_a_restart", server->restart_count);
	add_totals(server, result);
	control_reply_result(reply, result);
}

static void stop(void *context, const struct control_request *request, struct control_reply *reply)
{
	struct server *server = context;
	struct json_object *result = json_object_new_object();
	(void)request;
	server->is_stopping = true;
	commands_add_number(result, "timeout_seconds",
	                    server->config->server.graceful_shutdown_timeout_secs);
	control_reply_result(reply, result);
}

static const struct control_command rows[] = {
    {.name = "status", .help = "Shows the server as a whole.", .run = status},
    {.name = "stop",
     .help = "Finishes what is in flight and ends the server, like the signal TERM.",
     .run = stop},
};

void server_commands_register(struct server *server)
{
	control_register(server->control, rows, ARRAY_COUNT(rows), server);
}

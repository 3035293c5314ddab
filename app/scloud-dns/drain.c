/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A flag that /readyz and TCP look at, and a time to stop. */
#include "drain.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "commands.h"
#include "pipeline/pipeline.h"
#include "telemetry/web.h"

#define SECOND_US UINT64_C(1000000)
/* For an lcore that sleeps to see the flag. */
#define SEEN_TIMEOUT_US 200000u

static uint64_t graceful_us(const struct server *server)
{
	return server->config->server.graceful_shutdown_timeout_secs * SECOND_US;
}

void drain_tick(struct server *server, uint64_t now_us)
{
	if (server->drain_end_us != 0 && now_us >= server->drain_end_us)
		server->is_stopping = true;
}

uint64_t drain_finish_us(const struct server *server)
{
	return server->finish_us != 0 ? server->finish_us : graceful_us(server);
}

static void withdraw(struct server *server, bool withdrawn)
{
	server->is_withdrawn = withdrawn;
	web_set_state(server->web, withdrawn ? WEB_DRAINING : WEB_READY);
	(void)pipeline_pass_turn(server->pipeline, SEEN_TIMEOUT_US);
}

static void drain(void *context, const struct control_request *request, struct control_reply *reply)
{
	struct server *server = context;
	const bool stays = control_flag(request, "stay");
	const bool is_given = json_object_object_get_ex(request->arguments, "seconds", NULL);
	const uint64_t seconds = control_number(request, "seconds", 0);
	const uint64_t wait_us = is_given ? seconds * SECOND_US : graceful_us(server) / 2;
	if (seconds > DRAIN_SECONDS_MAX) {
		control_reply_wrong(reply, "seconds is %" PRIu64 "; at most %u, or --stay", seconds,
		                    DRAIN_SECONDS_MAX);
		return;
	}
	if (stays && is_given) {
		control_reply_wrong(reply, "seconds and --stay: it either stops or stays");
		return;
	}
	withdraw(server, true);
	server->drain_end_us = stays ? 0 : clock_steady_us() + wait_us;
	server->finish_us = stays || is_given ? 0 : graceful_us(server) - wait_us;
	if (stays)
		log_info("server", "SRV013", "drained: not ready, and answers until it is stopped");
	else
		log_info("server", "SRV013", "draining: not ready, answers for %" PRIu64 " ms more",
		         wait_us / 1000);
	struct json_object *result = json_object_new_object();
	if (!stays)
		commands_add(result, "stops_in_seconds",
		             json_object_new_double((double)wait_us / SECOND_US));
	commands_add(result, "stays", json_object_new_boolean(stays));
	control_reply_result(reply, result);
}

static void resume(void *context, const struct control_request *request,
                   struct control_reply *reply)
{
	struct server *server = context;
	(void)request;
	if (!server->is_withdrawn) {
		control_reply_error(reply, "the server is not drained");
		return;
	}
	withdraw(server, false);
	server->drain_end_us = 0;
	server->finish_us = 0;
	log_info("server", "SRV013", "resumed: ready again");
	control_reply_result(reply, json_object_new_object());
}

static const struct control_command rows[] = {
    {.name = "drain",
     .arguments = {{"seconds", CONTROL_NUMBER, CONTROL_OPTIONAL},
                   {"stay", CONTROL_FLAG, CONTROL_OPTION}},
     .help =
         "Sends clients elsewhere (/readyz, idle connections), goes on answering for SECONDS, then "
         "stops. Without SECONDS half of server.graceful_shutdown_timeout_secs; --stay does not "
         "stop.",
     .run = drain},
    {.name = "resume", .help = "Takes drain back: ready again.", .run = resume},
};

void drain_commands_register(struct server *server)
{
	control_register(server->control, rows, ARRAY_COUNT(rows), server);
}

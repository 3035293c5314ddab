/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* clock show, clock advance: a test sees in seconds what else takes days. */
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "commands.h"

#define US_PER_SECOND 1e6
/* Fifty years: longer than any TTL or signature; a calendar in 64 bits holds it a million times. */
#define ADVANCE_MAX_S 1.6e9
/* For all lcores to have seen the new time. Much: a machine under sanitizers that has one processor. */
#define TURN_TIMEOUT_US 5000000

static struct json_object *describe(const struct server *server)
{
	char text[32];
	time_t calendar_s = (time_t)clock_calendar_s();
	struct tm utc;
	struct json_object *result = json_object_new_object();
	gmtime_r(&calendar_s, &utc);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	commands_add_text(result, "calendar", text);
	commands_add_number(result, "calendar_seconds", (uint64_t)calendar_s);
	commands_add(result, "advanced_seconds",
	             json_object_new_double((double)clock_advanced_us() / US_PER_SECOND));
	commands_add(result, "test_clock", json_object_new_boolean(server->args->test_clock));
	return result;
}

static void show(void *context, const struct control_request *request, struct control_reply *reply)
{
	(void)request;
	control_reply_result(reply, describe(context));
}

/* When it returns, every lcore has run a turn with the new time: what became due has happened. */
static void advance(void *context, const struct control_request *request,
                    struct control_reply *reply)
{
	struct server *server = context;
	double seconds = control_decimal(request, "seconds", 0);
	if (!server->args->test_clock) {
		control_reply_error(reply, "the clock cannot be moved: the server was started "
		                           "without --test-clock");
		return;
	}
	if (seconds + (double)clock_advanced_us() / US_PER_SECOND > ADVANCE_MAX_S) {
		control_reply_wrong(reply, "the clock can be moved by %.0f seconds in all",
		                    ADVANCE_MAX_S);
		return;
	}
	clock_advance_us((uint64_t)(seconds * US_PER_SECOND));
	if (!pipeline_pass_turn(server->pipeline, TURN_TIMEOUT_US)) {
		control_reply_error(reply, "the clock was moved, but some thread is stuck");
		return;
	}
	log_info("server", "SRV010", "the clock was moved ahead by %g seconds", seconds);
	control_reply_result(reply, describe(server));
}

static const struct control_command rows[] = {
    {.name = "clock show",
     .help = "Shows the server's time and how far it was moved.",
     .run = show},
    {.name = "clock advance",
     .arguments = {{"seconds", CONTROL_DECIMAL, CONTROL_REQUIRED}},
     .help = "Moves the server's time ahead (only with --test-clock): TTLs run down, time-outs and "
             "refreshes that became due happen at once.",
     .run = advance},
};

void clock_commands_register(struct server *server)
{
	control_register(server->control, rows, ARRAY_COUNT(rows), server);
}

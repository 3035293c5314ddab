/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* log level, log levels: how much each part of the server says. */
#include <string.h>

#include "base/log.h"
#include "commands.h"

/* What log lines call their part, see docs/messages.md. */
static const char *const components[] = {"cache", "config",    "log",     "policy", "port",
                                         "ports", "resolver",  "sandbox", "server", "slowpath",
                                         "tap",   "telemetry", "tls",     "zones"};

static struct json_object *describe(void)
{
	struct json_object *rows = json_object_new_array();
	for (size_t i = 0; i < ARRAY_COUNT(components) && rows != NULL; i++) {
		struct json_object *row = json_object_new_object();
		commands_add_text(row, "component", components[i]);
		commands_add_text(row, "level", log_level_text(log_level_of(components[i])));
		(void)json_object_array_add(rows, row);
	}
	return rows;
}

static void levels(void *context, const struct control_request *request,
                   struct control_reply *reply)
{
	(void)context;
	(void)request;
	control_reply_result(reply, describe());
}

static bool is_component(const char *name)
{
	for (size_t i = 0; i < ARRAY_COUNT(components); i++)
		if (strcmp(components[i], name) == 0)
			return true;
	return false;
}

static void level(void *context, const struct control_request *request, struct control_reply *reply)
{
	const char *component = control_text(request, "component");
	const char *word = control_text(request, "level");
	enum log_level wanted = LOG_LEVEL_ERROR;
	(void)context;
	if (strcmp(component, "all") != 0 && !is_component(component)) {
		control_reply_wrong(reply, "%s: all is allowed, and what log levels lists",
		                    component);
		return;
	}
	while (wanted < LOG_LEVEL_COUNT && strcmp(log_level_text(wanted), word) != 0)
		wanted++;
	if (wanted == LOG_LEVEL_COUNT) {
		control_reply_wrong(reply, "%s: error, warn, info or debug is allowed", word);
		return;
	}
	if (log_set_level(strcmp(component, "all") != 0 ? component : NULL, wanted) != RESULT_OK)
		control_reply_error(reply, "too many components have levels of their own");
	else
		control_reply_result(reply, describe());
}

static const struct control_command rows[] = {
    {.name = "log levels",
     .help = "Shows the least grave messages that are written.",
     .run = levels},
    {.name = "log level",
     .arguments = {{"component", CONTROL_TEXT, CONTROL_REQUIRED},
                   {"level", CONTROL_TEXT, CONTROL_REQUIRED}},
     .help =
         "Lets COMPONENT (config, port, zones, ... or all) write messages from LEVEL (error, warn, "
         "info, debug) on, until the configuration's logging section is changed.",
     .run = level},
};

void log_commands_register(struct server *server)
{
	control_register(server->control, rows, ARRAY_COUNT(rows), server);
}

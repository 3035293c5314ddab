/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Where the commands are gathered, and how they write JSON. */
#include "commands.h"

void commands_register(struct server *server)
{
	server_commands_register(server);
	clock_commands_register(server);
	drain_commands_register(server);
	config_commands_register(server);
	log_commands_register(server);
	sandbox_commands_register(server);
	zone_commands_register(server);
	cache_commands_register(server);
	cache_file_commands_register(server);
	explain_commands_register(server);
	stats_commands_register(server);
	capture_commands_register(server);
	flight_commands_register(server);
}

void commands_add(struct json_object *object, const char *key, struct json_object *member)
{
	if (object == NULL || json_object_object_add(object, key, member) != 0)
		json_object_put(member);
}

void commands_add_number(struct json_object *object, const char *key, uint64_t number)
{
	commands_add(object, key, json_object_new_uint64(number));
}

void commands_add_text(struct json_object *object, const char *key, const char *text)
{
	commands_add(object, key, json_object_new_string(text));
}

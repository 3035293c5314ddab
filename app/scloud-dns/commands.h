/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* commands -- all commands of the control socket, by file.
 *
 * What:    commands_register() calls the registration of each *_commands.c; a new one gets a prototype and
 *          a call here, and is a table of rows as control/control.h describes.
 * Threads: main.
 * Memory:  the rows are constant; their context is the server.
 * Limits:  control/control_limits.h.
 * Trust:   arguments are of their types; what they mean is checked by each command.
 * RFC:     none. */
#pragma once

#include <json-c/json_object.h>

#include "server_int.h"

void commands_register(struct server *server);

void server_commands_register(struct server *server); /* status, stop */
void clock_commands_register(struct server *server);
void drain_commands_register(struct server *server);
void config_commands_register(struct server *server); /* config check, diff, apply */
void log_commands_register(struct server *server); /* log level, log levels */
void sandbox_commands_register(struct server *server); /* sandbox show, try */
void zone_commands_register(struct server *server); /* zone list, show, reload, add, remove */
void cache_commands_register(struct server *server); /* cache stats, lookup, flush */
void cache_file_commands_register(struct server *server); /* cache dump, load */
void explain_commands_register(struct server *server); /* explain, trace */
void capture_commands_register(struct server *server); /* capture, watchers */
void flight_commands_register(struct server *server); /* flight show, save, trigger */
void stats_commands_register(struct server *server); /* stats */
/* Frees what a load left behind whose client went away; the lcores have stopped. */
void cache_file_commands_end(struct server *server);

/* Rows of a table that one item of a stream has. Too low: a table of its own every few lines. Too high: a
 * list of a million stops the main thread for longer. */
#define COMMANDS_ROWS_PER_ITEM 1000

/* Adds a member to an object that may be NULL (no memory: the result then says so). */
void commands_add(struct json_object *object, const char *key, struct json_object *member);
void commands_add_number(struct json_object *object, const char *key, uint64_t number);
void commands_add_text(struct json_object *object, const char *key, const char *text);

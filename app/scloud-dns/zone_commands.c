/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* zone list, show, reload, add, remove. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "commands.h"
#include "config/memory.h"
#include "reload.h"

static struct json_object *time_text(uint64_t calendar_s)
{
	char text[32];
	time_t seconds = (time_t)calendar_s;
	struct tm utc;
	gmtime_r(&seconds, &utc);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	return json_object_new_string(text);
}

static void add_name(struct json_object *object, const struct zone *zone)
{
	char text[DNS_NAME_TEXT_MAX];
	(void)dns_name_to_text(zone_origin(zone)->wire, text);
	commands_add_text(object, "zone", text);
}

static struct json_object *describe(const struct zones_row *row)
{
	struct json_object *object = json_object_new_object();
	add_name(object, row->zone);
	commands_add_text(object, "view", row->view != NULL ? row->view : "-");
	commands_add_number(object, "serial", zone_serial(row->zone));
	commands_add_number(object, "records", zone_record_count(row->zone));
	commands_add_number(object, "names", zone_name_count(row->zone));
	commands_add_number(object, "octets", zone_memory_bytes(row->zone));
	commands_add(object, "loaded", time_text(row->loaded_s));
	commands_add_text(object, "state", row->is_former ? "file is wrong" : "ok");
	commands_add_text(object, "file", row->file);
	return object;
}

/* Where `zone list` is. It asks for rows by index, so that a reload in between only shifts some. */
struct listing {
	const struct server *server;
	uint32_t index;
};

static enum control_stream list_next(void *state, struct control_reply *reply)
{
	struct listing *listing = state;
	struct zones_row row;
	struct json_object *rows = json_object_new_array();
	bool more = true;
	for (unsigned i = 0; i < COMMANDS_ROWS_PER_ITEM && more; i++) {
		more = zones_at(listing->server->zones, listing->index, &row);
		if (more && rows != NULL)
			(void)json_object_array_add(rows, describe(&row));
		listing->index += more;
	}
	if (rows != NULL && json_object_array_length(rows) > 0)
		control_reply_item(reply, rows);
	else
		json_object_put(rows);
	return more ? CONTROL_MORE : CONTROL_DONE;
}

static void list(void *context, const struct control_request *request, struct control_reply *reply)
{
	struct listing *listing = calloc(1, sizeof(*listing));
	(void)request;
	if (listing == NULL) {
		control_reply_error(reply, "out of memory");
		return;
	}
	listing->server = context;
	control_reply_stream(reply, list_next, free, listing);
}

/* False after a reply of what is wrong with the name. */
static bool read_name(const struct control_request *request, struct control_reply *reply,
                      struct dns_name *out)
{
	const char *text = control_text(request, "zone");
	if (dns_name_from_text(text, strlen(text), NULL, out) == RESULT_OK)
		return true;
	control_reply_wrong(reply, "%s is no domain name", text);
	return false;
}

static void show(void *context, const struct control_request *request, struct control_reply *reply)
{
	const struct server *server = context;
	struct dns_name name;
	struct zones_row row;
	if (!read_name(request, reply, &name))
		return;
	struct json_object *rows = json_object_new_array();
	for (uint32_t i = 0; rows != NULL && zones_at(server->zones, i, &row); i++)
		if (dns_name_equal(zone_origin(row.zone)->wire, name.wire))
			(void)json_object_array_add(rows, describe(&row));
	size_t count = rows != NULL ? json_object_array_length(rows) : 1;
	if (count == 0) {
		json_object_put(rows);
		control_reply_error(reply, "%s is no zone of ours", control_text(request, "zone"));
		return;
	}
	/* In one view only: lines instead of a table. */
	struct json_object *result =
	    rows != NULL && count == 1 ? json_object_get(json_object_array_get_idx(rows, 0)) : rows;
	if (result != rows)
		json_object_put(rows);
	control_reply_result(reply, result);
}

static void reply_report(struct control_reply *reply, const struct zones_report *report)
{
	struct json_object *result = json_object_new_object();
	commands_add_number(result, "read", report->loaded);
	commands_add_number(result, "kept_as_they_were", report->kept);
	commands_add_number(result, "untouched", report->reused);
	commands_add_number(result, "records", report->records);
	control_reply_result(reply, result);
}

static bool is_served(const struct server *server, const struct dns_name *name)
{
	struct zones_row row;
	for (uint32_t i = 0; zones_at(server->zones, i, &row); i++)
		if (dns_name_equal(zone_origin(row.zone)->wire, name->wire))
			return true;
	return false;
}

static void reload(void *context, const struct control_request *request,
                   struct control_reply *reply)
{
	struct server *server = context;
	struct zones_report report;
	struct dns_name name;
	const char *text = control_text(request, "zone");
	if (text != NULL && !read_name(request, reply, &name))
		return;
	if (text != NULL && !is_served(server, &name)) {
		control_reply_error(reply, "%s is no zone of ours", text);
		return;
	}
	enum result result = reload_zones(server, text != NULL ? ZONES_READ_ONE : ZONES_READ_ALL,
	                                  text != NULL ? &name : NULL, false, &report);
	if (result != RESULT_OK)
		control_reply_error(reply, "all zones stay as they were: %s", result_text(result));
	else if (text != NULL && report.kept > 0)
		control_reply_error(reply, "%s stays as it was: its file is wrong, see the log",
		                    text);
	else
		reply_report(reply, &report);
}

/* The index of the configuration's row of a zone for everybody; zone_count: there is none. */
static uint32_t find_row(const struct config *config, const struct dns_name *name)
{
	struct dns_name other;
	uint32_t i = 0;
	for (; i < config->zone_count; i++)
		if (dns_name_from_text(config->zone[i].name, strlen(config->zone[i].name), NULL,
		                       &other) == RESULT_OK &&
		    dns_name_equal(other.wire, name->wire))
			break;
	return i;
}

/* The configuration in use as one that may be changed: that of the start belongs to main, so a copy of its
 * first level takes its place. NULL: no memory. */
static struct config *own_config(struct server *server)
{
	if (server->owned != NULL)
		return server->owned;
	struct config_memory *memory = config_memory_create();
	struct config *copy = memory != NULL ? config_memory_take(memory, 1, sizeof(*copy)) : NULL;
	if (copy == NULL) {
		config_memory_free(memory);
		return NULL;
	}
	*copy = *server->started;
	copy->memory = memory;
	server->owned = copy;
	server->config = copy;
	return copy;
}

/* Lets the zones be those of `rows`, or changes nothing. The rows belong to the configuration, which goes
 * with the next reload of it. */
static void change_zones(struct server *server, struct config_zone *rows, uint32_t count,
                         struct control_reply *reply)
{
	struct config *config = server->owned;
	struct config_zone *former = config->zone;
	uint32_t former_count = config->zone_count;
	struct zones_report report;
	config->zone = rows;
	config->zone_count = count;
	enum result result = reload_zones(server, ZONES_READ_NEW, NULL, true, &report);
	if (result == RESULT_OK) {
		reply_report(reply, &report);
		return;
	}
	config->zone = former;
	config->zone_count = former_count;
	control_reply_error(reply, "all zones stay as they were: %s",
	                    result == RESULT_MALFORMED ? "the new one is wrong, see the log"
	                                               : result_text(result));
}

static void add(void *context, const struct control_request *request, struct control_reply *reply)
{
	static const struct config_acl nobody = {.name = "none"};
	static const struct config_acl_ref none = {.text = "", .acl = &nobody};
	struct server *server = context;
	struct config *config = own_config(server);
	struct dns_name name;
	char text[DNS_NAME_TEXT_MAX];
	const char *file = control_text(request, "file");
	if (!read_name(request, reply, &name))
		return;
	if (config == NULL || find_row(config, &name) < config->zone_count) {
		control_reply_error(reply, config == NULL ? "out of memory"
		                                          : "there is a zone of that name already");
		return;
	}
	struct config_zone *rows =
	    config_memory_take(config->memory, config->zone_count + 1u, sizeof(*rows));
	size_t len = dns_name_to_text(name.wire, text);
	struct config_zone row = {
	    .name = config_memory_text(config->memory, text, len),
	    .type = CONFIG_ZONE_PRIMARY,
	    .file = config_memory_text(config->memory, file, strlen(file)),
	    .notify_acl = none,
	    .allow_transfer_acl = none,
	    .allow_update_acl = none,
	};
	if (rows == NULL || row.name == NULL || row.file == NULL) {
		control_reply_error(reply, "out of memory");
		return;
	}
	memcpy(rows, config->zone, config->zone_count * sizeof(*rows));
	rows[config->zone_count] = row;
	change_zones(server, rows, config->zone_count + 1u, reply);
}

static void remove_zone(void *context, const struct control_request *request,
                        struct control_reply *reply)
{
	struct server *server = context;
	struct config *config = own_config(server);
	struct dns_name name;
	if (!read_name(request, reply, &name))
		return;
	struct config_zone *rows =
	    config != NULL
	        ? config_memory_take(config->memory, config->zone_count + 1u, sizeof(*rows))
	        : NULL;
	if (rows == NULL) {
		control_reply_error(reply, "out of memory");
		return;
	}
	uint32_t at = find_row(config, &name);
	if (at == config->zone_count) {
		control_reply_error(reply, "%s is no zone of the section zone",
		                    control_text(request, "zone"));
		return;
	}
	memcpy(rows, config->zone, at * sizeof(*rows));
	memcpy(rows + at, config->zone + at + 1, (config->zone_count - at - 1) * sizeof(*rows));
	change_zones(server, rows, config->zone_count - 1, reply);
}

#define NOT_KEPT                                                                                   \
	" The configuration file is not changed: at the next config apply, SIGHUP or restart the " \
	"zones are those of the file again."

static const struct control_command rows[] = {
    {.name = "zone list",
     .help = "Shows the zones that are served, with their views.",
     .run = list},
    {.name = "zone show",
     .arguments = {{"zone", CONTROL_TEXT, CONTROL_REQUIRED}},
     .help = "Shows one zone, in each view that has it.",
     .run = show},
    {.name = "zone reload",
     .arguments = {{"zone", CONTROL_TEXT, CONTROL_OPTIONAL}},
     .help = "Reads the file of ZONE, or of all zones, again. A zone whose file is wrong stays in "
             "service as it was.",
     .run = reload},
    {.name = "zone add",
     .arguments = {{"zone", CONTROL_TEXT, CONTROL_REQUIRED},
                   {"file", CONTROL_TEXT, CONTROL_REQUIRED}},
     .help = "Serves ZONE from FILE, for clients of every view." NOT_KEPT,
     .run = add},
    {.name = "zone remove",
     .arguments = {{"zone", CONTROL_TEXT, CONTROL_REQUIRED}},
     .help = "No longer serves ZONE of the section zone." NOT_KEPT,
     .run = remove_zone},
};

void zone_commands_register(struct server *server)
{
	control_register(server->control, rows, ARRAY_COUNT(rows), server);
}

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* check: is the zone one that the server takes? */
#include <json-c/json.h>
#include <stdio.h>

#include "command.h"
#include "input.h"

static void add(struct json_object *object, const char *key, struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static struct json_object *errors_json(const struct input *input)
{
	struct json_object *list = json_object_new_array();
	for (uint32_t i = 0; i < input->errors.count && i < ZONE_ERRORS_MAX; i++) {
		const struct zone_error *error = &input->errors.error[i];
		struct json_object *object = json_object_new_object();
		add(object, "severity",
		    json_object_new_string(error->warning ? "warning" : "error"));
		add(object, "file",
		    json_object_new_string(error->file[0] != '\0' ? error->file : input->file));
		add(object, "line", json_object_new_int64(error->line));
		add(object, "column", json_object_new_int64(error->column));
		add(object, "text", json_object_new_string(error->text));
		json_object_array_add(list, object);
	}
	return list;
}

static void print_json(const struct input *input)
{
	char origin[DNS_NAME_TEXT_MAX];
	struct json_object *object = json_object_new_object();
	dns_name_to_text(input->origin.wire, origin);
	add(object, "file", json_object_new_string(input->file));
	add(object, "origin", json_object_new_string(origin));
	add(object, "good", json_object_new_boolean(input->zone != NULL));
	if (input->zone != NULL) {
		add(object, "serial", json_object_new_int64(zone_serial(input->zone)));
		add(object, "names", json_object_new_uint64(zone_name_count(input->zone)));
		add(object, "records", json_object_new_uint64(zone_record_count(input->zone)));
	}
	add(object, "error_count",
	    json_object_new_int64(input->errors.count - input->errors.warning_count));
	add(object, "warning_count", json_object_new_int64(input->errors.warning_count));
	add(object, "messages", errors_json(input));
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
	                                                JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

static void print_text(const struct input *input)
{
	char origin[DNS_NAME_TEXT_MAX];
	dns_name_to_text(input->origin.wire, origin);
	printf("%s: zone %s (%s): correct; serial %u, %llu names, %llu records\n", input->file,
	       origin, input->origin_from, zone_serial(input->zone),
	       (unsigned long long)zone_name_count(input->zone),
	       (unsigned long long)zone_record_count(input->zone));
}

static enum command_status run(const struct command_args *args)
{
	static struct input input;
	const bool json = command_has(args, "--json");
	enum input_report report = INPUT_WARNINGS;
	if (json)
		report = INPUT_SILENT;
	else if (command_has(args, "--no-warnings"))
		report = INPUT_ERRORS;

	enum command_status status = input_open(args, args->word[0], args->word[1], report, &input);
	if (json && status != COMMAND_TROUBLE)
		print_json(&input);
	else if (status == COMMAND_GOOD && !command_has(args, "--quiet"))
		print_text(&input);
	if (status == COMMAND_GOOD && command_has(args, "--strict") && input.errors.count > 0)
		status = COMMAND_BAD;
	input_close(&input);
	return status;
}

static const struct command_option options[] = {
    INPUT_OPTION_ORIGIN,
    {"--json", NULL, "the result and all messages as one JSON object"},
    {"--strict", NULL, "exit status 1 for warnings, too"},
    {"--no-warnings", NULL, "do not print warnings"},
    {"--quiet", NULL, "print nothing when the zone is correct"},
    {NULL, NULL, NULL},
};

const struct command command_check = {
    .name = "check",
    .words = "FILE [ORIGIN]",
    .words_min = 1,
    .words_max = 2,
    .summary = "say whether the server takes the zone, and what is wrong",
    .help = "Reads the zone as the server does: syntax, every record's data, one SOA, NS, nothing\n"
            "beside a CNAME, equal TTLs, NSEC3 parameters. Up to 20 messages, errors first, each\n"
            "with file, line and column; reading goes on after an error.\n\n"
            "  scloud-zone check example.com.zone\n"
            "  scloud-zone check zones/internal corp.example\n"
            "  generate | scloud-zone check - example.com",
    .options = options,
    .run = run,
};

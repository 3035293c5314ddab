/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A line for the control socket: whatever it is, there is exactly one reply, and that is JSON. */
#include <stdlib.h>
#include <string.h>

#include <json-c/json_tokener.h>

#include "control/control_int.h"
#include "fuzz.h"

static void run(void *context, const struct control_request *request, struct control_reply *reply)
{
	const char *text = control_text(request, "text");
	const char *rest = control_text(request, "rest");
	(void)context;
	FUZZ_HOLDS(text != NULL && text[0] != '\0');
	FUZZ_HOLDS(rest == NULL || rest[0] != '\0');
	FUZZ_HOLDS(control_number(request, "number", 0) <= (uint64_t)1 << 53);
	double decimal = control_decimal(request, "decimal", 0);
	FUZZ_HOLDS(decimal >= 0 && decimal <= 1e12);
	if (control_flag(request, "flag"))
		control_reply_error(reply, "%s", text);
	else
		control_reply_result(reply, json_object_new_string(text));
}

static const struct control_command command = {
    .name = "a b",
    .arguments = {{"text", CONTROL_TEXT, CONTROL_REQUIRED},
                  {"number", CONTROL_NUMBER, CONTROL_OPTIONAL},
                  {"decimal", CONTROL_DECIMAL, CONTROL_OPTION},
                  {"flag", CONTROL_FLAG, CONTROL_OPTION},
                  {"rest", CONTROL_WORDS, CONTROL_OPTIONAL}},
    .help = "Takes one of each.",
    .run = run,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct control_table table;
	table.count = 2;
	table.entry[0] = (struct control_entry){.command = &command};
	table.entry[1] = (struct control_entry){.command = &control_help, .context = &table};
	if (size >= CONTROL_LINE_MAX)
		return 0;
	struct control_reply reply = {0};
	/* The parser may look at no octet behind the line: it gets the buffer as it is. */
	control_run_line(&table, (const char *)data, size, &reply);
	FUZZ_HOLDS(reply.answered && reply.next == NULL && !reply.broken);
	FUZZ_HOLDS(reply.len > 1 &&
	           memchr(reply.text, '\n', reply.len) == reply.text + reply.len - 1);
	reply.text[reply.len - 1] = '\0';
	struct json_object *line = json_tokener_parse(reply.text);
	FUZZ_HOLDS(json_object_is_type(line, json_type_object));
	FUZZ_HOLDS(json_object_object_get_ex(line, "ok", NULL));
	json_object_put(line);
	control_reply_fini(&reply);
	return 0;
}

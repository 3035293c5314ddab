/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What is said to a client: lines of JSON in a buffer that is bounded. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "control/control_int.h"

#define FIRST_CAPACITY 4096
/* Room that items leave, so that the last line always fits. */
#define LAST_LINE_BYTES 4096

static bool make_room(struct control_reply *reply, size_t len, size_t max)
{
	if (reply->sent > 0) {
		memmove(reply->text, reply->text + reply->sent, reply->len - reply->sent);
		reply->len -= reply->sent;
		reply->sent = 0;
	}
	size_t needed = reply->len + len;
	if (needed > max)
		return false;
	if (needed <= reply->capacity)
		return true;
	size_t capacity = reply->capacity == 0 ? FIRST_CAPACITY : reply->capacity;
	while (capacity < needed)
		capacity *= 2;
	char *grown = realloc(reply->text, capacity);
	if (grown == NULL)
		return false;
	reply->text = grown;
	reply->capacity = capacity;
	return true;
}

/* Takes the object over. */
static bool put_line(struct control_reply *reply, struct json_object *line, size_t max)
{
	size_t len = 0;
	const char *text = json_object_to_json_string_length(line, JSON_C_TO_STRING_PLAIN, &len);
	bool fits = text != NULL && make_room(reply, len + 1, max);
	if (fits) {
		memcpy(reply->text + reply->len, text, len);
		reply->text[reply->len + len] = '\n';
		reply->len += len + 1;
	}
	json_object_put(line);
	return fits;
}

/* An object with one member, which it takes over; NULL without memory. */
static struct json_object *wrap(const char *key, struct json_object *member)
{
	struct json_object *line = json_object_new_object();
	if (line == NULL || member == NULL || json_object_object_add(line, key, member) != 0) {
		json_object_put(line);
		json_object_put(member);
		return NULL;
	}
	return line;
}

static void put_failure(struct control_reply *reply, const char *text, bool is_wrong)
{
	struct json_object *line = wrap("ok", json_object_new_boolean(false));
	if (line != NULL) {
		(void)json_object_object_add(line, "error", json_object_new_string(text));
		if (is_wrong)
			(void)json_object_object_add(line, "wrong_use",
			                             json_object_new_boolean(true));
		if (put_line(reply, line, CONTROL_OUTPUT_MAX))
			return;
	}
	/* Not even that: the client sees the end of its connection. */
	reply->broken = true;
}

static void fail(struct control_reply *reply, bool is_wrong, const char *format, va_list arguments)
{
	char text[CONTROL_ERROR_BYTES];
	CHECK(!reply->answered);
	reply->answered = true;
	vsnprintf(text, sizeof(text), format, arguments);
	put_failure(reply, text, is_wrong);
}

void control_reply_error(struct control_reply *reply, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fail(reply, false, format, arguments);
	va_end(arguments);
}

void control_reply_wrong(struct control_reply *reply, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fail(reply, true, format, arguments);
	va_end(arguments);
}

static void fail_long(struct control_reply *reply)
{
	control_reply_error(reply, "the reply is longer than %u octets", CONTROL_OUTPUT_MAX);
}

void control_reply_result(struct control_reply *reply, struct json_object *result)
{
	CHECK(!reply->answered);
	if (reply->overflow) {
		json_object_put(result);
		fail_long(reply);
		return;
	}
	struct json_object *line = wrap("result", result);
	if (line == NULL ||
	    json_object_object_add(line, "ok", json_object_new_boolean(true)) != 0) {
		json_object_put(line);
		control_reply_error(reply, "out of memory");
		return;
	}
	if (!put_line(reply, line, CONTROL_OUTPUT_MAX - LAST_LINE_BYTES)) {
		fail_long(reply);
		return;
	}
	reply->answered = true;
}

void control_reply_item(struct control_reply *reply, struct json_object *item)
{
	struct json_object *line = wrap("item", item);
	if (line != NULL && !put_line(reply, line, CONTROL_OUTPUT_MAX - LAST_LINE_BYTES))
		reply->overflow = true;
}

void control_reply_stream(struct control_reply *reply,
                          enum control_stream (*next)(void *state, struct control_reply *reply),
                          void (*release)(void *state), void *state)
{
	CHECK(!reply->answered && reply->next == NULL);
	reply->next = next;
	reply->release = release;
	reply->state = state;
}

static void end_stream(struct control_reply *reply)
{
	if (reply->next != NULL && reply->release != NULL)
		reply->release(reply->state);
	reply->next = NULL;
	reply->release = NULL;
	reply->state = NULL;
}

enum control_stream control_reply_pull(struct control_reply *reply)
{
	for (unsigned i = 0; i < CONTROL_PULLS_PER_TURN; i++) {
		if (reply->next == NULL)
			return CONTROL_DONE;
		if (reply->len - reply->sent >= CONTROL_STREAM_LOW)
			return CONTROL_MORE;
		enum control_stream stands = reply->next(reply->state, reply);
		if (reply->overflow && !reply->answered)
			fail_long(reply);
		if (stands == CONTROL_DONE || reply->answered) {
			end_stream(reply);
			if (!reply->answered)
				control_reply_result(reply, json_object_new_object());
			return CONTROL_DONE;
		}
		if (stands == CONTROL_LATER)
			return CONTROL_LATER;
	}
	return CONTROL_MORE;
}

void control_reply_fini(struct control_reply *reply)
{
	end_stream(reply);
	free(reply->text);
	memset(reply, 0, sizeof(*reply));
}

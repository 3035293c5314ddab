/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* control -- the server's control socket: commands of the operator, served by the main thread.
 *
 * What:    a Unix stream socket that takes one JSON object a line and answers with JSON lines. To add a
 *          command, write a row and register it before control_open():
 *
 *              static void flush(void *context, const struct control_request *request,
 *                                struct control_reply *reply)
 *              {
 *                      struct cache *cache = context;
 *                      const char *name = control_text(request, "name");
 *                      ...
 *                      control_reply_result(reply, json_object_new_object());
 *              }
 *              static const struct control_command rows[] = {
 *                  {.name = "cache flush",
 *                   .arguments = {{"name", CONTROL_TEXT, CONTROL_REQUIRED},
 *                                 {"subtree", CONTROL_FLAG, CONTROL_OPTION}},
 *                   .help = "Forgets what is cached under NAME.",
 *                   .run = flush},
 *              };
 *              control_register(control, rows, ARRAY_COUNT(rows), cache);
 *
 *          In the server, app/scloud-dns/commands.c calls one such function for each *_commands.c.
 *          scloud-dnsctl knows no command by itself: it sends words, prints what comes back, and shows
 *          objects as lines and lists of objects as tables. The protocol is in docs/control.md.
 * Threads: the main thread, for all of it: commands run there one at a time, so they may do what only
 *          one control thread may (publish snapshots, change the cache's settings).
 * Memory:  struct control owns clients and buffers; json_object arguments are taken over.
 * Limits:  control/control_limits.h. A command must not wait: what takes long, or gives much, is a
 *          stream, of which a piece is made whenever the client has room for it.
 * Trust:   who may open the socket (mode 0600: the server's user) may do everything; yet a broken
 *          client can neither stop the main thread nor make it grow.
 * RFC:     8259 (JSON). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json_object.h>

#include "base/attr.h"
#include "base/result.h"
#include "control/control_limits.h"

struct control;
struct control_reply;

enum control_type {
	CONTROL_NONE, /* ends the list of arguments */
	CONTROL_TEXT, /* at least one octet, no NUL */
	CONTROL_NUMBER, /* whole number from 0 to 2^53 */
	CONTROL_DECIMAL, /* number from 0 to 10^12: seconds with a fraction */
	CONTROL_FLAG, /* true or false; in words "--NAME" */
	CONTROL_WORDS, /* text; in words all that are left, with a blank between them */
};

enum control_use {
	CONTROL_OPTIONAL, /* by its place, may be left out */
	CONTROL_REQUIRED, /* by its place */
	CONTROL_OPTION, /* in words "--NAME VALUE"; may be left out; every flag is one */
};

struct control_argument {
	const char *name; /* lower case; key in JSON */
	enum control_type type;
	enum control_use use;
};

/* A request whose arguments are as the command's row wants them. */
struct control_request {
	const struct control_command *command;
	struct json_object *arguments;
};

struct control_command {
	const char *name; /* one to three words: "clock advance" */
	struct control_argument arguments[CONTROL_ARGUMENTS_MAX + 1];
	const char *help; /* a sentence or two for people */
	/* Ends with one call of control_reply_result(), _error(), _wrong() or _stream(). */
	void (*run)(void *context, const struct control_request *request,
	            struct control_reply *reply);
};

/* -- in the server -- */

/* Gives: a control without socket, which knows the command `help`. Fails: RESULT_NO_MEMORY, RESULT_IO. */
MUST_CHECK enum result control_create(struct control **out);

/* Adds commands; rows and context stay the caller's and must outlive the control. A name that is there
 * already or more than CONTROL_COMMANDS_MAX are errors of ours: CHECK. */
void control_register(struct control *control, const struct control_command *rows, size_t count,
                      void *context);

/* Listens at `path` (a socket file left behind by a dead process is removed), mode 0600; makes
 * CONTROL_FOLDER if that is where it is. Fails: RESULT_BUSY (another server is there), RESULT_EXISTS (something that
 * is no socket), RESULT_TOO_LONG (path), RESULT_IO (errno tells why). */
MUST_CHECK enum result control_open(struct control *control, const char *path);

/* The socket's path; "" before control_open(). */
const char *control_path(const struct control *control);

/* For poll(): readable when control_turn() has something to do; -1 is never given. */
int control_fd(const struct control *control);

/* How long poll() may wait at most, in milliseconds. */
int control_wait_ms(const struct control *control);

/* Does what there is to do without waiting; `now_us`: time that nobody moves (clock_steady_us()). */
void control_turn(struct control *control, uint64_t now_us);

/* Sends what clients still have to get, as far as they take it at once, closes and removes the socket,
 * frees everything. NULL is fine. */
void control_destroy(struct control *control);

/* -- in commands -- */

/* The argument, or NULL where it was left out. Valid until run() returns. */
const char *control_text(const struct control_request *request, const char *name);
/* The number, or `fallback` where it was left out. */
uint64_t control_number(const struct control_request *request, const char *name, uint64_t fallback);
double control_decimal(const struct control_request *request, const char *name, double fallback);
/* False where it was left out. */
bool control_flag(const struct control_request *request, const char *name);

/* Success. Takes `result` over: an object (shown as lines), an array of objects (shown as a table) or
 * text; NULL: out of memory, which becomes an error. */
void control_reply_result(struct control_reply *reply, struct json_object *result);

/* Failure: one sentence in lower case without a full stop. scloud-dnsctl exits with 1. */
void control_reply_error(struct control_reply *reply, const char *format, ...) PRINTF_LIKE(2, 3);

/* The client asked for what cannot be (an unknown zone type, a name that is none): exits with 2. */
void control_reply_wrong(struct control_reply *reply, const char *format, ...) PRINTF_LIKE(2, 3);

enum control_stream {
	CONTROL_MORE, /* call again when the client has room */
	CONTROL_LATER, /* nothing yet: call again soon */
	CONTROL_DONE, /* over; a result or an error may have been given */
};

/* Each call of `next` may give some items with control_reply_item(), each a line of its own; other
 * clients' commands run in between. At CONTROL_DONE without a result an empty one is sent. `release` is
 * called in any case, also when the client went away. */
void control_reply_stream(struct control_reply *reply,
                          enum control_stream (*next)(void *state, struct control_reply *reply),
                          void (*release)(void *state), void *state);

/* An item before the result. Takes `item` over; NULL is fine. */
void control_reply_item(struct control_reply *reply, struct json_object *item);

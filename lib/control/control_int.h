/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* control_int -- what the files of this folder share.
 *
 * What:    the table of commands, the reply under way, a client's buffers.
 * Threads: main.
 * Memory:  as in control.h.
 * Limits:  control/control_limits.h.
 * Trust:   lines come from whoever may open the socket.
 * RFC:     8259. */
#pragma once

#include "control/control.h"

struct control_entry {
	const struct control_command *command;
	void *context;
};

struct control_table {
	struct control_entry entry[CONTROL_COMMANDS_MAX];
	uint32_t count;
};

/* What is being said to one client. */
struct control_reply {
	char *text; /* lines to send; grows up to CONTROL_OUTPUT_MAX */
	size_t len, capacity;
	size_t sent; /* of these */
	bool answered; /* result, error or stream was given for the request at hand */
	bool overflow; /* an item did not fit: the request ends with an error */
	bool broken; /* no memory even for an error: the connection ends */

	/* The stream under way, next NULL: none. */
	enum control_stream (*next)(void *state, struct control_reply *reply);
	void (*release)(void *state);
	void *state;
};

/* -- table.c -- */

/* The command whose name these words begin with, the longest that fits, and how many words it takes. */
const struct control_entry *control_find(const struct control_table *table,
                                         const char *const *words, size_t count, size_t *taken);
/* The command of exactly that name. */
const struct control_entry *control_find_name(const struct control_table *table, const char *name);
/* "clock advance SECONDS" */
void control_usage(const struct control_command *command, char *out, size_t size);
/* What follows these words in the table: "advance, show"; false: nothing does. */
bool control_suggest(const struct control_table *table, const char *const *words, size_t count,
                     char *out, size_t size);
/* The command `help`; its context is the table. */
extern const struct control_command control_help;

/* -- request.c -- */

/* Reads one line, checks it against the table, runs the command and lets it reply. Everything that can be
 * wrong with the line becomes an error reply. */
void control_run_line(const struct control_table *table, const char *line, size_t len,
                      struct control_reply *reply);

/* -- words.c -- */

/* From words behind the command's name to arguments. Gives: an object, or NULL after a reply of what is
 * wrong. */
struct json_object *control_read_words(const struct control_command *command,
                                       const char *const *words, size_t count,
                                       struct control_reply *reply);

/* -- reply.c -- */

/* Asks the stream for more while little waits to be sent. Gives how it stands; CONTROL_DONE: it is over
 * (or there was none). */
enum control_stream control_reply_pull(struct control_reply *reply);
/* Lets go of the stream and of the text. */
void control_reply_fini(struct control_reply *reply);

/* -- socket.c -- */

/* A listening socket, closed on exec, never blocking. */
MUST_CHECK enum result control_socket_open(const char *path, int *fd);
void control_socket_remove(const char *path);

/* -- client.c -- */

struct control_client {
	int fd; /* -1: the place is free */
	bool input_ended; /* no more requests; what was asked is still answered */
	bool discards; /* what comes is thrown away: its line was too long */
	bool wants_out; /* epoll tells when it takes more */
	enum control_stream stands; /* of its stream */
	uint64_t active_us; /* it took or gave something, or a reply was made for it */
	size_t input_len;
	size_t scanned; /* of these, without a newline */
	char *input; /* CONTROL_LINE_MAX octets */
	struct control_reply reply;
};

/* Reads, runs at most one request, sends. False: it is to be closed. */
MUST_CHECK bool control_client_turn(struct control_client *client,
                                    const struct control_table *table, bool readable,
                                    uint64_t now_us);
/* Whether a whole line or a stream waits for the next turn without any event to come. */
bool control_client_has_more(const struct control_client *client);
/* Whether it did nothing for too long. */
bool control_client_is_stuck(const struct control_client *client, uint64_t now_us);
/* Closes it and frees what it holds. */
void control_client_close(struct control_client *client);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* connection -- the way to the server: words out, replies in.
 *
 * What:    finds the socket, sends a command line, reads the lines of its reply.
 * Threads: one.
 * Memory:  connection_close() frees what connection_open() made; replies are the caller's.
 * Limits:  a reply line is at most CONTROL_OUTPUT_MAX.
 * Trust:   the server is ours, but what it sends is checked to be JSON.
 * RFC:     8259. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <json-c/json_object.h>

#include "base/attr.h"

struct connection {
	int fd;
	size_t have; /* octets of `line` that were received */
	size_t used; /* of these, given away as lines */
	char held; /* what stood where the last line has its NUL; 0: nothing */
	char *line;
	size_t capacity;
};

/* `path` NULL: the only socket in CONTROL_FOLDER. On failure prints one line and returns false. */
MUST_CHECK bool connection_open(const char *path, struct connection *out);
void connection_close(struct connection *connection);

/* Sends octets. On failure prints one line and returns false. */
MUST_CHECK bool connection_send_text(struct connection *connection, const char *text, size_t len);

/* Sends the words of a command. On failure prints one line and returns false. */
MUST_CHECK bool connection_send(struct connection *connection, const char *const *words,
                                size_t count);

/* The next line of the reply, which the caller puts; *text: the line itself, until the next call. NULL: the
 * connection is over or broken, which has been told. */
MUST_CHECK struct json_object *connection_receive(struct connection *connection, const char **text);

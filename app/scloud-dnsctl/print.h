/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* print -- JSON for people: objects as lines, lists of objects as tables.
 *
 * What:    knows no command; what a command's reply looks like follows from its shape alone.
 * Threads: one.
 * Memory:  none is kept.
 * Limits:  PRINT_COLUMNS_MAX columns of a table; more are left out and told.
 * Trust:   control characters of texts are not sent to the terminal.
 * RFC:     none. */
#pragma once

#include <stdio.h>

#include <json-c/json_object.h>

#define PRINT_NAME_BYTES 32
#define PRINT_COLUMNS_MAX 32

/* One item of a stream: a table that goes on, with the columns of the one before, has no title line again. */
void print_item(struct json_object *item, FILE *stream);

void print_value(struct json_object *value, FILE *stream);

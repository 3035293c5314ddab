/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* top_draw -- what the live view shows, and how.
 *
 * What:    top_draw() writes the lines of a page to top->out; top.c has the terminal and the keys.
 * Threads: one.
 * Memory:  the caller's.
 * Limits:  top->left lines of top->columns characters.
 * Trust:   the server; control characters in texts become question marks.
 * RFC:     none. ECMA-48. */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <termios.h>

#include <json-c/json_object.h>

/* Columns that are drawn at most. */
#define COLUMNS_MAX 400

enum page {
	PAGE_OVERVIEW,
	PAGE_HOTTEST,
	PAGE_DROPS,
	PAGE_PIPELINE,
	PAGE_COUNT
};

struct top {
	bool is_terminal;
	struct termios before;
	unsigned rows, columns;
	unsigned left; /* lines of the screen that are free */
	enum page page;
	bool is_paused;
	struct json_object *now; /* of `stats` */
	struct json_object *earlier; /* the one before; NULL: none */
	FILE *out;
};

void top_draw(struct top *top);

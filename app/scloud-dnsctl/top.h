/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* top -- a live view of the server that fills the terminal.
 *
 * What:    asks for `stats` once a second and draws it: rates, answers, times, the hottest names and clients, drops,
 *          lcores, links. Keys: 1 to 4 or Tab for the pages, space to stop and go on, q to leave. Without a
 *          terminal it prints one picture and ends.
 * Threads: one.
 * Memory:  two replies.
 * Limits:  the terminal's size; what does not fit is not shown.
 * Trust:   the server; control characters in texts become question marks.
 * RFC:     none. ECMA-48 (cursor, erase, bold). */
#pragma once

#include "args.h"

/* Gives the exit status. */
int top_run(const struct args *args);

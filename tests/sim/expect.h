/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* expect -- compares what a client got with the lines of a scenario.
 *
 * What:    expect_lines() for a statement's lines, expect_short() for what stands behind "->".
 * Threads: one.
 * Memory:  static.
 * Limits:  as sim.h.
 * Trust:   lines are ours; what is wrong in them ends the program.
 * RFC:     none. */
#pragma once

#include "sim.h"

void expect_lines(const struct script_statement *statement, const struct sim_client *client);
/* RCODE, and then an EDE for SERVFAIL, or the rdata of the records of the type asked. */
void expect_short(const struct script_line *line, unsigned at, const struct sim_client *client);

/* "= N", "<= N", ">= N": reads it and compares; false: it is not so. */
bool expect_count(const struct script_line *line, unsigned at, uint64_t found);

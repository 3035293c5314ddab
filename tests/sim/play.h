/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* play -- runs the statements of a scenario on the world of sim.h.
 *
 * What:    play_file() runs each case of a file in a world of its own, what stands before the first case
 *          first; the tables of statements are in world_commands.c, client_commands.c and sent_commands.c.
 * Threads: one.
 * Memory:  static.
 * Limits:  as sim.h.
 * Trust:   scenarios are ours: what is wrong in them ends the program.
 * RFC:     none. */
#pragma once

#include "sim.h"

struct play_command {
	const char *name;
	void (*run)(const struct script_statement *statement);
	bool has_lines; /* indented lines may follow */
};
extern const struct play_command play_world_commands[];
extern const unsigned play_world_command_count;
extern const struct play_command play_client_commands[];
extern const unsigned play_client_command_count;
extern const struct play_command play_sent_commands[];
extern const unsigned play_sent_command_count;

struct play_options {
	const char *only; /* the case to run, or NULL */
	uint64_t seed; /* 0: as the file says */
	bool verbose;
};

struct play_counts {
	unsigned passed;
	unsigned failed;
};

/* Runs the cases of a text; prints "ok     FILE case" or "FAILED FILE case" for each. */
void play_text(const char *file, const char *text, const struct play_options *options,
               struct play_counts *counts);
/* Runs one statement. */
void play_statement(const struct script_statement *statement);

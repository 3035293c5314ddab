/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* control_limits -- what one client of the control socket may cost, each number with its reason.
 *
 * What:    constants.
 * Threads: none.
 * Memory:  none.
 * Limits:  this is the place.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

/* Clients at the same time; one more is told so and turned away. Too low: a few forgotten live views
 * lock the operator out. Too high: each may hold CONTROL_OUTPUT_MAX. */
#define CONTROL_CLIENTS_MAX 32

/* Octets of a request with its newline. Too low: a long list of words does not fit. Too high: memory
 * for each client that never sends a newline. */
#define CONTROL_LINE_MAX 65536

/* Objects within objects in a request: ours need two. Too high: the parser's memory. */
#define CONTROL_DEPTH_MAX 8

/* Words of a request that comes as a command line, and names of one command's arguments. */
#define CONTROL_WORDS_MAX 64
#define CONTROL_ARGUMENTS_MAX 12

/* Commands that can be registered. */
#define CONTROL_COMMANDS_MAX 128

/* Octets of replies that wait for a client. Too low: the list of a few thousand zones does not fit
 * into one result. Too high: a client that does not read holds as much. */
#define CONTROL_OUTPUT_MAX (8u << 20)

/* A stream is asked for more when less than this waits for the client. */
#define CONTROL_STREAM_LOW 65536

/* Pulls of one stream in one turn. Too low: system calls for a handful of items. Too high: the other
 * clients and the signals wait. */
#define CONTROL_PULLS_PER_TURN 64

/* A client that does not take its reply, or does not end its line, for so long is gone. */
#define CONTROL_STUCK_US 10000000u
/* A client that asks nothing for so long is gone: a live view asks every second. */
#define CONTROL_IDLE_US 300000000u

/* How soon a stream that had nothing yet is asked again. Too low: burns. Too high: a trace lags. */
#define CONTROL_LATER_MS 20
/* How often time-outs of clients are looked at. */
#define CONTROL_TICK_MS 1000

/* Where a socket is, by default, and the longest path: what fits struct sockaddr_un. */
#define CONTROL_FOLDER "/run/scloud-dns"
#define CONTROL_PATH_BYTES 108

/* Octets of the sentence that tells what went wrong. */
#define CONTROL_ERROR_BYTES 512

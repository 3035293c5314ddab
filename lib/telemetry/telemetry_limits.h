/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* telemetry_limits -- how much a report may hold, each number with its reason.
 *
 * What:    constants.
 * Threads: none.
 * Memory:  none.
 * Limits:  this is the place.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

/* Entries of a list in one reply of DPDK's socket. Too low: many requests for one picture. Too high: entries
 * with long names do not fit into its 16 KiB, and the page is made again with half as many. */
#define TELEMETRY_PAGE 24

/* The same of a port's own counters, which are a name and a number each. */
#define TELEMETRY_XSTATS_PAGE 128

/* Octets of JSON that fit one reply of DPDK 22.11: it has 16 KiB for everything, and writes blanks and the
 * command's name around ours. Too high: DPDK gives an empty reply. */
#define TELEMETRY_REPLY_MAX 15500

/* Entries of a list that a caller of telemetry_report() gets where it names no number. Too low: a table of
 * links is cut. Too high: a list of a million zones is made at once. */
#define TELEMETRY_LIST_MAX 1000

/* Octets of a text in DPDK's replies, with its end (RTE_TEL_MAX_STRING_LEN); longer ones lose their middle. */
#define TELEMETRY_TEXT_BYTES 128

/* Octets of a parameter: the longest name in text, with escapes, and a number. */
#define TELEMETRY_PARAMETER_BYTES 1100

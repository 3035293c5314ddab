/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* tap_limits -- what watching may cost, each number with its reason.
 *
 * What:    constants.
 * Threads: none.
 * Memory:  none.
 * Limits:  this is the place.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

/* Who may be given copies at the same time: dnstap, the query log, captures. A bit of a mask each. */
#define TAP_SINKS_MAX 8

/* Octets of copies that wait for the drain, for each lcore; taken when the first sink comes. Too low: at a
 * million answers a second copies are lost between two looks. Too high: memory. A power of two. */
#define TAP_RING_BYTES (4u << 20)

/* How often the rings are looked at. Too low: burns. Too high: rings fill, a live view lags. */
#define TAP_DRAIN_US 2000

/* Copies of one lcore that are given away before the next one's turn. */
#define TAP_DRAIN_BATCH 4096

/* Octets of a message that are copied where a sink does not say how many. */
#define TAP_SNAP_DEFAULT 65535

/* What the flight recorder remembers of each lcore: records of 128 octets. Too low: seconds of a quiet server,
 * but only milliseconds of a flood. Too high: memory (touched as it fills). */
#define FLIGHT_ENTRIES_MIN 1024
#define FLIGHT_ENTRIES_MAX (1u << 22)
/* Of these, so many more for failures and drops, which a flood of good answers must not wash away. */
#define FLIGHT_ODD_SHARE 8
/* Octets of a name in a record; longer ones lose their end. */
#define FLIGHT_NAME_BYTES 80

/* Octets that wait for a client of the control socket that captures. Too low: a burst is lost. */
#define CAPTURE_QUEUE_BYTES (4u << 20)

/* Copies that wait for dnstap's own thread, a power of two. */
#define DNSTAP_QUEUE 16384

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* flight -- what the last answers and drops of each lcore were: a recorder that is always on.
 *
 * What:    each lcore writes a record of two cache lines for each answer and each drop into a ring of its own,
 *          the oldest goes; failures and drops stand in a second ring too, so that a flood of good
 *          answers does not wash them away. The recorder is frozen, read or written to a file, and thawed.
 * Threads: flight_answer() and flight_drop() on any lcore; all else on one control thread, but
 *          flight_write(), which may be called from a signal handler while the process dies.
 * Memory:  records of 128 octets, mapped at start, touched as they fill.
 * Limits:  tap/tap_limits.h. While it is frozen nothing is recorded.
 * Trust:   names and addresses are from the wire. flight_read() checks files as untrusted.
 * RFC:     none. */
#pragma once

#include <stdatomic.h>
#include <stdio.h>

#include "pipeline/drop.h"
#include "pipeline/query.h"
#include "tap/tap.h"

enum flight_kind {
	FLIGHT_NONE, /* never written */
	FLIGHT_ANSWER,
	FLIGHT_DROP,
};

struct flight_record {
	uint64_t tsc; /* of the burst in which it left */
	uint64_t took_tsc; /* since it came; 0: not known */
	uint8_t kind; /* enum flight_kind */
	uint8_t source; /* enum query_source */
	uint8_t verdict; /* enum query_verdict */
	uint8_t drop; /* enum drop_reason */
	uint8_t family; /* of the client; 0: not known */
	uint8_t name_len; /* of the whole name; 0: not known */
	uint16_t client_port;
	uint8_t client[16];
	uint16_t type;
	uint16_t rcode;
	uint16_t flags; /* of the query */
	uint16_t len; /* octets of the answer */
	uint8_t name[FLIGHT_NAME_BYTES]; /* wire, perhaps cut */
};

struct flight;

/* `entries` for each lcore: a power of two. Fails: RESULT_OUT_OF_RANGE, RESULT_NO_MEMORY. */
MUST_CHECK enum result flight_create(uint32_t entries, struct flight **out);
void flight_destroy(struct flight *flight); /* NULL is fine; lcores have stopped */

/* -- lcores -- */

/* The first member of struct flight, for flight_is_on(). */
struct flight_switch {
	_Atomic bool is_on;
};

/* Once a burst. NULL is fine. */
static inline bool flight_is_on(const struct flight *flight)
{
	const struct flight_switch *first = (const struct flight_switch *)flight;
	return LIKELY(flight != NULL) &&
	       LIKELY(atomic_load_explicit(&first->is_on, memory_order_relaxed));
}

/* `tsc`: the time of the burst. */
void flight_answer(struct flight *flight, const struct query *query, uint64_t tsc);
/* `known`: how much of the query is true. */
void flight_drop(struct flight *flight, const struct query *query, enum tap_known known,
                 enum drop_reason reason);

/* -- control -- */

/* Stops and goes on. Who has frozen it waits until all lcores have passed a turn before he reads. */
void flight_freeze(struct flight *flight);
void flight_thaw(struct flight *flight);

/* What is in it since a time, in order of time, the youngest `max` of them. Gives how many; *out is to be
 * freed. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result flight_collect(const struct flight *flight, uint64_t since_tsc, size_t max,
                                      struct flight_record **out, size_t *count);

/* What the last second was like; costs a look at the youngest records. */
struct flight_second {
	uint64_t answers;
	uint64_t failures; /* SERVFAIL among them */
	uint64_t drops;
	uint64_t p99_us; /* of answers' times */
};
void flight_second(const struct flight *flight, uint64_t now_tsc, struct flight_second *out);

/* Writes everything to a descriptor. `reason` goes to the head. False: it could not be written whole (errno).
 * Async-signal-safe. */
MUST_CHECK bool flight_write(const struct flight *flight, int fd, const char *reason);

/* A file that flight_write() has made. */
struct flight_file {
	uint64_t tsc_hz;
	uint64_t tsc_base; /* that was at */
	uint64_t ns_base; /* since 1970 */
	char reason[64];
	size_t count;
	struct flight_record *records; /* in order of time */
};
/* Fails: RESULT_IO (errno), RESULT_MALFORMED, RESULT_TOO_LONG, RESULT_NO_MEMORY. */
MUST_CHECK enum result flight_read(const char *path, struct flight_file *out);
void flight_file_free(struct flight_file *file);

/* The first octets of such a file. */
#define FLIGHT_MAGIC "SCDNSFR1"

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* load_limits -- what the load generator takes at most.
 *
 * What:    constants.
 * Threads: none.
 * Memory:  none.
 * Limits:  this is the place.
 * Trust:   no input.
 * RFC:     1035 §2.3.4. */
#pragma once

/* Questions of one file. Too low: random names of a large zone repeat. Too high: 64 octets each. */
#define LOAD_QUERIES_MAX 100000000u
/* A line of a query file: a name with every octet as \DDD, a type, what is expected. */
#define LOAD_LINE_MAX 2048u
/* Wrong lines that are told one by one. Too low: each run finds one mistake. Too high: the wrong file's
 * first lines scroll away. */
#define LOAD_ERRORS_TOLD_MAX 10u

/* Queries of one lcore that wait for their answers, as a power of two. Too low: at 10 M/s a table of 2^16
 * holds 6 ms. Too high: 32 octets each, out of the processor's caches. */
#define LOAD_FLIGHT_BITS_MIN 10u
#define LOAD_FLIGHT_BITS_MAX 22u

/* Addresses that queries come from. Too low: rate limits and load balancers see few clients. Too high: the
 * server's learned cookies, 32 octets each. */
#define LOAD_SOURCES_MAX 65536u

/* Records that a line expects. Too low: large sets cannot be checked. Too high: each answer's records are compared
 * with all of them. */
#define LOAD_EXPECTED_MAX 32u
/* Words of the rdata of one of them: a TXT record with many strings. */
#define LOAD_EXPECTED_WORDS_MAX 64u

/* One EDNS option of the user's, with code and length. Too low: a client subnet or a padding block does not fit. Too
 * high: the message is longer than any client's query. */
#define LOAD_OPTION_MAX 132u

/* A query with its OPT record, the user's option and cookies. */
#define LOAD_MESSAGE_MAX 512u

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* query_file -- the questions of a load: read from dnsperf's files, kept as finished DNS messages.
 *
 * What:    a line is a name, a type and, if wanted, the response code that is expected
 *          and the records ("www.example.com A NOERROR 192.0.2.1 | 192.0.2.2", load/expected.h); ';' and '#'
 *          start comments. Each question becomes a message with id 0 and, if asked for, an OPT record at its end;
 *          its Internet checksum is summed once.
 * Threads: read by one thread, then shared by all that only look.
 * Memory:  one block of messages, one table; about 60 octets for a question.
 * Limits:  load/load_limits.h.
 * Trust:   the file is a person's: each wrong line is told with its number and what is wrong.
 * RFC:     1035 §4.1, 6891 §6.1.2, 7873 §4. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/result.h"
#include "load/expected.h"
#include "load/load_limits.h"

/* No response code is expected. */
#define QUERY_FILE_ANY_RCODE UINT16_MAX

struct query_file_settings {
	bool recursion_desired;
	bool edns;
	bool dnssec_ok; /* implies edns */
	bool cookie; /* implies edns: room for a client cookie stands at the end */
	uint16_t udp_bytes; /* of the OPT record; 0: 1232 */
	/* Code, length and octets of one more option, as they stand in the message. */
	uint8_t option[LOAD_OPTION_MAX];
	uint16_t option_len; /* 0: none; else implies edns */
};

struct query_file_entry {
	uint64_t at; /* of the message, in query_file.messages */
	uint16_t len;
	uint16_t question_end; /* from the message's start */
	uint16_t sum; /* net_checksum_fold() of the message with id 0 and an empty cookie */
	uint16_t rcode; /* expected, or QUERY_FILE_ANY_RCODE */
};

struct query_file {
	uint8_t *messages;
	uint64_t message_octets;
	uint64_t message_room;
	struct query_file_entry *entries;
	uint32_t count;
	uint32_t room;
	struct expected_list expected; /* of the lines that name records */
};

/* Reads all of `in`. Wrong lines are written to `errors` (LOAD_ERRORS_TOLD_MAX of them) as "name:line: ...".
 * Fails: RESULT_MALFORMED (a line is wrong), RESULT_NOT_FOUND (no question in it), RESULT_TOO_LONG
 * (LOAD_QUERIES_MAX), RESULT_NO_MEMORY; query_file_free() is right in any case. */
MUST_CHECK enum result query_file_read(FILE *in, const char *name,
                                       const struct query_file_settings *settings, FILE *errors,
                                       struct query_file *out);
void query_file_free(struct query_file *file);

/* Whether an answer that repeats the question `index` has the records that its line expects; true where it expects
 * none in particular. */
MUST_CHECK bool query_file_match(const struct query_file *file, uint32_t index,
                                 const uint8_t *answer, size_t len);

static inline bool query_file_fits(const struct query_file *file, uint32_t index,
                                   const uint8_t *answer, size_t len)
{
	return LIKELY(file->expected.at == NULL) || query_file_match(file, index, answer, len);
}

static inline const uint8_t *query_file_message(const struct query_file *file, uint32_t index)
{
	return file->messages + file->entries[index].at;
}

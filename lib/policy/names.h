/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* names -- millions of names with a few bits each, found by the hashes of a question.
 *
 * What:    one hash table over entries that lie one behind the other: flags, perhaps a number, the name.
 *          The numbers of labels and the top-level names that occur are known, so that most questions
 *          end before the table is touched.
 * Threads: built by one thread, then immutable; any number of readers.
 * Memory:  its own: for each name its octets, one for flags, and 10 to 13 in the table.
 * Limits:  POLICY_NAMES_MAX names, 4 GiB of entries.
 * Trust:   needs checked lower-case names; hashes are keyed.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "dns/name_table.h"
#include "dns/question.h"

enum policy_name_flag {
	POLICY_NAME_DENY = 1u << 0,
	POLICY_NAME_ALLOW = 1u << 1,
	POLICY_NAME_NODE = 1u << 2, /* a number follows the flags: the node of local data */
};

/* Bits for the top-level names that occur: one cache line. */
#define POLICY_TOP_WORDS 8u

struct policy_names {
	struct name_table table; /* offsets of entries */
	uint8_t *octets;
	size_t len;
	size_t size;
	uint32_t count;
	uint64_t depth[2]; /* bit n: some name has n labels */
	uint64_t top[POLICY_TOP_WORDS];
};

/* What is found for a name. */
struct policy_name {
	uint8_t flags; /* 0: not there */
	uint32_t node;
};

/* `expected`: a guess that saves growing. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result policy_names_init(struct policy_names *names, size_t expected);
void policy_names_fini(struct policy_names *names);

/* Adds flags to a name, which is made if it is not there. `node` counts with POLICY_NAME_NODE, which a
 * name gets when it is made or never.
 * Fails: RESULT_EXISTS (nothing new), RESULT_TOO_LONG, RESULT_NO_MEMORY. */
MUST_CHECK enum result policy_names_add(struct policy_names *names, const uint8_t *name,
                                        uint8_t flags, uint32_t node);

/* Makes room for about so many more names at once. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result policy_names_reserve(struct policy_names *names, size_t more);

/* Gives back what growing took too much. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result policy_names_finish(struct policy_names *names);

size_t policy_names_bytes(const struct policy_names *names);

/* The entry of a name whose hash is known; flags 0 if there is none. */
struct policy_name policy_names_find(const struct policy_names *names, uint64_t hash,
                                     const uint8_t *name);

/* A bit for each top-level name (or the root, for the root). */
static inline uint32_t policy_names_top(const struct dns_question *question)
{
	const unsigned label = question->label_count > 0 ? question->label_count - 1u : 0;
	return (uint32_t)(question->hash[label] >> 20) % (POLICY_TOP_WORDS * 64);
}

/* Whether names at or above the question's can be in here at all. */
static inline bool policy_names_may_have(const struct policy_names *names,
                                         const struct dns_question *question)
{
	const uint32_t bit = policy_names_top(question);
	return (names->top[bit / 64] >> (bit % 64) & 1) != 0;
}

/* Whether some name has so many labels. */
static inline bool policy_names_has_depth(const struct policy_names *names, unsigned labels)
{
	return (names->depth[labels / 64] >> (labels % 64) & 1) != 0;
}

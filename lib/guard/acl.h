/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* acl -- address lists: in which of these lists of prefixes does a client's address lie?
 *
 * What:    a set of IPv4 and IPv6 prefixes. A test costs one hash probe for each different prefix length
 *          in the set but 0, whatever the number of prefixes. Up to ACL_CLASSES_MAX lists may share one
 *          set, each with a bit of its own: one pass then tells about all of them.
 * Threads: built by one control thread, then immutable; acl_match() and acl_classes() on any lcore.
 * Memory:  its own, freed by acl_free().
 * Limits:  ACL_PREFIXES_MAX prefixes.
 * Trust:   prefixes come from the configuration, addresses from the wire.
 * RFC:     4632 §3.1, 4291 §2.3. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"

/* Too low: refuses an honest list. Too high: a mistaken file takes the memory of the machine. */
#define ACL_PREFIXES_MAX (1u << 20)

#define ACL_CLASSES_MAX 64

struct acl;

struct acl_prefix {
	uint8_t family; /* 4 or 6 */
	uint8_t length; /* 0..32 or 0..128; bits behind it in `octets` do not matter */
	uint8_t octets[16];
};

/* Gives *out. Fails: RESULT_TOO_LONG, RESULT_OUT_OF_RANGE (family, length), RESULT_NO_MEMORY. */
MUST_CHECK enum result acl_create(const struct acl_prefix *prefixes, size_t count,
                                  struct acl **out);
/* The same for several lists in one: classes[i] has the bits of the lists that prefix i belongs to. */
MUST_CHECK enum result acl_create_classes(const struct acl_prefix *prefixes,
                                          const uint64_t *classes, size_t count, struct acl **out);
void acl_free(struct acl *acl);

/* Whether the address (4 or 16 octets, by family) lies in one of the prefixes. */
bool acl_match(const struct acl *acl, uint8_t family, const uint8_t *octets) PURE;

/* The bits of all lists that the address lies in. */
uint64_t acl_classes(const struct acl *acl, uint8_t family, const uint8_t *octets) PURE;

/* How many slots one probe may have to look at in the worst case; for tests. */
size_t acl_longest_probe(const struct acl *acl);

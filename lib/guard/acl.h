/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* acl -- address lists: does this client's address lie in any of these prefixes?
 *
 * What:    a set of IPv4 and IPv6 prefixes. A test costs one hash probe for each different prefix length
 *          in the set, whatever the number of prefixes.
 * Threads: built by one control thread, then immutable; acl_match() on any lcore.
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

struct acl;

struct acl_prefix {
	uint8_t family; /* 4 or 6 */
	uint8_t length; /* 0..32 or 0..128; bits behind it in `octets` do not matter */
	uint8_t octets[16];
};

/* Gives *out. Fails: RESULT_TOO_LONG, RESULT_OUT_OF_RANGE (family, length), RESULT_NO_MEMORY. */
MUST_CHECK enum result acl_create(const struct acl_prefix *prefixes, size_t count,
                                  struct acl **out);
void acl_free(struct acl *acl);

/* Whether the address (4 or 16 octets, by family) lies in one of the prefixes. */
bool acl_match(const struct acl *acl, uint8_t family, const uint8_t *octets) PURE;

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* dns64_int -- the inside of DNS64, for its two sources.
 *
 * What:    dns64.c has settings and questions, dns64_answer.c the answers.
 * Threads: immutable once made.
 * Memory:  one block.
 * Limits:  policy/policy_limits.h.
 * Trust:   checked settings.
 * RFC:     6052 §2.2. */
#pragma once

#include "policy/dns64.h"
#include "policy/policy_limits.h"

/* RFC 6052 §2.2: bits 64 to 71 are zero. */
#define DNS64_RESERVED_OCTET 8u

struct dns64_prefixes {
	size_t count;
	struct net_prefix prefix[DNS64_EXCLUDE_MAX];
};

struct dns64 {
	struct dns64_prefixes prefixes; /* at most DNS64_PREFIXES_MAX */
	struct dns64_prefixes exclude;
	struct dns64_prefixes exclude_ipv4;
	size_t ignore_count;
	struct dns_name ignore[DNS64_IGNORE_MAX];
	bool map_private;
	bool pointers;
};

/* Whether an address lies in one of them. */
bool dns64_is_in(const struct dns64_prefixes *prefixes, uint8_t family, const uint8_t *octets) PURE;

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* policy -- who may ask at which of our addresses, who may have recursion, whom no rate or list limits.
 *
 * What:    an immutable object made from the configuration: listeners and one address set with a class
 *          for each list. One call, with one pass over that set, gives the verdict for one client.
 * Threads: made and freed by a control thread; guard_policy_check() on any lcore.
 * Memory:  the policy owns its set; freed by guard_policy_free().
 * Limits:  GUARD_LISTENERS_MAX listeners.
 * Trust:   addresses come from the wire and may be forged; the lists come from the configuration.
 * RFC:     5358 (do not be an open resolver), 8914 (Prohibited). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "guard/acl.h"

/* The listener of a query is looked for one by one: a longer list would cost on every packet. */
#define GUARD_LISTENERS_MAX 16

/* The lists in struct guard_policy's set, by bit: those of the listeners by their index, then these. */
#define GUARD_CLASS_LISTENER(index) (UINT64_C(1) << (index))
#define GUARD_CLASS_RECURSION (UINT64_C(1) << GUARD_LISTENERS_MAX)
#define GUARD_CLASS_EXEMPT (UINT64_C(2) << GUARD_LISTENERS_MAX)
#define GUARD_CLASS_UNFILTERED (UINT64_C(4) << GUARD_LISTENERS_MAX)
#define GUARD_CLASS_DNS64 (UINT64_C(8) << GUARD_LISTENERS_MAX)

struct guard_listener {
	uint8_t family; /* 4 or 6 */
	uint8_t octets[16]; /* all zero: every address of ours of that family */
	uint16_t port;
	bool recursion_allowed;
};

struct guard_policy {
	struct guard_listener listener[GUARD_LISTENERS_MAX];
	uint32_t listener_count;
	bool recursion_enabled;
	struct acl *acl; /* GUARD_CLASS_*: who is in which list; owned */
};

struct guard_verdict {
	bool allowed; /* may ask at all */
	bool recursion_allowed; /* may have recursion */
	bool exempt; /* is not limited by rate */
	bool unfiltered; /* no policy on names is for him */
	bool dns64; /* IPv6 addresses are made from IPv4 ones for him */
};

/* The verdict for a client that asked at one of our addresses. The most exact listener counts: the one
 * with that address, else one for every address. Without any listener for it: allowed, no recursion
 * unless the recursion list says so. */
struct guard_verdict guard_policy_check(const struct guard_policy *policy, uint8_t family,
                                        const uint8_t *client, const uint8_t *local,
                                        uint16_t local_port) PURE;

/* Frees the policy and its set; for snapshots. */
void guard_policy_free(void *policy);

/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* policy -- who may ask at which of our addresses, and who may have recursion.
 *
 * What:    an immutable object made from the configuration: listeners with their access lists, the access
 *          list for recursion. One call gives the verdict for one client.
 * Threads: made and freed by a control thread; guard_policy_check() on any lcore.
 * Memory:  the policy owns everything in it; freed by guard_policy_free().
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

struct guard_listener {
	uint8_t family; /* 4 or 6 */
	uint8_t octets[16]; /* all zero: every address of ours of that family */
	uint16_t port;
	const struct acl *acl; /* NULL: everybody */
	bool recursion_allowed;
};

struct guard_policy {
	struct guard_listener listener[GUARD_LISTENERS_MAX];
	uint32_t listener_count;
	bool recursion_enabled;
	const struct acl *recursion_acl; /* NULL: nobody */
	struct acl **owned; /* the lists that go with this policy */
	uint32_t owned_count;
};

struct guard_verdict {
	bool allowed; /* may ask at all */
	bool recursion_allowed; /* may have recursion */
};

/* The verdict for a client that asked at one of our addresses. The most exact listener counts: the one
 * with that address, else one for every address. Without any listener for it: allowed, no recursion
 * unless the recursion list says so. */
struct guard_verdict guard_policy_check(const struct guard_policy *policy, uint8_t family,
                                        const uint8_t *client, const uint8_t *local,
                                        uint16_t local_port) PURE;

/* Frees the policy and the lists it owns; for snapshots. */
void guard_policy_free(void *policy);

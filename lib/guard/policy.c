/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Which listener a query belongs to, and what that listener and the recursion list allow. */
#include "guard/policy.h"

#include <stdlib.h>
#include <string.h>

static bool is_wildcard(const struct guard_listener *listener)
{
	static const uint8_t zero[16];
	return memcmp(listener->octets, zero, listener->family == 4 ? 4 : 16) == 0;
}

/* The index of the listener that the address belongs to, or listener_count. */
static uint32_t find(const struct guard_policy *policy, uint8_t family, const uint8_t *local,
                     uint16_t local_port)
{
	uint32_t wildcard = policy->listener_count;
	for (uint32_t i = 0; i < policy->listener_count; i++) {
		const struct guard_listener *listener = &policy->listener[i];
		if (listener->family != family || listener->port != local_port)
			continue;
		if (memcmp(listener->octets, local, family == 4 ? 4 : 16) == 0)
			return i;
		if (wildcard == policy->listener_count && is_wildcard(listener))
			wildcard = i;
	}
	return wildcard;
}

struct guard_verdict guard_policy_check(const struct guard_policy *policy, uint8_t family,
                                        const uint8_t *client, const uint8_t *local,
                                        uint16_t local_port)
{
	const uint64_t classes = acl_classes(policy->acl, family, client);
	const uint32_t at = find(policy, family, local, local_port);
	struct guard_verdict verdict = {
	    .allowed = true,
	    /* RFC 5358 §4: recursion is for those whom the operator named. */
	    .recursion_allowed =
	        policy->recursion_enabled && (classes & GUARD_CLASS_RECURSION) != 0,
	    .exempt = (classes & GUARD_CLASS_EXEMPT) != 0,
	    .unfiltered = (classes & GUARD_CLASS_UNFILTERED) != 0,
	    .dns64 = (classes & GUARD_CLASS_DNS64) != 0,
	};
	if (at < policy->listener_count) {
		verdict.allowed = (classes & GUARD_CLASS_LISTENER(at)) != 0;
		verdict.recursion_allowed &= policy->listener[at].recursion_allowed;
	}
	return verdict;
}

void guard_policy_free(void *object)
{
	struct guard_policy *policy = object;
	if (policy == NULL)
		return;
	acl_free(policy->acl);
	free(policy);
}

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

static const struct guard_listener *find(const struct guard_policy *policy, uint8_t family,
                                         const uint8_t *local, uint16_t local_port)
{
	const struct guard_listener *wildcard = NULL;
	for (uint32_t i = 0; i < policy->listener_count; i++) {
		const struct guard_listener *listener = &policy->listener[i];
		if (listener->family != family || listener->port != local_port)
			continue;
		if (memcmp(listener->octets, local, family == 4 ? 4 : 16) == 0)
			return listener;
		if (wildcard == NULL && is_wildcard(listener))
			wildcard = listener;
	}
	return wildcard;
}

struct guard_verdict guard_policy_check(const struct guard_policy *policy, uint8_t family,
                                        const uint8_t *client, const uint8_t *local,
                                        uint16_t local_port)
{
	struct guard_verdict verdict = {.allowed = true, .recursion_allowed = true};
	const struct guard_listener *listener = find(policy, family, local, local_port);

	if (listener != NULL) {
		verdict.allowed = listener->acl == NULL || acl_match(listener->acl, family, client);
		verdict.recursion_allowed = listener->recursion_allowed;
	}
	/* RFC 5358 §4: recursion is for those whom the operator named. */
	verdict.recursion_allowed = verdict.recursion_allowed && policy->recursion_enabled &&
	                            policy->recursion_acl != NULL &&
	                            acl_match(policy->recursion_acl, family, client);
	return verdict;
}

void guard_policy_free(void *object)
{
	struct guard_policy *policy = object;
	if (policy == NULL)
		return;
	for (uint32_t i = 0; i < policy->owned_count; i++)
		acl_free(policy->owned[i]);
	free(policy->owned);
	free(policy);
}

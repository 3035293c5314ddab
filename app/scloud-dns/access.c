/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Turns config_acl into acl and config_listener into guard_listener. */
#include "access.h"

#include <stdlib.h>
#include <string.h>

static enum result create_acl(struct guard_policy *policy, const struct config_acl *list,
                              const struct acl **out)
{
	struct acl_prefix *prefixes = calloc(list->networks_count + 1u, sizeof(*prefixes));
	if (prefixes == NULL)
		return RESULT_NO_MEMORY;
	for (uint32_t i = 0; i < list->networks_count; i++) {
		const struct config_address *network = &list->networks[i];
		prefixes[i].family = network->family;
		prefixes[i].length = network->prefix_len;
		memcpy(prefixes[i].octets, network->octets, sizeof(prefixes[i].octets));
	}
	struct acl **slot = &policy->owned[policy->owned_count];
	enum result result = acl_create(prefixes, list->networks_count, slot);
	free(prefixes);
	if (result != RESULT_OK)
		return result;
	policy->owned_count++;
	*out = *slot;
	return RESULT_OK;
}

static enum result fill(struct guard_policy *policy, const struct config *config)
{
	policy->recursion_enabled = config->recursion.enabled;
	enum result result =
	    create_acl(policy, config->recursion.allowed_acl.acl, &policy->recursion_acl);
	for (uint32_t i = 0; i < config->listener_count && result == RESULT_OK; i++) {
		const struct config_listener *from = &config->listener[i];
		struct guard_listener *to = &policy->listener[policy->listener_count];
		/* Encrypted transports are not there yet: nobody asks at such a listener. */
		if (from->enable_tls)
			continue;
		to->family = from->address.family;
		memcpy(to->octets, from->address.octets, sizeof(to->octets));
		to->port = from->port;
		to->recursion_allowed = from->recursion_allowed;
		result = create_acl(policy, from->acl.acl, &to->acl);
		policy->listener_count++;
	}
	return result;
}

enum result access_policy_create(const struct config *config, struct guard_policy **out)
{
	if (config->listener_count > GUARD_LISTENERS_MAX)
		return RESULT_TOO_LONG;
	struct guard_policy *policy = calloc(1, sizeof(*policy));
	if (policy == NULL)
		return RESULT_NO_MEMORY;
	policy->owned = calloc(config->listener_count + 1u, sizeof(struct acl *));
	enum result result = policy->owned == NULL ? RESULT_NO_MEMORY : fill(policy, config);
	if (result != RESULT_OK) {
		guard_policy_free(policy);
		return result;
	}
	*out = policy;
	return RESULT_OK;
}

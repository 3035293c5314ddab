/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Turns config_acl into prefixes with classes and config_listener into guard_listener. */
#include "access.h"

#include <stdlib.h>
#include <string.h>

/* All lists of the policy in one set, each prefix with the bits of its lists. */
struct lists {
	struct acl_prefix *prefixes;
	uint64_t *classes;
	size_t count;
};

static struct acl_prefix prefix_of(const struct config_address *network)
{
	struct acl_prefix prefix = {.family = network->family, .length = network->prefix_len};
	memcpy(prefix.octets, network->octets, sizeof(prefix.octets));
	return prefix;
}

struct acl_prefix *access_prefixes(const struct config_acl *list)
{
	struct acl_prefix *prefixes = calloc(list->networks_count + 1u, sizeof(*prefixes));
	for (uint32_t i = 0; i < list->networks_count && prefixes != NULL; i++)
		prefixes[i] = prefix_of(&list->networks[i]);
	return prefixes;
}

static void add(struct lists *lists, const struct config_acl *list, uint64_t class)
{
	for (uint32_t i = 0; i < list->networks_count; i++) {
		lists->prefixes[lists->count] = prefix_of(&list->networks[i]);
		lists->classes[lists->count++] = class;
	}
}

static void fill(struct guard_policy *policy, const struct config *config, struct lists *lists)
{
	policy->recursion_enabled = config->recursion.enabled;
	add(lists, config->recursion.allowed_acl.acl, GUARD_CLASS_RECURSION);
	add(lists, config->ratelimit.exempt_acl.acl, GUARD_CLASS_EXEMPT);
	add(lists, config->policy.exempt_acl.acl, GUARD_CLASS_UNFILTERED);
	if (config->dns64.enabled)
		add(lists, config->dns64.clients_acl.acl, GUARD_CLASS_DNS64);
	for (uint32_t i = 0; i < config->listener_count; i++) {
		const struct config_listener *from = &config->listener[i];
		struct guard_listener *to = &policy->listener[policy->listener_count];
		to->family = from->address.family;
		memcpy(to->octets, from->address.octets, sizeof(to->octets));
		to->port = from->port;
		to->recursion_allowed = from->recursion_allowed;
		add(lists, from->acl.acl, GUARD_CLASS_LISTENER(policy->listener_count));
		policy->listener_count++;
	}
}

static size_t prefix_count(const struct config *config)
{
	size_t count = (size_t)config->recursion.allowed_acl.acl->networks_count +
	               config->ratelimit.exempt_acl.acl->networks_count +
	               config->policy.exempt_acl.acl->networks_count +
	               config->dns64.clients_acl.acl->networks_count;
	for (uint32_t i = 0; i < config->listener_count; i++)
		count += config->listener[i].acl.acl->networks_count;
	return count;
}

static enum result make(struct guard_policy *policy, const struct config *config)
{
	size_t count = prefix_count(config) + 1;
	struct lists lists = {.prefixes = calloc(count, sizeof(*lists.prefixes)),
	                      .classes = calloc(count, sizeof(*lists.classes))};
	enum result result = RESULT_NO_MEMORY;
	if (lists.prefixes != NULL && lists.classes != NULL) {
		fill(policy, config, &lists);
		result =
		    acl_create_classes(lists.prefixes, lists.classes, lists.count, &policy->acl);
	}
	free(lists.prefixes);
	free(lists.classes);
	return result;
}

enum result access_policy_create(const struct config *config, struct guard_policy **out)
{
	if (config->listener_count > GUARD_LISTENERS_MAX)
		return RESULT_TOO_LONG;
	struct guard_policy *policy = calloc(1, sizeof(*policy));
	if (policy == NULL)
		return RESULT_NO_MEMORY;
	enum result result = make(policy, config);
	if (result != RESULT_OK) {
		guard_policy_free(policy);
		return result;
	}
	*out = policy;
	return RESULT_OK;
}

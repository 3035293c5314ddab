/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Forwarders and forward zones become groups and routes of the resolver. */
#include "upstreams.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "egress.h"

#define DNS_PORT 53
#define DNS_TLS_PORT 853 /* RFC 7858 §3.1 */

static enum resolver_policy policy_of(enum config_forward_policy policy)
{
	switch (policy) {
	case CONFIG_FORWARD_FIRST:
		return RESOLVER_POLICY_FIRST;
	case CONFIG_FORWARD_ROUND_ROBIN:
		return RESOLVER_POLICY_ROUND_ROBIN;
	case CONFIG_FORWARD_FASTEST:
		return RESOLVER_POLICY_FASTEST;
	}
	return RESOLVER_POLICY_FIRST;
}

/* The reader gives port 53 where the file gives none, and nobody speaks TLS there. */
static struct net_endpoint *copy_servers(const struct config_address *from, uint32_t count,
                                         bool is_tls)
{
	struct net_endpoint *servers = calloc(count + 1u, sizeof(*servers));
	for (uint32_t i = 0; i < count && servers != NULL; i++) {
		servers[i].address.family = from[i].family;
		memcpy(servers[i].address.octets, from[i].octets, sizeof(from[i].octets));
		servers[i].port = from[i].port != 0 ? from[i].port : DNS_PORT;
		if (is_tls && servers[i].port == DNS_PORT)
			servers[i].port = DNS_TLS_PORT;
	}
	return servers;
}

static enum result add_group(struct upstreams *upstreams, struct resolver_group group,
                             const struct config_address *from, uint32_t count)
{
	group.servers = copy_servers(from, count, group.tls != 0);
	group.server_count = count;
	if (group.servers == NULL)
		return RESULT_NO_MEMORY;
	upstreams->group[upstreams->settings.group_count++] = group;
	return RESULT_OK;
}

static enum result add_hints(const struct config *config, struct upstreams *upstreams)
{
	enum result result = root_hints_read(config->root_hints.file, &upstreams->hints);
	if (result != RESULT_OK)
		return result;
	upstreams->settings.hints = upstreams->hints.hint;
	upstreams->settings.hint_count = upstreams->hints.count;
	return RESULT_OK;
}

/* Nobody to forward to: names are followed from the root down. */
static enum result start_at_root(const struct config *config, struct upstreams *upstreams)
{
	if (!config->recursion.enabled)
		return RESULT_OK;
	enum result result = add_hints(config, upstreams);
	if (result == RESULT_OK)
		log_info("resolver", "RES105",
		         "no forwarder: names are looked up from the root servers");
	return result;
}

/* Everything that no other zone takes goes to the forwarders of recursion.forward_to. */
static enum result add_forwarders(const struct config *config, struct upstreams *upstreams,
                                  uint32_t *indices)
{
	struct resolver_settings *settings = &upstreams->settings;
	uint32_t count = 0;

	for (uint32_t i = 0; i < config->recursion.forward_to_count; i++) {
		const struct config_forwarder *row = config->recursion.forward_to[i];
		if (row->addresses_count == 0)
			continue;
		indices[count++] = settings->group_count;
		struct resolver_group group = {
		    .name = row->name,
		    .policy = policy_of(row->policy),
		    .timeout_ms = row->timeout_ms,
		    .use_tcp_on_retry = row->use_tcp_on_retry,
		    .edns = row->edns,
		};
		enum result result = RESULT_OK;
		if (row->tls.enabled)
			result = forward_tls_add(&upstreams->tls, row, &group.tls);
		if (result == RESULT_OK)
			result = add_group(upstreams, group, row->addresses, row->addresses_count);
		if (result != RESULT_OK)
			return result;
	}
	if (count == 0)
		return start_at_root(config, upstreams);
	struct resolver_zone *root = &upstreams->zone[settings->zone_count++];
	root->name.len = 1;
	root->groups = indices;
	root->group_count = count;
	root->falls_back = config->recursion.fallback_to_recursion;
	return root->falls_back ? add_hints(config, upstreams) : RESULT_OK;
}

/* A forward zone or a stub zone. */
static enum result add_zone(const struct config_zone *row, struct upstreams *upstreams,
                            uint32_t *slot)
{
	struct resolver_settings *settings = &upstreams->settings;
	struct resolver_zone *zone = &upstreams->zone[settings->zone_count];
	enum result result = dns_name_from_text(row->name, strlen(row->name), NULL, &zone->name);
	if (result != RESULT_OK)
		return result;
	*slot = settings->group_count;
	zone->groups = slot;
	zone->group_count = 1;
	zone->is_stub = row->type == CONFIG_ZONE_STUB;
	settings->zone_count++;
	struct resolver_group group = {
	    .name = row->name, .policy = policy_of(row->forward_policy), .edns = true};
	if (zone->is_stub)
		return add_group(upstreams, group, row->masters, row->masters_count);
	return add_group(upstreams, group, row->forwarders, row->forwarders_count);
}

/* A zone of others counts more than a shorter one of ours that it lies in. */
static void note_outside(const struct config *config, struct upstreams *upstreams)
{
	struct dns_name name = upstreams->zone[upstreams->settings.zone_count - 1].name;
	dns_name_to_lower(name.wire, name.len);
	for (uint32_t i = 0; i < config->zone_count; i++) {
		const struct config_zone *row = &config->zone[i];
		struct dns_name ours;
		if (row->type != CONFIG_ZONE_PRIMARY && row->type != CONFIG_ZONE_SECONDARY)
			continue;
		if (dns_name_from_text(row->name, strlen(row->name), NULL, &ours) != RESULT_OK ||
		    !dns_name_is_below(name.wire, ours.wire))
			continue;
		upstreams->outside_zone[upstreams->outside.count++] =
		    (struct outside_zone){.hash = dns_name_hash(name.wire), .name = name};
		return;
	}
}

/* Each group may be named once by the root's route and once by a zone of its own. */
static bool make_room(struct upstreams *upstreams, uint32_t groups)
{
	upstreams->group = calloc(groups + 1u, sizeof(*upstreams->group));
	upstreams->zone = calloc(groups + 1u, sizeof(*upstreams->zone));
	upstreams->index = calloc(groups + 1u, sizeof(*upstreams->index));
	upstreams->outside_zone = calloc(groups + 1u, sizeof(*upstreams->outside_zone));
	upstreams->outside.zone = upstreams->outside_zone;
	upstreams->settings.groups = upstreams->group;
	upstreams->settings.zones = upstreams->zone;
	return upstreams->group != NULL && upstreams->zone != NULL && upstreams->index != NULL &&
	       upstreams->outside_zone != NULL;
}

static enum resolver_prefer prefer_of(enum config_family family)
{
	switch (family) {
	case CONFIG_FAMILY_ANY:
		return RESOLVER_PREFER_ANY;
	case CONFIG_FAMILY_IPV4:
		return RESOLVER_PREFER_IPV4;
	case CONFIG_FAMILY_IPV6:
		return RESOLVER_PREFER_IPV6;
	}
	return RESOLVER_PREFER_ANY;
}

/* What holds for all questions. */
static void fill_common(const struct config_recursion *recursion, struct upstreams *out)
{
	struct resolver_settings *settings = &out->settings;
	settings->deadline_ms = recursion->recursion_timeout_ms;
	settings->retry_ms = recursion->retry_interval_ms;
	settings->iteration_port = recursion->server_port;
	settings->randomise_case = recursion->case_randomization != CONFIG_CASE_OFF;
	settings->cookies = recursion->cookies;
	settings->prefer = prefer_of(recursion->prefer_family);
	for (uint32_t i = 0; i < settings->group_count; i++)
		out->group[i].randomise_case = recursion->case_randomization == CONFIG_CASE_ALWAYS;
}

/* What answers must not lead to. */
static enum result fill_private(const struct config_policy *from, struct upstreams *out)
{
	struct resolver_settings *settings = &out->settings;
	out->private_addresses =
	    calloc(from->private_addresses_count + 1u, sizeof(*out->private_addresses));
	out->private_domains =
	    calloc(from->private_domains_count + 1u, sizeof(*out->private_domains));
	if (out->private_addresses == NULL || out->private_domains == NULL)
		return RESULT_NO_MEMORY;
	settings->private_addresses = out->private_addresses;
	settings->private_domains = out->private_domains;
	for (uint32_t i = 0; i < from->private_addresses_count && from->rebind_protection; i++) {
		const struct config_address *address = &from->private_addresses[i];
		struct net_prefix *prefix =
		    &out->private_addresses[settings->private_address_count++];
		prefix->address.family = address->family;
		memcpy(prefix->address.octets, address->octets, sizeof(address->octets));
		prefix->length = address->prefix_len;
	}
	for (uint32_t i = 0; i < from->private_domains_count; i++) {
		const char *text = from->private_domains[i];
		enum result result =
		    dns_name_from_text(text, strlen(text), NULL,
		                       &out->private_domains[settings->private_domain_count++]);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

static enum result fill(const struct config *config, struct upstreams *upstreams)
{
	if (!make_room(upstreams, config->recursion.forward_to_count + config->zone_count))
		return RESULT_NO_MEMORY;
	enum result result = fill_private(&config->policy, upstreams);
	if (result == RESULT_OK)
		result = add_forwarders(config, upstreams, upstreams->index);
	uint32_t *slot = upstreams->index + config->recursion.forward_to_count;
	for (uint32_t i = 0; i < config->zone_count && result == RESULT_OK; i++) {
		const struct config_zone *row = &config->zone[i];
		if (row->type != CONFIG_ZONE_FORWARD && row->type != CONFIG_ZONE_STUB)
			continue;
		result = add_zone(row, upstreams, slot++);
		if (result == RESULT_OK)
			note_outside(config, upstreams);
	}
	return result;
}

enum result upstreams_configure(const struct config *config, struct upstreams *out)
{
	memset(out, 0, sizeof(*out));
	enum result result = fill(config, out);
	if (result == RESULT_OK)
		result = egress_configure(config, out);
	if (result == RESULT_OK)
		result = trust_anchors_read(&config->dnssec, &out->anchors);
	if (result != RESULT_OK) {
		upstreams_free(out);
		return result;
	}
	fill_common(&config->recursion, out);
	return RESULT_OK;
}

void upstreams_free(struct upstreams *upstreams)
{
	for (uint32_t i = 0; i < upstreams->settings.group_count; i++)
		free((void *)(uintptr_t)upstreams->group[i].servers);
	free(upstreams->group);
	free(upstreams->zone);
	free(upstreams->outside_zone);
	free(upstreams->index);
	free(upstreams->private_addresses);
	free(upstreams->private_domains);
	forward_tls_free(&upstreams->tls);
	memset(upstreams, 0, sizeof(*upstreams));
}

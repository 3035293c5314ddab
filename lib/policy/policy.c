/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Makes a policy of its parts: local zones first, then special names, what is allowed and denied, lists. */
#include "policy/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy_int.h"

#define PLACE_BYTES 320

/* What a policy is made of. */
struct work {
	const struct policy_settings *settings;
	struct policy *policy;
	struct policy_errors *errors;
};

static enum result read_name(const struct work *work, const char *what, const char *text,
                             struct dns_name *out)
{
	char quote[POLICY_QUOTE_BYTES];
	if (dns_name_from_text(text, strlen(text), NULL, out) == RESULT_OK) {
		dns_name_to_lower(out->wire, out->len);
		return RESULT_OK;
	}
	policy_errors_add(work->errors, false, "%s: found \"%s\", expected a domain name", what,
	                  policy_errors_quote(text, strlen(text), quote));
	return RESULT_MALFORMED;
}

/* -- zones -- */

static enum result add_zone(const struct work *work, const struct dns_name *name,
                            const struct policy_zone *zone)
{
	struct policy *policy = work->policy;
	uint32_t node;
	const enum result result = policy_data_node(policy, name->wire, name->wire, &node);
	if (result != RESULT_OK)
		return result;
	if (policy->nodes[node].zone != POLICY_NO_ZONE)
		return RESULT_EXISTS;
	if (policy->zone_count == policy->zone_size) {
		const uint32_t size = policy->zone_size * 2 + 64;
		struct policy_zone *grown = realloc(policy->zones, size * sizeof(*grown));
		if (grown == NULL)
			return RESULT_NO_MEMORY;
		policy->zones = grown;
		policy->zone_size = size;
	}
	policy->zones[policy->zone_count] = *zone;
	policy->zones[policy->zone_count].node = node;
	policy->nodes[node].zone = policy->zone_count++;
	return RESULT_OK;
}

static enum result add_local_zone(const struct work *work, const struct policy_zone_row *row)
{
	struct dns_name name;
	char place[PLACE_BYTES];
	const struct policy_zone zone = {.type = (uint8_t)row->type, .reason = POLICY_REASON_LOCAL};
	enum result result = read_name(work, "local zone", row->name, &name);
	if (result != RESULT_OK)
		return result;
	result = add_zone(work, &name, &zone);
	if (result == RESULT_EXISTS) {
		policy_errors_add(work->errors, false,
		                  "local zone %.255s: found a second one of this name", row->name);
		return RESULT_MALFORMED;
	}
	for (size_t i = 0; i < row->record_count && result == RESULT_OK; i++) {
		snprintf(place, sizeof(place), "local zone %.255s, record %zu", row->name, i);
		result =
		    policy_data_add(work->policy, &name, &row->records[i], place, work->errors);
	}
	return result;
}

/* -- special names -- */

static enum result add_address(const struct work *work, const struct dns_name *name,
                               const char *type, const char *owner, const char *rdata)
{
	const struct policy_record_row row = {owner, POLICY_SPECIAL_TTL_S, type, rdata};
	if (owner == NULL || rdata == NULL)
		return RESULT_OK;
	return policy_data_add(work->policy, name, &row, "special name", work->errors);
}

/* Whether the name, or one above it, is an exception. */
static bool is_excepted(const struct policy *policy, const uint8_t *name)
{
	for (; *name != 0; name += (size_t)*name + 1) {
		const struct policy_name known =
		    policy_names_find(&policy->names, dns_name_hash(name), name);
		const uint32_t zone = (known.flags & POLICY_NAME_NODE) != 0
		                          ? policy->nodes[known.node].zone
		                          : POLICY_NO_ZONE;
		if (zone != POLICY_NO_ZONE &&
		    policy->zones[zone].type == POLICY_ZONE_ALWAYS_TRANSPARENT &&
		    policy->zones[zone].reason == POLICY_REASON_SPECIAL)
			return true;
	}
	return false;
}

static enum result add_special_name(const struct work *work, const struct policy_special *row)
{
	struct dns_name name;
	const struct policy_zone zone = {.type = row->address != NULL ? POLICY_ZONE_REDIRECT
	                                                              : POLICY_ZONE_STATIC,
	                                 .reason = POLICY_REASON_SPECIAL,
	                                 .is_served = true,
	                                 .parent_has_ds = row->parent_has_ds};
	enum result result = read_name(work, "special name", row->name, &name);
	if (result == RESULT_OK && is_excepted(work->policy, name.wire))
		return RESULT_OK;
	if (result == RESULT_OK)
		result = add_zone(work, &name, &zone);
	if (result == RESULT_EXISTS) /* a local zone of that name wins */
		return RESULT_OK;
	if (result == RESULT_OK)
		result = add_address(work, &name, "A", "@", row->address);
	if (result == RESULT_OK)
		result = add_address(work, &name, "AAAA", "@", row->address6);
	if (result == RESULT_OK)
		result = add_address(work, &name, "PTR", row->pointer_owner, "localhost.");
	return result;
}

/* What is below a special name and yet not special: it goes its usual way. */
static enum result add_exception(const struct work *work, const char *text)
{
	struct dns_name name;
	const struct policy_zone zone = {.type = POLICY_ZONE_ALWAYS_TRANSPARENT,
	                                 .reason = POLICY_REASON_SPECIAL};
	enum result result = read_name(work, "exception", text, &name);
	/* The root is above all of them and would switch everything off. */
	if (result == RESULT_OK && name.label_count > 0)
		result = add_zone(work, &name, &zone);
	return result == RESULT_EXISTS ? RESULT_OK : result;
}

static enum result add_special_names(const struct work *work)
{
	const struct policy_special *rows;
	const size_t count = policy_special_rows(&rows);
	enum result result = RESULT_OK;
	if (!work->settings->special_names)
		return RESULT_OK;
	for (size_t i = 0; i < work->settings->except_count && result == RESULT_OK; i++)
		result = add_exception(work, work->settings->except[i]);
	for (size_t i = 0; i < count && result == RESULT_OK; i++)
		result = add_special_name(work, &rows[i]);
	return result;
}

/* -- denied names -- */

static enum result add_names(const struct work *work, const char *what, const char *const *names,
                             size_t count, uint8_t flag)
{
	enum result result = RESULT_OK;
	for (size_t i = 0; i < count && result == RESULT_OK; i++) {
		struct dns_name name;
		result = read_name(work, what, names[i], &name);
		if (result == RESULT_OK)
			result = policy_names_add(&work->policy->names, name.wire, flag, 0);
		if (result == RESULT_EXISTS)
			result = RESULT_OK;
	}
	return result;
}

static enum result fill(const struct work *work)
{
	const struct policy_settings *settings = work->settings;
	struct policy *policy = work->policy;
	enum result result = policy_names_init(&policy->names, settings->deny_count);
	for (size_t i = 0; i < settings->zone_count && result == RESULT_OK; i++)
		result = add_local_zone(work, &settings->zones[i]);
	if (result == RESULT_OK)
		result = add_special_names(work);
	if (result == RESULT_OK)
		result = policy_data_finish(policy, work->errors);
	const uint32_t local_names = policy->names.count;
	if (result == RESULT_OK)
		result = add_names(work, "allowed name", settings->allow, settings->allow_count,
		                   POLICY_NAME_ALLOW);
	if (result == RESULT_OK)
		result = add_names(work, "denied name", settings->deny, settings->deny_count,
		                   POLICY_NAME_DENY);
	for (size_t i = 0; i < settings->list_count && result == RESULT_OK; i++)
		result = policy_list_file(policy, &settings->lists[i], work->errors);
	if (result == RESULT_OK)
		result = policy_names_finish(&policy->names);
	if (result == RESULT_OK && work->errors->error_count > 0)
		result = RESULT_MALFORMED;
	policy->stats.names = policy->names.count - local_names;
	return result;
}

enum result policy_create(const struct policy_settings *settings, struct policy **out,
                          struct policy_errors *errors)
{
	*errors = (struct policy_errors){.error_count = 0};
	struct policy *policy = calloc(1, sizeof(*policy));
	if (policy == NULL)
		return RESULT_NO_MEMORY;
	policy->deny_kind = (uint8_t)settings->deny_kind;
	policy->deny_ttl_s = settings->deny_ttl_s;
	const struct work work = {settings, policy, errors};
	const enum result result = fill(&work);
	if (result != RESULT_OK) {
		policy_free(policy);
		return result;
	}
	policy->stats.zones = policy->zone_count;
	policy->stats.records = policy->record_count;
	*out = policy;
	return RESULT_OK;
}

void policy_free(void *object)
{
	struct policy *policy = object;
	if (policy == NULL)
		return;
	for (uint32_t i = 0; i < policy->record_count; i++)
		free(policy->drafts[i].data);
	policy_names_fini(&policy->names);
	free(policy->zones);
	free(policy->nodes);
	free(policy->sets);
	free(policy->rdata);
	free(policy->drafts);
	free(policy);
}

void policy_stats(const struct policy *policy, struct policy_stats *out)
{
	*out = policy->stats;
	out->memory_bytes = sizeof(*policy) + policy_names_bytes(&policy->names) +
	                    policy->zone_size * sizeof(*policy->zones) +
	                    policy->node_size * sizeof(*policy->nodes) +
	                    policy->record_size * sizeof(*policy->drafts) +
	                    policy->record_count * (sizeof(*policy->sets) + sizeof(*policy->rdata));
}

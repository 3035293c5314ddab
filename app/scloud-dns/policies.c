/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From the sections policy and local_zone, and the names of forward zones, to one policy. */
#include "policies.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

/* What the rows of the configuration become. */
struct rows {
	struct policy_zone_row *zones;
	struct policy_record_row *records; /* of all zones */
	struct policy_list_row *lists;
	const char **except;
	size_t except_count;
};

static enum policy_kind kind_of(enum config_deny_action action)
{
	switch (action) {
	case CONFIG_DENY_NXDOMAIN:
		return POLICY_NXDOMAIN;
	case CONFIG_DENY_NODATA:
		return POLICY_NODATA;
	case CONFIG_DENY_NULL:
		return POLICY_NULL;
	case CONFIG_DENY_REFUSE:
		return POLICY_REFUSE;
	case CONFIG_DENY_DROP:
		return POLICY_DROP;
	}
	return POLICY_NXDOMAIN;
}

static const enum policy_zone_type zone_types[] = {
    [CONFIG_LOCAL_STATIC] = POLICY_ZONE_STATIC,
    [CONFIG_LOCAL_TRANSPARENT] = POLICY_ZONE_TRANSPARENT,
    [CONFIG_LOCAL_TYPETRANSPARENT] = POLICY_ZONE_TYPETRANSPARENT,
    [CONFIG_LOCAL_REDIRECT] = POLICY_ZONE_REDIRECT,
    [CONFIG_LOCAL_REFUSE] = POLICY_ZONE_REFUSE,
    [CONFIG_LOCAL_DENY] = POLICY_ZONE_DENY,
    [CONFIG_LOCAL_ALWAYS_NXDOMAIN] = POLICY_ZONE_ALWAYS_NXDOMAIN,
    [CONFIG_LOCAL_ALWAYS_NODATA] = POLICY_ZONE_ALWAYS_NODATA,
    [CONFIG_LOCAL_ALWAYS_NULL] = POLICY_ZONE_ALWAYS_NULL,
    [CONFIG_LOCAL_ALWAYS_REFUSE] = POLICY_ZONE_ALWAYS_REFUSE,
    [CONFIG_LOCAL_ALWAYS_DENY] = POLICY_ZONE_ALWAYS_DENY,
    [CONFIG_LOCAL_ALWAYS_TRANSPARENT] = POLICY_ZONE_ALWAYS_TRANSPARENT,
};

static const enum policy_list_format list_formats[] = {
    [CONFIG_LIST_AUTO] = POLICY_LIST_AUTO,       [CONFIG_LIST_DOMAINS] = POLICY_LIST_DOMAINS,
    [CONFIG_LIST_HOSTS] = POLICY_LIST_HOSTS,     [CONFIG_LIST_DNSMASQ] = POLICY_LIST_DNSMASQ,
    [CONFIG_LIST_ADBLOCK] = POLICY_LIST_ADBLOCK, [CONFIG_LIST_UNBOUND] = POLICY_LIST_UNBOUND,
    [CONFIG_LIST_RPZ] = POLICY_LIST_RPZ,
};

static void fill_zones(const struct config *config, struct rows *rows)
{
	struct policy_record_row *to = rows->records;
	for (uint32_t i = 0; i < config->local_zone_count; i++) {
		const struct config_local_zone *zone = &config->local_zone[i];
		rows->zones[i] = (struct policy_zone_row){.name = zone->name,
		                                          .type = zone_types[zone->type],
		                                          .records = to,
		                                          .record_count = zone->records_count};
		for (uint32_t j = 0; j < zone->records_count; j++) {
			const struct config_record *record = &zone->records[j];
			*to++ = (struct policy_record_row){
			    .owner = record->name,
			    .ttl = record->ttl,
			    .type = record->type,
			    .rdata = record->rdata,
			};
		}
	}
}

/* Names that somebody answers for by configuration are not kept from him. */
static void fill_exceptions(const struct config *config, struct rows *rows)
{
	const struct config_policy *from = &config->policy;
	for (uint32_t i = 0; i < from->empty_zone_exceptions_count; i++)
		rows->except[rows->except_count++] = from->empty_zone_exceptions[i];
	for (uint32_t i = 0; i < config->zone_count; i++) {
		if (config->zone[i].type != CONFIG_ZONE_PRIMARY)
			rows->except[rows->except_count++] = config->zone[i].name;
	}
}

static bool make_rows(const struct config *config, struct rows *rows)
{
	const struct config_policy *from = &config->policy;
	size_t record_count = 0;
	for (uint32_t i = 0; i < config->local_zone_count; i++)
		record_count += config->local_zone[i].records_count;
	*rows = (struct rows){
	    .zones = calloc(config->local_zone_count + 1u, sizeof(*rows->zones)),
	    .records = calloc(record_count + 1u, sizeof(*rows->records)),
	    .lists = calloc(from->block_lists_count + 1u, sizeof(*rows->lists)),
	    .except = calloc(config->zone_count + from->empty_zone_exceptions_count + 1u,
	                     sizeof(*rows->except)),
	};
	if (rows->zones == NULL || rows->records == NULL || rows->lists == NULL ||
	    rows->except == NULL)
		return false;
	fill_zones(config, rows);
	fill_exceptions(config, rows);
	for (uint32_t i = 0; i < from->block_lists_count; i++)
		rows->lists[i] =
		    (struct policy_list_row){.file = from->block_lists[i].file,
		                             .format = list_formats[from->block_lists[i].format]};
	return true;
}

static void free_rows(struct rows *rows)
{
	free(rows->zones);
	free(rows->records);
	free(rows->lists);
	free(rows->except);
}

static void log_errors(const struct policy_errors *errors)
{
	for (uint32_t i = 0; i < errors->kept; i++) {
		if (errors->error[i].warning)
			log_warn("policy", "POL002", "%s", errors->error[i].text);
		else
			log_error("policy", "POL001", "%s", errors->error[i].text);
	}
	const uint32_t count = errors->error_count + errors->warning_count;
	if (count > errors->kept)
		log_warn("policy", "POL002", "and %u more errors and warnings",
		         count - errors->kept);
}

static void log_loaded(const struct policy *policy, uint64_t took_us)
{
	struct policy_stats stats;
	policy_stats(policy, &stats);
	log_info("policy", "POL003",
	         "%llu names are denied or allowed, %llu local zones have %llu records, in %zu "
	         "octets; %llu lines of lists in %llu ms, %llu of them passed over",
	         (unsigned long long)stats.names, (unsigned long long)stats.zones,
	         (unsigned long long)stats.records, stats.memory_bytes,
	         (unsigned long long)stats.list_lines, (unsigned long long)took_us / 1000,
	         (unsigned long long)stats.list_bad);
}

static enum result load(const struct config *config, const struct rows *rows, struct policy **out)
{
	const struct config_policy *from = &config->policy;
	const struct policy_settings settings = {
	    .zones = rows->zones,
	    .zone_count = config->local_zone_count,
	    .deny = from->deny_domains,
	    .deny_count = from->deny_domains_count,
	    .allow = from->allow_domains,
	    .allow_count = from->allow_domains_count,
	    .lists = rows->lists,
	    .list_count = from->block_lists_count,
	    .deny_kind = kind_of(from->deny_action),
	    .deny_ttl_s = from->deny_ttl_seconds,
	    .special_names = from->empty_zones,
	    .except = rows->except,
	    .except_count = rows->except_count,
	};
	struct policy_errors *errors = calloc(1, sizeof(*errors));
	if (errors == NULL)
		return RESULT_NO_MEMORY;
	const uint64_t start_us = clock_steady_us();
	const enum result result = policy_create(&settings, out, errors);
	log_errors(errors);
	if (result == RESULT_OK)
		log_loaded(*out, clock_steady_us() - start_us);
	free(errors);
	return result;
}

enum result policies_load(const struct config *config, struct policy **out)
{
	struct rows rows;
	const enum result result =
	    make_rows(config, &rows) ? load(config, &rows, out) : RESULT_NO_MEMORY;
	free_rows(&rows);
	return result;
}

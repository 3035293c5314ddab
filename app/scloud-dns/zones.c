/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Loads zones one after the other and keeps former versions of those that fail. */
#include "zones.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* A zone and how many versions of the whole hold it. */
struct holder {
	struct zone *zone;
	uint32_t references;
};

struct zones {
	struct zone_set *set;
	struct holder **holder;
	uint32_t count;
};

static void put_holder(struct holder *holder)
{
	if (--holder->references > 0)
		return;
	zone_free(holder->zone);
	free(holder);
}

static void log_errors(const char *name, const struct zone_errors *errors)
{
	uint32_t shown = errors->count < ZONE_ERRORS_MAX ? errors->count : ZONE_ERRORS_MAX;
	for (uint32_t i = 0; i < shown; i++) {
		const struct zone_error *error = &errors->error[i];
		log_error("zones", "ZON001", "%s:%u:%u: %s", error->file, error->line,
		          error->column, error->text);
	}
	if (errors->count > shown)
		log_error("zones", "ZON001", "zone %s: and %u more errors", name,
		          errors->count - shown);
}

static struct holder *find_former(const struct zones *former, const struct dns_name *origin)
{
	for (uint32_t i = 0; former != NULL && i < former->count; i++) {
		if (dns_name_equal(zone_origin(former->holder[i]->zone)->wire, origin->wire))
			return former->holder[i];
	}
	return NULL;
}

static enum result load_zone(const struct config *config, const struct config_zone *row,
                             const struct dns_name *origin, struct zone **out,
                             struct zone_errors *errors)
{
	struct zone_load load = {
	    .origin = *origin,
	    .file = row->file,
	    .default_ttl = config->server.default_ttl,
	};
	if (!row->inline_records)
		return zone_load_file(&load, out, errors);

	struct zone_text_record *records = calloc(row->records_count + 1u, sizeof(*records));
	if (records == NULL)
		return RESULT_NO_MEMORY;
	for (uint32_t i = 0; i < row->records_count; i++) {
		records[i] = (struct zone_text_record){
		    .owner = row->records[i].name,
		    .ttl = row->records[i].ttl,
		    .type = row->records[i].type,
		    .rdata = row->records[i].rdata,
		};
	}
	load.file = config->file;
	enum result result = zone_load_records(&load, records, row->records_count, out, errors);
	free(records);
	return result;
}

/* Loads one zone, or keeps the former version of it, into the next slot. */
static enum result add_zone(const struct config *config, const struct config_zone *row,
                            const struct zones *former, struct zones *zones,
                            struct zones_report *report)
{
	struct dns_name origin;
	struct zone *zone = NULL;
	struct zone_errors *errors = calloc(1, sizeof(*errors));
	struct holder *holder = calloc(1, sizeof(*holder));
	enum result result = RESULT_NO_MEMORY;

	if (errors != NULL && holder != NULL)
		result = dns_name_from_text(row->name, strlen(row->name), NULL, &origin);
	if (result == RESULT_OK)
		result = load_zone(config, row, &origin, &zone, errors);
	if (errors != NULL)
		log_errors(row->name, errors);
	free(errors);
	if (result == RESULT_OK) {
		*holder = (struct holder){.zone = zone, .references = 1};
		zones->holder[zones->count++] = holder;
		report->loaded++;
		return RESULT_OK;
	}
	free(holder);
	if (result == RESULT_NO_MEMORY)
		return result;
	holder = find_former(former, &origin);
	if (holder == NULL) {
		log_error("zones", "ZON002", "zone %s is not served: %s: %s", row->name,
		          row->inline_records ? config->file : row->file, result_text(result));
		report->failed++;
		return RESULT_OK;
	}
	log_warn("zones", "ZON003", "zone %s stays in service as it was, serial %u", row->name,
	         zone_serial(holder->zone));
	holder->references++;
	zones->holder[zones->count++] = holder;
	report->kept++;
	return RESULT_OK;
}

static enum result make_set(struct zones *zones)
{
	struct zone **list = calloc(zones->count + 1u, sizeof(struct zone *));
	if (list == NULL)
		return RESULT_NO_MEMORY;
	for (uint32_t i = 0; i < zones->count; i++)
		list[i] = zones->holder[i]->zone;
	enum result result = zone_set_create(list, zones->count, &zones->set);
	free(list);
	return result;
}

enum result zones_load(const struct config *config, const struct zones *former, struct zones **out,
                       struct zones_report *report)
{
	struct zones *zones = calloc(1, sizeof(*zones));
	if (zones == NULL)
		return RESULT_NO_MEMORY;
	memset(report, 0, sizeof(*report));
	zones->holder = calloc(config->zone_count + 1u, sizeof(struct holder *));
	enum result result = zones->holder == NULL ? RESULT_NO_MEMORY : RESULT_OK;
	for (uint32_t i = 0; i < config->zone_count && result == RESULT_OK; i++) {
		if (config->zone[i].type == CONFIG_ZONE_PRIMARY)
			result = add_zone(config, &config->zone[i], former, zones, report);
	}
	if (result == RESULT_OK)
		result = make_set(zones);
	if (result != RESULT_OK) {
		zones_free(zones);
		return result;
	}
	for (uint32_t i = 0; i < zones->count; i++)
		report->records += zone_record_count(zones->holder[i]->zone);
	*out = zones;
	return RESULT_OK;
}

struct zone_set *zones_set(const struct zones *zones)
{
	return zones->set;
}

void zones_free(struct zones *zones)
{
	if (zones == NULL)
		return;
	zone_set_free(zones->set);
	for (uint32_t i = 0; i < zones->count; i++)
		put_holder(zones->holder[i]);
	free(zones->holder);
	free(zones);
}

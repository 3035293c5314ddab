/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Loads zones one after the other and keeps former versions of those that fail. */
#include "zones.h"

#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "base/clock.h"
#include "base/log.h"

/* Where a zone comes from. */
struct source {
	const char *name;
	const char *file;
	const struct config_zone *row; /* of inline records; NULL: the file */
};

/* A zone and how many sets, of all versions of the whole, have it. */
struct holder {
	struct zone *zone;
	char *file;
	uint64_t loaded_s;
	bool is_former; /* its file has become wrong since */
	uint32_t references;
};

/* The zones of everybody or of one view. */
struct group {
	char *view; /* NULL: of everybody */
	struct holder **holder;
	uint32_t count;
	struct zone_set *set;
};

struct zones {
	uint32_t generation;
	uint32_t view_count;
	uint32_t default_ttl; /* that they were read with */
	struct views *views;
	struct group group[]; /* those of the views, then the common ones */
};

static struct group *common_of(struct zones *zones)
{
	return &zones->group[zones->view_count];
}

static void put_holder(struct holder *holder)
{
	if (holder == NULL || --holder->references > 0)
		return;
	zone_free(holder->zone);
	free(holder->file);
	free(holder);
}

static void log_errors(const char *name, const struct zone_errors *errors)
{
	uint32_t shown = errors->count < ZONE_ERRORS_MAX ? errors->count : ZONE_ERRORS_MAX;
	for (uint32_t i = 0; i < shown; i++) {
		const struct zone_error *error = &errors->error[i];
		if (error->warning)
			log_warn("zones", "ZON009", "%s:%u:%u: %s", error->file, error->line,
			         error->column, error->text);
		else
			log_error("zones", "ZON001", "%s:%u:%u: %s", error->file, error->line,
			          error->column, error->text);
	}
	if (errors->count > shown)
		log_warn("zones", "ZON009", "zone %s: and %u more errors and warnings", name,
		         errors->count - shown);
}

/* The zone of that name and, unless NULL, from that file. A group that is being read has no set and finds
 * nothing. */
static struct holder *find_in(const struct group *group, const struct dns_name *origin,
                              const char *file)
{
	size_t index;
	if (group->set == NULL || !zone_set_index(group->set, origin, &index))
		return NULL;
	struct holder *holder = group->holder[index];
	return file == NULL || strcmp(holder->file, file) == 0 ? holder : NULL;
}

/* The same in all groups from `first` on. */
static struct holder *find_from(const struct zones *zones, uint32_t first,
                                const struct dns_name *origin, const char *file)
{
	struct holder *holder = NULL;
	for (uint32_t i = first; zones != NULL && i <= zones->view_count && holder == NULL; i++)
		holder = find_in(&zones->group[i], origin, file);
	return holder;
}

static enum result load_records(const struct config_zone *row, const struct zone_load *load,
                                struct zone **out, struct zone_errors *errors)
{
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
	enum result result = zone_load_records(load, records, row->records_count, out, errors);
	free(records);
	return result;
}

static enum result load_zone(const struct config *config, const struct source *source,
                             const struct dns_name *origin, struct zone **out)
{
	struct zone_load load = {
	    .origin = *origin,
	    .file = source->file,
	    .default_ttl = config->server.default_ttl,
	};
	struct zone_errors *errors = calloc(1, sizeof(*errors));
	if (errors == NULL)
		return RESULT_NO_MEMORY;
	enum result result = source->row != NULL ? load_records(source->row, &load, out, errors)
	                                         : zone_load_file(&load, out, errors);
	log_errors(source->name, errors);
	free(errors);
	return result;
}

static enum result hold(struct zone *zone, const char *file, struct holder **out)
{
	struct holder *holder = calloc(1, sizeof(*holder));
	char *copy = strdup(file);
	if (holder == NULL || copy == NULL) {
		free(holder);
		free(copy);
		zone_free(zone);
		return RESULT_NO_MEMORY;
	}
	*holder = (struct holder){.zone = zone, .file = copy, .loaded_s = clock_calendar_s()};
	*out = holder;
	return RESULT_OK;
}

/* What a load of zones works on. */
struct work {
	const struct config *config;
	const struct zones *former;
	const struct zones_request *request;
	struct zones *zones;
	struct zones_report *report;
};

/* The former version of a zone whose file is wrong now, or NULL: then it is not served. */
static struct holder *keep_former(const struct work *work, const struct source *source,
                                  const struct dns_name *origin, bool is_common, enum result result)
{
	const uint32_t first = is_common && work->former != NULL ? work->former->view_count : 0;
	struct holder *holder =
	    find_from(work->former, first, origin, is_common ? NULL : source->file);
	if (holder == NULL) {
		log_error("zones", "ZON002", "zone %s is not served: %s: %s", source->name,
		          source->file, result_text(result));
		work->report->failed++;
		return NULL;
	}
	log_warn("zones", "ZON003", "zone %s stays in service as it was, serial %u", source->name,
	         zone_serial(holder->zone));
	work->report->kept++;
	holder->is_former = true;
	return holder;
}

/* The zone as the former version has it, if the request lets it be; else NULL. */
static struct holder *take_over(const struct work *work, const struct source *source,
                                const struct dns_name *origin, bool is_common)
{
	const struct zones_request *request = work->request;
	if (work->former == NULL || request->read == ZONES_READ_ALL)
		return NULL;
	if (request->read == ZONES_READ_ONE && dns_name_equal(origin->wire, request->origin->wire))
		return NULL;
	if (request->read == ZONES_READ_NEW &&
	    (source->row != NULL || work->former->default_ttl != work->config->server.default_ttl))
		return NULL;
	const uint32_t first = is_common ? work->former->view_count : 0;
	struct holder *holder = find_from(work->former, first, origin, source->file);
	work->report->reused += holder != NULL;
	return holder;
}

static void log_loaded(const char *name, const struct zone *zone)
{
	log_info("zones", "ZON008", "zone %s: serial %u, %llu records at %llu names in %zu octets",
	         name, zone_serial(zone), (unsigned long long)zone_record_count(zone),
	         (unsigned long long)zone_name_count(zone), zone_memory_bytes(zone));
}

/* Takes the former version over, or reads the zone, or keeps what there was before. NULL: it is not
 * served, or memory is out. */
static enum result provide(const struct work *work, const struct source *source,
                           const struct dns_name *origin, bool is_common, struct holder **out)
{
	struct zone *zone = NULL;
	struct holder *holder = take_over(work, source, origin, is_common);
	enum result result = RESULT_OK;
	if (holder == NULL) {
		result = load_zone(work->config, source, origin, &zone);
		if (result == RESULT_OK)
			result = hold(zone, source->file, &holder);
		if (result == RESULT_NO_MEMORY)
			return result;
		if (result == RESULT_OK) {
			log_loaded(source->name, zone);
			work->report->loaded++;
		} else {
			holder = keep_former(work, source, origin, is_common, result);
		}
	}
	if (holder != NULL)
		work->report->records += zone_record_count(holder->zone);
	*out = holder;
	return RESULT_OK;
}

/* Finds the zone among those of this version, or provides it. */
static enum result add_zone(const struct work *work, struct group *group,
                            const struct source *source)
{
	struct dns_name origin;
	const bool is_common = group == common_of(work->zones);
	enum result result = dns_name_from_text(source->name, strlen(source->name), NULL, &origin);
	if (result != RESULT_OK)
		return result;
	/* The common zones come first and have their names once: there is nothing to find for them. */
	struct holder *holder = is_common ? NULL : find_from(work->zones, 0, &origin, source->file);
	if (holder == NULL)
		result = provide(work, source, &origin, is_common, &holder);
	if (result != RESULT_OK || holder == NULL)
		return result;
	holder->references++;
	group->holder[group->count++] = holder;
	return RESULT_OK;
}

static enum result make_set(struct group *group, const struct zone_set *under)
{
	struct zone **list = calloc(group->count + 1u, sizeof(struct zone *));
	if (list == NULL)
		return RESULT_NO_MEMORY;
	for (uint32_t i = 0; i < group->count; i++)
		list[i] = group->holder[i]->zone;
	enum result result = zone_set_create_over(list, group->count, under, &group->set);
	free(list);
	return result;
}

static enum result load_common(const struct work *work)
{
	const struct config *config = work->config;
	struct group *group = common_of(work->zones);
	group->holder = calloc(config->zone_count + 1u, sizeof(struct holder *));
	enum result result = group->holder == NULL ? RESULT_NO_MEMORY : RESULT_OK;
	for (uint32_t i = 0; i < config->zone_count && result == RESULT_OK; i++) {
		const struct config_zone *row = &config->zone[i];
		const struct source source = {
		    .name = row->name,
		    .file = row->inline_records ? config->file : row->file,
		    .row = row->inline_records ? row : NULL,
		};
		if (row->type == CONFIG_ZONE_PRIMARY)
			result = add_zone(work, group, &source);
	}
	return result == RESULT_OK ? make_set(group, NULL) : result;
}

static enum result load_view(const struct work *work, uint32_t index)
{
	const struct config_view *view = &work->config->view[index];
	struct group *group = &work->zones->group[index];
	group->holder = calloc(view->zones_count + 1u, sizeof(struct holder *));
	group->view = strdup(view->name);
	bool has_memory = group->holder != NULL && group->view != NULL;
	enum result result = has_memory ? RESULT_OK : RESULT_NO_MEMORY;
	for (uint32_t i = 0; i < view->zones_count && result == RESULT_OK; i++) {
		const struct source source = {.name = view->zones[i].name,
		                              .file = view->zones[i].file};
		result = add_zone(work, group, &source);
	}
	return result == RESULT_OK ? make_set(group, common_of(work->zones)->set) : result;
}

static enum result make_views(const struct config *config, struct zones *zones)
{
	struct views_row row[VIEWS_MAX] = {0};
	struct acl_prefix *prefixes[VIEWS_MAX] = {0};
	enum result result = RESULT_OK;
	for (uint32_t i = 0; i < zones->view_count && result == RESULT_OK; i++) {
		const struct config_acl *list = config->view[i].acl.acl;
		prefixes[i] = access_prefixes(list);
		row[i] = (struct views_row){.prefixes = prefixes[i],
		                            .prefix_count = list->networks_count,
		                            .zones = zones->group[i].set};
		if (prefixes[i] == NULL)
			result = RESULT_NO_MEMORY;
	}
	if (result == RESULT_OK)
		result = views_create(row, zones->view_count, common_of(zones)->set,
		                      zones->generation, &zones->views);
	for (uint32_t i = 0; i < zones->view_count; i++)
		free(prefixes[i]);
	return result;
}

enum result zones_load(const struct zones_request *request, struct zones **out,
                       struct zones_report *report)
{
	const struct config *config = request->config;
	const struct zones *former = request->former;
	memset(report, 0, sizeof(*report));
	if (config->view_count > VIEWS_MAX)
		return RESULT_TOO_LONG;
	struct zones *zones =
	    calloc(1, sizeof(*zones) + (config->view_count + 1u) * sizeof(zones->group[0]));
	if (zones == NULL)
		return RESULT_NO_MEMORY;
	zones->generation = former != NULL ? former->generation + 1 : 0;
	zones->view_count = config->view_count;
	zones->default_ttl = config->server.default_ttl;
	const struct work work = {config, former, request, zones, report};
	enum result result = load_common(&work);
	for (uint32_t i = 0; i < zones->view_count && result == RESULT_OK; i++)
		result = load_view(&work, i);
	if (result == RESULT_OK)
		result = make_views(config, zones);
	if (result != RESULT_OK) {
		zones_free(zones);
		return result;
	}
	*out = zones;
	return RESULT_OK;
}

bool zones_at(const struct zones *zones, uint32_t index, struct zones_row *out)
{
	for (uint32_t i = 0; i <= zones->view_count; i++) {
		const struct group *group = &zones->group[i];
		if (index >= group->count) {
			index -= group->count;
			continue;
		}
		const struct holder *holder = group->holder[index];
		*out = (struct zones_row){.view = group->view,
		                          .zone = holder->zone,
		                          .file = holder->file,
		                          .loaded_s = holder->loaded_s,
		                          .is_former = holder->is_former};
		return true;
	}
	return false;
}

struct views *zones_views(const struct zones *zones)
{
	return zones->views;
}

void zones_free(struct zones *zones)
{
	if (zones == NULL)
		return;
	views_free(zones->views);
	for (uint32_t i = 0; i <= zones->view_count; i++) {
		struct group *group = &zones->group[i];
		zone_set_free(group->set);
		for (uint32_t j = 0; j < group->count; j++)
			put_holder(group->holder[j]);
		free(group->holder);
		free(group->view);
	}
	free(zones);
}

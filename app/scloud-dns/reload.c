/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Everything that can fail is made first; then it is published, piece by piece, and cannot fail. */
#include "reload.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "base/log.h"
#include "live_upstreams.h"
#include "nat64.h"
#include "rate_limits.h"
#include "telemetry/telemetry.h"

enum result reload_open_log(const struct config *config)
{
	const struct log_settings settings = {
	    .level = config->logging.level,
	    .format = config->logging.format,
	    .file = config->logging.file,
	    .also_stderr = config->logging.live_print,
	    .size_max_bytes =
	        config->logging.rotate ? (uint64_t)config->logging.max_size_mb << 20 : 0,
	    .files_kept = config->logging.keep_files,
	    .burst = config->logging.burst,
	    .window_ms = config->logging.burst_window_ms,
	};
	enum result result = log_open(&settings);
	for (uint32_t i = 0; i < config->logging.levels_count && result == RESULT_OK; i++)
		result = log_set_level(config->logging.levels[i].component,
		                       config->logging.levels[i].level);
	return result;
}

enum result reload_read(const struct server *server, const char *path, struct reload_candidate *out)
{
	*out = (struct reload_candidate){.problems = calloc(1, sizeof(*out->problems))};
	if (out->problems == NULL)
		return RESULT_NO_MEMORY;
	if (path == NULL)
		path = server->args->config_file;
	enum result result = path != NULL
	                         ? config_load_file(path, NULL, &out->config, out->problems)
	                         : config_default(NULL, &out->config, out->problems);
	if (result != RESULT_OK) {
		out->config = NULL;
		return RESULT_OK;
	}
	result = config_diff(server->config, out->config, &out->changes);
	if (result != RESULT_OK)
		reload_free(out);
	return result;
}

void reload_free(struct reload_candidate *candidate)
{
	config_changes_free(&candidate->changes);
	config_free(candidate->config);
	free(candidate->problems);
	memset(candidate, 0, sizeof(*candidate));
}

static bool is_changed(const struct config_changes *changes, const char *prefix)
{
	for (uint32_t i = 0; i < changes->count; i++)
		if (changes->change[i].live &&
		    strncmp(changes->change[i].key, prefix, strlen(prefix)) == 0)
			return true;
	return false;
}

static void log_changes(const struct config_changes *changes)
{
	static const char *const words[] = {
	    [CONFIG_CHANGED] = "changed", [CONFIG_ADDED] = "added", [CONFIG_REMOVED] = "removed"};
	for (uint32_t i = 0; i < changes->count; i++) {
		const struct config_change *change = &changes->change[i];
		const bool values = change->kind == CONFIG_CHANGED && change->from[0] != '\0';
		if (change->live)
			log_info("config", "CFG010", "%s: %s%s%s%s%s", change->key,
			         words[change->kind], values ? " from " : "", change->from,
			         values ? " to " : "", change->to);
		else
			log_warn("config", "CFG011",
			         "%s: %s%s%s%s%s: needs a restart, stays as it was", change->key,
			         words[change->kind], values ? " from " : "", change->from,
			         values ? " to " : "", change->to);
	}
}

/* What a new configuration becomes before it is published. */
struct parts {
	struct zones *zones;
	struct zones_report report;
	struct guard_policy *policy;
	struct policy *names; /* NULL: those in service stay */
	struct dns64 *dns64; /* NULL: not wanted */
	struct live_upstreams live; /* whom RESOLVER asks */
	struct rate_limits limits; /* where `has_limits` */
	bool has_limits; /* they have changed: else counting goes on */
};

static void free_parts(struct parts *parts)
{
	zones_free(parts->zones);
	guard_policy_free(parts->policy);
	policy_free(parts->names);
	dns64_free(parts->dns64);
	live_upstreams_free(&parts->live);
	rate_limits_free(&parts->limits);
}

static bool fail(char reason[RELOAD_REASON_BYTES], const char *what, const char *why)
{
	snprintf(reason, RELOAD_REASON_BYTES, "%.300s: %.200s", what, why);
	return false;
}

static bool make_zones(const struct server *server, const struct config *config,
                       enum zones_read read, struct parts *parts, char *reason)
{
	const struct zones_request request = {
	    .config = config, .former = server->zones, .read = read};
	enum result result = zones_load(&request, &parts->zones, &parts->report);
	if (result != RESULT_OK)
		return fail(reason, "cannot load the zones", result_text(result));
	if (parts->report.failed == 0)
		return true;
	snprintf(reason, RELOAD_REASON_BYTES, "%u new zones are wrong, see the log",
	         parts->report.failed);
	return false;
}

/* Large lists are read again where they are asked for, or where it matters. */
static bool make_names(const struct reload_candidate *candidate, enum zones_read read,
                       struct parts *parts, char *reason)
{
	const struct config_changes *changes = &candidate->changes;
	if (read != ZONES_READ_ALL && !is_changed(changes, "policy.") &&
	    !is_changed(changes, "local_zone") && !is_changed(changes, "zone"))
		return true;
	const enum result result = policies_load(candidate->config, &parts->names);
	if (result == RESULT_OK)
		return true;
	return fail(reason, "cannot load local zones and block lists", result_text(result));
}

static bool make_parts(struct server *server, const struct reload_candidate *candidate,
                       enum zones_read read, struct parts *parts, char *reason)
{
	const struct config *config = candidate->config;
	if (!make_zones(server, config, read, parts, reason) ||
	    !make_names(candidate, read, parts, reason))
		return false;
	enum result result = access_policy_create(config, &parts->policy);
	if (result != RESULT_OK)
		return fail(reason, "cannot make the access lists", result_text(result));
	result = nat64_make(config, &parts->dns64);
	if (result != RESULT_OK)
		return fail(reason, "cannot make what DNS64 needs", result_text(result));
	result = live_upstreams_make(server, config, &candidate->changes, &parts->live);
	if (result != RESULT_OK)
		return fail(reason, "cannot make the list of forwarders", result_text(result));
	parts->has_limits = is_changed(&candidate->changes, "ratelimit.") ||
	                    is_changed(&candidate->changes, "limits.max_queries_per_minute");
	if (parts->has_limits)
		result = rate_limits_make(config, server->plan.placement.lanes, &parts->limits);
	if (result != RESULT_OK)
		return fail(reason, "cannot make the limits by rate", result_text(result));
	return true;
}

static void publish_zones(struct server *server, struct zones *next,
                          const struct zones_report *report)
{
	snapshot_publish(&server->settings.zones, pipeline_get_rcu(server->pipeline),
	                 zones_views(next));
	telemetry_lock();
	struct zones *former = server->zones;
	server->zones = next;
	telemetry_unlock();
	zones_free(former);
	malloc_trim(0);
	log_info(
	    "zones", "ZON007",
	    "reloaded: %u zones with %llu records, of which %u were read, %u kept as they were",
	    report->loaded + report->kept + report->reused, (unsigned long long)report->records,
	    report->loaded, report->kept);
}

static void publish_names(struct server *server, struct policy *next)
{
	if (next == NULL)
		return;
	snapshot_publish(&server->settings.names, pipeline_get_rcu(server->pipeline), next);
	policy_free(server->names);
	server->names = next;
	malloc_trim(0);
}

static void publish(struct server *server, struct reload_candidate *candidate, struct parts *parts)
{
	struct pipeline_rcu *rcu = pipeline_get_rcu(server->pipeline);
	publish_zones(server, parts->zones, &parts->report);
	snapshot_publish(&server->settings.policy, rcu, parts->policy);
	publish_names(server, parts->names);
	snapshot_publish(&server->settings.dns64, rcu, parts->dns64);
	live_upstreams_publish(&parts->live, server);
	if (parts->has_limits)
		rate_limits_publish(&parts->limits, rcu, &server->settings);
	if (is_changed(&candidate->changes, "server.cookie_secret") &&
	    settings_renew_cookies(candidate->config, rcu, &server->settings) != RESULT_OK)
		log_warn("server", "SRV007",
		         "no new secret for cookies: the former one stays in use");
	/* Listeners are those of the start: only the paths of their certificates may be others. */
	server->certificates.config = candidate->config;
	if (is_changed(&candidate->changes, "listener[") || is_changed(&candidate->changes, "doh."))
		certificates_reload(&server->certificates, rcu);
	config_free(server->owned);
	server->owned = candidate->config;
	server->config = candidate->config;
	candidate->config = NULL;
	if (is_changed(&candidate->changes, "dnstap.") ||
	    is_changed(&candidate->changes, "monitoring.") ||
	    is_changed(&candidate->changes, "logging."))
		(void)watchers_open(&server->watchers, server->config);
}

/* Opens the log anew where the new configuration wants it otherwise. */
static bool change_log(const struct reload_candidate *candidate, char *reason)
{
	if (!is_changed(&candidate->changes, "logging."))
		return true;
	enum result result = reload_open_log(candidate->config);
	if (result == RESULT_OK)
		return true;
	return fail(reason, candidate->config->logging.file,
	            result == RESULT_IO ? strerror(errno) : result_text(result));
}

static bool apply(struct server *server, struct reload_candidate *candidate, enum zones_read read,
                  char *reason)
{
	struct parts parts = {.zones = NULL};
	if (candidate->config == NULL)
		return fail(reason, candidate->problems->file, "it is wrong");
	if (config_merge(server->started, candidate->config) != RESULT_OK)
		return fail(reason, candidate->problems->file, "out of memory");
	if (!make_parts(server, candidate, read, &parts, reason) ||
	    !change_log(candidate, reason)) {
		free_parts(&parts);
		return false;
	}
	publish(server, candidate, &parts);
	return true;
}

bool reload_apply(struct server *server, struct reload_candidate *candidate, enum zones_read read,
                  char reason[RELOAD_REASON_BYTES])
{
	config_problems_log(candidate->problems);
	if (!apply(server, candidate, read, reason)) {
		log_error("config", "CFG012", "nothing of the new configuration is taken over: %s",
		          reason);
		return false;
	}
	log_changes(&candidate->changes);
	log_info("config", "CFG013", "%u changes of the configuration, of which %u need a restart",
	         candidate->changes.count, candidate->changes.restart_count);
	server->restart_count = candidate->changes.restart_count;
	return true;
}

enum result reload_zones(struct server *server, enum zones_read read, const struct dns_name *origin,
                         bool strict, struct zones_report *report)
{
	struct zones *next = NULL;
	const struct zones_request request = {
	    .config = server->config, .former = server->zones, .read = read, .origin = origin};
	enum result result = zones_load(&request, &next, report);
	if (result == RESULT_OK && strict && report->failed > 0) {
		zones_free(next);
		return RESULT_MALFORMED;
	}
	if (result != RESULT_OK) {
		log_error("zones", "ZON006", "reload failed, all zones stay as they were: %s",
		          result_text(result));
		return result;
	}
	publish_zones(server, next, report);
	return RESULT_OK;
}

/* With the configuration in service: if something is wrong all of them stay as they were. */
static void reload_names(struct server *server)
{
	struct policy *next = NULL;
	const enum result result = policies_load(server->config, &next);
	if (result != RESULT_OK)
		log_error("policy", "POL005",
		          "reload failed, local zones and block lists stay as they were: %s",
		          result_text(result));
	publish_names(server, next);
}

void server_reopen_log(const struct server *server)
{
	if (log_reopen() != RESULT_OK)
		log_error("server", "SRV006", "cannot open the log %s again: %s",
		          server->config->logging.file, strerror(errno));
}

/* HUP: what log rotation and people who edited a zone or the configuration want. Where the configuration is
 * wrong now, zones, local zones and lists are read again all the same. */
void server_reload(struct server *server)
{
	char reason[RELOAD_REASON_BYTES];
	struct reload_candidate candidate;
	struct zones_report report;
	server_reopen_log(server);
	watchers_reopen(&server->watchers, server->config);
	enum result result = reload_read(server, NULL, &candidate);
	if (result != RESULT_OK)
		log_error("config", "CFG012", "nothing of the new configuration is taken over: %s",
		          result_text(result));
	bool applied =
	    result == RESULT_OK && reload_apply(server, &candidate, ZONES_READ_ALL, reason);
	if (result == RESULT_OK)
		reload_free(&candidate);
	if (!applied) {
		result = reload_zones(server, ZONES_READ_ALL, NULL, false, &report);
		reload_names(server);
	}
	(void)result; /* what failed is in the log */
	certificates_reload(&server->certificates, pipeline_get_rcu(server->pipeline));
	if (settings_renew_cookies(server->config, pipeline_get_rcu(server->pipeline),
	                           &server->settings) != RESULT_OK)
		log_warn("server", "SRV007",
		         "no new secret for cookies: the former one stays in use");
}

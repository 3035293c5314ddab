/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A new engine for RESOLVER from a changed configuration. */
#include "live_upstreams.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

/* How often main looks whether RESOLVER has taken the new engine: it does so in its next turn. */
#define LOOK_US 1000u

static bool has_prefix(const struct config_changes *changes, const char *const *prefixes,
                       size_t count)
{
	for (uint32_t i = 0; i < changes->count; i++) {
		for (size_t j = 0; j < count && changes->change[i].live; j++) {
			if (strncmp(changes->change[i].key, prefixes[j], strlen(prefixes[j])) == 0)
				return true;
		}
	}
	return false;
}

static bool has_zones_of_others(const struct config *config)
{
	for (uint32_t i = 0; i < config->zone_count; i++) {
		if (config->zone[i].type == CONFIG_ZONE_FORWARD ||
		    config->zone[i].type == CONFIG_ZONE_STUB)
			return true;
	}
	return false;
}

static bool is_wanted(const struct server *server, const struct config *config,
                      const struct config_changes *changes)
{
	static const char *const engine[] = {
	    "forwarder",
	    "recursion.enabled",
	    "recursion.recursion_timeout_ms",
	    "recursion.retry_interval_ms",
	    "recursion.forward_to",
	    "recursion.fallback_to_recursion",
	    "recursion.case_randomization",
	    "recursion.cookies",
	    "recursion.prefer_family",
	    "recursion.server_port",
	    "root_hints",
	    "policy.rebind_protection",
	    "policy.private_",
	};
	static const char *const zones[] = {"zone"};
	if (has_prefix(changes, engine, ARRAY_COUNT(engine)))
		return true;
	return has_prefix(changes, zones, ARRAY_COUNT(zones)) &&
	       (has_zones_of_others(config) || has_zones_of_others(server->config));
}

/* RESOLVER puts its own in the place of this one, before the first step. */
static uint64_t no_random(void *context)
{
	(void)context;
	return 0;
}

static enum result make_engine(const struct server *server, const struct config *config,
                               struct live_upstreams *out)
{
	struct resolver_settings settings = {.group_count = 0};
	settings_fill_engine(config, out->upstreams, server->settings.resolver.engine.clients_max,
	                     &settings);
	settings.random = no_random;
	settings.port_slots = 1;
	return resolver_create(&settings, &out->engine);
}

static enum result make_apexes(const struct upstreams *upstreams, struct cache_apexes **out)
{
	struct dns_name *names;
	enum result result = settings_list_apexes(&upstreams->settings, &names);
	if (result != RESULT_OK)
		return result;
	result = cache_apexes_create(names, upstreams->settings.zone_count, out);
	free(names);
	return result;
}

enum result live_upstreams_make(const struct server *server, const struct config *config,
                                const struct config_changes *changes, struct live_upstreams *out)
{
	static const char *const private[] = {"policy.rebind_protection", "policy.private_"};
	*out = (struct live_upstreams){.upstreams = NULL};
	if (!is_wanted(server, config, changes))
		return RESULT_OK;
	struct upstreams *upstreams = calloc(1, sizeof(*upstreams));
	if (upstreams == NULL)
		return RESULT_NO_MEMORY;
	enum result result = upstreams_configure(config, upstreams);
	if (result != RESULT_OK) {
		free(upstreams);
		return result;
	}
	out->upstreams = upstreams;
	out->flushes = has_prefix(changes, private, ARRAY_COUNT(private));
	result = make_engine(server, config, out);
	return result == RESULT_OK ? make_apexes(upstreams, &out->apexes) : result;
}

static void free_upstreams(struct upstreams *upstreams)
{
	if (upstreams == NULL)
		return;
	upstreams_free(upstreams);
	free(upstreams);
}

void live_upstreams_free(struct live_upstreams *live)
{
	free_upstreams(live->upstreams);
	resolver_destroy(live->engine);
	cache_apexes_free(live->apexes);
	*live = (struct live_upstreams){.upstreams = NULL};
}

/* Every lcore goes on with its turns until main ends them, so that this ends. */
static void swap_engine(struct live_upstreams *live, struct server *server)
{
	struct stage_resolver_swap *swap = &server->settings.swap;
	struct resolver *former;
	swap->tls = live->upstreams->tls.profile;
	swap->tls_count = live->upstreams->tls.count;
	swap->deadline_ms = live->upstreams->settings.deadline_ms;
	stage_resolver_swap_ask(swap, live->engine);
	while ((former = stage_resolver_swap_done(swap)) == NULL)
		usleep(LOOK_US);
	resolver_destroy(former);
	live->engine = NULL;
}

void live_upstreams_publish(struct live_upstreams *live, struct server *server)
{
	struct settings *settings = &server->settings;
	if (live->upstreams == NULL)
		return;
	struct cache_apexes *former = cache_apexes_swap(settings->cache, live->apexes);
	live->apexes = NULL;
	/* Waits until no lcore is within a call that began before. */
	snapshot_publish(&settings->outside, pipeline_get_rcu(server->pipeline),
	                 &live->upstreams->outside);
	cache_apexes_free(former);
	swap_engine(live, server);
	if (live->flushes)
		cache_flush_all(settings->cache);
	free_upstreams(server->upstreams);
	server->upstreams = live->upstreams;
	live->upstreams = NULL;
	log_info("resolver", "RES113",
	         "forwarders, zones of others and times of recursion are those of the "
	         "configuration; what was known of servers is forgotten");
}

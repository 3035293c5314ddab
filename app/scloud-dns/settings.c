/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From configuration to the settings of each stage. */
#include "settings.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "access.h"
#include "base/check.h"
#include "base/log.h"
#include "dns/encoding.h"
#include "nat64.h"
#include "rate_limits.h"

/* The largest answer by UDP: what is configured, and what fits the smallest MTU (RFC 9715 §3). */
static uint16_t udp_size(const struct settings_parts *parts, uint8_t family)
{
	uint16_t size = config_udp_payload(parts->config, family);
	for (uint16_t i = 0; i < parts->ports->count; i++) {
		uint16_t fits = port_message_max(&parts->ports->port[i], family);
		if (size > fits)
			size = fits;
	}
	return size;
}

/* 32 digits, as the configuration's check has seen. */
static void read_secret(const char *text, uint8_t out[SIPHASH_KEY_BYTES])
{
	struct bytes_writer writer = bytes_writer_of(out, SIPHASH_KEY_BYTES);
	struct encoding_decoder decoder;
	encoding_decoder_init(&decoder, ENCODING_HEX, &writer);
	CHECK(encoding_decode(&decoder, text, strlen(text)) && encoding_decode_end(&decoder) &&
	      writer.len == SIPHASH_KEY_BYTES);
}

/* RFC 9018 §5: the same secrets on all servers of a set, or a random one and its predecessor. */
static enum result fill_cookie_keys(const struct config_server *server,
                                    const struct cookie_keys *former, struct cookie_keys *out)
{
	out->secret_count = 1;
	if (server->cookie_secret[0] != '\0') {
		read_secret(server->cookie_secret, out->secret[0]);
		if (server->cookie_secret_old[0] != '\0')
			read_secret(server->cookie_secret_old, out->secret[out->secret_count++]);
		return RESULT_OK;
	}
	if (getrandom(out->secret[0], SIPHASH_KEY_BYTES, 0) != SIPHASH_KEY_BYTES)
		return RESULT_IO;
	if (former != NULL)
		memcpy(out->secret[out->secret_count++], former->secret[0], SIPHASH_KEY_BYTES);
	return RESULT_OK;
}

enum result settings_renew_cookies(const struct config *config, struct pipeline_rcu *rcu,
                                   struct settings *settings)
{
	struct cookie_keys *keys = calloc(1, sizeof(*keys));
	if (keys == NULL)
		return RESULT_NO_MEMORY;
	enum result result =
	    fill_cookie_keys(&config->server, snapshot_load(&settings->cookie_keys), keys);
	if (result != RESULT_OK) {
		free(keys);
		return result;
	}
	snapshot_publish(&settings->cookie_keys, rcu, keys);
	return RESULT_OK;
}

/* Names whose servers are configured. */
enum result settings_list_apexes(const struct resolver_settings *engine, struct dns_name **out)
{
	struct dns_name *names = calloc(engine->zone_count + 1u, sizeof(*names));
	if (names == NULL)
		return RESULT_NO_MEMORY;
	for (uint32_t i = 0; i < engine->zone_count; i++)
		names[i] = engine->zones[i].name;
	*out = names;
	return RESULT_OK;
}

static enum result make_cache(const struct settings_parts *parts, struct settings *settings)
{
	const struct config_cache *from = &parts->config->cache;
	const struct resolver_settings *engine = &parts->upstreams->settings;
	struct dns_name *apexes;
	enum result result = settings_list_apexes(engine, &apexes);
	if (result != RESULT_OK)
		return result;
	/* A cache that is switched off still answers the questions that are coalesced in one second. */
	const struct cache_settings cache = {
	    .entries_max = from->enabled ? from->max_entries : 1,
	    .memory_bytes = (uint64_t)from->memory_mb << 20,
	    .ttl_max_s = from->max_ttl_seconds,
	    .ttl_min_s = from->min_ttl_seconds,
	    .negative_ttl_max_s = from->negative_ttl_seconds,
	    .stale_max_s = from->stale_max_seconds,
	    .refresh = from->enabled && from->prefetch,
	    .nxdomain_cut = from->nxdomain_cut,
	    .apexes = apexes,
	    .apex_count = engine->zone_count,
	};
	result = cache_create(&cache, &settings->cache);
	free(apexes);
	return result;
}

static void fill_encoder(const struct settings_parts *parts, struct settings *settings)
{
	struct stage_encoder_settings *encoder = &settings->encoder;
	const char *name = parts->config->server.name;
	encoder->udp_size = udp_size(parts, 4);
	encoder->nsid_len = (uint16_t)strnlen(name, ENCODER_NSID_MAX);
	memcpy(encoder->nsid, name, encoder->nsid_len);
	encoder->cookie_keys = &settings->cookie_keys;
	encoder->ratelimit = &settings->responses;
	encoder->top = settings->top_answers;
	encoder->tap = settings->tap;
	encoder->flight = settings->flight;
}

/* 0 where the limits are those of RFC 1035. A name has an octet more than its text without the last dot,
 * and the root's. */
static uint8_t name_octets_max(const struct config *config)
{
	const uint32_t octets = config->tuning.max_domain_length + 2;
	return octets < DNS_NAME_MAX ? (uint8_t)octets : 0;
}

static uint8_t label_octets_max(const struct config *config)
{
	const uint32_t octets = config->tuning.max_label_length;
	return octets < DNS_LABEL_MAX ? (uint8_t)octets : 0;
}

static void fill_fast_path(const struct settings_parts *parts, struct settings *settings)
{
	settings->listener = (struct stage_listener_settings){
	    .ports = parts->ports->port,
	    .port_count = parts->ports->count,
	    .dns_ports = {parts->config->server.bind_port},
	    .dns_port_count = 1,
	    .reassembly = settings->reassembly,
	    .large_pool = parts->kernel_half->settings.slowpath.stream_pool,
	    .spread = settings->topology.spread,
	};
	settings->query_dispatcher = (struct stage_query_dispatcher_settings){
	    .zones = &settings->zones,
	    .policy = &settings->policy,
	    .names = &settings->names,
	    .dns64 = &settings->dns64,
	    .version = "scloud-dns " SCLOUD_VERSION,
	    .identity = parts->config->server.name,
	    .cookie_keys = &settings->cookie_keys,
	    .ratelimit = &settings->queries,
	    .outside = &settings->outside,
	    .top = settings->top_questions,
	};
	settings->zone_manager = (struct stage_zone_manager_settings){
	    .zones = &settings->zones,
	    .rotate = parts->config->server.rotate_answers,
	};
	settings->sender = (struct stage_sender_settings){
	    .ports = parts->ports->port,
	    .port_count = parts->ports->count,
	    .next_hops = parts->next_hops,
	};
	settings->metrics = (struct stage_metrics_settings){.view = &settings->metrics_view};
	fill_encoder(parts, settings);
	settings->decoder = (struct stage_decoder_settings){
	    .udp_size_v4 = udp_size(parts, 4),
	    .udp_size_v6 = udp_size(parts, 6),
	    .nsid_len = settings->encoder.nsid_len,
	    .cookies = true,
	    .tap = settings->tap,
	    .ignore_edns = !parts->config->server.enable_edns,
	    .name_octets_max = name_octets_max(parts->config),
	    .label_octets_max = label_octets_max(parts->config),
	};
}

/* Each lane has its share of the open questions; RESOLVER has a place for each of them. */
static uint32_t recursion_credits(const struct settings_parts *parts)
{
	uint32_t credits = parts->config->recursion.max_recursive_queries / parts->lanes;
	if (credits > LINK_DEPTH_MAX)
		return LINK_DEPTH_MAX;
	return credits > 0 ? credits : 1;
}

void settings_fill_engine(const struct config *config, const struct upstreams *upstreams,
                          uint32_t clients_max, struct resolver_settings *out)
{
	*out = upstreams->settings;
	out->clients_max = clients_max;
	out->tasks_max = clients_max;
	out->stale_after_ms = config->cache.stale_client_timeout_ms;
	out->ttl_max_s = config->cache.max_ttl_seconds;
	out->ttl_min_s = config->cache.min_ttl_seconds;
	out->negative_ttl_max_s = config->cache.negative_ttl_seconds;
	out->udp_bytes = config_udp_payload(config, 4);
}

static void fill_recursion(const struct settings_parts *parts, struct settings *settings)
{
	settings->cache_lookup.cache = settings->cache;
	settings->cache_lookup.pools = parts->pools;
	settings->cache_lookup.dns64 = &settings->dns64;
	settings->cache_writer.cache = settings->cache;
	settings->cache_writer.failure_ms = parts->config->cache.failure_recheck_ms;
	settings->cache_janitor.cache = settings->cache;
	settings->resolver.cache = settings->cache;
	settings->resolver.pools = parts->pools;
	settings->resolver.desk = settings->desk;
	settings->resolver.view = &settings->resolver_view;
	settings->resolver.tap = settings->tap;
	settings->resolver.dns64 = &settings->dns64;
	settings->resolver.swap = &settings->swap;
	settings->resolver.upstream.sources = parts->upstreams->source;
	settings->resolver.upstream.source_count = parts->upstreams->source_count;
	settings->resolver.upstream.tls = parts->upstreams->tls.profile;
	settings->resolver.upstream.tls_count = parts->upstreams->tls.count;
	settings_fill_engine(parts->config, parts->upstreams,
	                     recursion_credits(parts) * parts->lanes, &settings->resolver.engine);
}

/* RFC 1122 §3.3.2: a host puts fragments together, unless its owner says that nobody sends any. */
static enum result make_reassembly(const struct settings_parts *parts, struct settings *settings)
{
	if (parts->config->amplification_mitigation.drop_fragments)
		return RESULT_OK;
	settings->reassembly = calloc(parts->lanes, sizeof(*settings->reassembly));
	return settings->reassembly == NULL ? RESULT_NO_MEMORY : RESULT_OK;
}

static enum result make_tops(const struct settings_parts *parts, struct settings *settings)
{
	uint64_t secret;
	if (!parts->config->metrics.top)
		return RESULT_OK;
	if (getrandom(&secret, sizeof(secret), 0) != sizeof(secret))
		return RESULT_IO;
	settings->lanes = parts->lanes;
	enum result result =
	    top_create(TOP_QUESTIONS, parts->lanes, secret, &settings->top_questions);
	if (result == RESULT_OK)
		result = top_create(TOP_ANSWERS, parts->lanes, secret, &settings->top_answers);
	return result;
}

/* A power of two, as the recorder wants it. */
static uint32_t flight_entries(const struct config *config)
{
	uint32_t entries = FLIGHT_ENTRIES_MIN;
	while (entries < config->flight_recorder.entries)
		entries *= 2;
	return entries;
}

/* What operators look through. */
static enum result make_watchers(const struct settings_parts *parts, struct settings *settings)
{
	enum result result = resolver_desk_create(&settings->desk);
	if (result == RESULT_OK)
		result = tap_create(&settings->tap);
	if (result == RESULT_OK && parts->config->flight_recorder.enabled)
		result = flight_create(flight_entries(parts->config), &settings->flight);
	return result;
}

/* The pipeline is told where all of these are. */
static void fill_topology(const struct settings_parts *parts, struct settings *settings)
{
	settings->topology = (struct topology_settings){
	    .listener = &settings->listener,
	    .tcp_acceptor = &parts->kernel_half->settings,
	    .decoder = &settings->decoder,
	    .query_dispatcher = &settings->query_dispatcher,
	    .zone_manager = &settings->zone_manager,
	    .cache_lookup = &settings->cache_lookup,
	    .resolver = &settings->resolver,
	    .cache_writer = &settings->cache_writer,
	    .encoder = &settings->encoder,
	    .sender = &settings->sender,
	    .cache_janitor = &settings->cache_janitor,
	    .metrics = &settings->metrics,
	    .recursion_credits = recursion_credits(parts),
	    .spread = settings->topology.spread,
	};
}

enum result settings_make(const struct settings_parts *parts, struct settings *out)
{
	struct guard_policy *policy = NULL;
	struct dns64 *dns64;
	struct rate_limits limits;
	memset(out, 0, sizeof(*out));
	out->topology.spread = ports_need_spread(parts->ports, parts->lanes);
	out->policy.release = guard_policy_free;
	out->dns64.release = dns64_free;
	out->cookie_keys.release = free;
	out->queries.release = ratelimit_lanes_free;
	out->responses.release = ratelimit_lanes_free;
	snapshot_publish(&out->zones, NULL, parts->zones);
	snapshot_publish(&out->names, NULL, parts->names);
	snapshot_publish(&out->outside, NULL, (void *)(uintptr_t)&parts->upstreams->outside);
	enum result result = access_policy_create(parts->config, &policy);
	if (result != RESULT_OK)
		return result;
	snapshot_publish(&out->policy, NULL, policy);
	result = nat64_make(parts->config, &dns64);
	if (result != RESULT_OK)
		return result;
	snapshot_publish(&out->dns64, NULL, dns64);
	result = rate_limits_make(parts->config, parts->lanes, &limits);
	if (result != RESULT_OK)
		return result;
	rate_limits_publish(&limits, NULL, out);
	result = settings_renew_cookies(parts->config, NULL, out);
	if (result == RESULT_OK)
		result = make_cache(parts, out);
	if (result == RESULT_OK)
		result = make_reassembly(parts, out);
	if (result == RESULT_OK)
		result = make_tops(parts, out);
	if (result == RESULT_OK)
		result = make_watchers(parts, out);
	if (result != RESULT_OK)
		return result;
	fill_fast_path(parts, out);
	fill_recursion(parts, out);
	fill_topology(parts, out);
	return RESULT_OK;
}

void settings_free(struct settings *settings)
{
	snapshot_publish(&settings->policy, NULL, NULL);
	snapshot_publish(&settings->dns64, NULL, NULL);
	snapshot_publish(&settings->cookie_keys, NULL, NULL);
	snapshot_publish(&settings->queries, NULL, NULL);
	snapshot_publish(&settings->responses, NULL, NULL);
	cache_destroy(settings->cache);
	resolver_desk_destroy(settings->desk);
	tap_destroy(settings->tap);
	flight_destroy(settings->flight);
	free(settings->reassembly);
	top_destroy(settings->top_questions, settings->lanes);
	top_destroy(settings->top_answers, settings->lanes);
	memset(settings, 0, sizeof(*settings));
}

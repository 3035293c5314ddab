/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* settings -- what each stage gets to know, made from the configuration and the open devices.
 *
 * What:    one struct with the settings of all stages, the snapshots they share and the cache.
 * Threads: made and freed by main; read by all lcores; snapshots are replaced by main.
 * Memory:  owned by struct settings, but for what struct settings_parts refers to.
 * Limits:  those of the parts.
 * Trust:   the configuration is checked.
 * RFC:     6891 §6.2.5 (size of answers). */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "cache/cache.h"
#include "config/config.h"
#include "guard/cookie.h"
#include "kernel_half.h"
#include "pipeline/snapshot.h"
#include "ports.h"
#include "stage/cache_janitor.h"
#include "stage/cache_lookup.h"
#include "stage/cache_writer.h"
#include "stage/decoder.h"
#include "stage/encoder.h"
#include "stage/listener.h"
#include "stage/metrics.h"
#include "stage/query_dispatcher.h"
#include "stage/resolver.h"
#include "stage/sender.h"
#include "stage/zone_manager.h"
#include "topology.h"
#include "upstreams.h"

struct settings_parts {
	const struct config *config;
	struct views *zones;
	struct policy *names;
	struct ports *ports;
	const struct pipeline_pools *pools; /* outlive the stages */
	const struct upstreams *upstreams;
	const struct kernel_half *kernel_half;
	const struct snapshot *next_hops; /* one for each port */
	uint16_t lanes;
};

struct settings {
	struct snapshot zones; /* of struct views */
	struct snapshot policy; /* of struct guard_policy */
	struct snapshot names; /* of struct policy */
	struct snapshot outside; /* of struct outside: part of the upstreams */
	struct snapshot dns64; /* of struct dns64; empty: not wanted */
	struct snapshot cookie_keys; /* of struct cookie_keys */
	struct snapshot queries; /* of struct ratelimit_lanes */
	struct snapshot responses; /* the same */
	struct cache *cache;
	struct resolver_desk *desk; /* the operator's questions */
	struct tap *tap;
	struct flight *flight; /* NULL: it is off */
	struct net_reassembly *reassembly; /* one for each lane, or NULL */
	struct metrics_view metrics_view;
	struct resolver_view resolver_view;
	struct top *top_questions; /* one for each lane, or NULL */
	struct top *top_answers; /* the same */
	uint16_t lanes;
	struct stage_resolver_swap swap;

	struct stage_listener_settings listener;
	struct stage_decoder_settings decoder;
	struct stage_query_dispatcher_settings query_dispatcher;
	struct stage_cache_lookup_settings cache_lookup;
	struct stage_zone_manager_settings zone_manager;
	struct stage_resolver_settings resolver;
	struct stage_cache_writer_settings cache_writer;
	struct stage_encoder_settings encoder;
	struct stage_sender_settings sender;
	struct stage_cache_janitor_settings cache_janitor;
	struct stage_metrics_settings metrics;
	struct topology_settings topology; /* where all of these are */
};

/* Fails: RESULT_NO_MEMORY, RESULT_TOO_LONG, RESULT_OUT_OF_RANGE; settings_free() is right in any case. */
MUST_CHECK enum result settings_make(const struct settings_parts *parts, struct settings *out);
void settings_free(struct settings *settings);

/* What the resolver's engine gets to know of the configuration. */
void settings_fill_engine(const struct config *config, const struct upstreams *upstreams,
                          uint32_t clients_max, struct resolver_settings *out);
/* Names whose servers are configured, for the cache; to be freed. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result settings_list_apexes(const struct resolver_settings *engine,
                                            struct dns_name **out);

/* Makes new secrets for cookies: those of the configuration, else a random one; then the former one is
 * still taken. Fails: RESULT_IO (no randomness), RESULT_NO_MEMORY; the former secrets stay then. */
MUST_CHECK enum result settings_renew_cookies(const struct config *config, struct pipeline_rcu *rcu,
                                              struct settings *settings);

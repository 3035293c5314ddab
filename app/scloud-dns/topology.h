/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* topology -- the map of this server in code: its twelve stages and the links between them.
 *
 * What:    topology_fill() writes the tables that placement, the pipeline and every picture are made from.
 * Threads: main, before the lcores run; const from then on.
 * Memory:  the caller's; settings must outlive the pipeline. For pictures they may all be NULL.
 * Limits:  pipeline/pipeline_limits.h.
 * Trust:   credits come from the checked configuration; topology_check() looks again.
 * RFC:     none. */
#pragma once

#include <stdint.h>

#include "pipeline/topology.h"

#define TOPOLOGY_STAGE_COUNT 12
#define TOPOLOGY_LINK_COUNT 16
#define TOPOLOGY_GROUP_COUNT 4

/* What the stages' init is given. */
struct topology_settings {
	const struct stage_listener_settings *listener;
	const struct stage_tcp_acceptor_settings *tcp_acceptor;
	const struct stage_decoder_settings *decoder;
	const struct stage_query_dispatcher_settings *query_dispatcher;
	const struct stage_zone_manager_settings *zone_manager;
	const struct stage_cache_lookup_settings *cache_lookup;
	const struct stage_resolver_settings *resolver;
	const struct stage_cache_writer_settings *cache_writer;
	const struct stage_encoder_settings *encoder;
	const struct stage_sender_settings *sender;
	const struct stage_cache_janitor_settings *cache_janitor;
	const struct stage_metrics_settings *metrics;

	/* Questions that each lane may have open at RESOLVER, 1..LINK_DEPTH_MAX; 0: 4096. */
	uint32_t recursion_credits;
	/* Answers for streams and kernel sockets that may wait for TCP_ACCEPTOR, per lane. With as many as
	 * the stream pool has buffers none is ever shed. 1..LINK_DEPTH_MAX; 0: 1024. */
	uint32_t stream_credits;
	/* Some port may have fewer receive queues than there are lanes: LISTENER feeds any lane. */
	bool spread;
};

struct topology_tables {
	struct topology_stage stages[TOPOLOGY_STAGE_COUNT];
	struct topology_link links[TOPOLOGY_LINK_COUNT];
	struct topology topology; /* refers to the two above */
};

void topology_fill(const struct topology_settings *settings, struct topology_tables *out);

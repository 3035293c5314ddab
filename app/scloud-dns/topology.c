/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The map. A packet's way is read from top to bottom; docs/pipeline.svg is this file as a picture. */
#include "topology.h"

#include <string.h>

#include "base/check.h"
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
#include "stage/tcp_acceptor.h"
#include "stage/zone_manager.h"

/* A fast-path link between two lcores. Lower: a consumer that is suspended for a moment (lcores that share
 * processors) stops its producers at once. Higher: under overload each link adds depth / rate to the delay:
 * 512 packets at 0.5 M/s are 1 ms; and packets waiting here are buffers that the port lacks. */
#define HOP 512
/* Frames for the kernel half: one burst of a busy TCP connection. Lower: TCP is slow. Higher: a flood of
 * frames that are not DNS takes buffers from queries. */
#define TAP 256
/* From a lane with a receive queue to one without. Lower: a lane that is suspended for a moment stops the
 * others. Higher: there is one for each pair of lanes, and each may fill with packets. */
#define ACROSS 128
/* Open questions, and answers for streams, where the configuration says nothing: see topology.h. */
#define RECURSION_DEFAULT 4096
#define STREAM_DEFAULT 1024

/* What `fused` puts on one lcore. */
enum group {
	GROUP_LANE,
	GROUP_RESOLVER,
	GROUP_STREAM,
	GROUP_CONTROL
};

static const struct topology_group groups[TOPOLOGY_GROUP_COUNT] = {
    [GROUP_LANE] = {.thread = "LISTENER-SENDER", .per_lane = true},
    [GROUP_RESOLVER] = {.thread = "RESOLVER"},
    [GROUP_STREAM] = {.thread = "TCP_ACCEPTOR"},
    [GROUP_CONTROL] = {.thread = "METRICS"},
};

/* clang-format off */
#define BLOCK LINK_BLOCK
#define SHED LINK_SHED

enum row {
	LISTENER, DECODER, QUERY_DISPATCHER, ZONE_MANAGER, CACHE_LOOKUP, RESOLVER, CACHE_WRITER, ENCODER, SENDER,
	TCP_ACCEPTOR, CACHE_JANITOR, METRICS,
};

static const struct topology_stage stages[TOPOLOGY_STAGE_COUNT] = {
	/* stage                                             lcore in `fused`         place in pictures */
	[LISTENER]         = {&stage_listener_ops,           GROUP_LANE,              0, 1, NULL},
	[DECODER]          = {&stage_decoder_ops,            GROUP_LANE,              1, 1, NULL},
	[QUERY_DISPATCHER] = {&stage_query_dispatcher_ops,   GROUP_LANE,              2, 1, NULL},
	[ZONE_MANAGER]     = {&stage_zone_manager_ops,       GROUP_LANE,              3, 0, NULL},
	[CACHE_LOOKUP]     = {&stage_cache_lookup_ops,       GROUP_LANE,              3, 1, NULL},
	[RESOLVER]         = {&stage_resolver_ops,           GROUP_RESOLVER,          3, 2, NULL},
	[CACHE_WRITER]     = {&stage_cache_writer_ops,       GROUP_RESOLVER,          4, 2, NULL},
	[ENCODER]          = {&stage_encoder_ops,            GROUP_LANE,              4, 1, NULL},
	[SENDER]           = {&stage_sender_ops,             GROUP_LANE,              5, 1, NULL},
	[TCP_ACCEPTOR]     = {&stage_tcp_acceptor_ops,       GROUP_STREAM,            1, 3, NULL},
	[CACHE_JANITOR]    = {&stage_cache_janitor_ops,      GROUP_CONTROL,           5, 0, NULL},
	[METRICS]          = {&stage_metrics_ops,            GROUP_CONTROL,           0, 0, NULL},
};

/* The ways round (streams come back to TCP_ACCEPTOR, the kernel's frames too) are open where SHED stands. */
static const struct topology_link links[TOPOLOGY_LINK_COUNT] = {
	/* name                          from                output              to                  deep policy */
	{"listener_decoder",              "LISTENER",         "decoder",          "DECODER",          HOP, BLOCK, HOP},
	{"listener_tcp_acceptor",         "LISTENER",         "tcp_acceptor",     "TCP_ACCEPTOR",     TAP, SHED,  TAP},
	{"tcp_acceptor_decoder",          "TCP_ACCEPTOR",     "decoder",          "DECODER",          HOP, BLOCK, HOP},
	{"tcp_acceptor_sender",           "TCP_ACCEPTOR",     "sender",           "SENDER",           TAP, BLOCK, TAP},
	{"decoder_query_dispatcher",      "DECODER",          "query_dispatcher", "QUERY_DISPATCHER", HOP, BLOCK, HOP},
	{"decoder_encoder",               "DECODER",          "encoder",          "ENCODER",          HOP, BLOCK, HOP},
	{"query_dispatcher_zone_manager", "QUERY_DISPATCHER", "zone_manager",     "ZONE_MANAGER",     HOP, BLOCK, HOP},
	{"query_dispatcher_cache_lookup", "QUERY_DISPATCHER", "cache_lookup",     "CACHE_LOOKUP",     HOP, BLOCK, HOP},
	{"query_dispatcher_encoder",      "QUERY_DISPATCHER", "encoder",          "ENCODER",          HOP, BLOCK, HOP},
	{"zone_manager_encoder",          "ZONE_MANAGER",     "encoder",          "ENCODER",          HOP, BLOCK, HOP},
	{"cache_lookup_encoder",          "CACHE_LOOKUP",     "encoder",          "ENCODER",          HOP, BLOCK, HOP},
	{"cache_lookup_resolver",         "CACHE_LOOKUP",     "resolver",         "RESOLVER",         0,   SHED,  0},
	{"resolver_cache_writer",         "RESOLVER",         "cache_writer",     "CACHE_WRITER",     HOP, BLOCK, HOP},
	{"cache_writer_encoder",          "CACHE_WRITER",     "encoder",          "ENCODER",          HOP, BLOCK, HOP},
	{"encoder_sender",                "ENCODER",          "sender",           "SENDER",           HOP, BLOCK, HOP},
	{"sender_tcp_acceptor",           "SENDER",           "tcp_acceptor",     "TCP_ACCEPTOR",     0,   SHED,  0},
};
/* clang-format on */

static uint32_t depth_for(uint32_t credits)
{
	uint32_t depth = LINK_DEPTH_MIN;
	while (depth < credits && depth < LINK_DEPTH_MAX)
		depth *= 2;
	return depth;
}

static void set_credits(struct topology_tables *tables, const char *name, uint32_t credits)
{
	for (size_t i = 0; i < TOPOLOGY_LINK_COUNT; i++) {
		if (strcmp(tables->links[i].name, name) != 0)
			continue;
		tables->links[i].credits = credits;
		tables->links[i].depth = depth_for(credits);
		return;
	}
	CHECK(!"the map has that link");
}

/* Every lane to every lane: shorter rings, or their packets add up. */
static void set_across(struct topology_tables *tables, const char *name)
{
	for (size_t i = 0; i < TOPOLOGY_LINK_COUNT; i++)
		tables->links[i].across |= strcmp(tables->links[i].name, name) == 0;
	set_credits(tables, name, ACROSS);
}

void topology_fill(const struct topology_settings *settings, struct topology_tables *out)
{
	memcpy(out->stages, stages, sizeof(stages));
	memcpy(out->links, links, sizeof(links));
	out->stages[LISTENER].settings = settings->listener;
	out->stages[DECODER].settings = settings->decoder;
	out->stages[QUERY_DISPATCHER].settings = settings->query_dispatcher;
	out->stages[ZONE_MANAGER].settings = settings->zone_manager;
	out->stages[CACHE_LOOKUP].settings = settings->cache_lookup;
	out->stages[RESOLVER].settings = settings->resolver;
	out->stages[CACHE_WRITER].settings = settings->cache_writer;
	out->stages[ENCODER].settings = settings->encoder;
	out->stages[SENDER].settings = settings->sender;
	out->stages[TCP_ACCEPTOR].settings = settings->tcp_acceptor;
	out->stages[CACHE_JANITOR].settings = settings->cache_janitor;
	out->stages[METRICS].settings = settings->metrics;
	if (settings->spread)
		set_across(out, "listener_decoder");
	set_credits(out, "cache_lookup_resolver",
	            settings->recursion_credits != 0 ? settings->recursion_credits
	                                             : RECURSION_DEFAULT);
	set_credits(out, "sender_tcp_acceptor",
	            settings->stream_credits != 0 ? settings->stream_credits : STREAM_DEFAULT);
	out->topology = (struct topology){
	    .groups = groups,
	    .stages = out->stages,
	    .links = out->links,
	    .group_count = TOPOLOGY_GROUP_COUNT,
	    .stage_count = TOPOLOGY_STAGE_COUNT,
	    .link_count = TOPOLOGY_LINK_COUNT,
	};
}

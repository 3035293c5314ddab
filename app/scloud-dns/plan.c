/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Lanes, lcores, pools and EAL arguments. */
#include "plan.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_mbuf.h>

#include "pipeline/graph.h"
#include "pipeline/query.h"

/* Buffers that lcores' mempool caches may hold back: RTE_MEMPOOL_CACHE_MAX_SIZE and half of it again for
 * each lcore. */
#define CACHED_PER_LCORE 768
/* L2 with two tags, IPv6 with extension headers, UDP: what stands before the message in a frame. */
#define FRAME_HEADERS_BYTES 256
/* Rings, ports and DPDK's own heap beside the pools. Too low: rte_eal_init() or a port fails; too high:
 * a small machine cannot start. */
#define MEMORY_EXTRA_MB 48
/* Stream buffers do not cross pages, so a part of each huge page stays empty: up to an eighth. */
#define PAGE_WASTE_SHARE 8
/* Streams that are read or written at one moment, by default: the others wait in the kernel. */
#define STREAM_BUFFERS_DEFAULT 255
#define HUGEPAGE_FREE "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages"
#define HUGEPAGE_MB 2

static enum placement_kind placement_wanted(const struct config *config, const struct args *args)
{
	enum placement_kind kind = PLACEMENT_AUTO;
	if (args->placement != NULL && placement_kind_parse(args->placement, &kind))
		return kind;
	switch (config->dpdk.placement) {
	case CONFIG_PLACEMENT_AUTO:
		return PLACEMENT_AUTO;
	case CONFIG_PLACEMENT_FUSED:
		return PLACEMENT_FUSED;
	case CONFIG_PLACEMENT_SPREAD:
		return PLACEMENT_SPREAD;
	}
	return kind;
}

static enum idle_policy idle_wanted(const struct config *config, const struct args *args)
{
	enum idle_policy idle = IDLE_ADAPTIVE;
	if (args->idle != NULL && idle_policy_parse(args->idle, &idle))
		return idle;
	switch (config->dpdk.idle) {
	case CONFIG_IDLE_ADAPTIVE:
		return IDLE_ADAPTIVE;
	case CONFIG_IDLE_POLL:
		return IDLE_POLL;
	case CONFIG_IDLE_INTERRUPT:
		return IDLE_INTERRUPT;
	}
	return idle;
}

enum result plan_placement(const struct config *config, const struct args *args,
                           const struct topology *topology, struct placement *out,
                           struct pipeline_error *error)
{
	struct placement_request request = {
	    .kind = placement_wanted(config, args),
	    .lanes = args->lanes != 0 ? (uint16_t)args->lanes : config_lanes_wanted(config),
	};
	/* `auto` makes do with the lcores given, of which one is main's; the others make as many threads
	 * as they need and share the processors. */
	if (request.kind == PLACEMENT_AUTO && config->dpdk.lcores.count > 1)
		request.lcores = (uint16_t)(config->dpdk.lcores.count - 1);
	return placement_make(topology, &request, out, error);
}

/* The processors to use: the configured ones, else those that this process may use. */
static uint16_t list_cpus(const struct config *config, uint16_t cpus[CONFIG_LCORES_MAX])
{
	uint16_t count = 0;
	if (config->dpdk.lcores.cpu_count > 0) {
		for (uint32_t i = 0; i < config->dpdk.lcores.cpu_count; i++)
			cpus[count++] = config->dpdk.lcores.cpu[i];
		return count;
	}
	cpu_set_t set;
	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		CPU_SET(0, &set);
	for (uint16_t cpu = 0; cpu < CPU_SETSIZE && count < CONFIG_LCORES_MAX; cpu++) {
		if (CPU_ISSET(cpu, &set))
			cpus[count++] = cpu;
	}
	return count;
}

/* 2^n - 1 not below `wanted`: the best size of a mempool. */
static uint32_t pool_size(uint32_t wanted)
{
	uint32_t size = 1023;
	while (size < wanted)
		size = size * 2 + 1;
	return size;
}

/* What rings can hold: links within an lcore are calls and hold nothing. */
static uint64_t ring_credits(const struct topology *topology, const struct placement *placement)
{
	uint64_t sum = 0;
	for (uint16_t i = 0; i < topology->link_count; i++) {
		struct graph_pairs pairs =
		    graph_count_pairs(topology, placement, &topology->links[i]);
		sum += (uint64_t)pairs.rings * topology->links[i].credits;
	}
	return sum;
}

static void plan_pools(const struct config *config, const struct topology *topology,
                       const struct port_settings *ports, uint16_t port_count, struct plan *plan)
{
	uint16_t lanes = plan->placement.lanes;
	uint64_t packets = ring_credits(topology, &plan->placement);
	packets += (uint64_t)plan->placement.lcore_count * CACHED_PER_LCORE;
	for (uint16_t i = 0; i < port_count; i++)
		packets += port_mbufs_held(&ports[i], lanes);
	if (config->dpdk.memory.packet_buffers != 0)
		packets = config->dpdk.memory.packet_buffers;

	uint32_t payload = config_udp_payload(config, 4);
	if (payload < config_udp_payload(config, 6))
		payload = config_udp_payload(config, 6);
	uint32_t room = RTE_PKTMBUF_HEADROOM + FRAME_HEADERS_BYTES + payload;
	if (room < RTE_MBUF_DEFAULT_BUF_SIZE)
		room = RTE_MBUF_DEFAULT_BUF_SIZE;
	uint32_t streams = config->dpdk.memory.stream_buffers;
	if (streams == 0)
		streams = STREAM_BUFFERS_DEFAULT;
	plan->pools = (struct pipeline_pool_config){
	    .packet_count = pool_size((uint32_t)packets),
	    .packet_room_bytes = (uint16_t)(room > UINT16_MAX ? UINT16_MAX : room),
	    .stream_count = config->server.enable_tcp ? streams : 0,
	    .socket = SOCKET_ID_ANY,
	};
}

static uint64_t pool_bytes(uint64_t count, uint64_t room)
{
	return count *
	       (sizeof(struct rte_mbuf) + QUERY_PRIVATE_BYTES + room + 2 * CACHE_LINE_BYTES);
}

static uint32_t free_hugepages(void)
{
	unsigned count = 0;
	FILE *file = fopen(HUGEPAGE_FREE, "re");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%u", &count) != 1)
		count = 0;
	fclose(file);
	return count;
}

static void plan_memory(const struct config *config, struct plan *plan)
{
	const struct pipeline_pool_config *pools = &plan->pools;
	uint64_t bytes = pool_bytes(pools->packet_count, pools->packet_room_bytes) +
	                 pool_bytes(pools->stream_count, POOL_STREAM_ROOM_BYTES);
	plan->memory_mb = config->dpdk.memory.size_mb;
	if (plan->memory_mb == 0)
		plan->memory_mb =
		    (uint32_t)((bytes + bytes / PAGE_WASTE_SHARE) >> 20) + MEMORY_EXTRA_MB;
	switch (config->dpdk.memory.hugepages) {
	case CONFIG_HUGEPAGES_ON:
		plan->hugepages = true;
		break;
	case CONFIG_HUGEPAGES_OFF:
		plan->hugepages = false;
		break;
	case CONFIG_HUGEPAGES_AUTO:
		plan->hugepages =
		    free_hugepages() >= (plan->memory_mb + HUGEPAGE_MB - 1) / HUGEPAGE_MB;
		break;
	}
}

/* EAL keeps and reorders the words but never writes into them; its prototype only lacks the const. */
static void add(struct plan *plan, const char *word)
{
	plan->argument[plan->argument_count++] = (char *)(uintptr_t)word;
}

static void plan_arguments(struct plan *plan)
{
	snprintf(plan->memory_text, sizeof(plan->memory_text), "%u", plan->memory_mb);
	add(plan, "scloud-dns");
	add(plan, "--lcores");
	add(plan, plan->lcores);
	add(plan, "--main-lcore");
	add(plan, "0");
	add(plan, "--file-prefix");
	add(plan, plan->file_prefix);
	/* Neither leaves files behind: anonymous huge pages, or ordinary memory. */
	add(plan, plan->hugepages ? "--in-memory" : "--no-huge");
	add(plan, "-m");
	add(plan, plan->memory_text);
	/* DPDK's own lines below warning are not for our users. */
	add(plan, "--log-level");
	add(plan, "warning");
	/* It warns of an older socket that nobody wants. */
	add(plan, "--log-level");
	add(plan, "lib.telemetry:error");
	for (unsigned i = 0; i < plan->port_args.count; i++)
		add(plan, plan->port_args.argument[i]);
	plan->argument[plan->argument_count] = NULL;
}

enum result plan_make(const struct config *config, const struct args *args,
                      const struct topology *topology, const struct port_settings *ports,
                      uint16_t port_count, struct plan *out, struct pipeline_error *error)
{
	uint16_t cpus[CONFIG_LCORES_MAX];
	memset(out, 0, sizeof(*out));
	enum result result = plan_placement(config, args, topology, &out->placement, error);
	if (result != RESULT_OK)
		return result;
	uint16_t cpu_count = list_cpus(config, cpus);
	result = placement_write_lcores(&out->placement, cpus, cpu_count, out->lcores,
	                                sizeof(out->lcores));
	if (result == RESULT_OK)
		result = port_eal_args(ports, port_count, &out->port_args);
	if (result != RESULT_OK)
		return pipeline_error_set(error, result,
		                          "too many lcores or ports for DPDK's command line");
	out->idle = idle_wanted(config, args);
	snprintf(out->file_prefix, sizeof(out->file_prefix), "%s",
	         args->file_prefix != NULL ? args->file_prefix : config->dpdk.file_prefix);
	plan_pools(config, topology, ports, port_count, out);
	plan_memory(config, out);
	plan_arguments(out);
	return RESULT_OK;
}

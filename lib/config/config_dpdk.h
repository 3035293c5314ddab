/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* config_dpdk -- the section dpdk: lcores, memory, ports.
 *
 * What:    member names are those of the JSON keys.
 * Threads: immutable once loaded.
 * Memory:  everything pointed to belongs to the struct config around it.
 * Limits:  config/config_limits.h, and the ranges in docs/configuration.md.
 * Trust:   values that have been checked.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config_common.h"
#include "config/config_limits.h"

/* "auto", a number of lcores, or a list of processors. */
struct config_lcores {
	uint32_t count; /* 0: auto */
	uint16_t cpu[CONFIG_LCORES_MAX]; /* the first cpu_count are set */
	uint32_t cpu_count; /* 0: any processors */
};

enum config_placement {
	CONFIG_PLACEMENT_AUTO,
	CONFIG_PLACEMENT_FUSED,
	CONFIG_PLACEMENT_SPREAD
};
enum config_idle {
	CONFIG_IDLE_ADAPTIVE,
	CONFIG_IDLE_POLL,
	CONFIG_IDLE_INTERRUPT
};
enum config_hugepages {
	CONFIG_HUGEPAGES_AUTO,
	CONFIG_HUGEPAGES_ON,
	CONFIG_HUGEPAGES_OFF
};
enum config_port_mode {
	CONFIG_PORT_AUTO,
	CONFIG_PORT_OWNED,
	CONFIG_PORT_BIFURCATED
};

enum config_l2 {
	CONFIG_L2_REFLECT,
	CONFIG_L2_ROUTE
};

struct config_memory_settings {
	enum config_hugepages hugepages;
	uint32_t size_mb; /* 0: what the pools need */
	uint32_t packet_buffers; /* 0: from queues, descriptors and credits */
	uint32_t stream_buffers; /* 0: from limits.max_tcp_sessions */
};

struct config_port {
	struct config_place place;
	const char *name;
	const char *device; /* "net_tap0,iface=scloud0" or "0000:3b:00.0" */
	const char **members; /* of net_bonding, texts as device */
	uint32_t members_count;
	uint16_t queues; /* 0: one for each lane */
	uint16_t descriptors; /* of each rx and tx queue */
	enum config_port_mode mode;
	uint16_t mtu;
	uint16_t vlan; /* 0: none */
	uint16_t vlan_outer;
	enum config_l2 l2;
	struct config_address *addresses; /* the server's own, with prefix_len */
	uint32_t addresses_count;
	struct config_address *host_addresses; /* net_tap: for the kernel's side */
	uint32_t host_addresses_count;
	struct config_address *gateways; /* at most one of each family */
	uint32_t gateways_count;
	const char *namespace_name; /* key "namespace": "own" or a name below /run/netns */
};

struct config_dpdk {
	struct config_lcores lcores;
	uint16_t lanes; /* 0: from lcores; see config_lanes_wanted() */
	enum config_placement placement;
	enum config_idle idle;
	struct config_memory_settings memory;
	struct config_port *ports;
	uint32_t ports_count;
	bool stamp_cycles; /* count each stage's cycles */
	const char *file_prefix;
};
